//! The first step: the selfie is normalised and screened (on-generation-queued).

use std::collections::BTreeMap;

use imaging::Normalised;
use kernel::message::GenerationStep;
use kernel::{Clock, Failure, Timestamp};
use picture_files::Unreadable;
use policy::Class;
use screening::{Candidate, Decision, Moderation, Verdict};

use studio::steps::tell_again;
use studio::store::write;
use studio::tidy::end_in_failure;
use studio::{Change, EndReason, Generation, Generations, ModerationRecord, Quarantine, Selfies, State, Step, Steps, Tidy, Turns};

pub struct Prepare<'a> {
    pub generations: &'a dyn Generations,
    pub selfies: &'a dyn Selfies,
    pub quarantine: &'a dyn Quarantine,
    pub moderation: &'a Moderation,
    pub steps: &'a dyn Steps,
    pub tidy: Tidy<'a>,
    pub clock: &'a dyn Clock,
    /// The end of this worker's time.
    pub until: Timestamp,
    /// The delivery of the message it is told by: `<id>/<times>` ([`studio::turn`]).
    pub delivery: &'a str,
}

impl Prepare<'_> {
    /// Normalises and screens the selfie of a generation; safe to repeat at any point.
    ///
    /// # Errors
    /// [`Failure::Busy`] when another worker overtook this one or a store throttles; the message comes again.
    pub async fn run(&self, told: GenerationStep) -> Result<(), Failure> {
        let Some(generation) = self.generations.load(told.owner_id, told.generation_id).await? else { return Ok(()) };
        if generation.has_outlived(told.revival) {
            return Ok(());
        }
        match generation.state {
            State::Queued => {
                let screening = generation.begin_screening(self.turns().end(), self.clock.now());
                self.take_turn(&self.turns().enter(&generation, screening).await?).await
            }
            State::Screening => match self.turns().take(&generation).await? {
                Some(taken) => self.take_turn(&taken).await,
                None => Ok(()),
            },
            // An earlier run wrote the verdict and may have died before it queued the next step.
            State::Drawing => tell_again(self.generations, self.steps, Step::ScreeningPassed, &generation).await,
            State::Blocked | State::Failed => self.tidy.objects(&generation).await,
            State::Finishing | State::Done | State::Cancelled => Ok(()),
        }
    }

    fn turns(&self) -> Turns<'_> {
        Turns { generations: self.generations, clock: self.clock, until: self.until, delivery: self.delivery }
    }

    async fn take_turn(&self, taken: &Generation) -> Result<(), Failure> {
        let outcome = self.work(taken).await;
        self.turns().leave(taken, outcome).await
    }

    async fn work(&self, generation: &Generation) -> Result<(), Failure> {
        match self.selfie(generation).await? {
            Ok(selfie) => self.judge(generation, selfie).await,
            Err(reason) => end_in_failure(self.generations, self.tidy, generation, reason, self.clock.now()).await,
        }
    }

    /// The normalised selfie; made now, unless an earlier run or another generation of the same upload has made it.
    async fn selfie(&self, generation: &Generation) -> Result<Result<Normalised, EndReason>, Failure> {
        let Generation { owner, upload, .. } = *generation;
        if let Some(selfie) = self.stored_selfie(generation).await? {
            // An original beside it belongs to a run that died before removing it, or was posted later: it is deleted unread.
            if self.selfies.original(owner, upload).await?.is_some() {
                self.selfies.keep_normalised(owner, upload, selfie.png.clone()).await?;
            }
            return Ok(Ok(selfie));
        }
        if generation.cleared {
            return self.restored(generation).await;
        }
        let Some(original) = self.selfies.original(owner, upload).await? else {
            // Another generation may have made it and removed the original between the two reads.
            return Ok(self.stored_selfie(generation).await?.ok_or(EndReason::UploadGone));
        };
        match imaging::normalise(&original) {
            Err(unreadable) => Ok(Err(end_reason(&unreadable))),
            Ok(selfie) => match self.selfies.keep_normalised(owner, upload, selfie.png.clone()).await? {
                true => Ok(Ok(selfie)),
                // Another generation of the same upload was first: its stored selfie is screened and drawn.
                false => Ok(self.stored_selfie(generation).await?.ok_or(EndReason::UploadGone)),
            },
        }
    }

    /// The selfie that somebody cleared, as it was in quarantine. What was posted to its form since is another picture, which nobody cleared: it is
    /// deleted unread.
    async fn restored(&self, generation: &Generation) -> Result<Result<Normalised, EndReason>, Failure> {
        let Generation { owner, upload, .. } = *generation;
        let Some(png) = self.quarantine.isolated(owner, upload).await? else { return Ok(Err(EndReason::UploadGone)) };
        match self.selfies.keep_normalised(owner, upload, png.clone()).await? {
            true => Ok(Ok(with_size(png)?)),
            false => Ok(self.stored_selfie(generation).await?.ok_or(EndReason::UploadGone)),
        }
    }

    async fn stored_selfie(&self, generation: &Generation) -> Result<Option<Normalised>, Failure> {
        let Some(png) = self.selfies.normalised(generation.owner, generation.upload).await? else { return Ok(None) };
        with_size(png).map(Some)
    }

    async fn judge(&self, generation: &Generation, selfie: Normalised) -> Result<(), Failure> {
        if generation.cleared {
            let passed = generation.pass(self.clock.now()).map_err(Failure::broken)?;
            write(self.generations, Change::of(generation, &passed)).await?;
            return self.steps.tell(Step::ScreeningPassed, &passed).await;
        }
        let words = generation.bubble.as_ref().map(|bubble| bubble.text.as_str());
        let candidate = Candidate { png: &selfie.png, width: selfie.width, height: selfie.height, words };
        let verdict = self.moderation.judge(candidate).await?;
        let now = self.clock.now();
        let record = moderation_record(generation, verdict, now);
        match record.verdict.decision {
            Decision::Allowed => self.allow(generation, &record, now).await,
            Decision::Referred | Decision::Blocked => self.block(generation, &record, selfie.png, now).await,
        }
    }

    async fn allow(&self, generation: &Generation, record: &ModerationRecord, now: Timestamp) -> Result<(), Failure> {
        let passed = generation.pass(now).map_err(Failure::broken)?;
        write(self.generations, Change { moderation: Some(record), ..Change::of(generation, &passed) }).await?;
        self.steps.tell(Step::ScreeningPassed, &passed).await
    }

    /// The copy in quarantine comes first: a run that dies after it repeats it, and no selfie is lost before a review.
    async fn block(&self, generation: &Generation, record: &ModerationRecord, png: Vec<u8>, now: Timestamp) -> Result<(), Failure> {
        self.quarantine.isolate(generation.owner, generation.upload, png).await?;
        let blocked = generation.block(now).map_err(Failure::broken)?;
        let release = generation.release(now);
        let change = Change { entries: release.as_slice(), moderation: Some(record), ..Change::of(generation, &blocked) };
        write(self.generations, change).await?;
        self.tidy.objects(&blocked).await
    }
}

