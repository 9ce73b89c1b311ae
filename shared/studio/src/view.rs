//! The owner's view of generations.

use async_trait::async_trait;
use kernel::{Clock, Failure, GenerationId, Owner, Principal, SignedDuration, Timestamp};
use picture_files::FileEntry;
use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::generation::{Generation, State};

/// The files of a delivered generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// The name is the object's key within the generation.
    pub files: Vec<FileEntry>,
    /// All files in one zip.
    pub bundle: BundleFile,
}

/// `bundle.zip`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleFile {
    pub bytes: u64,
    /// SHA-256 in lowercase hex.
    pub sha256: String,
}

/// A generation, with its files once it is done.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub generation: Generation,
    pub delivered: Option<Delivered>,
    /// What becomes of a selfie that was blocked.
    pub case: Option<Case>,
}

/// Newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub generations: Vec<Generation>,
    /// The start of the next page; `None` on the last.
    pub next: Option<GenerationId>,
}

/// Reads generations for their owners, with a check of the session.
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

#[async_trait]
pub trait Links: Send + Sync {
    /// A link to an object of a generation, valid from `from` for `life`: a page may show it, and whoever follows it saves it under its name, the slashes
    /// as hyphens. The same arguments give the same link. No call leaves the process.
    async fn link(&self, owner: Owner, id: GenerationId, name: &str, from: Timestamp, life: SignedDuration) -> Result<String, Failure>;
}

/// The lifetime of a link from the start of its window.
const LINK_LIFE: SignedDuration = SignedDuration::from_mins(20);

/// Links are signed at the start of a window, so that two answers in one window have equal links and `If-None-Match` can match.
const LINK_WINDOW: SignedDuration = SignedDuration::from_mins(5);

pub struct Deliveries<'a> {
    pub views: &'a dyn Views,
    pub links: &'a dyn Links,
    pub clock: &'a dyn Clock,
}

impl Deliveries<'_> {
    /// The caller's generation `id`. A cancelled one is gone for its owner.
    ///
    /// # Errors
    /// [`Failure::Missing`] when the caller has no such generation, [`Failure::Denied`] when the session is closed.
    pub async fn view(&self, principal: &Principal, id: GenerationId) -> Result<View, Failure> {
        let view = self.views.view(principal, id).await?;
        view.filter(|view| view.generation.state != State::Cancelled).ok_or_else(|| Failure::missing("generation"))
    }

    /// The expiry of the links in an answer given now.
    #[must_use]
    pub fn links_expire_at(&self) -> Timestamp {
        self.window().checked_add(LINK_LIFE).unwrap_or(Timestamp::MAX)
    }

    pub async fn link(&self, generation: &Generation, name: &str) -> Result<String, Failure> {
        self.links.link(generation.owner, generation.id, name, self.window(), LINK_LIFE).await
    }

    /// The weak entity tag of an answer, from its variable parts and the window of its links. Weak, because two instances sign the same link with
    /// other credentials, which changes its bytes and not its target.
    #[must_use]
    pub fn etag(&self, generation: &Generation, case: Option<&Case>) -> String {
        let links = if generation.state == State::Done { self.window().as_second() } else { 0 };
        let case = case.map_or(0, |case| case.version);
        format!("W/\"{}-{}-{links}-{case}\"", generation.state.name(), generation.progress())
    }

    fn window(&self) -> Timestamp {
        let now = self.clock.now().as_second();
        Timestamp::from_second(now - now.rem_euclid(LINK_WINDOW.as_secs())).unwrap_or_default()
    }
}
