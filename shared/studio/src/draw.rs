//! The second step: the artist draws (on-screening-passed).

use async_trait::async_trait;
use imaging::DigitalSource;
use kernel::{AccountId, Clock, Failure, GenerationId};

use crate::generation::{EndReason, Generation, State};
use crate::prepare::{end_in_failure, store};
use crate::store::{Change, Generations, Pictures, Selfies, Step, Steps, Written, drawing_name};
use crate::tidy::Tidy;

/// One drawing to make.
#[derive(Debug, Clone, Copy)]
pub struct DrawRequest<'a> {
    /// The normalised selfie, a PNG.
    pub selfie: &'a [u8],
    /// A style of the catalogue.
    pub style: &'a str,
    /// Artists that can repeat themselves do so by it.
    pub seed: u64,
}

/// Makes drawings.
#[async_trait]
pub trait Artist: Send + Sync {
    /// Draws one picture: an RGBA PNG of 1024 × 1024 with full colour everywhere, whose alpha is the subject's matte (opaque everywhere when the
    /// artist knows none).
    ///
    /// # Errors
    /// [`Failure::Busy`] when it may be tried again, [`Failure::Invalid`] when this selfie or style can never be drawn.
    async fn draw(&self, request: DrawRequest<'_>) -> Result<Vec<u8>, Failure>;

    /// What is true of everything this artist draws.
    fn digital_source(&self) -> DigitalSource;
}

/// The second step.
pub struct Draw<'a> {
    /// Where orders live.
    pub generations: &'a dyn Generations,
    /// Where selfies lie.
    pub selfies: &'a dyn Selfies,
    /// Where drawings go.
    pub pictures: &'a dyn Pictures,
    /// Draws.
    pub artist: &'a dyn Artist,
    /// Tells the next step.
    pub steps: &'a dyn Steps,
    /// Removes leftovers.
    pub tidy: Tidy<'a>,
    /// The time.
    pub clock: &'a dyn Clock,
}

impl Draw<'_> {
    /// Draws what is not drawn yet, storing each drawing as it arrives, so that a repetition pays for none twice.
    ///
    /// # Errors
    /// [`Failure::Busy`] when another worker overtook this one or a dependency throttles; the message comes again.
    pub async fn run(&self, account: AccountId, id: GenerationId) -> Result<(), Failure> {
        let Some(generation) = self.generations.load(account, id).await? else {
            // The order was deleted while a worker drew: nothing of it may stay.
            return self.pictures.remove(account, id, "").await;
        };
        match generation.state {
            State::Drawing => self.work(generation).await,
            State::Finishing => self.steps.tell(Step::DrawingReady, account, id).await,
            State::Cancelled | State::Failed => self.tidy.objects(&generation).await,
            State::Queued | State::Screening | State::Done | State::Blocked => Ok(()),
        }
    }

    async fn work(&self, generation: Generation) -> Result<(), Failure> {
        let Some(selfie) = self.selfies.normalised(generation.account, generation.upload).await? else {
            return end_in_failure(self.generations, self.tidy, &generation, EndReason::UploadGone, self.clock.now()).await;
        };
        let Some(drawn) = self.draw_all(generation, &selfie).await? else { return Ok(()) };
        let finishing = drawn.finish_drawing(self.clock.now()).map_err(Failure::broken)?;
        store(self.generations, Change::of(&drawn, &finishing)).await?;
        self.steps.tell(Step::DrawingReady, drawn.account, drawn.id).await
    }

    /// `None` when the order ended meanwhile.
    async fn draw_all(&self, mut generation: Generation, selfie: &[u8]) -> Result<Option<Generation>, Failure> {
        let stored = self.pictures.drawn(generation.account, generation.id).await?;
        for index in (0..generation.count).filter(|index| !stored.contains(index)) {
            let request = DrawRequest { selfie, style: &generation.style, seed: generation.seed.wrapping_add(u64::from(index)) };
            let png = self.artist.draw(request).await?;
            self.pictures.put(generation.account, generation.id, &drawing_name(index), "image/png", png).await?;
            match self.record(&generation, index + 1).await? {
                Some(next) => generation = next,
                None => return Ok(None),
            }
        }
        Ok(Some(generation))
    }

    /// Writes the progress, or finds out why it cannot be written.
    async fn record(&self, generation: &Generation, drawn: u8) -> Result<Option<Generation>, Failure> {
        let next = generation.progress_to(drawn, self.clock.now()).map_err(Failure::broken)?;
        if self.generations.change(Change::of(generation, &next)).await? == Written::Stored {
            return Ok(Some(next));
        }
        match self.generations.load(generation.account, generation.id).await? {
            // Its owner deleted it while this drawing was made: the drawing just stored goes too.
            None => self.pictures.remove(generation.account, generation.id, "").await.map(|()| None),
            Some(now) if now.state.is_running() => Err(Failure::unavailable(std::time::Duration::from_secs(1))),
            Some(now) => self.tidy.objects(&now).await.map(|()| None),
        }
    }
}
