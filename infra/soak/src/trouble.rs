//! What goes wrong on the way, one after the other: workers that die, and services that throttle.

use local_cloud::{Action, Cloud, Fault};
use stand_ins::OpenAiStandIn;
use stand_ins::openai::Scenario;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The faults of one round.
pub(crate) const ROUND: usize = 12;

pub(crate) struct Trouble<'a> {
    cloud: &'a Cloud,
    vendor: &'a OpenAiStandIn,
    count: AtomicUsize,
}

impl<'a> Trouble<'a> {
    pub(crate) fn new(cloud: &'a Cloud, vendor: &'a OpenAiStandIn) -> Self {
        Self { cloud, vendor, count: AtomicUsize::new(0) }
    }

    /// How many there were.
    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// The next one hits whoever makes its call first. A worker is not killed between the vendor's answer and its first write: that costs a second
    /// call by design, and then the claim's time.
    pub(crate) fn next(&self) {
        let fault = match self.count.fetch_add(1, Ordering::SeqCst) % ROUND {
            0 => Fault::new(Action::KillBefore).of("on-generation-queued").on("s3", "PutObject"),
            1 => Fault::new(Action::Refuse).of("on-screening-passed").service("dynamodb"),
            2 => Fault::new(Action::KillAfter).of("on-drawing-ready").on("s3", "PutObject").nth(7),
            3 => Fault::new(Action::Refuse).of("on-drawing-ready").service("s3").times(2),
            4 => return self.vendor.next(Scenario::RateLimitedMs),
            5 => Fault::new(Action::KillAfter).of("generations-create").on("dynamodb", "TransactWriteItems"),
            6 => Fault::new(Action::Refuse).of("on-generation-queued").service("sqs"),
            7 => Fault::new(Action::KillAfter).of("on-drawing-ready").on("dynamodb", "TransactWriteItems"),
            8 => Fault::new(Action::KillAfter).of("on-screening-passed").service("sqs"),
            9 => Fault::new(Action::Refuse).of("generations-create").service("dynamodb").times(2),
            10 => Fault::new(Action::KillAfter).of("on-drawing-ready").service("sesv2"),
            _ => Fault::new(Action::CutAfter).of("on-generation-queued").service("dynamodb"),
        };
        self.cloud.inject(fault);
    }
}
