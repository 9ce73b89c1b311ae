// A Lambda function in Node with the four SDK clients of the Rust functions, and the smallest runtime loop there is.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import { SQSClient } from "@aws-sdk/client-sqs";
import http from "node:http";

globalThis.clients = [new DynamoDBClient({}), new S3Client({}), new SESv2Client({}), new SQSClient({})];

const runtime = `${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
const agent = new http.Agent({ keepAlive: true });

function call(method, url, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, agent }, (response) => {
      response.resume().on("end", () => resolve(response.headers));
    });
    request.on("error", reject).end(body);
  });
}

for (;;) {
  const headers = await call("GET", `${runtime}/next`);
  await call("POST", `${runtime}/${headers["lambda-runtime-aws-request-id"]}/response`, "{}");
}
