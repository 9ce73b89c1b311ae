//! The last step: deliverables, bundle, capture, mail (on-drawing-ready).

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use accounts::Recipients;
use bubble_text::Words;
use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use imaging::{BubbleRequest, Bundle, Extras, Manifest, Packs, Sizes};
use kernel::message::GenerationStep;
use kernel::{Clock, Failure, Owner, Timestamp};
use outreach::{Mail, Mailer};
use picture_files::{BUNDLE_NAME, DigitalSource, Format};
use provenance::{Origin, Signer};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use studio::store::{drawing_name, drawings_among, write};
use studio::tidy::end_in_failure;
use studio::{
    Bubble, BundleFile, Change, Delivered, EndReason, Generation, Generations, MailState, Pictures, State, Tidy, TrialFiles, Turns,
    confirm, style,
};

use crate::bundle_parts::BundleParts;
use crate::upload_files::{FileUploader, FinishedFile, stands_alone};

/// The author of a pack of stickers.
const PACK_AUTHOR: &str = "Nigao";

/// Files signed and stored concurrently; the same number waits in memory.
const IN_FLIGHT: usize = 8;

/// Bytes at the end of a bundle that hold all that comes behind its pictures: less than half a kilobyte for each of 370 files at most.
const MOST_AT_END: u32 = 1 << 19;

/// The last step.
pub struct Deliver<'a> {
    pub generations: &'a dyn Generations,
    /// The store of drawings and deliverables.
    pub pictures: &'a Arc<dyn Pictures>,
    /// Without a signer nothing is signed.
    pub signer: Option<&'a Arc<dyn Signer>>,
    pub recipients: &'a dyn Recipients,
    pub mailer: &'a dyn Mailer,
    pub tidy: Tidy<'a>,
    pub clock: &'a dyn Clock,
    /// The site in the mail, without a trailing slash.
    pub origin: &'a str,
    /// The end of this worker's time.
    pub until: Timestamp,
    /// The delivery of the message it is told by: `<id>/<times>` ([`studio::turn`]).
    pub delivery: &'a str,
}

