//! The published policy: a page for people and the same facts as data, both made from the inventory and the provider ledger.
//!
//! Retentions, purposes and processors in the text come from the entries. The remaining words are here, and `published.toml` holds a hash of the
//! result for each version, so that no text changes without a new version and date (IM-19, RT-19).

mod access;
mod deployment;
mod ephemeral;
mod facts;
mod page;
mod wallet;
pub(crate) mod words;

use jiff::SignedDuration;
use jiff::civil::Date;
use serde::Serialize;

use crate::admission::NotAdmitted;
use crate::cookie::Cookie;
use crate::inventory::{Entry, Inventory, inventory};
use crate::on_device::OnDevice;
use crate::processor::Processor;
use crate::profile::Profile;
use crate::retention::Backup;

pub use access::{Access, Data, RecipientOfData};
pub use deployment::{Contact, Deployment, NoContact, listed};
pub use page::STYLE_HASH;

use page::Section;

/// Why the policy cannot be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unpublishable {
    /// The deployment sends data to a processor that its profile does not admit: no text could be true.
    #[error("the policy of this deployment cannot be published: {0}")]
    NotAdmitted(#[from] NotAdmitted),
    #[error("the policy needs the name of the service: 1 to 80 characters")]
    NoName,
}

#[derive(Debug)]
pub struct Rendered {
    /// HTML without scripts, with one inline style whose hash is [`STYLE_HASH`].
    pub html: String,
    /// The same facts as data (IM-03).
    pub document: Document,
}

/// The content of the page, as data.
#[derive(Debug, Serialize)]
pub struct Document {
    pub service: String,
    pub contact: Contact,
    pub profile: Profile,
    /// The date of the policy, with a number where a day had several versions.
    pub version: String,
    /// The AWS region of the data.
    pub region: String,
    /// The day from which the version applies, where it was announced before.
    pub effective: Option<Date>,
    /// The time from a person's request to the deletion of the last copy of theirs.
    pub erased_within: SignedDuration,
    /// The tables whose deleted rows can be restored, and for how long.
    pub backups: Vec<Backup>,
    /// In the order in which they are asked.
    pub artists: Vec<String>,
    pub screeners: Vec<String>,
    /// The processors with agreed zero retention.
    pub zero_retention: Vec<String>,
    /// The concerns that screening covers, a sentence each.
    pub looked_for: Vec<String>,
    /// The concerns that screening does not cover, a sentence each.
    pub not_looked_for: Vec<String>,
    pub entries: Vec<Entry>,
    pub cookies: Vec<Cookie>,
    /// What the site keeps in a browser, beside cookies.
    pub on_device: Vec<OnDevice>,
    pub processors: Vec<&'static Processor>,
}

/// The policy of a deployment of `profile`.
///
/// # Errors
/// [`Unpublishable`] when the profile does not admit the deployment; the function that serves the policy then does not start.
pub fn render(profile: Profile, deployment: &Deployment) -> Result<Rendered, Unpublishable> {
    if !(1..=80).contains(&deployment.service.trim().chars().count()) {
        return Err(Unpublishable::NoName);
    }
    let artists_and_screeners = || deployment.artists.iter().chain(&deployment.screeners);
    artists_and_screeners().try_for_each(|name| inventory().admit(profile, name, &deployment.attestations))?;
    let facts = facts::Facts { inventory: inventory(), profile, deployment };
    let sections: Vec<Section> = match profile {
        Profile::Wallet => wallet::sections(&facts),
        Profile::Ephemeral => ephemeral::sections(&facts),
    };
    let day = |date: Date| date.strftime("%-d %B %Y").to_string();
    let mut updated = vec![format!("Last updated: {} (version {})", day(inventory().date()), inventory().version())];
    updated.extend(inventory().notice().effective.map(|effective| format!("This version applies from {}.", day(effective))));
    let html = page::html(&deployment.service, &updated, &sections);
    Ok(Rendered { html, document: document(inventory(), profile, deployment) })
}

/// The data behind the page of a deployment of `profile`, by an inventory.
#[must_use]
pub fn document(inventory: &'static Inventory, profile: Profile, deployment: &Deployment) -> Document {
    let facts = facts::Facts { inventory, profile, deployment };
    let processors: Vec<_> = facts.processors().collect();
    let agreed = processors.iter().filter(|processor| facts.keeps_nothing_by_agreement(processor)).map(|processor| processor.id.clone());
    Document {
        service: deployment.service.clone(),
        contact: deployment.contact.clone(),
        profile,
        version: inventory.version().to_owned(),
        region: deployment.region.clone(),
        effective: inventory.notice().effective,
        erased_within: inventory.erasure().within(),
        backups: inventory
            .backups()
            .iter()
            .filter(|backup| inventory.of(profile).any(|entry| entry.table() == Some(backup.table)))
            .cloned()
            .collect(),
        artists: deployment.artists.clone(),
        screeners: deployment.screeners.clone(),
        zero_retention: agreed.collect(),
        looked_for: deployment.looked_for.clone(),
        not_looked_for: deployment.not_looked_for.clone(),
        entries: inventory.of(profile).map(|entry| entry.as_of(profile)).collect(),
        cookies: inventory.cookies().iter().filter(|cookie| cookie.profiles.contains(&profile)).cloned().collect(),
        on_device: inventory.on_device().iter().filter(|kept| kept.profiles.contains(&profile)).cloned().collect(),
        processors,
    }
}
