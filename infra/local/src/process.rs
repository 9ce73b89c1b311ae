//! One process of a function: its environment, its log file, and the end of it.

use crate::credentials::Credentials;
use crate::pool::Pool;
use crate::spawner::{Spawner, die_with_parent};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, OnceLock};
use tokio::process::Command;
use tokio::sync::{Notify, watch};

/// The launch parameters of a function's processes.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    /// The function's name in this repository.
    pub(crate) function: String,
    pub(crate) aws_name: String,
    pub(crate) binary: PathBuf,
    /// File that its processes append their output to.
    pub(crate) log: PathBuf,
    /// Base URL of the runtime API.
    pub(crate) runtime_api: String,
    /// Base URL of the fault proxy.
    pub(crate) aws_endpoint: String,
    /// AWS region.
    pub(crate) region: String,
    /// Those of its role.
    pub(crate) credentials: Credentials,
    /// MiB of memory it is told it has.
    pub(crate) memory: u32,
    /// Makes the process.
    pub(crate) spawner: Spawner,
}

/// A way to end a process and to see that it ended.
#[derive(Debug, Clone)]
pub(crate) struct Handle {
    kill_request: Arc<Notify>,
    ended: watch::Receiver<bool>,
    pid: Arc<OnceLock<u32>>,
}

impl Handle {
    /// Kills the process (SIGKILL).
    pub(crate) fn kill(&self) {
        self.kill_request.notify_one();
    }

    /// The peak resident memory of the process, in bytes; `None` when it is not running or the system does not tell.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        resident(&self.pid.get()?.to_string(), "VmHWM:")
    }

    /// Waits until the process is gone.
    pub(crate) async fn gone(&self) {
        drop(self.ended.clone().wait_for(|ended| *ended).await);
    }
}

/// Resident memory of a process (`self` is this one), in bytes: now (`VmRSS:`) or at its peak (`VmHWM:`).
pub(crate) fn resident(process: &str, figure: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kibibytes: u64 = status.lines().find_map(|line| line.strip_prefix(figure))?.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// Starts process `number` of the pool in the background and tells the pool when it ended.
pub(crate) fn start(pool: &Arc<Pool>, number: u64, launch: &Launch, env: &BTreeMap<String, String>) -> Handle {
    let kill_request = Arc::new(Notify::new());
    let (ended, watcher) = watch::channel(false);
    let (pool, launch, env, kill) = (Arc::downgrade(pool), launch.clone(), env.clone(), Arc::clone(&kill_request));
    let pid = Arc::new(OnceLock::new());
    let running = Arc::clone(&pid);
    tokio::spawn(async move {
        let how = match run(number, &launch, &env, &kill, &running).await {
            Ok(how) => how,
            Err(error) => format!("{error:#}"),
        };
        if let Some(pool) = pool.upgrade() {
            pool.ended(number, &how);
        }
        ended.send_replace(true);
    });
    Handle { kill_request, ended: watcher, pid }
}

async fn run(number: u64, launch: &Launch, env: &BTreeMap<String, String>, kill: &Notify, pid: &OnceLock<u32>) -> Result<String> {
    let output = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&launch.log)
        .with_context(|| format!("cannot write {}", launch.log.display()))?;
    let mut command = die_with_parent(&launch.binary);
    set_environment(&mut command, number, launch, env);
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    let binary = launch.binary.display();
    anyhow::ensure!(launch.binary.is_file(), "{binary} is missing: build it first");
    let mut child = launch.spawner.spawn(command).await.with_context(|| format!("cannot start {binary}"))?;
    if let Some(id) = child.id() {
        pid.get_or_init(|| id);
    }
    tokio::select! {
        status = child.wait() => Ok(status?.to_string()),
        () = kill.notified() => {
            child.kill().await?;
            Ok("signal: killed".to_owned())
        }
    }
}

/// Why a function has ended, if its log ends with the error that its `main` returned.
pub(crate) fn reason(log: &Path) -> Option<String> {
    let text = std::fs::read(log).ok()?;
    let text = String::from_utf8_lossy(&text);
    text.lines().last()?.strip_prefix("Error: ").map(str::to_owned)
}

/// Only variables that Lambda sets: a function that depends on the developer's shell would fail only when deployed.
fn set_environment(command: &mut Command, number: u64, launch: &Launch, env: &BTreeMap<String, String>) {
    let process = format!("{}.{number}", launch.function);
    let task_root = launch.binary.parent().unwrap_or_else(|| Path::new("/"));
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", format!("{}/rt/{process}", launch.runtime_api))
        .env("AWS_LAMBDA_FUNCTION_NAME", &launch.aws_name)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", launch.memory.to_string())
        .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", launch.aws_name))
        .env("AWS_LAMBDA_LOG_STREAM_NAME", format!("local/[$LATEST]{number}"))
        .env("AWS_EXECUTION_ENV", "AWS_Lambda_Image")
        .env("AWS_REGION", &launch.region)
        .env("AWS_DEFAULT_REGION", &launch.region)
        .env("AWS_ACCESS_KEY_ID", &launch.credentials.access_key)
        .env("AWS_SECRET_ACCESS_KEY", &launch.credentials.secret_key)
        .env("AWS_SESSION_TOKEN", &launch.credentials.session_token)
        .env("AWS_ENDPOINT_URL", &launch.aws_endpoint)
        .env("AWS_SDK_UA_APP_ID", &process)
        .env("LAMBDA_TASK_ROOT", task_root)
        .env("LANG", "en_US.UTF-8")
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("TZ", ":UTC")
        .env("_HANDLER", "bootstrap")
        .envs(env)
        .current_dir(task_root);
}
