//! Progress within a drawing: each sketch advances it.

use async_trait::async_trait;
use kernel::Clock;
use tokio::sync::Mutex;

use crate::artist::Sketches;
use crate::generation::Generation;
use crate::store::{Change, Generations, Written};

/// The number of requested sketches. Each costs a little; two turn a wait of half a minute into one of ten seconds.
pub(crate) const SKETCHES: u8 = 2;

/// Records the arrival of sketches in the generation. Their content is not stored.
pub(crate) struct ProgressReporter<'a> {
    generations: &'a dyn Generations,
    clock: &'a dyn Clock,
    generation: Mutex<Generation>,
}

impl<'a> ProgressReporter<'a> {
    pub(crate) fn of(generations: &'a dyn Generations, clock: &'a dyn Clock, generation: Generation) -> Self {
        Self { generations, clock, generation: Mutex::new(generation) }
    }

    /// The generation as last written.
    pub(crate) async fn grown(&self) -> Generation {
        self.generation.lock().await.clone()
    }
}

#[async_trait]
impl Sketches for ProgressReporter<'_> {
    fn wanted(&self) -> u8 {
        SKETCHES
    }

    /// A drawing never fails for its progress: a failed write is ignored.
    async fn arrived(&self, index: u8, _picture: &[u8]) {
        let mut generation = self.generation.lock().await;
        let Ok(next) = generation.sketched_to(index.saturating_add(1), self.clock.now()) else { return };
        if next.progress() == generation.progress() {
            return;
        }
        match self.generations.change(Change::of(&generation, &next)).await {
            Ok(Written::Stored) => *generation = next,
            Ok(Written::Overtaken) => {}
            Err(failure) => {
                let failure: &(dyn std::error::Error + 'static) = &failure;
                tracing::warn!(generation_id = %generation.id, failure, "progress was not recorded");
            }
        }
    }
}
