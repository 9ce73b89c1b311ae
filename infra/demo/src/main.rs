//! The `demo` program: one journey from a picture to the results, in a cloud of its own.

use anyhow::{Context, Result, ensure};
use clap::Parser;
use demo::{DemoOptions, Stickers};
use local_cloud::terminal::{self, block_until_told};
use local_cloud::{repository, target_dir};
use nix::sys::signal::kill;
use nix::unistd::Pid;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Makes avatars from a picture in a local cloud of its own.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The picture: JPEG, PNG or WebP, up to 10 MB [default: a portrait from the repository]
    #[arg(long, env = "IMAGE")]
    image: Option<PathBuf>,
    /// The style
    #[arg(long, env = "STYLE", default_value = "soft-anime")]
    style: String,
    /// Folder for the results
    #[arg(long, env = "OUT", default_value = "out")]
    out: PathBuf,
    /// How many drawings
    #[arg(long, env = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=8))]
    count: u64,
    /// For drawings that can be repeated
    #[arg(long, env = "SEED")]
    seed: Option<u64>,
    /// Stickers: 1, 0, or messengers with commas between them
    #[arg(long, env = "STICKERS", default_value = "1")]
    stickers: String,
    /// The text of a speech bubble, up to 140 characters [default: no bubble]
    #[arg(long, env = "BUBBLE")]
    bubble: Option<String>,
    /// The side of the bubble: left or right [default: the roomier one]
    #[arg(long, env = "SIDE")]
    side: Option<String>,
    /// 1 shows the business, from a trial to a refund, in place of one generation
    #[arg(long, env = "BUY", default_value = "0")]
    buy: String,
    /// 1 shows a person's rights, to the receipt of an erasure, in place of one generation
    #[arg(long, env = "RIGHTS", default_value = "0")]
    rights: String,
}

fn main() -> ExitCode {
    terminal::exit_code(run(Arguments::parse()))
}

fn run(arguments: Arguments) -> Result<()> {
    let root = repository()?;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let (bubble, side) = (given(arguments.bubble), given(arguments.side));
    ensure!(bubble.is_some() || side.is_none(), "SIDE says where a speech bubble stands: give BUBBLE as well");
    let portrait = || root.join("shared/testkit/fixtures/selfie.jpg");
    let options = DemoOptions {
        image: arguments.image.filter(|path| !path.as_os_str().is_empty()).unwrap_or_else(portrait),
        style: arguments.style,
        out: arguments.out,
        count: arguments.count,
        seed: arguments.seed,
        stickers: Stickers::parse(&arguments.stickers),
        bubble,
        side,
        buys: is_on(&arguments.buy),
        rights: is_on(&arguments.rights),
    };
    let folder = target_dir(&root).join("demo");
    forget_ended(&folder);
    let state_dir = folder.join(std::process::id().to_string());
    let outcome = block_until_told(demo::run(&options, &state_dir));
    if outcome.is_ok() {
        std::fs::remove_dir_all(&state_dir).context("cannot remove the demo's state")?;
    }
    outcome
}

/// Whether a switch of the command line is on.
fn is_on(text: &str) -> bool {
    !["", "0", "no", "false"].contains(&text.trim())
}

/// Removes the state of failed demonstrations, kept for their logs.
fn forget_ended(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let id = entry.file_name().to_string_lossy().parse::<i32>();
        if id.is_ok_and(|id| kill(Pid::from_raw(id), None).is_err()) {
            drop(std::fs::remove_dir_all(entry.path()));
        }
    }
}
