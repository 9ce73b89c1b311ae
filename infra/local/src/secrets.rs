//! Secrets that the template generates in Secrets Manager: made once per state folder, in a file with permissions for the owner alone.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The secret of a resource, made at its first use.
pub(crate) fn value(id: &str, state_dir: &Path) -> Result<String> {
    let lock = File::create(state_dir.join("secrets.lock")).context("cannot lock the secrets")?;
    lock.lock().context("cannot lock the secrets")?;
    let path = state_dir.join("secrets.json");
    let mut secrets: BTreeMap<String, String> = match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).with_context(|| format!("{} is damaged: delete it", path.display()))?,
        Err(_) => BTreeMap::new(),
    };
    if let Some(secret) = secrets.get(id) {
        return Ok(secret.clone());
    }
    let secret = hex::encode(rand::random::<[u8; 32]>());
    secrets.insert(id.to_owned(), secret.clone());
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    file.write_all(&serde_json::to_vec_pretty(&secrets)?)?;
    Ok(secret)
}
