//! The cloud itself: starts every part, and is the handle to all of them.

use crate::clients::Clients;
use crate::clock::CloudClock;
use crate::control;
use crate::credentials::{Credentials, assume_roles};
use crate::deployment::read_model;
use crate::events::Bus;
use crate::gateway::{self, Gateway};
use crate::inner::{CLOCK_VARIABLE, Inner, count_lines, log_file};
use crate::metrics::{self, AlarmState, Logs, Metrics};
use crate::ministack::{self, Ministack};
use crate::options::{Options, repository};
use crate::pool::{Pool, Worked};
use crate::process::{self, Launch};
use crate::proxy::{self, BucketCors, Call, ProxyState, faults::Fault};
use crate::queues::{self, Poller};
use crate::remote::Remote;
use crate::resources;
use crate::roles::{Denial, Permissions};
use crate::runtime_api::{self, Pools};
use crate::schedules::Timer;
use crate::serve::{Server, listen};
use crate::site;
use crate::spawner::Spawner;
use crate::template::{Model, Queue};
use anyhow::{Context, Result, anyhow};
use bytes::Bytes;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The account of the local endpoints.
pub(crate) const ACCOUNT: &str = "000000000000";

/// The outcome of an invocation, for callers outside the cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The function's answer, or `{"errorType","errorMessage"}`.
    pub payload: Bytes,
    /// Whether the function failed, timed out or died.
    pub failed: bool,
}

impl Invocation {
    /// The payload as JSON; `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.payload).unwrap_or_default()
    }
}

/// Resident memory in bytes; 0 where the system does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Memory {
    /// Of this process, which the cloud is a part of.
    pub own: u64,
    pub emulator: u64,
}

/// A running cloud. Dropping it kills all its processes; [`Cloud::stop`] also waits until they are gone.
#[derive(Debug)]
pub struct Cloud {
    inner: Arc<Inner>,
    servers: Vec<Server>,
    ministack: Ministack,
    timers: Vec<Timer>,
    api_url: String,
    site_url: String,
    control_url: String,
    function_urls: BTreeMap<String, String>,
    // Last: its end kills every process that is left.
    _spawner: Spawner,
}

impl Cloud {
    /// Starts everything and returns when it is ready.
    ///
    /// # Errors
    /// When the template is wrong, a port is taken, the emulator is not installed, or a resource cannot be made.
    pub async fn start(options: Options) -> Result<Self> {
        let state_dir = prepare(&options.state_dir)?;
        let spawner = Spawner::start()?;
        let aws = listen(options.aws_port, "AWS_PORT").await?;
        let api = listen(options.api_port, "API_PORT").await?;
        let control = listen(options.control_port, "CONTROL_PORT").await?;
        let runtime = listen(0, "RUNTIME_PORT").await?;
        let aws_port = aws.local_addr()?.port();
        let program = match &options.ministack {
            Some(program) => program.clone(),
            None => ministack::find(&repository()?)?,
        };
        let emulator = Ministack::start(&spawner, &program, &state_dir, &options.region, aws_port);
        // What browsers call it: they give no cookie of `localhost` to an address.
        let site_url = format!("http://localhost:{}", api.local_addr()?.port());
        let model = read_model(&options, &state_dir, &format!("http://127.0.0.1:{aws_port}"), &site_url);
        let (model, mut ministack) = (model?, emulator.await?);
        let clients = Clients::new(&format!("http://{}", ministack.authority()), &options.region);
        resources::create(&model, &clients).await?;
        ministack.check()?;

        let credentials = assume_roles(&model, &ministack.authority(), &options.region, ACCOUNT).await?;
        let permissions = Arc::new(Permissions::new(&model, &options, ACCOUNT, &state_dir.join("logs"), &credentials)?);
        permissions.check_lambda(&model)?;
        let pools: Pools = Arc::default();
        let clock = CloudClock::default();
        clock.set_offset(options.clock_offset);
        let metrics = Arc::new(Metrics::new(clock.clone()));
        metrics::check(&model.alarms, &model.metric_filters)?;
        let filtered = Logs::new(&model, &state_dir.join("logs"))?;
        let proxy_state = ProxyState::new(clock.clone());
        proxy_state.connect(&ministack.authority());
        let bus = Bus::new(&model, Arc::clone(&pools), &options.region, options.redelivery, Arc::clone(&metrics), clients.sqs.clone());
        let cors = BucketCors::read(&model.buckets)?;
        let mut servers =
            vec![proxy::start(aws, proxy_state.clone(), Arc::clone(&pools), Arc::clone(&bus), Arc::clone(&permissions), cors)?];
        let aws_url = servers[0].url();
        servers.push(runtime_api::start(runtime, Arc::clone(&pools), &options.region, ACCOUNT)?);
        let runtime_url = servers[1].url();
        let made = make_pools(&model, &options, &spawner, &runtime_url, &aws_url, &state_dir, &credentials, &metrics);
        pools.set(made).map_err(|_| anyhow!("the pools were set twice"))?;
        let gateway = Gateway::new(&model, Arc::clone(&pools), Arc::clone(&metrics));
        let server = match model.distribution.clone() {
            Some(distribution) => site::start(api, distribution, options.pages.clone(), gateway)?,
            None => gateway.start(api)?,
        };
        let api_url = server.url();
        servers.push(server);
        let mut function_urls = BTreeMap::new();
        for url in &model.function_urls {
            let door = gateway::function_url::start(listen(0, "the port of a function URL").await?, url.clone(), Arc::clone(&pools))?;
            function_urls.insert(url.function.clone(), door.url());
            servers.push(door);
        }

        let inner = Arc::new(Inner {
            model,
            pools,
            proxy_state,
            clock,
            metrics,
            filtered,
            emulator: ministack.authority(),
            permissions,
            bus,
            clients,
            region: options.region.clone(),
            aws_url,
            logs: state_dir.join("logs"),
            pollers: OnceLock::new(),
        });
        let pollers = inner.start_pollers(options.redelivery)?;
        inner.pollers.set(pollers).map_err(|_| anyhow!("the pollers were set twice"))?;
        tokio::spawn(count_lines(Arc::downgrade(&inner)));
        let timers = if options.fire_schedules { inner.start_timers()? } else { Vec::new() };
        let control = control::start(control, Arc::downgrade(&inner))?;
        let control_url = control.url();
        servers.push(control);
        Ok(Self { inner, servers, ministack, timers, api_url, site_url, control_url, function_urls, _spawner: spawner })
    }

