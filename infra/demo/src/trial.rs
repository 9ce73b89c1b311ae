//! A trial without an account: a challenge is met, one small drawing is made, and its pictures go into the account that is opened later.

use crate::journey::{Journey, PAUSE, Results, TIMEOUT, expect, results, string};
use crate::{Picture, Steps};
use anyhow::{Result, bail};
use http::Method;
use serde_json::{Value, json};
use std::time::Instant;

/// Tries the service with this picture; returns the trial's id.
pub(crate) async fn travel(visitor: &mut Journey, picture: &Picture, style: &str, steps: &mut Steps) -> Result<String> {
    let trial = visitor.begin_trial().await?;
    steps.done(&format!("challenge met, {trial} begun without an account"));
    let Results { files, .. } = visitor.try_out(&trial, picture, style).await?;
    steps.done(&format!("one drawing tried: {} small files, gone after a day", files.len()));
    Ok(trial)
}

/// Takes the trial's pictures into the account of who is signed in.
pub(crate) async fn claim(user: &Journey, trial: &str, steps: &mut Steps) -> Result<()> {
    let reply = user.call(Method::POST, &format!("/v1/trials/{trial}/claim"), None, &[]).await?;
    let generation = string(&expect(&reply, 202, "claiming the trial")?, "generation_id");
    let Results { files, .. } = user.wait(&generation, |_, _| {}).await?;
    steps.done(&format!("trial claimed: {} files are the account's as {generation}", files.len()));
    Ok(())
}

impl Journey {
    /// Begins a trial; returns its id. The stand-in of the challenge takes any answer, once.
    pub async fn begin_trial(&mut self) -> Result<String> {
        let answer = format!("0.demo-{:032x}", rand::random::<u128>());
        let body = json!({ "turnstile_token": answer, "age_attestation": "16+" });
        let reply = self.call(Method::POST, "/v1/trials", Some(body), &[]).await?;
        self.keep_cookie(&reply);
        Ok(string(&expect(&reply, 201, "beginning a trial")?, "trial_id"))
    }

    /// Has the trial's one drawing made.
    pub async fn try_out(&self, trial: &str, picture: &Picture, style: &str) -> Result<Results> {
        let upload = self.upload_to(&format!("/v1/trials/{trial}/uploads"), picture).await?;
        let body = json!({ "upload_id": upload, "style": style });
        let reply = self.call(Method::POST, &format!("/v1/trials/{trial}/generations"), Some(body), &[]).await?;
        expect(&reply, 202, "trying a drawing")?;
        self.tried(trial).await
    }

    async fn tried(&self, trial: &str) -> Result<Results> {
        let started = Instant::now();
        while started.elapsed() < TIMEOUT {
            let now = expect(&self.call(Method::GET, &format!("/v1/trials/{trial}"), None, &[]).await?, 200, "asking for the trial")?;
            let generation = &now["generation"];
            match generation["state"].as_str().unwrap_or_default() {
                "done" => return results(generation),
                state @ ("blocked" | "failed" | "cancelled") => bail!("the service refused the picture: {state} ({})", reason(generation)),
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
        bail!("the trial's drawing was not ready within {} s", TIMEOUT.as_secs())
    }
}

fn reason(generation: &Value) -> &str {
    generation["reason"].as_str().unwrap_or("no reason given")
}
