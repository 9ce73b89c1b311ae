//! The processes of one function: started on demand, kept warm, one invocation at a time each, replaced when they die.

use crate::metrics::Metrics;
use crate::process::{self, Handle, Launch};
use crate::remote::Remote;
use crate::serve::BoxError;
use bytes::Bytes;
use serde_json::json;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::{mpsc, oneshot};

/// A piece of a streamed reply.
pub(crate) type Part = Result<Bytes, BoxError>;

/// The outcome of an invocation.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The function's whole reply.
    Reply(Bytes),
    /// A streamed reply; the channel closes with the stream. An error in it means that the stream broke off.
    Stream(mpsc::Receiver<Part>),
    /// The function failed, timed out or died: `{"errorType","errorMessage"}`.
    Failed(Bytes),
    /// It did not run: it runs as often at once as it may.
    Throttled,
}

/// An event on its way to a process.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// The request id.
    pub(crate) id: String,
    pub(crate) event: Bytes,
    /// The time at which the invocation is aborted.
    pub(crate) deadline: SystemTime,
}

#[derive(Debug)]
struct Waiting {
    id: String,
    event: Bytes,
    reply: oneshot::Sender<Answer>,
}

#[derive(Debug)]
struct InFlight {
    id: String,
    reply: Option<oneshot::Sender<Answer>>,
    began: Instant,
}

/// The work of a function's invocations so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Worked {
    /// How many have ended.
    pub invocations: u32,
    /// How long they took together, from the event's delivery to the next question.
    pub time: Duration,
}

#[derive(Debug)]
struct Process {
    generation: u64,
    handle: Handle,
    /// Has asked for an event at least once.
    started: bool,
    /// Waits for an event.
    parked: Option<oneshot::Sender<Delivery>>,
    current: Option<InFlight>,
    /// The function's error when its start failed.
    init_error: Option<Bytes>,
}

#[derive(Debug, Default)]
struct State {
    generation: u64,
    next_number: u64,
    env: BTreeMap<String, String>,
    waiting: VecDeque<Waiting>,
    processes: BTreeMap<u64, Process>,
    worked: Worked,
    /// Why the last started process never asked for an event; `None` once one did.
    unable: Option<String>,
    closed: bool,
    /// The most invocations at once; more are refused.
    reserved: Option<usize>,
}

impl State {
    /// Process `number` has ended its invocation, if it had one.
    fn finish(&mut self, number: u64) {
        let Some(done) = self.processes.get_mut(&number).and_then(|process| process.current.take()) else { return };
        self.worked.invocations += 1;
        self.worked.time += done.began.elapsed();
    }

    fn is_full(&self) -> bool {
        let running = self.processes.values().filter(|process| process.current.is_some()).count();
        self.reserved.is_some_and(|most| running + self.waiting.len() >= most)
    }
}

/// The pool of one function.
#[derive(Debug)]
pub(crate) struct Pool {
    launch: Launch,
    remote: Option<Remote>,
    timeout: Duration,
    limit: usize,
    metrics: Arc<Metrics>,
    state: Mutex<State>,
}

impl Pool {
    /// An empty pool that starts at most `limit` processes, or none when another program runs the function.
    pub(crate) fn new(
        launch: Launch,
        env: BTreeMap<String, String>,
        timeout: Duration,
        limit: usize,
        remote: Option<Remote>,
        metrics: Arc<Metrics>,
    ) -> Arc<Self> {
        let state = Mutex::new(State { env, ..State::default() });
        Arc::new(Self { launch, remote, timeout, limit: limit.max(1), metrics, state })
    }

