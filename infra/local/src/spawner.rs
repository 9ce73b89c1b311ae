//! Child processes that cannot outlive this one, not even when it is killed.
//!
//! The kernel kills a child when the *thread* that made it ends (`PR_SET_PDEATHSIG`), so one thread makes all children
//! and lives as long as its [`Spawner`].

use anyhow::{Context, Result, anyhow};
use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::{OnceLock, mpsc};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

struct Job {
    command: Command,
    reply: oneshot::Sender<std::io::Result<Child>>,
}

/// Makes child processes; dropping it kills them all.
#[derive(Debug, Clone)]
pub(crate) struct Spawner {
    jobs: mpsc::Sender<Job>,
}

impl Spawner {
    /// Starts the thread. Must be called inside a tokio runtime.
    pub(crate) fn start() -> Result<Self> {
        let (jobs, receiver) = mpsc::channel::<Job>();
        let runtime = tokio::runtime::Handle::current();
        std::thread::Builder::new()
            .name("spawner".into())
            .spawn(move || {
                let _entered = runtime.enter();
                while let Ok(mut job) = receiver.recv() {
                    let child = job.command.spawn();
                    drop(job.reply.send(child));
                }
            })
            .context("cannot start a thread")?;
        Ok(Self { jobs })
    }

    /// Starts the command, which should come from [`die_with_parent`].
    pub(crate) async fn spawn(&self, mut command: Command) -> Result<Child> {
        command.kill_on_drop(true);
        let (reply, child) = oneshot::channel();
        self.jobs.send(Job { command, reply }).map_err(|_| anyhow!("the local cloud is stopping"))?;
        Ok(child.await.map_err(|_| anyhow!("the local cloud is stopping"))??)
    }
}

/// A command whose process dies with the thread that starts it, where the system can do that (Linux).
pub(crate) fn die_with_parent(program: impl AsRef<OsStr>) -> Command {
    match setpriv() {
        Some(setpriv) => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "KILL", "--"]).arg(program);
            command
        }
        None => Command::new(program),
    }
}

/// util-linux' `setpriv`, looked up once.
fn setpriv() -> Option<&'static PathBuf> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOUND.get_or_init(|| on_path("setpriv")).as_ref()
}

/// The first file of that name in the folders of `PATH`.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|candidate| candidate.is_file())
}
