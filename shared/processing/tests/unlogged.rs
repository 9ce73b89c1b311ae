//! Contents that no log may hold.
//!
//! The binary has this one test: while a process has a single subscriber, a line that another test's thread reaches first is switched off for all threads.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "the other tests of the use case need the rest of it")]
#[path = "integration/instant/fixture.rs"]
mod fixture;

use std::io::Write;
use std::sync::{Arc, Mutex};

use kernel::Failure;
use studio::NotDrawn;

use fixture::{Action, Fixture, worded};

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Captures everything that is logged for each end of a request, at every level; the vendors quote the words in all messages.
#[tokio::test]
async fn rt_14_words_and_pictures_are_in_no_log_whatever_happens() {
    const CANARY: &str = "CANARY-of-the-prompt";
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).with_ansi(false).finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let says = || Box::<dyn std::error::Error + Send + Sync>::from(format!("your prompt {CANARY} is wrong"));
    let ends = [
        Action::Draws,
        Action::Fails(NotDrawn::Refused(vec![CANARY.into()])),
        Action::Fails(NotDrawn::Down(says())),
        Action::Fails(NotDrawn::Unclear(says())),
        Action::Fails(NotDrawn::Misconfigured(says())),
    ];
    let mut failures = Vec::new();
    for action in ends {
        let fixture = Fixture::of([("openai", vec![action])]);
        failures.extend(fixture.draw("openai", worded(CANARY)).await.err());
    }
    let screener = Fixture::judged_by([("openai", vec![])], Box::new(|_| Err(Failure::broken(format!("cannot judge {CANARY}")))));
    failures.extend(screener.draw("openai", worded(CANARY)).await.err());
    let blocked = Fixture::judged_by([("openai", vec![])], Box::new(|_| Ok(1.0)));
    failures.extend(blocked.draw("openai", worded(CANARY)).await.err());
    assert_eq!(failures.len(), 6);

    // `edge` logs the sources of a failure and answers with its detail.
    for failure in &failures {
        let mut source: Option<&dyn std::error::Error> = Some(failure);
        while let Some(error) = source {
            tracing::error!("{error} {error:?}");
            source = error.source();
        }
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("not drawn") && log.contains("misconfigured"), "the log was not written: {log}");
    assert!(!log.contains(CANARY), "{log}");
}