    /// Whether another program runs the function, and may have to build it first.
    pub(crate) fn is_remote(&self) -> bool {
        self.remote.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The function's name.
    pub(crate) fn name(&self) -> &str {
        &self.launch.function
    }

    /// A value of one of Lambda's metrics.
    pub(crate) fn count(&self, metric: &str, value: f64) {
        self.metrics.of_function(&self.launch.aws_name, metric, value);
    }

    /// Refuses more than this many invocations at once; `None` refuses none.
    pub(crate) fn reserve(&self, most: Option<usize>) {
        self.state().reserved = most;
    }

    /// Runs one invocation; waits for a free process as long as it takes.
    pub(crate) async fn invoke(self: &Arc<Self>, event: Bytes) -> Answer {
        if self.state().is_full() {
            self.count("Throttles", 1.0);
            return Answer::Throttled;
        }
        self.count("Invocations", 1.0);
        let began = Instant::now();
        let answer = self.run(event).await;
        self.count("Duration", began.elapsed().as_secs_f64() * 1000.0);
        self.count("Errors", if matches!(answer, Answer::Failed(_)) { 1.0 } else { 0.0 });
        answer
    }

    async fn run(self: &Arc<Self>, event: Bytes) -> Answer {
        if let Some(remote) = &self.remote {
            return remote.invoke(self.name(), event).await;
        }
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { id: request_id(), event, reply };
        {
            let mut state = self.state();
            if state.closed {
                return failed("Runtime.Stopped", "the local cloud is stopping");
            }
            state.waiting.push_back(waiting);
            self.hand_out(&mut state);
            self.start_processes(&mut state);
        }
        answer.await.unwrap_or_else(|_| failed("Runtime.Stopped", "the local cloud is stopping"))
    }

    /// Gives waiting events to parked processes.
    fn hand_out(self: &Arc<Self>, state: &mut State) {
        let generation = state.generation;
        while !state.waiting.is_empty() {
            let parked = state.processes.iter_mut().find(|(_, process)| process.generation == generation && process.parked.is_some());
            let Some((number, process)) = parked else { return };
            let (number, Some(parked)) = (*number, process.parked.take()) else { return };
            // The gateway has given up on these events.
            state.waiting.retain(|waiting| !waiting.reply.is_closed());
            let Some(waiting) = state.waiting.pop_front() else {
                if let Some(process) = state.processes.get_mut(&number) {
                    process.parked = Some(parked);
                }
                return;
            };
            // The process may have died while it waited: then its event goes back to the front.
            if let Some(refused) = self.deliver(state, number, waiting, parked) {
                state.waiting.push_front(refused);
            }
        }
    }

    fn deliver(self: &Arc<Self>, state: &mut State, number: u64, waiting: Waiting, parked: oneshot::Sender<Delivery>) -> Option<Waiting> {
        let delivery = Delivery { id: waiting.id.clone(), event: waiting.event.clone(), deadline: SystemTime::now() + self.timeout };
        if parked.send(delivery).is_err() {
            return Some(waiting);
        }
        self.assign(state, number, waiting.id, waiting.reply);
        None
    }

    fn assign(self: &Arc<Self>, state: &mut State, number: u64, id: String, reply: oneshot::Sender<Answer>) {
        if let Some(process) = state.processes.get_mut(&number) {
            process.current = Some(InFlight { id: id.clone(), reply: Some(reply), began: Instant::now() });
        }
        let pool = Arc::downgrade(self);
        let timeout = self.timeout;
        tokio::spawn(async move {
            tokio::time::sleep(timeout).await;
            if let Some(pool) = pool.upgrade() {
                pool.expire(number, &id);
            }
        });
    }

    /// Starts a process per waiting event that no starting process will take, within the limit.
    fn start_processes(self: &Arc<Self>, state: &mut State) {
        let generation = state.generation;
        let mine = |process: &&Process| process.generation == generation;
        let mut starting = state.processes.values().filter(mine).filter(|process| !process.started).count();
        let mut running = state.processes.values().filter(mine).count();
        while !state.closed && starting < state.waiting.len() && running < self.limit {
            state.next_number += 1;
            let number = state.next_number;
            let process = Process {
                generation,
                handle: process::start(self, number, &self.launch, &state.env),
                started: false,
                parked: None,
                current: None,
                init_error: None,
            };
            state.processes.insert(number, process);
            starting += 1;
            running += 1;
        }
    }

    /// A process asks for its next event. `None` when the process is unknown or must go.
    pub(crate) async fn next(self: &Arc<Self>, number: u64) -> Option<Delivery> {
        let event = {
            let mut state = self.state();
            let generation = state.generation;
            state.finish(number);
            let process = state.processes.get_mut(&number)?;
            process.started = true;
            if process.generation != generation {
                process.handle.kill();
                return None;
            }
            let (sender, event) = oneshot::channel();
            process.parked = Some(sender);
            state.unable = None;
            self.hand_out(&mut state);
            event
        };
        event.await.ok()
    }

    /// The answer of a process. `false` when it does not match its invocation.
    pub(crate) fn answer(&self, number: u64, id: &str, answer: Answer) -> bool {
        let Some(reply) = self.take_reply(number, id) else { return false };
        drop(reply.send(answer));
        self.state().finish(number);
        true
    }

    /// The work of the ended invocations.
    pub(crate) fn worked(&self) -> Worked {
        self.state().worked
    }

    /// Why the function does not start; `None` when it does, or was never requested.
    pub(crate) fn unable(&self) -> Option<String> {
        self.state().unable.clone()
    }

    /// The peak memory of its running processes, in bytes.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        self.state().processes.values().filter_map(|process| process.handle.peak_memory()).max()
    }

