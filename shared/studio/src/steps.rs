//! Queueing the next step of the work.

use std::time::Duration;

use async_trait::async_trait;
use kernel::Failure;
use kernel::message::{Depth, GenerationStep, Queue};

use crate::generation::Generation;
use crate::store::{Change, Generations, Written};

/// An event that starts the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    GenerationQueued,
    /// The screening allowed the selfie.
    ScreeningPassed,
    DrawingReady,
}

/// Queues the next step. Its fact is in the row before, so a repeated or late message is harmless.
#[async_trait]
pub trait Steps: Send + Sync {
    /// Queues the step that follows `step`.
    async fn tell(&self, step: Step, generation: &Generation) -> Result<(), Failure> {
        self.tell_later(step, generation, Duration::ZERO).await
    }

    /// The same with a delay of at most 15 minutes.
    async fn tell_later(&self, step: Step, generation: &Generation, delay: Duration) -> Result<(), Failure>;
}

/// How much work waits for a step.
#[async_trait]
pub trait Backlog: Send + Sync {
    /// The messages that no worker has got yet, delayed ones included.
    async fn waiting(&self, step: Step) -> Result<u64, Failure>;
}

/// Tells a step again whose first teller may have died before it told it: once in a state, so that however many messages or requests come twice, they
/// make one message more and no chain of work beside the first.
///
/// # Errors
/// Those of the store and of the queue.
pub async fn tell_again(generations: &dyn Generations, steps: &dyn Steps, step: Step, generation: &Generation) -> Result<(), Failure> {
    let Some(retold) = generation.retell() else { return Ok(()) };
    match generations.change(Change::of(generation, &retold)).await? {
        Written::Stored => steps.tell(step, &retold).await,
        Written::Overtaken => Ok(()),
    }
}

/// Steps by queue; a function has only the queues it needs.
pub struct QueuedSteps<Q>(Vec<(Step, Q)>);

impl<Q> QueuedSteps<Q> {
    #[must_use]
    pub fn new(queues: impl Into<Vec<(Step, Q)>>) -> Self {
        Self(queues.into())
    }

    fn queue(&self, step: Step) -> Result<&Q, Failure> {
        let queue = self.0.iter().find(|(known, _)| *known == step).map(|(_, queue)| queue);
        queue.ok_or_else(|| Failure::broken(format!("this function has no queue for {step:?}")))
    }
}

#[async_trait]
impl<Q: Queue<GenerationStep>> Steps for QueuedSteps<Q> {
    async fn tell_later(&self, step: Step, generation: &Generation, delay: Duration) -> Result<(), Failure> {
        let Generation { owner, id, revivals, .. } = *generation;
        self.queue(step)?.send(&GenerationStep { owner_id: owner, generation_id: id, revival: Some(revivals) }, delay).await
    }
}

#[async_trait]
impl<Q: Depth> Backlog for QueuedSteps<Q> {
    async fn waiting(&self, step: Step) -> Result<u64, Failure> {
        self.queue(step)?.depth().await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::generation::tests::queued;

    #[derive(Clone, Default)]
    struct Noted(Arc<Mutex<Vec<(GenerationStep, Duration)>>>);

    #[async_trait]
    impl Queue<GenerationStep> for Noted {
        async fn send(&self, content: &GenerationStep, delay: Duration) -> Result<(), Failure> {
            self.0.lock().unwrap().push((*content, delay));
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_step_is_told_to_its_own_queue_and_one_without_a_queue_is_broken() {
        let generation = Generation { revivals: 2, ..queued() };
        let (first, ready) = (Noted::default(), Noted::default());
        let steps = QueuedSteps::new([(Step::GenerationQueued, first.clone()), (Step::DrawingReady, ready.clone())]);
        steps.tell_later(Step::DrawingReady, &generation, Duration::from_secs(3)).await.unwrap();
        let told = GenerationStep { owner_id: generation.owner, generation_id: generation.id, revival: Some(2) };
        assert_eq!(*ready.0.lock().unwrap(), [(told, Duration::from_secs(3))]);
        assert!(first.0.lock().unwrap().is_empty());
        assert!(matches!(steps.tell(Step::ScreeningPassed, &generation).await, Err(Failure::Broken(_))));
    }
}
