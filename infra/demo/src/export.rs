//! A copy of everything.

use crate::journey::{Journey, PAUSE, expect, string};
use anyhow::{Result, bail};
use http::Method;
use serde_json::Value;
use std::time::{Duration, Instant};

impl Journey {
    /// Whose account it is: `acc_…`.
    pub async fn account(&self) -> Result<String> {
        Ok(string(&expect(&self.call(Method::GET, "/v1/me", None, &[]).await?, 200, "reading the account")?, "account_id"))
    }

    /// Asks for a copy of everything; its id.
    pub async fn ask_for_export(&self, key: &str) -> Result<String> {
        let asked = self.call(Method::POST, "/v1/exports", None, &[("idempotency-key", key)]).await?;
        Ok(string(&expect(&asked, 202, "asking for a copy")?, "export_id"))
    }

    /// The copy as it is.
    pub async fn export(&self, export: &str) -> Result<Value> {
        expect(&self.call(Method::GET, &format!("/v1/exports/{export}"), None, &[]).await?, 200, "looking at a copy")
    }

    /// The copy, once every file of it is there.
    pub async fn export_ready(&self, export: &str, within: Duration) -> Result<Value> {
        let started = Instant::now();
        while started.elapsed() < within {
            let found = self.export(export).await?;
            if found["state"] == "ready" {
                return Ok(found);
            }
            tokio::time::sleep(PAUSE).await;
        }
        bail!("the copy was not ready within {} s", within.as_secs())
    }
}