    /// Begins a streamed answer; the invocation stays in flight until the process asks for the next event. `false` when it does not match the
    /// process's invocation. The function does not learn whether anybody still reads.
    pub(crate) fn begin_stream(&self, number: u64, id: &str, stream: mpsc::Receiver<Part>) -> bool {
        let Some(reply) = self.take_reply(number, id) else { return false };
        drop(reply.send(Answer::Stream(stream)));
        true
    }

    fn take_reply(&self, number: u64, id: &str) -> Option<oneshot::Sender<Answer>> {
        let mut state = self.state();
        let current = state.processes.get_mut(&number)?.current.as_mut()?;
        if current.id == id { current.reply.take() } else { None }
    }

    /// Records why a process could not start; the process ends by itself.
    pub(crate) fn init_failed(&self, number: u64, error: Bytes) {
        if let Some(process) = self.state().processes.get_mut(&number) {
            process.init_error = Some(error);
        }
    }

    /// Ends an invocation that takes too long, and its process.
    fn expire(&self, number: u64, id: &str) {
        let mut state = self.state();
        let Some(process) = state.processes.get_mut(&number) else { return };
        let Some(current) = process.current.as_mut().filter(|current| current.id == id) else { return };
        if let Some(reply) = current.reply.take() {
            let seconds = self.timeout.as_secs_f64();
            drop(reply.send(failed("Sandbox.Timedout", &format!("RequestId: {id} Error: Task timed out after {seconds:.2} seconds"))));
        }
        process.handle.kill();
    }

    /// A process has ended: its invocation fails, and waiting events get another process.
    pub(crate) fn ended(self: &Arc<Self>, number: u64, how: &str) {
        let mut state = self.state();
        let Some(process) = state.processes.remove(&number) else { return };
        let mut lost = process.current.and_then(|current| current.reply.map(|reply| (current.id, reply)));
        let never_started = !process.started && process.generation == state.generation;
        let mut message = format!("{}: {how}", self.name());
        if never_started {
            let why = process::reason(&self.launch.log).unwrap_or_else(|| how.to_owned());
            message = format!("{} does not start: {why}", self.name());
            state.unable = Some(message.clone());
            // It will not start for the next event either: fail one per try instead of trying forever.
            lost = lost.or_else(|| state.waiting.pop_front().map(|waiting| (waiting.id, waiting.reply)));
        }
        if let Some((id, reply)) = lost {
            eprintln!("{message}");
            let answer = match process.init_error {
                Some(error) => Answer::Failed(error),
                None => failed("Runtime.ExitError", &format!("RequestId: {id} Error: Runtime exited: {how}")),
            };
            drop(reply.send(answer));
        }
        self.start_processes(&mut state);
    }

    /// Changes one environment variable; processes started before are replaced, each when it is idle.
    pub(crate) fn set_env(&self, key: &str, value: &str) {
        let mut state = self.state();
        state.env.insert(key.to_owned(), value.to_owned());
        state.generation += 1;
        for process in state.processes.values() {
            if process.current.is_none() {
                process.handle.kill();
            }
        }
    }

    /// Request id of the invocation a process works on.
    pub(crate) fn current(&self, number: u64) -> Option<String> {
        self.state().processes.get(&number)?.current.as_ref().map(|current| current.id.clone())
    }

    /// Numbers of the processes that work on an invocation.
    pub(crate) fn busy(&self) -> Vec<u64> {
        self.state().processes.iter().filter(|(_, process)| process.current.is_some()).map(|(number, _)| *number).collect()
    }

    /// Kills one process and waits until it is gone.
    pub(crate) async fn kill(&self, number: u64) {
        let handle = self.state().processes.get(&number).map(|process| process.handle.clone());
        if let Some(handle) = handle {
            handle.kill();
            handle.gone().await;
        }
    }

    /// Kills every process and waits until all are gone. The pool starts new ones on demand.
    pub(crate) async fn kill_all(&self) -> usize {
        let handles: Vec<Handle> = self.state().processes.values().map(|process| process.handle.clone()).collect();
        for handle in &handles {
            handle.kill();
        }
        for handle in &handles {
            handle.gone().await;
        }
        handles.len()
    }

    /// Kills every process and refuses further invocations.
    pub(crate) async fn close(&self) {
        {
            let mut state = self.state();
            state.closed = true;
            state.waiting.clear();
        }
        self.kill_all().await;
    }
}

/// The answer of an invocation that failed outside the function's own code.
pub(crate) fn failed(kind: &str, message: &str) -> Answer {
    Answer::Failed(json!({ "errorType": kind, "errorMessage": message }).to_string().into())
}

/// A random id in the form of AWS request ids.
pub(crate) fn request_id() -> String {
    let hex = format!("{:032x}", rand::random::<u128>());
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}
