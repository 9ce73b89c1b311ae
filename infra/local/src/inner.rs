//! The state shared by the handle of a cloud and its control API.

use crate::clients::Clients;
use crate::clock::CloudClock;
use crate::cloud::Invocation;
use crate::events::Bus;
use crate::metrics::{AlarmState, Logs, Metrics};
use crate::pool::{Answer, Pool};
use crate::proxy::ProxyState;
use crate::queues::{Poller, Source};
use crate::roles::Permissions;
use crate::runtime_api::{PAYLOAD_LIMIT, Pools};
use crate::schedules::{self, Timer};
use crate::serve::BoxError;
use crate::template::{Model, Queue};
use anyhow::{Context, Result, anyhow, bail, ensure};
use bytes::Bytes;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

/// The state shared by the handle and the control API.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) model: Model,
    pub(crate) pools: Pools,
    pub(crate) proxy_state: ProxyState,
    pub(crate) clock: CloudClock,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) filtered: Logs,
    /// Host and port of the emulator.
    pub(crate) emulator: String,
    pub(crate) permissions: Arc<Permissions>,
    pub(crate) bus: Arc<Bus>,
    pub(crate) clients: Clients,
    pub(crate) region: String,
    pub(crate) aws_url: String,
    pub(crate) logs: PathBuf,
    pub(crate) pollers: OnceLock<Vec<Poller>>,
}

impl Inner {
    pub(crate) fn pool(&self, function: &str) -> Result<&Arc<Pool>> {
        let pools = self.pools.get().ok_or_else(|| anyhow!("the cloud is not up yet"))?;
        pools
            .get(function)
            .ok_or_else(|| anyhow!("no function named {function}; there are: {}", pools.keys().cloned().collect::<Vec<_>>().join(", ")))
    }

    /// Runs a function with the bytes of an event.
    pub(crate) async fn invoke(&self, function: &str, event: Bytes) -> Result<Invocation> {
        ensure!(event.len() <= PAYLOAD_LIMIT, "the event is larger than {PAYLOAD_LIMIT} bytes");
        Ok(match self.pool(function)?.invoke(event).await {
            Answer::Reply(payload) => Invocation { payload, failed: false },
            Answer::Failed(payload) => Invocation { payload, failed: true },
            Answer::Throttled => Invocation { payload: Bytes::from_static(THROTTLED), failed: true },
            Answer::Stream(mut stream) => {
                let mut payload = Vec::new();
                while let Some(part) = stream.recv().await {
                    match part {
                        Ok(bytes) => payload.extend_from_slice(&bytes),
                        Err(error) => return Ok(Invocation { payload: broken_off(&error), failed: true }),
                    }
                }
                Invocation { payload: payload.into(), failed: false }
            }
        })
    }

    /// Sends a scheduled function the event of its schedule.
    pub(crate) async fn fire_schedule(&self, function: &str) -> Result<Invocation> {
        let schedule = self.model.schedules.iter().find(|schedule| schedule.function == function);
        let schedule = schedule.ok_or_else(|| anyhow!("{function} has no schedule"))?;
        self.invoke(function, schedules::event(schedule, &self.region, Timestamp::now())).await
    }

    /// Moves the clock of every function, and the end of the forms that they sign.
    pub(crate) fn set_clock_offset(&self, seconds: i64) {
        // What was logged until now was logged then.
        self.filtered.count(&self.metrics);
        self.clock.set_offset(seconds);
        for pool in self.pools.get().into_iter().flat_map(BTreeMap::values) {
            pool.set_env(CLOCK_VARIABLE, &seconds.to_string());
        }
    }

    /// Every alarm of the template, as it is now.
    pub(crate) async fn alarms(&self) -> Result<Vec<AlarmState>> {
        self.filtered.count(&self.metrics);
        self.metrics.look_at_queues(&self.emulator, &self.region, &self.model.queues).await?;
        Ok(self.model.alarms.iter().map(|alarm| self.metrics.state(alarm)).collect())
    }

    /// The output of a function so far.
    pub(crate) fn logs(&self, function: &str) -> String {
        let bytes = std::fs::read(log_file(&self.logs, function)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The event source of a queue.
    pub(crate) fn poller(&self, queue: &str) -> Result<&Poller> {
        let name = &self.queue(queue)?.name;
        let pollers = self.pollers.get().map(Vec::as_slice).unwrap_or_default();
        pollers.iter().find(|poller| poller.queue() == name).ok_or_else(|| anyhow!("no function reads the queue {queue}"))
    }

    /// A queue by logical id or name.
    pub(crate) fn queue(&self, queue: &str) -> Result<&Queue> {
        let mut queues = self.model.queues.iter();
        queues.find(|known| known.logical_id == queue || known.name == queue).ok_or_else(|| anyhow!("no queue named {queue}"))
    }

    /// Waits until these queues are empty and no event is in flight, twice in a row, as work in one may fill another.
    pub(crate) async fn drain(&self, queues: &[&str], limit: Duration) -> Result<()> {
        let started = Instant::now();
        let mut quiet = 0;
        while quiet < 2 {
            let mut left = self.bus.in_flight();
            for queue in queues {
                left += self.poller(queue)?.backlog().await?;
            }
            quiet = if left == 0 { quiet + 1 } else { 0 };
            if started.elapsed() > limit {
                bail!("{left} messages are left in {} after {} s", queues.join(", "), limit.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Ok(())
    }

    /// Starts the event sources of every queue.
    pub(crate) fn start_pollers(&self, redelivery: Duration) -> Result<Vec<Poller>> {
        self.model
            .queue_sources
            .iter()
            .map(|source| {
                let queue = self.model.queues.iter().find(|queue| queue.arn == source.queue_arn);
                let queue =
                    queue.with_context(|| format!("{} reads a queue the template does not have: {}", source.function, source.queue_arn))?;
                let made = Source {
                    pool: Arc::clone(self.pool(&source.function)?),
                    client: self.clients.sqs.clone(),
                    queue: queue.name.clone(),
                    url: queue.url.clone(),
                    arn: queue.arn.clone(),
                    region: self.region.clone(),
                    batch_size: source.batch_size,
                    concurrency: source.maximum_concurrency,
                    reports_failures: source.reports_failures,
                    redelivery,
                };
                Ok(Poller::start(made))
            })
            .collect()
    }

    /// Starts the clock of every schedule.
    pub(crate) fn start_timers(&self) -> Result<Vec<Timer>> {
        self.model
            .schedules
            .iter()
            .map(|schedule| Timer::start(schedule.clone(), Arc::clone(self.pool(&schedule.function)?), &self.region))
            .collect()
    }
}

/// What Lambda says when a function runs as often as it may.
const THROTTLED: &[u8] = br#"{"errorType":"TooManyRequestsException","errorMessage":"Rate Exceeded."}"#;

/// Reads the logs on until the cloud is gone, so that each line counts at about its own time.
pub(crate) async fn count_lines(cloud: Weak<Inner>) {
    while let Some(inner) = cloud.upgrade() {
        inner.filtered.count(&inner.metrics);
        drop(inner);
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}

fn broken_off(error: &BoxError) -> Bytes {
    serde_json::json!({ "errorType": "Runtime.StreamError", "errorMessage": error.to_string() }).to_string().into()
}

/// Moves a function's clock; production refuses it.
pub(crate) const CLOCK_VARIABLE: &str = "CLOCK_OFFSET_SECONDS";

/// File that the processes of a function write to.
pub(crate) fn log_file(logs: &Path, function: &str) -> PathBuf {
    logs.join(format!("{function}.log"))
}
