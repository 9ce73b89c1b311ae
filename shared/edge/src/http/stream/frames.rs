//! A body that is read while it is made.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior};
use zeroize::Zeroizing;

use super::super::sse;
use super::Delivery;

/// Sketches of a stream. A collected answer has no room for them, and nobody would see them early.
const SKETCHES: u8 = 2;

/// The channel for the events of an answer. It never blocks: there are few events, and a slow reader must not delay the work.
#[derive(Clone)]
pub struct Events {
    heard: Option<mpsc::UnboundedSender<Zeroizing<Vec<u8>>>>,
    sketches: u8,
}

impl Events {
    /// For an answer without events.
    #[must_use]
    pub fn unheard() -> Self {
        Self { heard: None, sketches: 0 }
    }

    /// Sends an event; `data` is computed only with a listener.
    pub fn send(&self, name: &str, data: impl FnOnce() -> Zeroizing<String>) {
        if let Some(heard) = &self.heard {
            // The work of a disconnected caller is dropped; there is nothing to do about it here.
            let _ = heard.send(sse::event(name, &data()));
        }
    }

    /// The number of sketches that the caller can use.
    #[must_use]
    pub fn sketches(&self) -> u8 {
        self.sketches
    }
}

/// The frames of a stream. Its maker runs only while it is read, and is dropped with it.
pub(in crate::http) struct Frames {
    work: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    sent: mpsc::UnboundedReceiver<Zeroizing<Vec<u8>>>,
    beat: Interval,
    flush: bool,
}

impl Frames {
    pub(super) fn new<F, R>(delivery: Delivery, work: F) -> Self
    where
        F: FnOnce(Events) -> R,
        R: Future<Output = ()> + Send + 'static,
    {
        let (sender, sent) = mpsc::unbounded_channel();
        let sketches = if delivery == Delivery::Streamed { SKETCHES } else { 0 };
        let work = work(Events { heard: Some(sender), sketches });
        let mut beat = tokio::time::interval_at(Instant::now() + sse::SILENCE, sse::SILENCE);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { work: Some(Box::pin(work)), sent, beat, flush: false }
    }

    /// The next frame: an event, or a heartbeat after a pause.
    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        // The maker may compute for seconds without a pause: pending events are sent first. Waking at once gives the connection its turn.
        if std::mem::take(&mut self.flush) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            match self.sent.poll_recv(context) {
                Poll::Ready(Some(event)) => return self.hand_over(Bytes::from_owner(event)),
                Poll::Ready(None) if self.work.is_none() => return Poll::Ready(None),
                _ => {}
            }
            let waits = match &mut self.work {
                Some(work) => work.as_mut().poll(context).is_pending(),
                None => return Poll::Ready(None),
            };
            if !waits {
                self.work = None;
            } else if self.sent.is_empty() {
                return match self.beat.poll_tick(context) {
                    Poll::Ready(_) => self.hand_over(Bytes::from_static(sse::HEARTBEAT)),
                    Poll::Pending => Poll::Pending,
                };
            }
        }
    }

    fn hand_over(&mut self, bytes: Bytes) -> Poll<Option<Bytes>> {
        self.beat.reset();
        self.flush = true;
        Poll::Ready(Some(bytes))
    }

    /// All events together, without heartbeats.
    pub(super) async fn collected(mut self) -> Zeroizing<Vec<u8>> {
        if let Some(work) = self.work.take() {
            work.await;
        }
        let mut events = Vec::new();
        while let Ok(event) = self.sent.try_recv() {
            events.push(event);
        }
        let mut all = Zeroizing::new(Vec::with_capacity(events.iter().map(|event| event.len()).sum()));
        events.iter().for_each(|event| all.extend_from_slice(event));
        all
    }
}
