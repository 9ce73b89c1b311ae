//! Schedules: their events and times.

use crate::pool::{Pool, request_id};
use crate::template::Schedule;
use anyhow::{Result, bail};
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// The period of `rate(1 minute)`, `rate(1 hour)` or `rate(1 day)`.
pub(crate) fn period(expression: &str) -> Result<Duration> {
    let seconds = match expression {
        "rate(1 minute)" => 60,
        "rate(1 hour)" => 3600,
        "rate(1 day)" => 86_400,
        _ => bail!("{expression} is no period that the local cloud knows"),
    };
    Ok(Duration::from_secs(seconds))
}

/// Fires a schedule by the clock until it is dropped.
#[derive(Debug)]
pub(crate) struct Timer {
    task: JoinHandle<()>,
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Timer {
    /// Starts the clock of one schedule.
    pub(crate) fn start(schedule: Schedule, pool: Arc<Pool>, region: &str) -> Result<Self> {
        let period = period(&schedule.expression)?;
        let region = region.to_owned();
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(period).await;
                pool.invoke(event(&schedule, &region, Timestamp::now())).await;
            }
        });
        Ok(Self { task })
    }
}

/// The event a schedule sends.
pub(crate) fn event(schedule: &Schedule, region: &str, now: Timestamp) -> Bytes {
    let account = crate::cloud::ACCOUNT;
    let event = json!({
        "version": "0",
        "id": request_id(),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": account,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": region,
        "resources": [format!("arn:aws:scheduler:{region}:{account}:schedule/default/{}", schedule.name)],
        "detail": "{}",
    });
    Bytes::from(event.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_strictly_as_aws_does() {
        assert_eq!(period("rate(1 minute)").unwrap(), Duration::from_secs(60));
        for wrong in ["rate(1 hours)", "rate(5 minute)", "rat(1 hour)", "cron(0 12 * * ? *)"] {
            assert!(period(wrong).is_err(), "{wrong}");
        }
    }
}
