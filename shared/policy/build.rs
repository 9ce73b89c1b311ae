//! The inventory, the screening policy, the published versions and the Japanese names as JSON: a function reads them at its start, and JSON is read in a
//! fraction of the time.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for name in ["inventory", "screening", "names.ja"] {
        let from = format!("{name}.toml");
        println!("cargo::rerun-if-changed={from}");
        let facts: Value = toml::from_str(&fs::read_to_string(from)?)?;
        fs::write(out.join(format!("{name}.json")), facts.to_string())?;
    }
    println!("cargo::rerun-if-changed=published");
    fs::write(out.join("published.json"), archive(Path::new("published"))?.to_string())?;
    Ok(())
}

/// `<version>/<profile>.json` and `<version>/notice.<profile>.json` of all versions.
fn archive(folder: &Path) -> Result<Value, Box<dyn Error>> {
    let (mut versions, mut notices) = (Vec::new(), Vec::new());
    for version in inside(folder)? {
        for file in inside(&version)? {
            let text = |part: Option<&std::ffi::OsStr>| part.and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            let content: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
            match text(file.file_stem()).strip_prefix("notice.") {
                Some(profile) => notices.push(json!({ "version": text(version.file_name()), "profile": profile, "notice": content })),
                None => versions.push(content),
            }
        }
    }
    Ok(json!({ "versions": versions, "notices": notices }))
}

fn inside(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}