    /// Without a final slash.
    pub fn api_url(&self) -> &str {
        &self.api_url
    }

    /// What a person opens in a browser, without a final slash: the site, at the API's port.
    pub fn site_url(&self) -> &str {
        &self.site_url
    }

    /// Base URL of a function (`instant-create`) with a URL of its own, without a final slash; it answers every path.
    pub fn function_url(&self, function: &str) -> Option<&str> {
        self.function_urls.get(function).map(String::as_str)
    }

    /// The URLs of functions with one of their own.
    pub fn function_urls(&self) -> &BTreeMap<String, String> {
        &self.function_urls
    }

    /// Base URL of the AWS endpoints, through the fault proxy.
    pub fn aws_endpoint_url(&self) -> &str {
        &self.inner.aws_url
    }

    /// URL that lists every mail sent, as JSON.
    pub fn mail_url(&self) -> String {
        format!("{}/_ministack/ses/messages", self.inner.aws_url)
    }

    /// Base URL of the control API.
    pub fn control_url(&self) -> &str {
        &self.control_url
    }

    pub fn region(&self) -> &str {
        &self.inner.region
    }

    /// SDK clients that talk to the emulator directly: not recorded, not hit by faults.
    pub fn clients(&self) -> &Clients {
        &self.inner.clients
    }

    /// Physical names of the tables, by logical id (`AccountsTable`).
    pub fn tables(&self) -> BTreeMap<&str, &str> {
        self.inner.model.tables.iter().map(|table| (table.logical_id.as_str(), table.name.as_str())).collect()
    }

    /// Physical names of the buckets, by logical id (`Pictures`).
    pub fn buckets(&self) -> BTreeMap<&str, &str> {
        self.inner.model.buckets.iter().map(|bucket| (bucket.logical_id.as_str(), bucket.name.as_str())).collect()
    }

    /// The queues, by logical id (`GenerationQueued`).
    pub fn queues(&self) -> BTreeMap<&str, &Queue> {
        self.inner.model.queues.iter().map(|queue| (queue.logical_id.as_str(), queue)).collect()
    }

    pub fn model(&self) -> &Model {
        &self.inner.model
    }

    /// Runs a function with this event.
    ///
    /// # Errors
    /// When there is no such function or the event is larger than 6 MB; a function's own failure is in the result.
    pub async fn invoke(&self, function: &str, event: &Value) -> Result<Invocation> {
        self.inner.invoke(function, Bytes::from(event.to_string())).await
    }

