//! The options of a cloud.

use anyhow::{Context, Result};
use permissions::Grant;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The options of a cloud. [`Options::new`] gives sound values for everything.
#[derive(Debug, Clone)]
pub struct Options {
    /// The SAM template, the one source of all resources.
    pub template: PathBuf,
    /// Folder of the functions' binaries, each named as its function.
    pub binaries: PathBuf,
    /// Folder of the built site.
    pub pages: PathBuf,
    /// Folder for logs, secrets and the emulator; made when missing.
    pub state_dir: PathBuf,
    /// The emulator's program; searched for when `None` (see [`Options::new`]).
    pub ministack: Option<PathBuf>,
    /// Port of the HTTP API; 0 takes a free one.
    pub api_port: u16,
    /// Port of the AWS endpoints (the fault proxy's); 0 takes a free one.
    pub aws_port: u16,
    /// Port of the control API; 0 takes a free one.
    pub control_port: u16,
    /// AWS region everything is told.
    pub region: String,
    /// Values of template parameters.
    pub parameters: BTreeMap<String, String>,
    /// Environment variables every function gets besides the template's, which they replace.
    pub env: BTreeMap<String, String>,
    /// How long a failed queue message stays hidden, in whole seconds.
    pub redelivery: Duration,
    /// Whether schedules fire by the clock; by command they always do.
    pub fire_schedules: bool,
    /// Seconds the functions' clock is ahead (negative: behind).
    pub clock_offset: i64,
    /// Base URL of another program that runs the functions and has the Lambda Invoke API (`cargo lambda watch`).
    pub functions_url: Option<String>,
    /// Most processes of one function at once.
    pub concurrency: usize,
    /// Grants that roles lack here though they are deployed, each with its function: to see what they are for.
    pub withheld: Vec<(String, Grant)>,
    /// File for the grants there are and those that calls use (see [`permissions::Records`]).
    pub grants_record: Option<PathBuf>,
}

impl Options {
    /// The repository's template with its binaries of the dev profile, on free ports, with schedules off.
    ///
    /// # Errors
    /// When the repository cannot be found from the working directory or this package's folder.
    pub fn new(state_dir: impl Into<PathBuf>) -> Result<Self> {
        let root = repository()?;
        Ok(Self {
            template: root.join("template.yaml"),
            binaries: target_dir(&root).join("debug"),
            pages: root.join("web/dist"),
            state_dir: state_dir.into(),
            ministack: None,
            api_port: 0,
            aws_port: 0,
            control_port: 0,
            region: "us-east-1".to_owned(),
            parameters: BTreeMap::new(),
            env: BTreeMap::new(),
            redelivery: Duration::from_secs(1),
            fire_schedules: false,
            clock_offset: 0,
            functions_url: None,
            concurrency: default_concurrency(),
            withheld: Vec::new(),
            grants_record: None,
        })
    }
}

/// Twice the cores, at least 4 and at most 10.
fn default_concurrency() -> usize {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    (2 * cores).clamp(4, 10)
}

/// The repository's root: the nearest folder upwards with a template.yaml, from the working directory or this package.
///
/// # Errors
/// When there is none.
pub fn repository() -> Result<PathBuf> {
    let here = std::env::current_dir().context("no working directory")?;
    [here.as_path(), Path::new(env!("CARGO_MANIFEST_DIR"))]
        .into_iter()
        .flat_map(Path::ancestors)
        .find(|folder| folder.join("template.yaml").is_file() && folder.join("Cargo.toml").is_file())
        .map(Path::to_path_buf)
        .context("run this inside the repository: no template.yaml here or above")
}

/// Cargo's target folder of the repository, by `CARGO_TARGET_DIR`.
pub fn target_dir(root: &Path) -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root.join(folder),
        None => root.join("target"),
    }
}
