//! The published policy: a page for people and the same facts as data, both made from the inventory and the provider ledger.
//!
//! What the text says of what is kept, for how long, by whom and why is read from the entries. Its own words are here, and `published.toml` holds a hash
//! of what they came to in each version, so that no text changes without a new version and date (IM-19, RT-19).

mod deployment;
mod ephemeral;
mod facts;
mod page;
mod wallet;
mod words;

use jiff::civil::Date;
use serde::Serialize;

use crate::admission::NotAdmitted;
use crate::inventory::{Entry, inventory};
use crate::processor::Processor;
use crate::profile::Profile;

pub use deployment::{Contact, Deployment, NoContact, listed};
pub use page::STYLE_HASH;

use page::Section;

/// Why there is no policy to publish.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unpublishable {
    /// The deployment sends data to somebody its profile does not allow: no text could be true and a policy.
    #[error("the policy of this deployment cannot be published: {0}")]
    NotAdmitted(#[from] NotAdmitted),
    /// It has no name.
    #[error("the policy needs the name of the service: 1 to 80 characters")]
    NoName,
}

/// A policy, ready to be served.
#[derive(Debug)]
pub struct Rendered {
    /// The page: HTML without scripts, with one inline style whose hash is [`STYLE_HASH`].
    pub html: String,
    /// The same facts as data (IM-03).
    pub document: Document,
}

/// What the page says, as data.
#[derive(Debug, Serialize)]
pub struct Document {
    /// The service.
    pub service: String,
    /// Whom to ask.
    pub contact: Contact,
    /// What it promises.
    pub profile: Profile,
    /// The version of the policy: its date, and a number where a day had several.
    pub version: String,
    /// The AWS region data is kept in.
    pub region: String,
    /// Who draws, in the order in which they are asked.
    pub artists: Vec<String>,
    /// Who looks at pictures first.
    pub screeners: Vec<String>,
    /// Whom zero retention is agreed with.
    pub zero_retention: Vec<String>,
    /// What is looked for, a sentence each.
    pub looked_for: Vec<String>,
    /// What nobody looks for, a sentence each.
    pub not_looked_for: Vec<String>,
    /// What is stored.
    pub entries: Vec<Entry>,
    /// Who else touches it.
    pub processors: Vec<&'static Processor>,
}

/// The policy of a deployment of `profile`.
///
/// # Errors
/// [`Unpublishable`] when the deployment is not what its profile allows; the function that serves the policy then does not start.
pub fn render(profile: Profile, deployment: &Deployment) -> Result<Rendered, Unpublishable> {
    if !(1..=80).contains(&deployment.service.trim().chars().count()) {
        return Err(Unpublishable::NoName);
    }
    let artists_and_screeners = || deployment.artists.iter().chain(&deployment.screeners);
    artists_and_screeners().try_for_each(|name| inventory().admit(profile, name, &deployment.attestations))?;
    let facts = facts::Facts { profile, deployment };
    let sections: Vec<Section> = match profile {
        Profile::Wallet => wallet::sections(&facts),
        Profile::Ephemeral => ephemeral::sections(&facts),
    };
    let updated = format!("Last updated: {} (version {})", date().strftime("%-d %B %Y"), inventory().version());
    Ok(Rendered { html: page::html(&deployment.service, &updated, &sections), document: document(&facts) })
}

/// The day of the version; `flaw` made sure that it begins with one.
fn date() -> Date {
    inventory().version().get(..10).and_then(|day| day.parse().ok()).unwrap_or_default()
}

fn document(facts: &facts::Facts<'_>) -> Document {
    let (profile, deployment) = (facts.profile, facts.deployment);
    let processors: Vec<_> = facts.processors().collect();
    let agreed = processors.iter().filter(|processor| facts.keeps_nothing_by_agreement(processor)).map(|processor| processor.id.clone());
    Document {
        service: deployment.service.clone(),
        contact: deployment.contact.clone(),
        profile,
        version: inventory().version().to_owned(),
        region: deployment.region.clone(),
        artists: deployment.artists.clone(),
        screeners: deployment.screeners.clone(),
        zero_retention: agreed.collect(),
        looked_for: deployment.looked_for.clone(),
        not_looked_for: deployment.not_looked_for.clone(),
        entries: inventory().of(profile).map(|entry| entry.as_of(profile)).collect(),
        processors,
    }
}
