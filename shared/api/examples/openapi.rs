//! Writes `infra/openapi.yaml`: `cargo run -p api --features openapi --example openapi`.

use std::path::Path;

fn main() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::write(root.join("infra/openapi.yaml"), api::openapi::yaml(&stacks::functions(&root)?)?)?;
    Ok(())
}
