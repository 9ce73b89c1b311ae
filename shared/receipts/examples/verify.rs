//! Verifies a receipt, without a network: `cargo run -p receipts --example verify -- RECEIPT STATEMENT KEY`.
//!
//! RECEIPT and STATEMENT are files; KEY is the log's key as the operator publishes it, `<name>+<id>+<key>`. Ends with 1 and a reason when it does not
//! verify.

use std::fs::File;
use std::io::Read;
use std::process::ExitCode;

use receipts::{LIMITS, Verified, verify};

#[allow(clippy::print_stdout, reason = "a program for a person")]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match checked(&arguments) {
        Ok(verified) => {
            let (checkpoint, index) = (verified.checkpoint(), verified.index());
            println!("Verified: the log {} has this statement as entry {index} of {}.\n", checkpoint.origin, checkpoint.size);
            print!("{}", verified.text());
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("Not verified: {reason}.");
            ExitCode::FAILURE
        }
    }
}

fn checked(arguments: &[String]) -> Result<Verified, String> {
    let [receipt, statement, key] = arguments else { return Err("say RECEIPT STATEMENT KEY, two files and a key".into()) };
    let (receipt, statement) = (read(receipt, LIMITS.receipt)?, read(statement, LIMITS.statement)?);
    verify(&receipt, &statement, key).map_err(|refusal| refusal.to_string())
}

/// One byte more than may be, at most: that is enough to see that there are too many.
fn read(path: &str, most: usize) -> Result<Vec<u8>, String> {
    let fault = |error| format!("{path}: {error}");
    let mut bytes = Vec::new();
    File::open(path).map_err(fault)?.take(most as u64 + 1).read_to_end(&mut bytes).map_err(fault)?;
    Ok(bytes)
}
