//! One cloud per state folder: a file that stays locked as long as its process lives.

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// The lock of a running cloud; dropping it frees the folder.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the folder and writes our process id into the file.
    ///
    /// # Errors
    /// When a cloud already runs there.
    pub(crate) fn take(state_dir: &Path) -> Result<Self> {
        let mut file = open(state_dir)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("the local cloud is already up (state in {}): `make down` stops it", state_dir.display())
            }
            Err(TryLockError::Error(error)) => return Err(error).context("cannot lock the state folder"),
        }
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "{}", std::process::id())?;
        file.flush()?;
        Ok(Self { _file: file })
    }
}

fn open(state_dir: &Path) -> Result<File> {
    std::fs::create_dir_all(state_dir).with_context(|| format!("cannot make {}", state_dir.display()))?;
    let path = state_dir.join("cloud.pid");
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("cannot open {}", path.display()))
}

/// Process id of the cloud that holds the folder; `None` when none runs, even if an old file names one.
pub(crate) fn holder(state_dir: &Path) -> Result<Option<Pid>> {
    let mut file = open(state_dir)?;
    if file.try_lock().is_ok() {
        return Ok(None);
    }
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let id: i32 = text.trim().parse().context("the file cloud.pid holds no process id yet: try again")?;
    Ok(Some(Pid::from_raw(id)))
}

/// Ends the cloud that holds the folder; returns whether there was one. SIGTERM first, SIGKILL after `timeout`.
pub(crate) fn end_holder(state_dir: &Path, timeout: Duration) -> Result<bool> {
    let Some(pid) = holder(state_dir)? else { return Ok(false) };
    for (signal, limit) in [(Signal::SIGTERM, timeout), (Signal::SIGKILL, Duration::from_secs(5))] {
        // It may have ended by itself: then there is no process to signal.
        let _ = kill(pid, signal);
        let asked = Instant::now();
        while asked.elapsed() < limit {
            if holder(state_dir)?.is_none() {
                return Ok(true);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    bail!("process {pid} does not end")
}