    /// Sends a scheduled function the event of its schedule.
    ///
    /// # Errors
    /// When the function has no schedule.
    pub async fn fire_schedule(&self, function: &str) -> Result<Invocation> {
        self.inner.fire_schedule(function).await
    }

    /// Moves the functions' clock: the next invocation of each sees the new time.
    pub fn set_clock_offset(&self, seconds: i64) {
        self.inner.set_clock_offset(seconds);
    }

    /// Sets an environment variable of a function: its next invocation sees it.
    ///
    /// # Errors
    /// When there is no such function.
    pub fn set_env(&self, function: &str, key: &str, value: &str) -> Result<()> {
        self.inner.pool(function)?.set_env(key, value);
        Ok(())
    }

    /// Every alarm of the template, as it is now by the functions' clock.
    ///
    /// # Errors
    /// When the emulator does not show its queues.
    pub async fn alarms(&self) -> Result<Vec<AlarmState>> {
        self.inner.alarms().await
    }

    /// Refuses more than this many invocations of a function at once, as reserved concurrency does; `None` refuses none.
    ///
    /// # Errors
    /// When there is no such function.
    pub fn reserve_concurrency(&self, function: &str, most: Option<usize>) -> Result<()> {
        self.inner.pool(function)?.reserve(most);
        Ok(())
    }

    /// The output of a function so far; empty when it never ran.
    pub fn logs(&self, function: &str) -> String {
        self.inner.logs(function)
    }

    /// The AWS calls since the start or the last reset.
    pub fn calls(&self) -> Vec<Call> {
        self.inner.proxy_state.calls()
    }

    /// The calls that roles did not allow, since the start.
    pub fn denials(&self) -> Vec<Denial> {
        self.inner.permissions.denials()
    }

    /// Forgets the recorded calls.
    pub fn reset_calls(&self) {
        self.inner.proxy_state.reset_calls();
    }

    /// Injects a fault.
    pub fn inject(&self, fault: Fault) {
        self.inner.proxy_state.inject(fault);
    }

    /// Forgets every fault; answers how many were still waiting for their calls.
    pub fn clear_faults(&self) -> usize {
        self.inner.proxy_state.clear_faults()
    }

    /// The faults still waiting for their calls.
    pub fn faults(&self) -> Vec<Fault> {
        self.inner.proxy_state.faults()
    }

    /// Kills every process of a function (SIGKILL); its invocations fail. Returns the number of processes.
    ///
    /// # Errors
    /// When there is no such function.
    pub async fn kill(&self, function: &str) -> Result<usize> {
        Ok(self.inner.pool(function)?.kill_all().await)
    }

    /// The number of running invocations of a function.
    ///
    /// # Errors
    /// When there is no such function.
    pub fn busy(&self, function: &str) -> Result<usize> {
        Ok(self.inner.pool(function)?.busy().len())
    }

    /// The work of a function's invocations so far.
    ///
    /// # Errors
    /// When there is no such function.
    pub fn worked(&self, function: &str) -> Result<Worked> {
        Ok(self.inner.pool(function)?.worked())
    }

    /// A function that does not start, and the reason; `None` when each requested one starts.
    pub fn unable(&self) -> Option<String> {
        self.inner.pools.get()?.values().find_map(|pool| pool.unable())
    }

    /// The peak resident memory of a function's running processes, in bytes; `None` when none runs.
    ///
    /// # Errors
    /// When there is no such function.
    pub fn peak_memory(&self, function: &str) -> Result<Option<u64>> {
        Ok(self.inner.pool(function)?.peak_memory())
    }

    /// The resident memory of the cloud.
    pub fn memory(&self) -> Memory {
        Memory { own: process::resident("self", "VmRSS:").unwrap_or_default(), emulator: self.ministack.memory() }
    }

    /// Invokes the consumer of a queue with one event of these message bodies, bypassing the queue: for messages that come twice or out of order.
    /// Returns the indexes of those that the function reports as failed (all of them when the invocation failed).
    ///
    /// # Errors
    /// When no function consumes this queue.
    pub async fn deliver(&self, queue: &str, bodies: &[String]) -> Result<Vec<usize>> {
        let failed = self.inner.poller(queue)?.deliver_once(bodies).await;
        Ok((0..bodies.len()).filter(|index| failed.contains(&queues::made_up_id(*index))).collect())
    }

    /// Stops deliveries from a queue (logical id or name); running ones continue.
    ///
    /// # Errors
    /// When no function consumes this queue.
    pub async fn pause_queue(&self, queue: &str) -> Result<()> {
        self.inner.poller(queue)?.pause().await;
        Ok(())
    }

