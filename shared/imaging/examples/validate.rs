//! Checks files against the rules of their platform, one line each: `cargo run -p imaging --example validate -- FILE…`
//!
//! The kind of a file follows from its name, as deliverables are named (`whatsapp.webp`, `imessage-408.png`, `line.zip`, `bundle.zip`), or from `--as
//! MESSENGER` before the files. The exit code is 1 if a rule is broken, 2 if a file is unknown or cannot be opened.

use imaging::{Target, validate};
use picture_files::Messenger;
use std::process::ExitCode;

#[allow(clippy::print_stdout, reason = "a program for a person")]
fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut messenger = None;
    if arguments.first().is_some_and(|argument| argument == "--as") {
        messenger = arguments.get(1).and_then(|id| Messenger::from_id(id));
        if messenger.is_none() {
            println!("--as: say one of {:?}", Messenger::ALL);
            return ExitCode::from(2);
        }
        arguments.drain(..2);
    }
    if arguments.is_empty() {
        println!("say which files to look at");
        return ExitCode::from(2);
    }
    ExitCode::from(arguments.iter().map(|path| look(path, messenger)).max().unwrap_or(0))
}

/// The exit code for this file
#[allow(clippy::print_stdout, reason = "a program for a person")]
fn look(path: &str, messenger: Option<Messenger>) -> u8 {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            println!("{path}: cannot be opened: {error}");
            return 2;
        }
    };
    let target = messenger.map_or_else(|| Target::of(path), |messenger| Target::of_messenger(messenger, &bytes));
    let Some(target) = target else {
        println!("{path}: unknown: no deliverable is called so, or it is no picture");
        return 2;
    };
    let violations = validate(target, &bytes);
    if violations.is_empty() {
        println!("{path}: keeps every rule");
        return 0;
    }
    println!("{path}: {} violations", violations.len());
    violations.iter().for_each(|violation| println!("    {violation}"));
    1
}
