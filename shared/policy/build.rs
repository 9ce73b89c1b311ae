//! The inventory and the screening policy as JSON: a function reads them at its start, and JSON is read in a fraction of the time.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let out = env::var("OUT_DIR")?;
    for name in ["inventory", "screening"] {
        let from = format!("{name}.toml");
        println!("cargo::rerun-if-changed={from}");
        let facts: serde_json::Value = toml::from_str(&fs::read_to_string(from)?)?;
        fs::write(Path::new(&out).join(name).with_extension("json"), facts.to_string())?;
    }
    Ok(())
}
