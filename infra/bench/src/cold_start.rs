//! The time from process start to answered event: a runtime API that hands out one event and measures.

use anyhow::{Context, Result, bail};
use http::{HeaderValue, Response, StatusCode};
use local_cloud::serve::{self, Server, listen};
use serde_json::json;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::process::Command;
use tokio::sync::mpsc;

/// Longest time a process may take to its first answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A process to measure.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    /// Program and arguments.
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    /// Its whole environment but the runtime API.
    pub(super) env: BTreeMap<String, String>,
    pub(super) event: &'static str,
}

/// The clock: each measurement starts a new process behind the same server.
#[derive(Debug)]
pub(super) struct Stopwatch {
    server: Server,
    answers: mpsc::UnboundedReceiver<Instant>,
    event: mpsc::UnboundedSender<&'static str>,
}

impl Stopwatch {
    /// Starts the server.
    pub(super) async fn new() -> Result<Self> {
        let (answered, answers) = mpsc::unbounded_channel();
        let (event, events) = mpsc::unbounded_channel::<&'static str>();
        let events = Arc::new(tokio::sync::Mutex::new(events));
        let server = Server::start(listen(0, "a free port").await?, move |request, _| {
            let (events, answered) = (Arc::clone(&events), answered.clone());
            async move {
                if request.uri().path().ends_with("/invocation/next") {
                    let event = events.lock().await.recv().await.ok_or("the stopwatch is gone")?;
                    return deliver(event);
                }
                drop(serve::collect(request.into_body(), 1 << 20).await?);
                let _ = answered.send(Instant::now());
                Ok(serve::json(StatusCode::ACCEPTED, &json!({})))
            }
        })?;
        Ok(Self { server, answers, event })
    }

    /// Milliseconds from the start of a new process to its answer.
    pub(super) async fn measure(&mut self, subject: &Subject) -> Result<f64> {
        self.event.send(subject.event).context("the stopwatch is gone")?;
        let mut command = Command::new(&subject.program);
        command.args(&subject.arguments).env_clear().envs(&subject.env).env("AWS_LAMBDA_RUNTIME_API", self.server.url());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let started = Instant::now();
        let mut child = command.spawn().with_context(|| format!("cannot start {}", subject.program.display()))?;
        let answered = tokio::select! {
            answered = self.answers.recv() => answered.context("the stopwatch is gone")?,
            status = child.wait() => bail!("{} ended without an answer: {}", subject.program.display(), status?),
            () = tokio::time::sleep(TIMEOUT) => bail!("{} gave no answer", subject.program.display()),
        };
        child.kill().await?;
        Ok((answered - started).as_secs_f64() * 1e3)
    }

    /// Medians of `rounds` measurements of each subject. The subjects take turns, so that a busy moment affects them all.
    pub(super) async fn medians(&mut self, subjects: &[Subject], rounds: usize) -> Result<Vec<f64>> {
        let mut times = vec![Vec::new(); subjects.len()];
        // The first round warms the page cache and does not count.
        for round in 0..=rounds {
            for (subject, times) in subjects.iter().zip(&mut times) {
                let time = self.measure(subject).await?;
                if round > 0 {
                    times.push(time);
                }
            }
        }
        Ok(times.into_iter().map(super::figure::median).collect())
    }
}

fn deliver(event: &'static str) -> Result<Response<serve::Body>, serve::BoxError> {
    let deadline = jiff::Timestamp::now().as_millisecond() + 30_000;
    let mut response = Response::new(serve::full(event));
    let headers = response.headers_mut();
    headers.insert("lambda-runtime-aws-request-id", HeaderValue::from_static("00000000-0000-4000-a000-000000000000"));
    headers.insert("lambda-runtime-deadline-ms", HeaderValue::from_str(&deadline.to_string())?);
    headers.insert("lambda-runtime-invoked-function-arn", HeaderValue::from_static("arn:aws:lambda:us-east-1:000000000000:function:bench"));
    Ok(response)
}
