//! A function for the tests of the local cloud: answers with its event, or acts on the event's instructions.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Error> {
    if std::env::var_os("FAIL_TO_START").is_some() {
        return Err("told not to start".into());
    }
    lambda_runtime::run(service_fn(answer)).await
}

async fn answer(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let instructions = instructions(&event.payload);
    match instructions["do"].as_str() {
        Some("die") => std::process::exit(7),
        Some("fail") => return Err("told to fail".into()),
        Some("hang") => std::future::pending().await,
        Some("env") => return Ok(json!(std::env::var(instructions["name"].as_str().unwrap_or_default()).ok())),
        Some("large") => return Ok(json!("x".repeat(7 * 1024 * 1024))),
        Some("put") => return put(&instructions).await,
        Some("pid") => return Ok(json!(std::process::id())),
        _ => {}
    }
    if event.payload["kind"].is_array() {
        eprintln!("fact {} {}", event.payload["name"][0], event.payload["detail"]);
        return if event.payload["name"][0] == "bad" { Err("told to fail".into()) } else { Ok(Value::Null) };
    }
    if let Some(records) = event.payload["Records"].as_array() {
        // Records that say "again" fail until they have been seen often enough.
        let failures: Vec<Value> = records
            .iter()
            .filter(|record| {
                let seen: u64 = record["attributes"]["ApproximateReceiveCount"].as_str().and_then(|count| count.parse().ok()).unwrap_or(0);
                let body: Value = record["body"].as_str().and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
                eprintln!("record {} seen {seen}", body["name"]);
                body["again"].as_u64().is_some_and(|times| seen <= times)
            })
            .map(|record| json!({ "itemIdentifier": record["messageId"] }))
            .collect();
        return Ok(json!({ "batchItemFailures": failures }));
    }
    Ok(json!({ "statusCode": 200, "headers": { "content-type": "application/json" }, "body": event.payload.to_string() }))
}

/// The instructions: the event itself, or the JSON body of an HTTP event.
fn instructions(event: &Value) -> Value {
    match event["body"].as_str() {
        Some(body) => serde_json::from_str(body).unwrap_or_default(),
        None => event.clone(),
    }
}

async fn put(instructions: &Value) -> Result<Value, Error> {
    let config = aws_config::load_from_env().await;
    let text = |name: &str| instructions[name].as_str().unwrap_or_default().to_owned();
    let key = aws_sdk_dynamodb::types::AttributeValue::S(text("key"));
    aws_sdk_dynamodb::Client::new(&config).put_item().table_name(text("table")).item("pk", key).send().await?;
    Ok(json!("put"))
}
