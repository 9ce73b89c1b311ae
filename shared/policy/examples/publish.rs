//! Renews what the present version of the policy has published: the hashes of its texts in `published.toml`, its data and its notice in
//! `published/<version>`, and the two reviewed pages in `tests/published`: `cargo run -p policy --example publish`.
//!
//! A version that was published keeps its hashes and its data: a change needs a new `version` in `inventory.toml` first (IM-19, RT-19).
#![allow(clippy::expect_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};

use policy::diff::diff;
use policy::{Change, Notice, Published, archive, inventory};
use serde::Serialize;

#[path = "../tests/published/configurations.rs"]
mod configurations;

use configurations::{Configuration, configurations};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("published").join(inventory().version());
    std::fs::create_dir_all(&folder).expect("the folder of the version");
    let hashes = root.join("published.toml");
    let mut text = std::fs::read_to_string(&hashes).expect("published.toml");
    for configuration in configurations() {
        add_hash(&mut text, &configuration);
        if configuration.is_widest() {
            let page = root.join(format!("tests/published/{}.html", configuration.profile));
            std::fs::write(page, configuration.rendered().html).expect("a page to review");
            keep_data(&folder, &configuration);
            write_notice(&folder, &configuration);
        }
    }
    std::fs::write(&hashes, text).expect("published.toml");
}

fn add_hash(text: &mut String, configuration: &Configuration) {
    let (version, profile, name, hash) = (inventory().version(), configuration.profile, configuration.name, configuration.hash());
    let entry = |hash: &str| {
        format!("\n[[texts]]\nversion = \"{version}\"\nprofile = \"{profile}\"\nconfiguration = \"{name}\"\nsha256 = \"{hash}")
    };
    match text.contains(&entry("")) {
        true if text.contains(&entry(&hash)) => {}
        true => refuse(&format!("another text ({profile}, {name})")),
        false => *text += &(entry(&hash) + "\"\n"),
    }
}

fn keep_data(folder: &Path, configuration: &Configuration) {
    let path = folder.join(format!("{}.json", configuration.profile));
    let data = json(&configuration.rendered().document);
    if std::fs::read_to_string(&path).is_ok_and(|kept| kept != data) {
        refuse(&format!("other data ({})", configuration.profile));
    }
    std::fs::write(path, data).expect("the data of the version");
}

/// The notice of what is material since the version in force; none where that is none, or where no day is set.
fn write_notice(folder: &Path, configuration: &Configuration) {
    let rule = inventory().notice();
    let (Some(in_force), Some(effective)) = (&rule.in_force, rule.effective) else { return };
    let Some(old) = archive().version(in_force, configuration.profile) else { return };
    let changes: Vec<Change> = diff(old, &Published::from(&configuration.rendered().document));
    let path: PathBuf = folder.join(format!("notice.{}.json", configuration.profile));
    if let Some(notice) = Notice::of(&changes, effective) {
        std::fs::write(path, json(&notice)).expect("the notice");
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("JSON") + "\n"
}

fn refuse(what: &str) -> ! {
    println!("error: version {} of the policy was published with {what}: give inventory.toml a new version", inventory().version());
    std::process::exit(1)
}
