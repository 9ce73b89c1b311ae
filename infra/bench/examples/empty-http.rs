//! An empty function with no clients: the baseline of a function's cold start.

mod empty;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    empty::run(()).await
}