impl Deliver<'_> {
    /// Makes and stores every deliverable, spends the held credits, and mails the owner, once.
    ///
    /// # Errors
    /// [`Failure::Busy`] when another worker overtook this one or a store throttles; the message comes again.
    pub async fn run(&self, told: GenerationStep) -> Result<(), Failure> {
        let (owner, id) = (told.owner_id, told.generation_id);
        let Some(generation) = self.generations.load(owner, id).await? else {
            return self.pictures.remove(owner, id, "").await;
        };
        if generation.has_outlived(told.revival) {
            return Ok(());
        }
        match generation.state {
            State::Finishing => {
                let turns = Turns { generations: self.generations, clock: self.clock, until: self.until, delivery: self.delivery };
                let Some(taken) = turns.take(&generation).await? else { return Ok(()) };
                let outcome = match self.work(&taken).await {
                    Err(Failure::Broken(why)) if why.is::<TrialIsOver>() => {
                        end_in_failure(self.generations, self.tidy, &taken, EndReason::TrialOver, self.clock.now()).await
                    }
                    outcome => outcome,
                };
                turns.leave(&taken, outcome).await
            }
            State::Done => self.conclude(generation).await,
            State::Cancelled | State::Failed => self.tidy.objects(&generation).await,
            State::Queued | State::Screening | State::Drawing | State::Blocked => Ok(()),
        }
    }

    async fn work(&self, taken: &Generation) -> Result<(), Failure> {
        let done = self.finish(taken).await?;
        self.conclude(done).await
    }

    /// The objects first, under the same keys each time; then the row, the list of files and the capture, in one write.
    async fn finish(&self, generation: &Generation) -> Result<Generation, Failure> {
        let delivered = self.store_files(generation).await?;
        let now = self.clock.now();
        let done = generation.deliver(now).map_err(Failure::broken)?;
        let capture = generation.capture(now);
        let change = Change { entries: capture.as_slice(), delivered: Some(&delivered), ..Change::of(generation, &done) };
        write(self.generations, change).await?;
        Ok(done)
    }

    /// One listing says what an earlier worker stored. Where the bundle is among it, all else is too, and nothing is made again.
    async fn store_files(&self, generation: &Generation) -> Result<Delivered, Failure> {
        let stored = self.pictures.names(generation.owner, generation.id).await?;
        if stored.contains(BUNDLE_NAME) {
            return self.delivered_before(generation).await;
        }
        if let Some(files) = generation.claimed_from {
            self.take_over(generation, files).await?;
            return self.delivered_before(generation).await;
        }
        let drawn = drawings_among(&stored);
        let sources = (0..generation.count).map(|index| match drawn.get(&index) {
            Some(source) => Ok((index, *source)),
            None => Err(Failure::broken(format!("drawing {index} is not stored"))),
        });
        let sources = sources.collect::<Result<Vec<_>, _>>()?;
        let source = sources.first().ok_or_else(|| Failure::broken("a generation of no drawing"))?.1;
        let extras = extras(generation)?;
        let mut delivery = self.delivery(generation, &extras, stored);
        let drawings = stream::iter(sources).then(|(index, source)| self.rendered(generation, index, source, &extras));
        let origin = delivery.take(drawings.try_flatten()).await?.ok_or_else(|| Failure::broken("a drawing without a file"))?;
        delivery.pack(&origin).await?;
        match self.bundled(delivery, source).await? {
            Some(delivered) => Ok(delivered),
            None => self.delivered_before(generation).await,
        }
    }

    /// Copies the files of a trial under keys of the new owner, the bundle last: the end of the trial deletes what is under its own. A repetition keeps
    /// what is there.
    async fn take_over(&self, generation: &Generation, from: TrialFiles) -> Result<(), Failure> {
        let (to, id) = (generation.owner, generation.id);
        for name in
            self.pictures.names(from.trial.into(), from.generation).await?.iter().filter(|name| stands_alone(name) && *name != BUNDLE_NAME)
        {
            let bytes = self.file_of_trial(from, name).await?;
            self.pictures.keep(to, id, name, content_type(name), bytes).await?;
        }
        let bytes = self.file_of_trial(from, BUNDLE_NAME).await?;
        let bundle = BundleFile { bytes: bytes.len() as u64, sha256: hex::encode(Sha256::digest(&bytes)) };
        // Where another worker was first, its copy is the same.
        self.pictures.keep_bundle(to, id, &bundle, vec![bytes.into()]).await.map(drop)
    }

    async fn file_of_trial(&self, from: TrialFiles, name: &str) -> Result<Vec<u8>, Failure> {
        let stored = self.pictures.get(from.trial.into(), from.generation, name).await?;
        stored.ok_or_else(|| Failure::broken(TrialIsOver))
    }

    fn delivery(&self, generation: &Generation, extras: &Extras, stored: BTreeSet<String>) -> DeliveryInProgress<'_> {
        let about = imaging::Generation {
            generation_id: generation.id.to_string(),
            style: generation.style.clone(),
            seed: generation.seed,
            created_at: generation.created_at.to_string(),
        };
        DeliveryInProgress {
            bundle: Bundle::writing(BundleParts::default(), about),
            packs: Packs::new(style_name(&generation.style), PACK_AUTHOR, extras),
            uploader: FileUploader::new(&**self.pictures, self.signer.map(|signer| &**signer), generation, stored),
        }
    }

    /// The bundle, its manifest signed if there is a signer; `None` when another worker stored its own.
    async fn bundled(&self, delivery: DeliveryInProgress<'_>, source: DigitalSource) -> Result<Option<Delivered>, Failure> {
        let DeliveryInProgress { bundle, uploader, .. } = delivery;
        let credentials = match self.signer {
            Some(signer) => {
                let manifest = bundle.manifest().map_err(Failure::broken)?;
                Some(provenance::sign_detached(&manifest, source, &**signer).await?)
            }
            None => None,
        };
        let (parts, manifest) = bundle.finish(credentials.as_deref()).map_err(Failure::broken)?;
        let (bundle, parts) = parts.finish();
        Ok(uploader.keep_bundle(&bundle, parts).await?.then(|| delivered(manifest, bundle)))
    }

    /// What the stored bundle holds, by the manifest at its end: every file was stored before it.
    async fn delivered_before(&self, generation: &Generation) -> Result<Delivered, Failure> {
        let stored = self.pictures.bundle_end(generation.owner, generation.id, MOST_AT_END).await?;
        // It was there a moment ago: its generation was deleted meanwhile, as the next read of its row will show.
        let (bundle, end) = stored.ok_or_else(|| Failure::unavailable(Duration::from_secs(1)))?;
        let manifest = Manifest::at_end(&end, bundle.bytes).ok_or_else(|| Failure::broken("a stored bundle without its manifest"))?;
        Ok(delivered(manifest, bundle))
    }

    /// The files of a drawing. They are rendered on a thread of their own, so that signing and storing go on meanwhile.
    async fn rendered(
        &self,
        generation: &Generation,
        index: u8,
        source: DigitalSource,
        extras: &Extras,
    ) -> Result<impl Stream<Item = Result<FinishedFile, Failure>>, Failure> {
        let drawing = self.pictures.get(generation.owner, generation.id, &drawing_name(index, source)).await?;
        let drawing = drawing.ok_or_else(|| Failure::broken(format!("drawing {index} is not stored")))?;
        let origin = Arc::new(if self.signer.is_some() { Origin::of_drawing(source, &drawing) } else { Origin::of(source) });
        let rendering = imaging::render(&drawing, source, extras).map_err(Failure::broken)?;
        let (sender, mut receiver) = mpsc::channel(IN_FLIGHT);
        std::thread::spawn(move || {
            for file in rendering {
                if sender.blocking_send(file).is_err() {
                    break; // the receiver gave up on an error
                }
            }
        });
        let folder = (index + 1).to_string();
        Ok(stream::poll_fn(move |context| receiver.poll_recv(context)).map(move |file| {
            let file = file.map_err(Failure::broken)?;
            Ok(FinishedFile { folder: folder.clone(), file, origin: origin.clone() })
        }))
    }

    /// The mail and the last tidying of a delivered order. It is settled when its mail is known to have gone, or nobody is there to mail; else the
    /// sweeper looks at it again (see [`studio::confirm`]).
    async fn conclude(&self, done: Generation) -> Result<(), Failure> {
        let (told, over) = self.tell_owner(done).await?;
        self.tidy.objects(&told).await?;
        if !over || told.deadline.is_none() {
            return Ok(());
        }
        let settled = told.settle(self.clock.now()).map_err(Failure::broken)?;
        write(self.generations, Change::of(&told, &settled)).await
    }

    /// Claims the mail, sends it and records that it went; returns the generation, and whether its mail is settled. Another worker's claim is left
    /// alone: that worker may be about to record its outcome, and otherwise the mail service's event or the sweeper decides.
    async fn tell_owner(&self, done: Generation) -> Result<(Generation, bool), Failure> {
        if done.mail != Some(MailState::Due) {
            let over = done.mail != Some(MailState::Sending);
            return Ok((done, over));
        }
        // Everything that can fail comes before the claim: a failure after it delays the mail until the claim's deadline.
        let Some(recipient) = self.recipients.recipient_of(done.owner).await? else { return Ok((done, true)) };
        let claimed = self.mail_is(&done, MailState::Sending).await?;
        let mail = Mail::Ready { owner: done.owner, generation: done.id, origin: self.origin.to_owned() };
        match self.mailer.send(&recipient, &mail).await {
            Ok(()) => self.note_sent(claimed).await,
            // Refused for the moment: certainly not sent, so it is due again.
            Err(busy @ Failure::Busy { .. }) => {
                self.mail_is(&claimed, MailState::Due).await?;
                Err(busy)
            }
            Err(unclear) => {
                tracing::error!(generation_id = %done.id, failure = &unclear as &dyn std::error::Error, "ready mail may not have been sent");
                Ok((claimed, false))
            }
        }
    }

    /// The event of the mail may have been quicker than this worker: then it is recorded already.
    async fn note_sent(&self, claimed: Generation) -> Result<(Generation, bool), Failure> {
        let noted = confirm::note_sent(self.generations, self.clock, claimed.clone()).await?;
        // A generation that was deleted meanwhile has nothing left to settle.
        Ok(noted.map_or((claimed, false), |sent| (sent, true)))
    }

    async fn mail_is(&self, before: &Generation, mail: MailState) -> Result<Generation, Failure> {
        let after = before.mail_is(mail, self.clock.now()).map_err(Failure::broken)?;
        write(self.generations, Change::of(before, &after)).await?;
        Ok(after)
    }
}

