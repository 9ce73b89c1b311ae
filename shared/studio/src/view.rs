//! What an owner sees of their generations.

use async_trait::async_trait;
use kernel::{Clock, Email, Failure, GenerationId, Owner, Principal, SignedDuration, Timestamp};
use picture_files::FileEntry;
use serde::{Deserialize, Serialize};

use crate::generation::{Generation, State};

/// The files of a delivered order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// Every deliverable; the name is the object's key within the generation.
    pub files: Vec<FileEntry>,
    /// All of them in one zip.
    pub bundle: BundleFile,
}

/// `bundle.zip`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleFile {
    /// Its length.
    pub bytes: u64,
    /// SHA-256 in lowercase hex.
    pub sha256: String,
}

/// One generation, with its files once they are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The generation.
    pub generation: Generation,
    /// Its files.
    pub delivered: Option<Delivered>,
}

/// One page of generations, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The generations.
    pub generations: Vec<Generation>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<GenerationId>,
}

/// Reads generations for their owners, session check included.
#[async_trait]
pub trait Views: Send + Sync {
    /// One generation with its files, in one call.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed.
    async fn view(&self, principal: &Principal, id: GenerationId) -> Result<Option<View>, Failure>;

    /// One page of at most `limit` generations that are older than `after`.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed.
    async fn page(&self, principal: &Principal, after: Option<GenerationId>, limit: u16) -> Result<Page, Failure>;
}

/// Signs links to objects.
#[async_trait]
pub trait Links: Send + Sync {
    /// A link to an object of a generation that works from `from` for `life`. The same arguments give the same link. No call leaves the process.
    async fn link(&self, owner: Owner, id: GenerationId, name: &str, from: Timestamp, life: SignedDuration) -> Result<String, Failure>;
}

/// Knows an account's address.
#[async_trait]
pub trait Recipients: Send + Sync {
    /// The address; `None` when the account is gone.
    async fn email_of(&self, owner: Owner) -> Result<Option<Email>, Failure>;
}

/// How long a link works after the start of its window.
const LINK_LIFE: SignedDuration = SignedDuration::from_mins(20);

/// Links are signed at the start of a window, so that the links of two answers in one window open the same for as long and `If-None-Match` can hold.
const LINK_WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// Reads one generation and its links.
pub struct Deliveries<'a> {
    /// Reads.
    pub views: &'a dyn Views,
    /// Signs.
    pub links: &'a dyn Links,
    /// The time.
    pub clock: &'a dyn Clock,
}

impl Deliveries<'_> {
    /// The caller's order `id`. A cancelled one is gone for its owner.
    ///
    /// # Errors
    /// [`Failure::Missing`] when the caller has no such order, [`Failure::Denied`] when the session is closed.
    pub async fn view(&self, principal: &Principal, id: GenerationId) -> Result<View, Failure> {
        let view = self.views.view(principal, id).await?;
        view.filter(|view| view.generation.state != State::Cancelled).ok_or_else(|| Failure::missing("generation"))
    }

    /// When the links of an answer given now stop working.
    #[must_use]
    pub fn links_expire_at(&self) -> Timestamp {
        self.window().checked_add(LINK_LIFE).unwrap_or(Timestamp::MAX)
    }

    /// A link to one file of `generation`.
    pub async fn link(&self, generation: &Generation, name: &str) -> Result<String, Failure> {
        self.links.link(generation.owner, generation.id, name, self.window(), LINK_LIFE).await
    }

    /// The weak entity tag of an answer: what can change in it, and the window of its links. Weak, because two instances sign the same link with other
    /// credentials, which changes its bytes and not what it opens.
    #[must_use]
    pub fn etag(&self, generation: &Generation) -> String {
        let links = if generation.state == State::Done { self.window().as_second() } else { 0 };
        format!("W/\"{}-{}-{links}\"", generation.state.name(), generation.progress())
    }

    fn window(&self) -> Timestamp {
        let now = self.clock.now().as_second();
        Timestamp::from_second(now - now.rem_euclid(LINK_WINDOW.as_secs())).unwrap_or_default()
    }
}
