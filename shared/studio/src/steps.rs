//! Queueing the next step of the work.

use std::time::Duration;

use async_trait::async_trait;
use kernel::message::{GenerationIds, Queue};
use kernel::{Failure, GenerationId, Owner};

/// An event that starts the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    async fn tell(&self, step: Step, owner: Owner, id: GenerationId) -> Result<(), Failure> {
        self.tell_later(step, owner, id, Duration::ZERO).await
    }

    /// The same with a delay of at most 15 minutes.
    async fn tell_later(&self, step: Step, owner: Owner, id: GenerationId, delay: Duration) -> Result<(), Failure>;
}

/// Steps by queue; a function has only the queues it needs.
pub struct QueuedSteps<Q>(Vec<(Step, Q)>);

impl<Q: Queue<GenerationIds>> QueuedSteps<Q> {
    #[must_use]
    pub fn new(queues: impl Into<Vec<(Step, Q)>>) -> Self {
        Self(queues.into())
    }
}

#[async_trait]
impl<Q: Queue<GenerationIds>> Steps for QueuedSteps<Q> {
    async fn tell_later(&self, step: Step, owner: Owner, id: GenerationId, delay: Duration) -> Result<(), Failure> {
        let queue = self.0.iter().find(|(known, _)| *known == step).map(|(_, queue)| queue);
        let queue = queue.ok_or_else(|| Failure::broken(format!("this function has no queue for {step:?}")))?;
        queue.send(&GenerationIds { owner_id: owner, generation_id: id }, delay).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use kernel::{AccountId, FixedClock, SeededRandomness, Timestamp};

    use super::*;

    #[derive(Clone, Default)]
    struct Noted(Arc<Mutex<Vec<(GenerationIds, Duration)>>>);

    #[async_trait]
    impl Queue<GenerationIds> for Noted {
        async fn send(&self, content: &GenerationIds, delay: Duration) -> Result<(), Failure> {
            self.0.lock().unwrap().push((*content, delay));
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_step_is_told_to_its_own_queue_and_one_without_a_queue_is_broken() {
        let (clock, randomness) = (FixedClock::at(Timestamp::UNIX_EPOCH), SeededRandomness::new(1));
        let (owner_id, generation_id) = (Owner::Account(AccountId::new(&clock, &randomness)), GenerationId::new(&clock, &randomness));
        let (queued, ready) = (Noted::default(), Noted::default());
        let steps = QueuedSteps::new([(Step::GenerationQueued, queued.clone()), (Step::DrawingReady, ready.clone())]);
        steps.tell_later(Step::DrawingReady, owner_id, generation_id, Duration::from_secs(3)).await.unwrap();
        assert_eq!(*ready.0.lock().unwrap(), [(GenerationIds { owner_id, generation_id }, Duration::from_secs(3))]);
        assert!(queued.0.lock().unwrap().is_empty());
        let told = steps.tell(Step::ScreeningPassed, owner_id, generation_id).await;
        assert!(matches!(told, Err(Failure::Broken(_))));
    }
}
