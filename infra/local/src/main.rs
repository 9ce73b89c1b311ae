//! The `local-cloud` program; `make up`, `make demo` and others call it.

use std::process::ExitCode;

fn main() -> ExitCode {
    match local_cloud::command::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
