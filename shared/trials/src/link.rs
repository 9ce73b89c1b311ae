//! "Save my link": a link to a trial, mailed to an address that its visitor names.
//!
//! The secret of the link is in its fragment, which no browser sends to a server: neither an access log nor a program that looks at the links of a mail
//! gets it by following one. The page behind it shows a button, and only that button's POST opens the trial.

use accounts::{EmailKey, Lead, LeadPage, MadeBy, Pass, Pepper};
use async_trait::async_trait;
use kernel::{Clock, Failure, Page, Randomness, Reason, Recipient, SecretHash, Timestamp, TrialHolder, TrialId};
use outreach::{Mail, Mailer, Subscriptions, check_version};
use policy::Class;

/// All rows that a new link writes.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// Who has it mailed.
    pub holder: TrialHolder,
    pub secret: SecretHash,
    /// The address, which may be known already.
    pub lead: Lead,
    /// The version of the words to which opening the link agrees: to be written to.
    pub marketing: Option<String>,
    /// How many mails the service sends in a day.
    pub mails_per_day: u64,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

/// What opening a link agrees to: to be written to (AN-04).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkConsent {
    pub address: EmailKey,
    pub text_version: String,
}

/// A link that is opened.
#[derive(Debug, Clone, Copy)]
pub struct Opening {
    pub trial: TrialId,
    pub secret: SecretHash,
    /// The pass of the browser that opens it.
    pub pass: SecretHash,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

#[async_trait]
pub trait TrialLinks: Send + Sync {
    /// Writes a link and its lead, and counts it by the trial, by the address and in the budget of the day; all of it or nothing.
    ///
    /// # Errors
    /// [`Failure::Denied`] for a pass that is none of the trial; [`Failure::Busy`] above a limit of [`kernel::limits`] or the budget.
    async fn add(&self, link: &NewLink) -> Result<(), Failure>;

    /// Gives a browser a pass of its own. Answers the consent that this is, if it was asked for.
    ///
    /// # Errors
    /// [`Failure::Denied`] for a secret that is none of the trial, and when it is over; [`Failure::Busy`] above a limit.
    async fn open(&self, opening: &Opening) -> Result<Option<LinkConsent>, Failure>;
}

/// Mails a link.
pub struct MailLink<'a> {
    pub links: &'a dyn TrialLinks,
    pub mailer: &'a dyn Mailer,
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
    pub mails_per_day: u64,
    /// The site of the link, without a trailing slash.
    pub origin: &'a str,
}

impl MailLink<'_> {
    /// Mails a link to the trial of `holder`. The address is noted as a lead; whether it may be written to otherwise is for whoever opens the
    /// link to say, so that nobody consents for somebody else (AN-04). Answers when the link opens nothing any more.
    ///
    /// # Errors
    /// Those of [`check_version`], [`TrialLinks::add`] and [`Mailer::send`].
    pub async fn run(&self, holder: TrialHolder, to: &Recipient, marketing: Option<String>) -> Result<Timestamp, Failure> {
        marketing.as_deref().map(check_version).transpose()?;
        let now = self.clock.now();
        let secret = Pass::new(self.randomness);
        let expires_at = Class::TRIAL_LINK.expires_at(holder.trial.created_at());
        let link = NewLink {
            holder,
            secret: secret.hash(),
            lead: Lead::new(&to.email, LeadPage::TrialLink, self.pepper, now),
            marketing,
            mails_per_day: self.mails_per_day,
            at: now,
            expires_at,
        };
        self.links.add(&link).await?;
        let hours = expires_at.duration_since(now).as_hours().max(1);
        let link = format!("{}#{}", Page::Trial(holder.trial).on(self.origin), secret.as_str());
        let mail = Mail::TrialLink { link, hours };
        self.mailer.send(to, &mail).await?;
        Ok(expires_at)
    }
}

/// A trial that another browser opened.
pub struct Opened {
    /// What that browser must bring from now on.
    pub pass: Pass,
    pub expires_at: Timestamp,
    /// For how long that is.
    pub seconds: i64,
}

pub struct OpenLink<'a> {
    pub links: &'a dyn TrialLinks,
    pub subscriptions: &'a dyn Subscriptions,
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
}

impl OpenLink<'_> {
    /// Opens a trial in the browser that has the secret of a link to it, and begins the subscription that this agrees to. The link stays good until the
    /// trial ends, so that what a crash leaves out is done when it is opened again.
    ///
    /// # Errors
    /// Those of [`TrialLinks::open`] and [`Subscriptions::subscribe`].
    pub async fn run(&self, trial: TrialId, secret: &Pass) -> Result<Opened, Failure> {
        let (now, pass) = (self.clock.now(), Pass::new(self.randomness));
        let expires_at = Class::TRIAL.expires_at(trial.created_at());
        let consent = self.links.open(&Opening { trial, secret: secret.hash(), pass: pass.hash(), at: now, expires_at }).await?;
        if let Some(LinkConsent { address, text_version }) = consent {
            self.subscriptions.subscribe(&address, &text_version, MadeBy::Link, now).await?;
        }
        Ok(Opened { pass, expires_at, seconds: expires_at.duration_since(now).as_secs() })
    }
}

/// One answer for all links that open nothing.
#[must_use]
pub fn link_refused() -> Failure {
    Failure::denied(Reason::SignedOut, "This link is wrong or no longer works. Begin a new trial.")
}
