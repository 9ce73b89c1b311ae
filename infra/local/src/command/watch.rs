//! `watch`: the cloud with `cargo lambda watch` behind it, which rebuilds a function when its code changes.

use super::{Place, StateFolder};
use crate::clients::{ACCESS_KEY, SESSION_TOKEN};
use crate::command::up;
use crate::lock::Lock;
use crate::options::repository;
use crate::spawner::{Spawner, die_with_parent};
use crate::stand_ins::{self, StandIns};
use crate::terminal::{INTERRUPTED, block_until_told, say};
use crate::{Cloud, stack_env};
use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::path::Path;
use std::time::Duration;
use tokio::process::{Child, Command};

/// Longest time `cargo lambda watch` may take to end by itself.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Where Vite serves the site, by web/vite.config.ts.
const SITE: &str = "http://localhost:8080";

/// Runs until Ctrl-C.
pub(super) fn run(place: &Place) -> Result<()> {
    let StateFolder { state_dir } = &place.state;
    let _lock = Lock::take(state_dir)?;
    let outcome = block_until_told(watch(place));
    drop(std::fs::remove_file(state_dir.join("stack.env")));
    // Ctrl-C is the normal end of watching.
    outcome.or_else(|error| if error.to_string() == INTERRUPTED { Ok(()) } else { Err(error) })
}

async fn watch(place: &Place) -> Result<()> {
    let root = repository()?;
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
    let mut options = up::options(place)?;
    options.functions_url = Some(format!("http://127.0.0.1:{port}"));
    // Vite serves the site, and passes on to the API what is not of the site.
    options.parameters.entry("PublicOrigin".to_owned()).or_insert_with(|| SITE.to_owned());
    stand_ins::words(&options.parameters).iter().for_each(|line| say(line));
    let stand_ins = StandIns::start(&mut options).await?;
    let cloud = Cloud::start(options).await?;
    stand_ins.connect(cloud.api_url()).await?;
    stack_env::write(&cloud, &stand_ins, &place.state.state_dir)?;
    let spawner = Spawner::start()?;
    let child = spawner.spawn(command(&cloud, &root, port)?).await.context("cannot start cargo lambda watch")?;
    let mut watcher = Watcher { child };
    let mut vite = spawner.spawn(vite(&cloud, &root)?).await.context("cannot start Vite")?;
    say(&format!("Watching: open {SITE}; a function is built at its first call. Ctrl-C stops everything."));
    tokio::select! {
        status = watcher.child.wait() => bail!("cargo lambda watch ended with {}", status?),
        status = vite.wait() => bail!("Vite ended with {}", status?),
    }
}

/// Vite, which serves the site and shows each change of it at once.
fn vite(cloud: &Cloud, root: &Path) -> Result<Command> {
    let program = root.join("web/node_modules/.bin/vite");
    if !program.is_file() {
        bail!("{} is missing: `make watch` installs it", program.display());
    }
    let mut command = die_with_parent(program);
    command.current_dir(root.join("web")).env("API_URL", cloud.api_url()).process_group(0).kill_on_drop(true);
    Ok(command)
}

/// `cargo lambda watch`; its processes end with it.
struct Watcher {
    child: Child,
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let Some(id) = self.child.id().and_then(|id| i32::try_from(id).ok()) else { return };
        let group = Pid::from_raw(id);
        let _ = killpg(group, Signal::SIGINT);
        let asked = std::time::Instant::now();
        while asked.elapsed() < TIMEOUT && !matches!(self.child.try_wait(), Ok(Some(_))) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = killpg(group, Signal::SIGKILL);
    }
}

fn command(cloud: &Cloud, root: &Path, port: u16) -> Result<Command> {
    let program = root.join(".venv/bin/cargo-lambda");
    if !program.is_file() {
        bail!("{} is missing: `make watch` installs it", program.display());
    }
    let mut command = die_with_parent(program);
    command
        .args(["lambda", "watch", "--invoke-address", "127.0.0.1", "--invoke-port", &port.to_string()])
        .current_dir(root)
        // A group of its own: we pass Ctrl-C on in order, not to all at once.
        .process_group(0)
        .env("AWS_ENDPOINT_URL", cloud.aws_endpoint_url())
        .env("AWS_REGION", cloud.region())
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", ACCESS_KEY)
        .env("AWS_SESSION_TOKEN", SESSION_TOKEN);
    // One environment for all: `cargo lambda watch` has no other, and a name means the same in each function.
    for function in cloud.model().functions.values() {
        command.envs(&function.env);
    }
    Ok(command)
}
