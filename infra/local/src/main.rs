//! The `local-cloud` program; `make up`, `make watch` and others call it.

use local_cloud::{command, terminal};
use std::process::ExitCode;

fn main() -> ExitCode {
    terminal::exit_code(command::run())
}