/// The files that are objects of their own, and the bundle, which holds the others as well.
fn delivered(manifest: Manifest, bundle: BundleFile) -> Delivered {
    let Manifest { mut files, .. } = manifest;
    files.retain(|file| stands_alone(&file.name));
    Delivered { files, bundle }
}

/// The title of a pack of stickers: its style's name for people.
fn style_name(id: &str) -> &str {
    style::find(id).map_or(id, |style| style.name)
}

/// The trial ended before all of its files were copied.
#[derive(Debug, thiserror::Error)]
#[error("the trial is over")]
struct TrialIsOver;

/// The media type of a file of a trial, by its name.
fn content_type(name: &str) -> &'static str {
    let format = Format::ALL.iter().find(|format| name.ends_with(&format!(".{}", format.extension())));
    format.map_or("application/octet-stream", |format| format.content_type())
}

/// Which avatars there are, and the files beside them. A trial has the small ones.
///
/// # Errors
/// [`Failure::Broken`] when the stored words can no longer be drawn; it quotes nothing of them.
fn extras(generation: &Generation) -> Result<Extras, Failure> {
    let request_of = |bubble: &Bubble| match Words::parse(bubble.text.as_str()) {
        Ok(words) => Ok(BubbleRequest { words, side: bubble.side }),
        Err(_) => Err(Failure::broken("the words of a speech bubble cannot be drawn any more")),
    };
    let sizes = if let Owner::Trial(_) = generation.owner { Sizes::Small } else { Sizes::All };
    let bubble = generation.bubble.as_ref().map(request_of).transpose()?;
    Ok(Extras { sizes, stickers: generation.stickers.clone(), bubble })
}

