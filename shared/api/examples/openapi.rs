//! Writes `infra/openapi.yaml`: `cargo run -p api --features openapi --example openapi`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/openapi.yaml");
    std::fs::write(path, api::openapi::yaml()?)?;
    Ok(())
}
