//! An empty function with no clients: what a function's cold start is measured against.

mod empty;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    empty::run(()).await
}
