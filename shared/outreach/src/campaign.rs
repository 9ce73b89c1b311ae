//! Campaigns: one mail to many people, each of whom gets it once.

use std::fmt;
use std::str::FromStr;

use accounts::{EmailKey, Pepper};
use async_trait::async_trait;
use kernel::message::Content;
use kernel::{Failure, Language, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use crate::{Mail, Marketing, Standing};

/// The name of a campaign: small letters, digits and dashes. It is a tag of its mails.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CampaignName(String);

#[derive(Debug, thiserror::Error)]
#[error("a campaign's name is 1 to 40 small letters, digits and dashes")]
pub struct NotAName;

impl FromStr for CampaignName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let right = (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if right { Ok(Self(text.to_owned())) } else { Err(NotAName) }
    }
}

impl fmt::Display for CampaignName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// That a campaign goes on: told by the operator, and by each worker that leaves work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignDue {
    pub campaign_id: String,
}

impl CampaignDue {
    #[must_use]
    pub fn new(name: &CampaignName) -> Self {
        Self { campaign_id: name.to_string() }
    }
}

impl Content for CampaignDue {
    const VERSION: u8 = 1;

    fn id(&self) -> String {
        self.campaign_id.clone()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// For a notice the template has one of its own.
    pub subject: String,
    /// Paragraphs, with an empty line between them.
    pub text: String,
}

/// The words in each language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    pub en: Words,
    pub ja: Words,
}

impl Texts {
    #[must_use]
    pub fn of(&self, language: Language) -> &Words {
        match language {
            Language::English => &self.en,
            Language::Japanese => &self.ja,
        }
    }
}

/// To whom it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CampaignKind {
    /// That the policy changes (AN-72): to everybody with an account.
    Notice {
        /// From when the new version applies.
        from: Timestamp,
    },
    /// To those who asked for it (AN-04).
    Marketing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum CampaignState {
    /// The dry run: everybody is looked at, and nobody is written to.
    Counting,
    /// The dry run is over: the operator looks at its counts, and starts.
    Counted,
    Mailing,
    Done,
    /// By the operator, or since too many mails came back or were called spam.
    Stopped,
}

impl CampaignState {
    /// The name in storage.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

/// What was counted so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// People that the dry run looked at, and those among them who would be written to.
    pub people: u64,
    pub eligible: u64,
    /// People left out, as mail to them came back, and as they did not ask for marketing.
    pub suppressed: u64,
    pub unsubscribed: u64,
    /// Mails that the service accepted, as far as a worker lived to note it.
    pub sent: u64,
    /// Mails of this pass of which it is not known whether they went.
    pub unclear: u64,
    /// Mails that came back, and that were called spam.
    pub bounced: u64,
    pub complained: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    pub name: CampaignName,
    pub kind: CampaignKind,
    pub texts: Texts,
    pub state: CampaignState,
    /// All people are gone through again while it is unclear of some mail whether it went: 1, 2, …
    pub pass: u32,
    /// Behind whom the next page begins; `None` at the beginning.
    pub place: Option<String>,
    pub counts: Counts,
    /// Grows with each change.
    pub version: u64,
    pub created_at: Timestamp,
}

/// From these on the share of mails that came back, or were called spam, is that of the alarms (infra/mail.yaml), in ten thousandths. A few mails are no
/// share.
const BOUNCES: (u64, u64) = (5, 400);
const COMPLAINTS: (u64, u64) = (2, 8);

impl Campaign {
    /// One that begins with its dry run.
    #[must_use]
    pub fn new(name: CampaignName, kind: CampaignKind, texts: Texts, created_at: Timestamp) -> Self {
        let (state, counts) = (CampaignState::Counting, Counts::default());
        Self { name, kind, texts, state, pass: 1, place: None, counts, version: 1, created_at }
    }

    /// The same as it is written next.
    #[must_use]
    pub fn next(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }

    /// Begins to mail, once the dry run is over or after a stop; `None` in any other state.
    #[must_use]
    pub fn started(&self) -> Option<Self> {
        let may = matches!(self.state, CampaignState::Counted | CampaignState::Stopped);
        may.then(|| Self { state: CampaignState::Mailing, ..self.next() })
    }

    /// Mails no more; `None` where it does not mail.
    #[must_use]
    pub fn stopped(&self) -> Option<Self> {
        let may = self.state == CampaignState::Mailing;
        may.then(|| Self { state: CampaignState::Stopped, ..self.next() })
    }

    /// Whether so many mails came back, or were called spam, that the mail service may stop all mails of this account.
    #[must_use]
    pub fn is_unwelcome(&self) -> bool {
        let reaches = |count: u64, (least, share): (u64, u64)| count >= least && count * 10_000 >= self.counts.sent * share;
        reaches(self.counts.bounced, BOUNCES) || reaches(self.counts.complained, COMPLAINTS)
    }

