//! A type for each entry of the inventory.

#[path = "build/stored.rs"]
mod stored;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

const INVENTORY: &str = "../policy/inventory.toml";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={INVENTORY}");
    let inventory = fs::read_to_string(INVENTORY)?.parse()?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("stored.rs"), stored::types(&inventory)?)?;
    Ok(())
}
