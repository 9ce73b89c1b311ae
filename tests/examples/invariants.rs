//! Writes the index of invariants into ARCHITECTURE.md: `make invariants`.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| Path::new(".."));
    std::fs::write(root.join("ARCHITECTURE.md"), tests::invariants::in_architecture(root)?)
}
