//! What changes from one version of the policy to another, and the notice of it:
//!
//! ```sh
//! cargo run -p policy --example diff -- 2027-01-10 2027-02-01 --language ja
//! cargo run -p policy --example diff -- old.json new.json       # what GET /privacy answered with `accept: application/json`, then and now
//! cargo run -p policy --example diff -- --check                 # what the present version lacks before it may be deployed
//! ```
#![allow(clippy::expect_used, clippy::print_stdout, reason = "a tool")]

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use jiff::civil::Date;
use kernel::Language;
use policy::diff::diff;
use policy::{Change, Notice, Profile, Published, Weight, archive, inventory, lacking};

#[path = "../tests/published/configurations.rs"]
mod configurations;

#[derive(Parser)]
struct Arguments {
    /// A published version, or a file.
    #[arg(required_unless_present = "check")]
    old: Option<String>,
    #[arg(required_unless_present = "check")]
    new: Option<String>,
    /// Of the notice and the changes: en or ja.
    #[arg(long, default_value = "en")]
    language: String,
    /// Whose policy, of published versions.
    #[arg(long, default_value = "wallet")]
    profile: Profile,
    /// The day from which the new version applies, where it does not say so itself.
    #[arg(long)]
    effective: Option<Date>,
    /// Prints the notice as the words of a campaign, and nothing else.
    #[arg(long)]
    words: bool,
    #[arg(long, conflicts_with_all = ["old", "new"])]
    check: bool,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    match (&arguments.old, &arguments.new) {
        (Some(old), Some(new)) => compare(&arguments, &version(old, arguments.profile)?, &version(new, arguments.profile)?),
        _ => Ok(check()),
    }
}

/// A published version, or the file of this name.
fn version(name: &str, profile: Profile) -> Result<Published, Box<dyn Error>> {
    match archive().version(name, profile) {
        Some(kept) => Ok(kept.clone()),
        None => {
            let text = std::fs::read_to_string(name)
                .map_err(|error| format!("{name} is no published version of {profile}, and no file: {error}"))?;
            Ok(Published::parse(&text)?)
        }
    }
}

fn compare(arguments: &Arguments, old: &Published, new: &Published) -> Result<ExitCode, Box<dyn Error>> {
    let changes = diff(old, new);
    let notice = arguments.effective.or(new.effective).and_then(|effective| Notice::of(&changes, effective));
    if arguments.words {
        let notice = notice.ok_or("there is no notice: nothing material changes, or nothing says from which day (--effective)")?;
        println!("{}", serde_json::to_string_pretty(&notice)?);
        return Ok(ExitCode::SUCCESS);
    }
    let language = Language::of(&arguments.language);
    for weight in [Weight::Material, Weight::Editorial] {
        let of: Vec<&Change> = changes.iter().filter(|change| change.weight() == weight).collect();
        println!("{}: {}", <&str>::from(weight), of.len());
        of.iter().for_each(|change| println!("  [{}] {}", change.kind(), change.sentence(language)));
    }
    match notice.as_ref().map(|notice| notice.words(language)) {
        Some(words) => println!("\n{}\n\n{}", words.subject, words.text),
        None if changes.iter().any(Change::is_material) => println!("\nA notice needs the day from which the version applies: --effective"),
        None => println!("\nNothing material changes: no notice is due."),
    }
    Ok(ExitCode::SUCCESS)
}

fn check() -> ExitCode {
    let lacking = lacking(inventory(), archive(), &configurations::present());
    match (&lacking[..], &inventory().notice().in_force) {
        ([], None) => println!("No version is in force: the first one that is deployed needs no notice."),
        ([], Some(in_force)) => println!("Version {} has what it needs after version {in_force}.", inventory().version()),
        _ => lacking.iter().for_each(|what| println!("error: {what}")),
    }
    if lacking.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