    /// The mail for somebody; `None` where they get none.
    #[must_use]
    pub fn mail(&self, standing: &Standing, language: Language, pepper: &Pepper, origin: &str) -> Option<Mail> {
        if standing.is_suppressed {
            return None;
        }
        let (campaign, words) = (self.name.clone(), self.texts.of(language).clone());
        match self.kind {
            CampaignKind::Notice { from } => Some(Mail::Notice { campaign, words, from, origin: origin.to_owned() }),
            CampaignKind::Marketing => {
                let consent = standing.consent.clone()?;
                Some(Mail::Marketing(Marketing::new(consent, campaign, words, pepper, origin)))
            }
        }
    }
}

#[async_trait]
pub trait Campaigns: Send + Sync {
    /// Stores a new campaign; `false` where there is one of its name.
    async fn open(&self, campaign: &Campaign) -> Result<bool, Failure>;

    async fn load(&self, name: &CampaignName) -> Result<Option<Campaign>, Failure>;

    /// Stores what a campaign is next, without what its mails were answered; `false` where the stored one is not the version before.
    async fn save(&self, next: &Campaign) -> Result<bool, Failure>;
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// The mail is this worker's to send.
    Mine,
    /// It went.
    Sent,
    /// Another worker claimed it, and may have sent it.
    Unclear,
}

/// What came of a mail that went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Return {
    Bounced,
    Complained,
}

impl Return {
    /// The name in storage.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

/// The mails of campaigns, one an address.
#[async_trait]
pub trait CampaignMails: Send + Sync {
    /// Claims a mail, also one that was claimed at `stale` or before and is not known to have gone.
    async fn claim(&self, campaign: &CampaignName, to: &EmailKey, now: Timestamp, stale: Timestamp) -> Result<Claimed, Failure>;

    /// Gives up a claim whose mail certainly did not go.
    async fn release(&self, campaign: &CampaignName, to: &EmailKey) -> Result<(), Failure>;

    /// It went. Idempotent.
    async fn note_sent(&self, campaign: &CampaignName, to: &EmailKey) -> Result<(), Failure>;

    /// It came back or was called spam: counted once with its campaign.
    async fn note_return(&self, campaign: &CampaignName, to: &EmailKey, returned: Return) -> Result<(), Failure>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign(counts: Counts) -> Campaign {
        let words = Words { subject: "S".into(), text: "T".into() };
        let texts = Texts { en: words.clone(), ja: words };
        Campaign { counts, ..Campaign::new("spring".parse().unwrap(), CampaignKind::Marketing, texts, Timestamp::UNIX_EPOCH) }
    }

    #[test]
    fn a_name_is_one_that_a_tag_and_a_key_may_hold() {
        for name in ["a", "policy-2026-12", "0", &"a".repeat(40)] {
            assert_eq!(name.parse::<CampaignName>().unwrap().to_string(), name);
        }
        for name in ["", "A", "a b", "a#b", "a_b", "ä", "a\n", &"a".repeat(41)] {
            assert!(name.parse::<CampaignName>().is_err(), "{name}");
        }
    }

    #[test]
    fn it_is_unwelcome_at_the_shares_of_the_alarms() {
        let unwelcome = |sent, bounced, complained| campaign(Counts { sent, bounced, complained, ..Counts::default() }).is_unwelcome();
        for (sent, bounced, complained, is) in [
            (0, 0, 0, false),
            (10, 4, 1, false),
            (10, 5, 0, true),
            (10, 0, 2, true),
            (2_500, 0, 2, true),
            (2_501, 0, 2, false),
            (125, 5, 0, true),
            (126, 5, 0, false),
        ] {
            assert_eq!(unwelcome(sent, bounced, complained), is, "{sent} {bounced} {complained}");
        }
    }

    #[test]
    fn an_72_nobody_is_written_to_before_the_dry_run_is_over() {
        let new = campaign(Counts::default());
        assert_eq!(new.started(), None);
        let counted = Campaign { state: CampaignState::Counted, ..new.clone() };
        let mailing = counted.started().unwrap();
        assert_eq!((mailing.state, mailing.version), (CampaignState::Mailing, new.version + 1));
        assert_eq!(
            (mailing.started(), mailing.stopped().and_then(|stopped| stopped.started()).map(|again| again.state)),
            (None, Some(CampaignState::Mailing))
        );
        for state in [CampaignState::Counting, CampaignState::Counted, CampaignState::Done] {
            assert_eq!(Campaign { state, ..new.clone() }.stopped(), None, "a stop is no way around the dry run");
        }
    }
}
