//! The second step: the artists draw (on-screening-passed).

use std::time::Duration;

use kernel::message::GenerationStep;
use kernel::{Clock, Failure};

use crate::artist::Drawing;
use crate::attempts::History;
use crate::fallback::{ArtistFallback, DrawingJob, Obtained};
use crate::generation::{EndReason, Generation, State};
use crate::progress::ProgressReporter;
use crate::steps::{Step, Steps, tell_again};
use crate::store::{Change, Generations, Pictures, Selfies, Written, drawing_name, write};
use crate::tidy::{Tidy, end_in_failure};
use crate::turn::Turns;

/// The wait of a worker whose time sufficed for nothing at all: its function's time-out is too short, and haste gains nothing.
const NO_TIME: Duration = Duration::from_secs(30);

/// The second step.
pub struct Draw<'a> {
    pub generations: &'a dyn Generations,
    pub selfies: &'a dyn Selfies,
    pub pictures: &'a dyn Pictures,
    pub fallback: ArtistFallback<'a>,
    /// Queues the next step, and the rest of this one for later.
    pub steps: &'a dyn Steps,
    pub tidy: Tidy<'a>,
    pub clock: &'a dyn Clock,
    /// The delivery of the message it is told by: `<id>/<times>` ([`crate::turn`]).
    pub delivery: &'a str,
}

/// The progress of a run.
enum Reached {
    /// Every drawing is stored.
    All(Generation),
    /// The generation ended meanwhile, by its owner or by the sweeper.
    Over,
    /// One drawing cannot be made.
    Impossible(Generation, EndReason),
    /// No artist can draw now; another run tries after this time.
    Nowhere(Generation, Duration),
    /// Another run continues.
    Part(Generation),
}

