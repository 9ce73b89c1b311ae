//! An empty function with DynamoDB, S3, SES and SQS clients: the baseline of a function's cold start.

mod empty;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let aws = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    let (tables, objects) = (aws_sdk_dynamodb::Client::new(&aws), aws_sdk_s3::Client::new(&aws));
    empty::run((tables, objects, aws_sdk_sesv2::Client::new(&aws), aws_sdk_sqs::Client::new(&aws))).await
}