/// The state of a generation's files: each is signed, stored if it is of use by itself, and goes so into the packs and the bundle.
struct DeliveryInProgress<'a> {
    bundle: Bundle<BundleParts>,
    packs: Packs,
    uploader: FileUploader<'a>,
}

impl DeliveryInProgress<'_> {
    /// Stores files, a few at a time, and takes them in their order. Answers the origin of the first.
    async fn take(&mut self, files: impl Stream<Item = Result<FinishedFile, Failure>>) -> Result<Option<Arc<Origin>>, Failure> {
        let mut first = None;
        let mut stored = pin!(files.map(|file| self.uploader.store(file)).buffered(IN_FLIGHT));
        while let Some(FinishedFile { folder, file, origin }) = stored.try_next().await? {
            if let Ok(number) = folder.parse() {
                self.packs.add(number, &file);
            }
            self.bundle.add(&folder, &file).map_err(Failure::broken)?;
            first.get_or_insert(origin);
        }
        Ok(first)
    }

    /// The pictures of the packs, and then the packs, whose members are the files as stored.
    async fn pack(&mut self, origin: &Arc<Origin>) -> Result<(), Failure> {
        let at_the_top = |file| Ok(FinishedFile { folder: String::new(), file, origin: origin.clone() });
        let mut pictures = Vec::new();
        for picture in self.packs.pictures().map_err(Failure::broken)? {
            let stored = self.uploader.store(at_the_top(picture)).await?;
            self.bundle.add("", &stored.file).map_err(Failure::broken)?;
            pictures.push(stored.file);
        }
        let packs = self.packs.finish(&pictures).map_err(Failure::broken)?;
        self.take(stream::iter(packs.into_iter().map(at_the_top))).await?;
        Ok(())
    }
}
