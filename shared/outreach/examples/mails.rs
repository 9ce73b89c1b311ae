//! Writes every mail in every language to `tests/letters`, where the tests compare them, and where a browser shows them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a tool")]

#[path = "../tests/letters/samples.rs"]
mod samples;

use std::path::Path;

use kernel::Language;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/letters");
    for mail in samples::samples() {
        for language in Language::ALL {
            for (name, content) in samples::files(&mail, language) {
                std::fs::write(folder.join(name), content)?;
            }
        }
    }
    Ok(())
}
