//! `alarms`: the alarms of the running cloud and their states.

use crate::http_client::HttpClient;
use crate::terminal::say;
use anyhow::{Context, Result, ensure};
use http::Method;
use serde_json::Value;
use std::path::Path;

/// Prints the alarms of the cloud of this state folder, the ringing ones first.
pub(super) fn run(state_dir: &Path) -> Result<()> {
    let file = state_dir.join("stack.env");
    let text = std::fs::read_to_string(&file).context("no local cloud is running: `make up` starts one")?;
    let control = text.lines().find_map(|line| line.strip_prefix("CONTROL_URL=")).context("stack.env has no CONTROL_URL")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let reply = runtime.block_on(HttpClient::default().send(Method::GET, &format!("{control}/_local/alarms"), &[], ""))?;
    ensure!(reply.status.is_success(), "the local cloud does not tell its alarms: {}", reply.status);
    let mut alarms = reply.json().as_array().cloned().unwrap_or_default();
    alarms.sort_by_key(|alarm| alarm["state"] != "ALARM");
    alarms.iter().for_each(|alarm| say(&line(alarm)));
    Ok(())
}

fn line(alarm: &Value) -> String {
    let of = |name: &str| alarm[name].as_str().unwrap_or_default().to_owned();
    let value = alarm["value"].as_f64().map_or_else(|| "-".to_owned(), |value| value.to_string());
    format!("{:<17} {:>8}  {:<36} {}", of("state"), value, of("name"), of("description"))
}
