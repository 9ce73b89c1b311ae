//! Consent to marketing, and the mail that needs it (AN-04).

use accounts::{Choice, ChoiceOf, ChoiceState, EmailKey, Made, MadeBy, UnsubscribeToken};
use kernel::{Language, Timestamp};

use crate::subscription::unsubscribe_link;
use crate::{CampaignName, Words};

/// The version of the words that somebody agrees to: the day they were written.
pub const CONSENT_VERSION: &str = "2026-11-30";

/// The words that somebody agrees to.
#[must_use]
pub fn consent_words(language: Language) -> &'static str {
    match language {
        Language::English => "Yes, mail me news and offers now and then. I can stop it at any time, with one click.",
        Language::Japanese => "お知らせやお得な情報のメールをときどき受け取ります。ワンクリックでいつでも停止できます。",
    }
}

/// Whether an address gets marketing, and since when: as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    address: EmailKey,
    text_version: String,
    given_at: Timestamp,
    given_by: MadeBy,
    ended: Option<(MadeBy, Timestamp)>,
}

impl Subscription {
    /// The record of an act of its owner: at this time, to the words of this version.
    #[must_use]
    pub fn given(address: EmailKey, text_version: String, given_at: Timestamp, given_by: MadeBy) -> Self {
        Self { address, text_version, given_at, given_by, ended: None }
    }

    /// The choice that it is: there is no other place where it is kept.
    #[must_use]
    pub fn choice(&self) -> Choice {
        let (state, by, at) = match self.ended {
            None => (ChoiceState::Granted, self.given_by, self.given_at),
            Some((by, at)) => (ChoiceState::Withdrawn, by, at),
        };
        Choice { of: ChoiceOf::Marketing, state, made: Some(Made { at, by, notice: self.text_version.clone() }) }
    }

    /// The same as withdrawn.
    #[must_use]
    pub fn ended(self, by: MadeBy, at: Timestamp) -> Self {
        Self { ended: Some((by, at)), ..self }
    }

    #[must_use]
    pub fn address(&self) -> &EmailKey {
        &self.address
    }

    #[must_use]
    pub fn text_version(&self) -> &str {
        &self.text_version
    }

    #[must_use]
    pub fn given_at(&self) -> Timestamp {
        self.given_at
    }

    #[must_use]
    pub fn given_by(&self) -> MadeBy {
        self.given_by
    }

    #[must_use]
    pub fn end(&self) -> Option<(MadeBy, Timestamp)> {
        self.ended
    }

    /// `None` once it was withdrawn.
    #[must_use]
    pub fn consent(&self) -> Option<Consent> {
        self.ended.is_none().then(|| Consent { address: self.address.clone(), given_at: self.given_at })
    }
}

/// That the owner of an address wants marketing at present. It comes of a [`Subscription`] that was not withdrawn, and of nothing else:
///
/// ```compile_fail,E0451
/// fn forged(address: accounts::EmailKey) -> outreach::Consent {
///     outreach::Consent { address, given_at: kernel::Timestamp::UNIX_EPOCH }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    address: EmailKey,
    given_at: Timestamp,
}

impl Consent {
    #[must_use]
    pub fn address(&self) -> &EmailKey {
        &self.address
    }

    #[must_use]
    pub fn given_at(&self) -> Timestamp {
        self.given_at
    }
}

/// A marketing mail. There is none without a consent:
///
/// ```compile_fail,E0061
/// fn unasked(campaign: outreach::CampaignName, words: outreach::Words, pepper: &accounts::Pepper) -> outreach::Marketing {
///     outreach::Marketing::new(campaign, words, pepper, "https://nigao.example.org")
/// }
/// ```
///
/// ```compile_fail,E0451
/// fn forged(campaign: outreach::CampaignName, words: outreach::Words, consent: outreach::Consent) -> outreach::Marketing {
///     outreach::Marketing { campaign, words, consent, unsubscribe: String::new() }
/// }
/// ```
///
/// ```
/// fn asked(consent: outreach::Consent, campaign: outreach::CampaignName, words: outreach::Words, pepper: &accounts::Pepper) -> outreach::Mail {
///     outreach::Mail::Marketing(outreach::Marketing::new(consent, campaign, words, pepper, "https://nigao.example.org"))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marketing {
    consent: Consent,
    campaign: CampaignName,
    words: Words,
    unsubscribe: Link,
}

/// A link with a secret in it.
#[derive(Clone, PartialEq, Eq)]
struct Link(String);

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Link(…)")
    }
}

impl Marketing {
    /// With the link by which its reader unsubscribes, below the site's `origin`.
    #[must_use]
    pub fn new(consent: Consent, campaign: CampaignName, words: Words, pepper: &accounts::Pepper, origin: &str) -> Self {
        let unsubscribe = Link(unsubscribe_link(&UnsubscribeToken::new(&consent.address, pepper), origin));
        Self { consent, campaign, words, unsubscribe }
    }

    #[must_use]
    pub fn consent(&self) -> &Consent {
        &self.consent
    }

    pub(crate) fn campaign(&self) -> &CampaignName {
        &self.campaign
    }

    pub(crate) fn words(&self) -> &Words {
        &self.words
    }

    pub(crate) fn unsubscribe(&self) -> &str {
        &self.unsubscribe.0
    }

    /// By which a mail program offers a button of its own (RFC 8058).
    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        vec![("List-Unsubscribe", format!("<{}>", self.unsubscribe())), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_04_a_withdrawn_subscription_gives_no_consent() {
        let pepper = accounts::Pepper::new(b"0123456789abcdef0123456789abcdef");
        let address = pepper.email_key(&"ada@example.org".parse().unwrap());
        let given = Subscription::given(address, CONSENT_VERSION.to_owned(), Timestamp::UNIX_EPOCH, MadeBy::Settings);
        assert_eq!(given.consent().map(|consent| consent.given_at()), Some(Timestamp::UNIX_EPOCH));
        for by in [MadeBy::Settings, MadeBy::Link, MadeBy::MailService] {
            assert_eq!(given.clone().ended(by, Timestamp::UNIX_EPOCH).consent(), None);
        }
    }

    #[test]
    fn an_05_a_marketing_mail_has_the_headers_of_one_click() {
        let pepper = accounts::Pepper::new(b"0123456789abcdef0123456789abcdef");
        let address = pepper.email_key(&"ada@example.org".parse().unwrap());
        let consent = Subscription::given(address, CONSENT_VERSION.to_owned(), Timestamp::UNIX_EPOCH, MadeBy::Settings).consent().unwrap();
        let words = Words { subject: "News".into(), text: "Hello.".into() };
        let marketing = Marketing::new(consent, "spring".parse().unwrap(), words, &pepper, "https://nigao.example.org");
        assert!(!format!("{marketing:?}").contains("/unsubscribe/"), "the secret is in no log");
        let letter = crate::Mail::Marketing(marketing).letter(Language::English);
        let [(one, link), (two, click)] = &letter.headers[..] else { panic!("{:?}", letter.headers) };
        assert_eq!((*one, *two, click.as_str()), ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        let link = link.strip_prefix('<').and_then(|link| link.strip_suffix('>')).unwrap();
        assert!(link.starts_with("https://nigao.example.org/unsubscribe/") && letter.text.contains(link) && letter.html.contains(link));
    }
}
