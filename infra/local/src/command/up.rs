//! `up` and `serve`: the cloud in the background and in the foreground.

use super::Place;
use crate::lock::{self, Lock};
use crate::parameters;
use crate::stack_env;
use crate::stand_ins::{self, StandIns};
use crate::terminal::say;
use crate::{Cloud, Options};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};

/// Longest time the background process may take until it is ready.
const START_LIMIT: Duration = Duration::from_secs(90);

/// Starts `serve` as a background process and waits until it is ready.
pub(super) fn start_in_background(place: &Place) -> Result<()> {
    let started = Instant::now();
    let state_dir = &place.state.state_dir;
    if lock::holder(state_dir)?.is_some() {
        bail!("the local cloud is already up (state in {}): `make down` stops it", state_dir.display());
    }
    let env_file = state_dir.join("stack.env");
    drop(fs::remove_file(&env_file));
    let log = state_dir.join("cloud.log");
    let output = fs::File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
    let mut child = Command::new(std::env::current_exe()?)
        .arg("serve")
        .args(std::env::args_os().skip(2))
        .arg("--detached")
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()
        .context("cannot start the background process")?;
    wait_until_ready(&mut child, &env_file, &log)?;
    say(&format!("The local cloud is up ({:.1} s). {} says where everything is:", started.elapsed().as_secs_f64(), env_file.display()));
    let env = fs::read_to_string(&env_file)?;
    for line in env.lines().take_while(|line| !line.starts_with("AWS_REGION=")) {
        say(&format!("  {line}"));
    }
    stand_ins::words(&options(place)?.parameters).iter().for_each(|line| say(line));
    say("The roles of the functions are enforced. What they did not allow: curl $CONTROL_URL/_local/denials");
    let site = env.lines().find_map(|line| line.strip_prefix("SITE_URL=")).unwrap_or_default();
    say(&format!("Open {site}"));
    Ok(())
}

fn wait_until_ready(child: &mut Child, env_file: &Path, log: &Path) -> Result<()> {
    let started = Instant::now();
    while started.elapsed() < START_LIMIT {
        if let Some(status) = child.try_wait()? {
            let said = fs::read_to_string(log).unwrap_or_default();
            let reason = said.trim().strip_prefix("error: ").unwrap_or(said.trim()).to_owned();
            bail!("{}", if reason.is_empty() { format!("the background process ended with {status}") } else { reason });
        }
        if env_file.is_file() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(child.kill());
    bail!("the local cloud was not ready within {} s; see {}", START_LIMIT.as_secs(), log.display())
}

/// Runs the cloud until Ctrl-C or SIGTERM.
pub(super) fn serve(place: &Place) -> Result<()> {
    if place.detached {
        // Detached from the terminal, so that its Ctrl-C and its end do not reach us.
        nix::unistd::setsid().context("cannot leave the terminal")?;
    }
    let _lock = Lock::take(&place.state.state_dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(run(place));
    drop(fs::remove_file(place.state.state_dir.join("stack.env")));
    outcome
}

async fn run(place: &Place) -> Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut options = options(place)?;
    let words = stand_ins::words(&options.parameters);
    let start = async {
        let stand_ins = StandIns::start(&mut options).await?;
        let cloud = Cloud::start(options).await?;
        stand_ins.connect(cloud.api_url()).await?;
        Ok::<_, anyhow::Error>((cloud, stand_ins))
    };
    let (cloud, stand_ins) = tokio::select! {
        started = start => started?,
        _ = interrupt.recv() => return Ok(()),
        _ = terminate.recv() => return Ok(()),
    };
    stack_env::write(&cloud, &stand_ins, &place.state.state_dir)?;
    if !place.detached {
        words.iter().for_each(|line| say(line));
        say(&format!("The local cloud is up: open {}. Ctrl-C stops it.", cloud.site_url()));
    }
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv(), if !place.detached => {}
    }
    cloud.stop().await;
    Ok(())
}

/// The options from the arguments.
pub(super) fn options(place: &Place) -> Result<Options> {
    let mut options = Options::new(&place.state.state_dir)?;
    options.api_port = place.api_port;
    options.aws_port = place.aws_port;
    options.control_port = place.control_port;
    options.fire_schedules = !place.no_schedules;
    options.parameters = parameters::from_environment();
    if let Some(binaries) = &place.binaries {
        options.binaries = binaries.canonicalize().with_context(|| format!("no folder {}", binaries.display()))?;
    }
    for parameter in &place.parameters {
        let (name, value) = parameter.split_once('=').with_context(|| format!("--parameter {parameter}: write NAME=VALUE"))?;
        options.parameters.insert(name.to_owned(), value.to_owned());
    }
    Ok(options)
}
