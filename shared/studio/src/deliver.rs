//! The last step: deliverables, bundle, capture, mail (on-drawing-ready).

use imaging::{BUNDLE_CONTENT_TYPE, BUNDLE_NAME, Bundle, Deliverable, Extras, Packs, Unreadable};
use kernel::{AccountId, Clock, Failure, GenerationId};
use outreach::{Mail, Mailer};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use wallet::Entry;

use crate::addons;
use crate::confirm;
use crate::draw::Artist;
use crate::generation::{Generation, MailState, State};
use crate::prepare::store;
use crate::store::{Change, Generations, Pictures, drawing_name};
use crate::style;
use crate::tidy::Tidy;
use crate::view::{BundleFile, Delivered, Recipients};

/// Rendered files that may wait in memory for their storage, and objects stored at a time.
const IN_FLIGHT: usize = 8;

/// Who a pack of stickers says it is by.
const PACK_AUTHOR: &str = "Nigao";

/// The files of one drawing as they are made.
type Rendered = mpsc::Receiver<Result<Deliverable, Unreadable>>;

/// The last step.
pub struct Deliver<'a> {
    /// Where orders live.
    pub generations: &'a dyn Generations,
    /// Where drawings are and deliverables go.
    pub pictures: &'a std::sync::Arc<dyn Pictures>,
    /// Says what is true of the drawings.
    pub artist: &'a dyn Artist,
    /// Knows whom to tell.
    pub recipients: &'a dyn Recipients,
    /// Tells them.
    pub mailer: &'a dyn Mailer,
    /// Removes leftovers.
    pub tidy: Tidy<'a>,
    /// The time.
    pub clock: &'a dyn Clock,
    /// The site the mail points to, without a trailing slash.
    pub origin: &'a str,
}

