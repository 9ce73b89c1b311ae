//! The mails of this service: their words, who may get them, and who must not.
//!
//! A mail is a [`Mail`]; an adapter sends it through [`Mailer`]. Marketing needs a [`Consent`], and a mail to many people is a [`Campaign`].

mod campaign;
mod consent;
mod event;
mod letter;
mod mail;
mod page;
mod purchases;
mod run;
mod standing;
mod subscription;
mod template;

pub use accounts::MadeBy;
pub use campaign::{
    Campaign, CampaignDue, CampaignKind, CampaignMails, CampaignName, CampaignState, Campaigns, Claimed, Counts, NotAName, Return, Texts,
    Words,
};
pub use consent::{CONSENT_VERSION, Consent, Marketing, Subscription, consent_words};
pub use event::{MailEvent, MailEventKind, NoteMailEvent};
pub use letter::Letter;
pub use mail::{Mail, Mailer};
pub use page::{STYLE_HASH, unsubscribe_page, unsubscribed_page};
pub use purchases::PurchaseMails;
pub use run::RunCampaign;
pub use standing::{Audience, AudiencePage, Person, Standing, Standings, Suppressions};
pub use subscription::{ChangeSubscription, Subscribers, Subscriptions, Unsubscribe, check_version, unsubscribe_link};
