//! An empty function with a client for S3: the baseline of a function's cold start.

mod empty;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let aws = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    empty::run(aws_sdk_s3::Client::new(&aws)).await
}