impl Draw<'_> {
    /// Makes the missing drawings, and stores each as it arrives, so that a repetition pays for none twice. Drawings that do not fit into this
    /// worker's time, or wait for a vendor, are queued for another run.
    ///
    /// # Errors
    /// [`Failure::Busy`] when another worker overtook this one or a dependency throttles; the message comes again.
    pub async fn run(&self, told: GenerationStep) -> Result<(), Failure> {
        let (owner, id) = (told.owner_id, told.generation_id);
        let Some(generation) = self.generations.load(owner, id).await? else {
            // The generation was deleted while a worker drew: none of its objects may stay.
            return self.pictures.remove(owner, id, "").await;
        };
        if generation.has_outlived(told.revival) {
            return Ok(());
        }
        match generation.state {
            State::Drawing => {
                let Some(taken) = self.turns().take(&generation).await? else { return Ok(()) };
                let outcome = self.work(taken.clone()).await;
                self.turns().leave(&taken, outcome).await
            }
            // An earlier run stored the last drawing and may have died before it queued the next step.
            State::Finishing => tell_again(self.generations, self.steps, Step::DrawingReady, &generation).await,
            State::Cancelled | State::Failed => self.tidy.objects(&generation).await,
            State::Queued | State::Screening | State::Done | State::Blocked => Ok(()),
        }
    }

    fn turns(&self) -> Turns<'_> {
        Turns { generations: self.generations, clock: self.clock, until: self.fallback.until, delivery: self.delivery }
    }

    async fn work(&self, generation: Generation) -> Result<(), Failure> {
        let Some(selfie) = self.selfies.normalised(generation.owner, generation.upload).await? else {
            return self.end(&generation, EndReason::UploadGone).await;
        };
        match self.draw_all(generation, &selfie).await? {
            Reached::Over => Ok(()),
            Reached::Impossible(generation, reason) => self.end(&generation, reason).await,
            Reached::Nowhere(left, wait) => {
                let left = self.turns().write(&left, Generation::put_down).await?;
                self.steps.tell_later(Step::ScreeningPassed, &left, wait).await
            }
            Reached::Part(left) => {
                let left = self.turns().write(&left, Generation::hand_on).await?;
                self.steps.tell(Step::ScreeningPassed, &left).await
            }
            Reached::All(drawn) => {
                let finishing = drawn.finish_drawing(self.clock.now()).map_err(Failure::broken)?;
                write(self.generations, Change::of(&drawn, &finishing)).await?;
                self.steps.tell(Step::DrawingReady, &finishing).await
            }
        }
    }

    async fn end(&self, generation: &Generation, reason: EndReason) -> Result<(), Failure> {
        end_in_failure(self.generations, self.tidy, generation, reason, self.clock.now()).await
    }

    async fn draw_all(&self, mut generation: Generation, selfie: &[u8]) -> Result<Reached, Failure> {
        let stored = self.pictures.drawn(generation.owner, generation.id).await?;
        let mut has_drawn = false;
        for index in (0..generation.count).filter(|index| !stored.contains_key(index)) {
            let progress = ProgressReporter::of(self.generations, self.clock, generation.clone());
            let job = DrawingJob { generation: &generation, index, selfie, sketches: &progress };
            let obtained = self.fallback.run(job).await;
            generation = progress.grown().await;
            match obtained? {
                Obtained::Drawn(drawn) => match self.keep(generation, index, *drawn).await? {
                    Some(next) => generation = next,
                    None => return Ok(Reached::Over),
                },
                Obtained::Ended(reason) => return Ok(Reached::Impossible(generation, reason)),
                Obtained::Over => return self.over(&generation).await.map(|_| Reached::Over),
                Obtained::Later(wait) => return Ok(Reached::Nowhere(generation, wait)),
                Obtained::OutOfTime { .. } if has_drawn => return Ok(Reached::Part(generation)),
                Obtained::OutOfTime { asked } => {
                    let wait = if asked { Duration::ZERO } else { NO_TIME };
                    return Ok(Reached::Nowhere(generation, wait));
                }
            }
            has_drawn = true;
        }
        Ok(Reached::All(generation))
    }

    /// Stores a drawing, then records it: `None` when the generation ended meanwhile.
    async fn keep(&self, generation: Generation, index: u8, (drawing, history): (Drawing, History)) -> Result<Option<Generation>, Failure> {
        let name = drawing_name(index, drawing.source);
        self.pictures.put(generation.owner, generation.id, &name, media_type(&drawing.picture), drawing.picture).await?;
        let noted = generation.progress_to(index + 1, self.clock.now()).map_err(Failure::broken)?;
        let change = Change { history: Some(&history), ..Change::of(&generation, &noted) };
        match self.generations.change(change).await? {
            Written::Stored => Ok(Some(noted)),
            Written::Overtaken => self.find_out(&generation, index, &history).await,
        }
    }

    /// Records a drawing after a failed write, or finds out why it cannot be recorded.
    async fn find_out(&self, generation: &Generation, index: u8, history: &History) -> Result<Option<Generation>, Failure> {
        // The cost is known here alone. If it cannot be written either, the log has it.
        let _closed = self.fallback.attempts.close(history).await;
        let Some(now) = self.over(generation).await? else { return Ok(None) };
        // A sketch was recorded and its answer lost, or another worker recorded its drawing.
        let noted = now.progress_to(index + 1, self.clock.now()).map_err(Failure::broken)?;
        write(self.generations, Change::of(&now, &noted)).await?;
        Ok(Some(noted))
    }

    /// The generation as it is now, if it is still drawn; of one that ended meanwhile nothing stays.
    async fn over(&self, generation: &Generation) -> Result<Option<Generation>, Failure> {
        let Some(now) = self.generations.load(generation.owner, generation.id).await? else {
            // Its owner deleted it while this drawing was made: the drawing just stored goes too.
            return self.pictures.remove(generation.owner, generation.id, "").await.map(|()| None);
        };
        if now.state == State::Drawing {
            return Ok(Some(now));
        }
        let busy = Failure::unavailable(Duration::from_secs(1));
        if now.state.is_running() { Err(busy) } else { self.tidy.objects(&now).await.map(|()| None) }
    }
}

/// The media type of a drawing, by its first bytes.
fn media_type(picture: &[u8]) -> &'static str {
    match picture {
        [0xff, 0xd8, ..] => "image/jpeg",
        [b'R', b'I', b'F', b'F', ..] => "image/webp",
        _ => "image/png",
    }
}