impl Deliver<'_> {
    /// Makes and stores every deliverable, spends the held credits, and tells the owner, once.
    ///
    /// # Errors
    /// [`Failure::Busy`] when another worker overtook this one or a store throttles; the message comes again.
    pub async fn run(&self, account: AccountId, id: GenerationId) -> Result<(), Failure> {
        let Some(generation) = self.generations.load(account, id).await? else {
            return self.pictures.remove(account, id, "").await;
        };
        match generation.state {
            State::Finishing => {
                let done = self.finish(&generation).await?;
                self.conclude(done).await
            }
            State::Done => self.conclude(generation).await,
            State::Cancelled | State::Failed => self.tidy.objects(&generation).await,
            State::Queued | State::Screening | State::Drawing | State::Blocked => Ok(()),
        }
    }

    /// The objects first, under keys that are the same each time; then the row, the list of files and the capture, in one write.
    async fn finish(&self, generation: &Generation) -> Result<Generation, Failure> {
        let delivered = self.store_files(generation).await?;
        let now = self.clock.now();
        let done = generation.deliver(now).map_err(Failure::broken)?;
        let capture = Entry::capture(generation.id, generation.credits, now);
        let change = Change { entry: Some(&capture), delivered: Some(&delivered), ..Change::of(generation, &done) };
        store(self.generations, change).await?;
        Ok(done)
    }

    async fn store_files(&self, generation: &Generation) -> Result<Delivered, Failure> {
        let extras = addons::extras(&generation.stickers, generation.bubble.as_ref())?;
        let mut bundle = Bundle::new(imaging::Generation {
            generation_id: generation.id.to_string(),
            style: generation.style.clone(),
            seed: generation.seed,
            created_at: generation.created_at.to_string(),
        });
        let mut packs = Packs::new(style_name(&generation.style), PACK_AUTHOR, &extras);
        let mut storing = Storing::new(self.pictures, generation);
        for index in 0..generation.count {
            let mut files = self.rendered(generation, index, &extras).await?;
            let folder = (index + 1).to_string();
            while let Some(file) = files.recv().await {
                let file = file.map_err(Failure::broken)?;
                packs.add(usize::from(index), &file);
                keep(&mut bundle, &mut storing, &folder, file).await?;
            }
        }
        for pack in packs.finish().map_err(Failure::broken)? {
            keep(&mut bundle, &mut storing, "", pack).await?;
        }
        let (zip, manifest) = bundle.finish().map_err(Failure::broken)?;
        let file = BundleFile { bytes: zip.len() as u64, sha256: hex::encode(Sha256::digest(&zip)) };
        storing.put(BUNDLE_NAME.to_owned(), BUNDLE_CONTENT_TYPE, zip).await?;
        storing.finish().await?;
        Ok(Delivered { files: manifest.files, bundle: file })
    }

    /// Renders on a thread of its own, so that storing goes on meanwhile.
    async fn rendered(&self, generation: &Generation, index: u8, extras: &Extras) -> Result<Rendered, Failure> {
        let drawing = self.pictures.get(generation.account, generation.id, &drawing_name(index)).await?;
        let drawing = drawing.ok_or_else(|| Failure::broken(format!("drawing {index} is not stored")))?;
        let rendering = imaging::render(&drawing, self.artist.digital_source(), extras).map_err(Failure::broken)?;
        let (sender, receiver) = mpsc::channel(IN_FLIGHT);
        std::thread::spawn(move || {
            for file in rendering {
                if sender.blocking_send(file).is_err() {
                    break; // the receiver gave up on an error
                }
            }
        });
        Ok(receiver)
    }

    /// The mail and the last tidying of a delivered order. It is settled when its mail is known to have gone, or nobody is there to mail; else the
    /// sweeper looks at it again (see [`crate::confirm`]).
    async fn conclude(&self, done: Generation) -> Result<(), Failure> {
        let (told, over) = self.tell_owner(done).await?;
        self.tidy.objects(&told).await?;
        if !over || told.deadline.is_none() {
            return Ok(());
        }
        let settled = told.settle(self.clock.now()).map_err(Failure::broken)?;
        store(self.generations, Change::of(&told, &settled)).await
    }

    /// Claims the mail, sends it and notes that it went; answers the order, and whether its mail is over. A claim of somebody else is left alone: they
    /// may be about to note what came of it, and if they are not, the mail service's event or the sweeper decides.
    async fn tell_owner(&self, done: Generation) -> Result<(Generation, bool), Failure> {
        if done.mail != Some(MailState::Due) {
            let over = done.mail != Some(MailState::Sending);
            return Ok((done, over));
        }
        // Everything that can fail comes before the claim: what fails after it costs the owner the patience.
        let Some(email) = self.recipients.email_of(done.account).await? else { return Ok((done, true)) };
        let claimed = self.mail_is(&done, MailState::Sending).await?;
        let mail = Mail::Ready { account: done.account, generation: done.id, origin: self.origin.to_owned() };
        match self.mailer.send(&email, &mail).await {
            Ok(()) => self.note_sent(claimed).await,
            // Refused for now: certainly not sent, so it is due again.
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

    /// The event that the mail went may have been quicker than this worker: then somebody else noted it.
    async fn note_sent(&self, claimed: Generation) -> Result<(Generation, bool), Failure> {
        let noted = confirm::note_sent(self.generations, self.clock, claimed.clone()).await?;
        // Nothing is left to settle of an order that was deleted meanwhile.
        Ok(noted.map_or((claimed, false), |sent| (sent, true)))
    }

    async fn mail_is(&self, before: &Generation, mail: MailState) -> Result<Generation, Failure> {
        let after = before.mail_is(mail, self.clock.now()).map_err(Failure::broken)?;
        store(self.generations, Change::of(before, &after)).await?;
        Ok(after)
    }
}

/// Puts a file into the bundle and, under the same path, into the store.
async fn keep(bundle: &mut Bundle, storing: &mut Storing, folder: &str, file: Deliverable) -> Result<(), Failure> {
    bundle.add(folder, &file).map_err(Failure::broken)?;
    let content_type = file.content_type();
    let name = if folder.is_empty() { file.path } else { format!("{folder}/{}", file.path) };
    storing.put(name, content_type, file.bytes).await
}

/// What a pack of stickers is called: its style's name for people.
fn style_name(id: &str) -> &str {
    style::find(id).map_or(id, |style| style.name)
}

/// Stores objects of one order, a few at a time.
struct Storing {
    pictures: std::sync::Arc<dyn Pictures>,
    account: AccountId,
    id: GenerationId,
    running: JoinSet<Result<(), Failure>>,
}

impl Storing {
    fn new(pictures: &std::sync::Arc<dyn Pictures>, generation: &Generation) -> Self {
        Self { pictures: pictures.clone(), account: generation.account, id: generation.id, running: JoinSet::new() }
    }

    async fn put(&mut self, name: String, content_type: &'static str, bytes: Vec<u8>) -> Result<(), Failure> {
        if self.running.len() >= IN_FLIGHT {
            self.one_done().await?;
        }
        let (pictures, account, id) = (self.pictures.clone(), self.account, self.id);
        self.running.spawn(async move { pictures.put(account, id, &name, content_type, bytes).await });
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), Failure> {
        while !self.running.is_empty() {
            self.one_done().await?;
        }
        Ok(())
    }

    async fn one_done(&mut self) -> Result<(), Failure> {
        match self.running.join_next().await {
            None => Ok(()),
            Some(Ok(stored)) => stored,
            Some(Err(panicked)) => Err(Failure::broken(panicked)),
        }
    }
}
