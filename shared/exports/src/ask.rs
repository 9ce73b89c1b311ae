//! Asking for an export, and looking how far it is.

use std::time::Duration;

use async_trait::async_trait;
use kernel::message::Queue;
use kernel::{AccountSession, Clock, ExportId, Failure, Principal, Randomness, SignedDuration, Timestamp};
use policy::Class;
use sha2::{Digest, Sha256};

use crate::export::{Export, ExportDue, State, volume_key};

/// An export that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewExport {
    pub caller: AccountSession,
    pub id: ExportId,
    pub asked_at: Timestamp,
    /// SHA-256 of the idempotency key.
    pub key_hash: String,
    pub key_expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    New,
    /// The key was used before, for this export.
    Replayed(ExportId),
}

#[async_trait]
pub trait ExportRequests: Send + Sync {
    /// Writes the export, with the record of its key, in one transaction.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed, [`Failure::Busy`] with [`kernel::Reason::RateLimited`] above [`kernel::limits::EXPORTS_PER_DAY`],
    /// [`Failure::Conflict`] with [`kernel::Reason::IdempotencyKeyInUse`] while the same key is being written.
    async fn ask(&self, new: &NewExport) -> Result<Asked, Failure>;
}

/// The owner's view of exports, with a check of the session.
#[async_trait]
pub trait ExportViews: Send + Sync {
    /// # Errors
    /// [`Failure::Denied`] when the session is closed.
    async fn view(&self, principal: &Principal, export: ExportId) -> Result<Option<Export>, Failure>;

    /// Those of the last days, the newest first.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed.
    async fn list(&self, principal: &Principal) -> Result<Vec<Export>, Failure>;
}

/// Asks for an export.
#[derive(Clone, Copy)]
pub struct AskForExport<'a> {
    pub requests: &'a dyn ExportRequests,
    pub exports: &'a dyn crate::ports::Exports,
    pub queue: &'a dyn Queue<ExportDue>,
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
}

impl AskForExport<'_> {
    /// The export of this key, told to the worker while nothing of it is planned: whoever dies on the way is made good by the same request again.
    ///
    /// # Errors
    /// Those of [`ExportRequests`], and [`Failure::Missing`] when the export of the key is gone.
    pub async fn run(&self, caller: AccountSession, idempotency_key: &str) -> Result<Export, Failure> {
        let now = self.clock.now();
        let new = NewExport {
            caller,
            id: ExportId::new(self.clock, self.randomness),
            asked_at: now,
            // A key is of its route: the same one of a generation is another.
            key_hash: hex::encode(Sha256::digest(format!("exports {idempotency_key}"))),
            key_expires_at: Class::IDEMPOTENCY_RECORD.expires_at(now),
        };
        let export = match self.requests.ask(&new).await? {
            Asked::New => {
                Export { id: new.id, account: caller.account, state: State::Queued, asked_at: now, ready_at: None, volumes: Vec::new() }
            }
            Asked::Replayed(id) => self.exports.load(caller.account, id).await?.ok_or_else(|| Failure::missing("export"))?,
        };
        if export.state == State::Queued {
            self.queue.send(&export.due(0), Duration::ZERO).await?;
        }
        Ok(export)
    }
}

/// How long a link to a volume works.
pub const LINK_LIFE: SignedDuration = SignedDuration::from_mins(20);

#[async_trait]
pub trait VolumeLinks: Send + Sync {
    /// A link to the object under `key`, valid from `from` for `life`, which saves it as `name`. No call leaves the process.
    async fn link(&self, key: &str, name: &str, from: Timestamp, life: SignedDuration) -> Result<String, Failure>;
}

/// Links to the volumes of exports.
#[derive(Clone, Copy)]
pub struct Links<'a> {
    pub links: &'a dyn VolumeLinks,
    pub clock: &'a dyn Clock,
}

/// A link, and until when it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub url: String,
    pub expires_at: Timestamp,
}

impl Links<'_> {
    /// A link to each volume, in their order; `None` for one that is not there, and for all once their time is over.
    ///
    /// # Errors
    /// Those of [`VolumeLinks`].
    pub async fn of(&self, export: &Export) -> Result<Vec<Option<Link>>, Failure> {
        let now = self.clock.now();
        let life = LINK_LIFE.min(export.available_until().duration_since(now));
        let mut links = Vec::new();
        for volume in &export.volumes {
            if volume.bytes.is_none() || life <= SignedDuration::ZERO {
                links.push(None);
                continue;
            }
            let name = file_name(export, volume.number);
            let url = self.links.link(&volume_key(export.account, export.id, volume.number), &name, now, life).await?;
            links.push(Some(Link { url, expires_at: now.checked_add(life).unwrap_or(now) }));
        }
        Ok(links)
    }
}

/// What a volume is saved as: the day, and which of how many it is.
fn file_name(export: &Export, volume: u16) -> String {
    format!("copy-{}-{volume}-of-{}.zip", export.asked_at.strftime("%Y-%m-%d"), export.volumes.len())
}
