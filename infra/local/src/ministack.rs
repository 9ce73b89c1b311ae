//! The emulator behind the AWS endpoints: one ministack process, as a child that cannot outlive us.

use crate::clients::{ACCESS_KEY, SESSION_TOKEN};
use crate::spawner::{Spawner, die_with_parent};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::process::Child;

/// Longest time the emulator may take to answer; it needs a third of a second on an idle machine.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A running emulator; dropping it kills it.
#[derive(Debug)]
pub(crate) struct Ministack {
    child: Child,
    port: u16,
}

impl Ministack {
    /// Starts the emulator on a free port of its own and waits until it answers.
    ///
    /// `public_port` is the port of the fault proxy in front of it, which it must name in the URLs it hands out.
    pub(crate) async fn start(spawner: &Spawner, program: &Path, state_dir: &Path, region: &str, public_port: u16) -> Result<Self> {
        let mut last = None;
        // If another process takes its port after all, it tries another.
        for _ in 0..3 {
            match Self::start_once(spawner, program, state_dir, region, public_port).await {
                Ok(running) => return Ok(running),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| anyhow::anyhow!("ministack did not start")))
    }

    async fn start_once(spawner: &Spawner, program: &Path, state_dir: &Path, region: &str, public_port: u16) -> Result<Self> {
        let port = free_port().await?;
        let log = state_dir.join("logs").join("ministack.log");
        let output = std::fs::File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut command = die_with_parent(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", state_dir)
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("MINISTACK_HOST", "127.0.0.1")
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{public_port}"))
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", ACCESS_KEY)
            .env("AWS_SESSION_TOKEN", SESSION_TOKEN)
            .env("AWS_DEFAULT_REGION", region)
            .env("MINISTACK_REGION", region)
            .env("SFTP_ENABLED", "0")
            .env("IOT_MTLS_ENABLED", "0")
            .env("LOG_LEVEL", "WARNING")
            .current_dir(state_dir)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let child = spawner.spawn(command).await.with_context(|| format!("cannot start {}", program.display()))?;
        let mut running = Self { child, port };
        running.wait_until_ready(&log).await?;
        Ok(running)
    }

    async fn wait_until_ready(&mut self, log: &Path) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < START_LIMIT {
            if let Some(status) = self.child.try_wait()? {
                bail!("ministack ended with {status}; see {}", log.display());
            }
            if TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bail!("ministack did not answer within {} s; see {}", START_LIMIT.as_secs(), log.display())
    }

    /// Its resident memory in bytes; 0 when the system does not tell.
    pub(crate) fn memory(&self) -> u64 {
        self.child.id().and_then(|id| crate::process::resident(&id.to_string(), "VmRSS:")).unwrap_or_default()
    }

    /// Host and port it listens on.
    pub(crate) fn authority(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Whether it is still running.
    pub(crate) fn check(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            Some(status) => bail!("ministack ended with {status}"),
            None => Ok(()),
        }
    }

    /// Kills it and waits until it is gone.
    pub(crate) async fn stop(&mut self) {
        drop(self.child.kill().await);
    }
}

/// A free port below those the system gives to outgoing connections, at random: no process takes it before the emulator's bind, not even another
/// cloud that starts right now.
async fn free_port() -> Result<u16> {
    for _ in 0..100 {
        let port = 20_000 + rand::random::<u16>() % 12_000;
        if tokio::net::TcpListener::bind(("127.0.0.1", port)).await.is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port between 20000 and 32000")
}

/// The emulator's program: `MINISTACK` when set, else the one `make` installed under the repository's `.venv`.
///
/// # Errors
/// When there is none, with the remedy.
pub(crate) fn find(root: &Path) -> Result<PathBuf> {
    let program = match std::env::var_os("MINISTACK") {
        Some(path) => PathBuf::from(path),
        None => root.join(".venv/bin/ministack"),
    };
    if program.is_file() {
        return Ok(program);
    }
    bail!("{} is missing: `infra/local/install requirements` gets the emulator of the AWS endpoints", program.display())
}
