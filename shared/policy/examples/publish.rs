//! Renews `shared/policy/published.toml`, the hashes of the policy's texts, and the two reviewed pages in `tests/published`: `cargo run -p policy
//! --example publish`.
//!
//! A version in the file keeps its hashes: a changed text needs a new `version` in `inventory.toml` first (IM-19, RT-19).
#![allow(clippy::expect_used, clippy::print_stdout)]

use std::path::Path;

#[path = "../tests/published/configurations.rs"]
mod configurations;

use configurations::configurations;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("published.toml");
    let mut text = std::fs::read_to_string(&file).expect("published.toml");
    let version = policy::inventory().version();
    for configuration in configurations() {
        let (profile, name, hash) = (configuration.profile, configuration.name, configuration.hash());
        let entry = |hash: &str| {
            format!("\n[[texts]]\nversion = \"{version}\"\nprofile = \"{profile}\"\nconfiguration = \"{name}\"\nsha256 = \"{hash}")
        };
        match text.contains(&entry("")) {
            true if text.contains(&entry(&hash)) => {}
            true => {
                println!(
                    "error: version {version} of the policy was published with another text ({profile}, {name}): give inventory.toml a new version"
                );
                std::process::exit(1);
            }
            false => text += &(entry(&hash) + "\"\n"),
        }
        if name == "providers" {
            let page = root.join(format!("tests/published/{profile}.html"));
            std::fs::write(page, configuration.rendered().html).expect("a page to review");
        }
    }
    std::fs::write(&file, text).expect("published.toml");
}