fn with_size(png: Vec<u8>) -> Result<Normalised, Failure> {
    let (width, height) = imaging::decode_normalised(&png).map_err(Failure::broken)?.dimensions();
    Ok(Normalised { png, width, height })
}

fn moderation_record(generation: &Generation, verdict: Verdict, now: Timestamp) -> ModerationRecord {
    let blocked = verdict.decision != Decision::Allowed;
    ModerationRecord {
        generation: generation.id,
        owner: generation.owner,
        upload: generation.upload,
        verdict: Verdict { scores: finite(verdict.scores), ..verdict },
        at: now,
        expires_at: Class::MODERATION_RECORD.expires_at(now),
        quarantined_until: blocked.then(|| Class::QUARANTINE.expires_at(now)),
    }
}

/// The store accepts no NaN; a category without a valid score is left out.
fn finite(scores: BTreeMap<String, f64>) -> BTreeMap<String, f64> {
    scores.into_iter().filter(|(_, score)| score.is_finite()).collect()
}

fn end_reason(unreadable: &Unreadable) -> EndReason {
    match unreadable {
        Unreadable::Empty => EndReason::PictureEmpty,
        Unreadable::TooManyBytes { .. } | Unreadable::TooManyPixels { .. } => EndReason::PictureTooLarge,
        Unreadable::UnknownFormat { .. } | Unreadable::Unsupported { .. } => EndReason::PictureFormatUnsupported,
        Unreadable::Animated => EndReason::PictureAnimated,
        Unreadable::Blank => EndReason::PictureBlank,
        Unreadable::Truncated | Unreadable::Corrupt { .. } => EndReason::PictureDamaged,
    }
}