    /// Delivers from a queue again.
    ///
    /// # Errors
    /// When no function consumes this queue.
    pub fn resume_queue(&self, queue: &str) -> Result<()> {
        self.inner.poller(queue)?.resume();
        Ok(())
    }

    /// Waits until a queue is empty and nothing delivered from it is in progress.
    ///
    /// # Errors
    /// When that takes longer than `limit`, or no function consumes this queue.
    pub async fn drain_queue(&self, queue: &str, limit: Duration) -> Result<()> {
        self.inner.drain(&[queue], limit).await
    }

    /// Holds back every event of the bus (such as SES's confirmation of a mail) from now on.
    pub fn hold_events(&self) {
        self.inner.bus.hold();
    }

    /// The held events, whole.
    pub fn held_events(&self) -> Vec<Value> {
        self.inner.bus.held()
    }

    /// Delivers the held events, and from now on every event at once; returns their number.
    pub fn release_events(&self) -> usize {
        self.inner.bus.release()
    }

    /// Waits until every consumed queue is empty, every event that is not held is handled, and no function is working.
    ///
    /// # Errors
    /// When that takes longer than `limit`.
    pub async fn settle(&self, limit: Duration) -> Result<()> {
        let pollers = self.inner.pollers.get().map(Vec::as_slice).unwrap_or_default();
        let queues: Vec<&str> = pollers.iter().map(Poller::queue).collect();
        self.inner.drain(&queues, limit).await
    }

    /// The same for one queue (logical id or name), whatever waits in the others.
    ///
    /// # Errors
    /// When there is no such queue, or it takes longer than `limit`.
    pub async fn settle_queue(&self, queue: &str, limit: Duration) -> Result<()> {
        let queue = self.inner.queue(queue)?;
        self.inner.drain(&[&queue.name], limit).await
    }

    /// Messages of any queue in any state, dead-letter queues included (logical id or name).
    ///
    /// # Errors
    /// When there is no such queue.
    pub async fn backlog(&self, queue: &str) -> Result<usize> {
        let queue = self.inner.queue(queue)?;
        queues::count_messages(&self.inner.clients.sqs, &queue.url).await
    }

    fn end_sources(&mut self) {
        self.timers.clear();
        self.inner.pollers.get().into_iter().flatten().for_each(Poller::end);
    }

    /// Stops everything and waits until it is gone.
    pub async fn stop(mut self) {
        self.end_sources();
        for pool in self.inner.pools.get().into_iter().flat_map(BTreeMap::values) {
            pool.close().await;
        }
        self.servers.clear();
        self.ministack.stop().await;
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        // Before the emulator: a poll that loses it would log an error.
        self.end_sources();
    }
}

fn prepare(state_dir: &Path) -> Result<PathBuf> {
    let logs = state_dir.join("logs");
    std::fs::create_dir_all(&logs).with_context(|| format!("cannot make {}", logs.display()))?;
    state_dir.canonicalize().with_context(|| format!("cannot use {}", state_dir.display()))
}

#[allow(clippy::too_many_arguments, reason = "the parts of a cloud, each made once")]
fn make_pools(
    model: &Model,
    options: &Options,
    spawner: &Spawner,
    runtime: &str,
    aws: &str,
    state_dir: &Path,
    credentials: &BTreeMap<String, Credentials>,
    metrics: &Arc<Metrics>,
) -> BTreeMap<String, Arc<Pool>> {
    let make = |function: &crate::template::Function| {
        let launch = Launch {
            function: function.name.clone(),
            aws_name: function.aws_name.clone(),
            binary: options.binaries.join(&function.name),
            log: log_file(&state_dir.join("logs"), &function.name),
            runtime_api: runtime.to_owned(),
            aws_endpoint: aws.to_owned(),
            region: options.region.clone(),
            credentials: credentials[&function.name].clone(),
            memory: function.memory,
            spawner: spawner.clone(),
        };
        let mut env = function.env.clone();
        env.extend(options.env.clone());
        if options.clock_offset != 0 {
            env.insert(CLOCK_VARIABLE.to_owned(), options.clock_offset.to_string());
        }
        (
            function.name.clone(),
            Pool::new(
                launch,
                env,
                function.timeout,
                options.concurrency,
                options.functions_url.as_deref().map(Remote::new),
                Arc::clone(metrics),
            ),
        )
    };
    model.functions.values().map(make).collect()
}
