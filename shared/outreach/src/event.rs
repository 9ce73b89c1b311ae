//! What the mail service tells of a mail: that it went, came back, or was called spam (on-mail-event).

use accounts::EmailKey;
use kernel::{Clock, Failure};
use policy::Class;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{CampaignMails, CampaignName, MadeBy, Return, Subscriptions, Suppressions};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum MailEventKind {
    /// The service has it.
    Send,
    /// There is no such mailbox. What may yet arrive is no such event.
    Bounce,
    Complaint,
}

/// An event without an address: the mail carries a keyed hash of it as a tag, and the rule passes the tags alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailEvent {
    pub kind: MailEventKind,
    /// `None` for a mail without the tag: one that went before they had it.
    pub address: Option<EmailKey>,
    pub campaign: Option<CampaignName>,
}

#[derive(Deserialize)]
struct Written {
    kind: MailEventKind,
    tags: Map<String, Value>,
}

impl MailEvent {
    /// Reads the kind, and the tags beside the service's own: each a list of one text.
    ///
    /// # Errors
    /// [`Failure::Broken`] for another kind, and for tags that are no such lists.
    pub fn read(event: Value) -> Result<Self, Failure> {
        let Written { kind, tags } = serde_json::from_value(event).map_err(Failure::broken)?;
        let tag = |name: &str| match tags.get(name) {
            None => Ok(None),
            Some(Value::Array(values)) => match &values[..] {
                [Value::String(text)] => Ok(Some(text.as_str())),
                _ => Err(Failure::broken("a tag of a mail with several values")),
            },
            Some(_) => Err(Failure::broken("a tag of a mail that is no list")),
        };
        let unreadable = || Failure::broken("a tag of a mail that is none of ours");
        let address = tag("address")?.map(|hex| EmailKey::stored(hex).ok_or_else(unreadable)).transpose()?;
        let campaign = tag("campaign_id")?.map(|name| name.parse::<CampaignName>().map_err(Failure::broken)).transpose()?;
        Ok(Self { kind, address, campaign })
    }

    /// For a log: no address, and no hash of one.
    #[must_use]
    pub fn about(&self) -> &'static str {
        match self.kind {
            MailEventKind::Send => "send",
            MailEventKind::Bounce => "bounce",
            MailEventKind::Complaint => "complaint",
        }
    }
}

/// Acts on an event.
pub struct NoteMailEvent<'a> {
    pub suppressions: &'a dyn Suppressions,
    pub subscriptions: &'a dyn Subscriptions,
    pub mails: &'a dyn CampaignMails,
    pub clock: &'a dyn Clock,
}

impl NoteMailEvent<'_> {
    /// An address that mail came back from, or whose owner called it spam, gets none for some time, and no marketing until it asks again. Each write is
    /// idempotent, so that an event may come twice, late or out of order.
    ///
    /// # Errors
    /// [`Failure::Busy`] when a store throttles: the event comes again.
    pub async fn run(&self, event: &MailEvent) -> Result<(), Failure> {
        let Some(address) = &event.address else { return Ok(()) };
        let returned = match event.kind {
            MailEventKind::Send => None,
            MailEventKind::Bounce => Some(Return::Bounced),
            MailEventKind::Complaint => Some(Return::Complained),
        };
        let Some(returned) = returned else {
            return match &event.campaign {
                Some(campaign) => self.mails.note_sent(campaign, address).await,
                None => Ok(()),
            };
        };
        let now = self.clock.now();
        self.suppressions.suppress(address, Class::MAIL_SUPPRESSION.expires_at(now)).await?;
        self.subscriptions.end(address, MadeBy::MailService, now).await?;
        match &event.campaign {
            Some(campaign) => self.mails.note_return(campaign, address, returned).await,
            None => Ok(()),
        }
    }
}
