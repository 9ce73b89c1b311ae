//! The mails, and what each is made of (AN-02).

use async_trait::async_trait;
use kernel::message::{self, GenerationIds};
use kernel::{ExportId, Failure, GenerationId, Language, OrderId, Owner, Page, Recipient, Timestamp};
use payments::Money;

use crate::consent::Marketing;
use crate::template::{self, Values};
use crate::{CampaignName, Letter, Words};

#[derive(Clone, PartialEq, Eq)]
pub enum Mail {
    SignInCode {
        /// Six decimal digits.
        code: String,
        /// Minutes until the code expires.
        minutes: i64,
    },
    /// To the address that an account has: another is wanted (AN-55).
    EmailChangeOld {
        code: String,
        /// Hours until the code expires.
        hours: i64,
    },
    /// To the address that it is to have.
    EmailChangeNew {
        code: String,
        hours: i64,
    },
    /// To both: it was changed.
    EmailChanged,
    Ready {
        owner: Owner,
        generation: GenerationId,
        /// The site the pictures are fetched from, without a trailing slash.
        origin: String,
    },
    /// Credits were bought.
    Receipt {
        order: OrderId,
        credits: u32,
        /// Tax included, as the merchant says it.
        total: Money,
        at: Timestamp,
        /// Where the merchant's own receipt is.
        receipt: Option<String>,
        origin: String,
    },
    /// Money was given back (AN-74).
    Refunded {
        order: OrderId,
        /// What was taken out of the wallet.
        credits: u32,
        /// Without the tax, as the merchant says it.
        net: Money,
        origin: String,
    },
    /// A request for money back waits for somebody to look at it.
    RefundWaits {
        order: OrderId,
        origin: String,
    },
    /// Somebody decided on a photo that was blocked (AN-44).
    CaseDecided {
        generation: GenerationId,
        overturned: bool,
        /// Whether it is being drawn from now.
        resumed: bool,
        /// Whether there may be an appeal.
        appealable: bool,
        origin: String,
    },
    /// Leads back to what was made without an account.
    TrialLink {
        /// The whole of it.
        link: String,
        /// How long it works.
        hours: i64,
    },
    /// Everything of the address is asked to be erased.
    ErasureAsked {
        /// Shows the request, and takes it back.
        link: String,
        /// Until when it may be taken back; `None` where nothing waits.
        until: Option<Timestamp>,
    },
    /// A copy of everything is ready (AN-54). Its files are fetched on the site, by who is signed in.
    ExportReady {
        export: ExportId,
        /// Until when they can be fetched.
        until: Timestamp,
        origin: String,
    },
    /// The policy changes (AN-72): to everybody with an account.
    Notice {
        campaign: CampaignName,
        /// What changes.
        words: Words,
        /// From when.
        from: Timestamp,
        origin: String,
    },
    Marketing(Marketing),
}

impl Mail {
    /// The stable name of this kind of mail, for tags and counts.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SignInCode { .. } => "sign-in-code",
            Self::EmailChangeOld { .. } => "email-change-old",
            Self::EmailChangeNew { .. } => "email-change-new",
            Self::EmailChanged => "email-changed",
            Self::Ready { .. } => "ready",
            Self::Receipt { .. } => "receipt",
            Self::Refunded { .. } => "refund",
            Self::RefundWaits { .. } => "refund-waits",
            Self::CaseDecided { resumed: true, .. } => "case-resumed",
            Self::CaseDecided { overturned: true, .. } => "case-overturned",
            Self::CaseDecided { appealable: true, .. } => "case-upheld",
            Self::CaseDecided { .. } => "appeal-upheld",
            Self::TrialLink { .. } => "trial-link",
            Self::ErasureAsked { .. } => "erasure",
            Self::ExportReady { .. } => "export-ready",
            Self::Notice { .. } => "notice",
            Self::Marketing(_) => "marketing",
        }
    }

    /// Tags that the mail service keeps beside the mail and repeats in its events: the kind, and the ids the mail is about. Names and values are
    /// ASCII letters, digits, `_` and `-`, and hold no personal data.
    #[must_use]
    pub fn tags(&self) -> Vec<(String, String)> {
        let mut tags = vec![("kind".to_owned(), self.kind().to_owned())];
        match self {
            Self::Ready { owner, generation, .. } => {
                tags.extend(message::tags(&GenerationIds { owner_id: *owner, generation_id: *generation }));
            }
            Self::Notice { campaign, .. } => tags.push(("campaign_id".to_owned(), campaign.to_string())),
            Self::Marketing(marketing) => tags.push(("campaign_id".to_owned(), marketing.campaign().to_string())),
            Self::EmailChangeOld { .. } | Self::EmailChangeNew { .. } | Self::EmailChanged | Self::ErasureAsked { .. } => {}
            Self::SignInCode { .. }
            | Self::Receipt { .. }
            | Self::Refunded { .. }
            | Self::RefundWaits { .. }
            | Self::CaseDecided { .. }
            | Self::ExportReady { .. }
            | Self::TrialLink { .. } => {}
        }
        tags
    }

    /// Its words in a language.
    #[must_use]
    pub fn letter(&self, language: Language) -> Letter {
        let named = |values: Values<'_>| template::letter(self.template(language), values, language);
        let number = |number: &dyn ToString| number.to_string();
        match self {
            // The digits stay out of the subject: it shows on locked screens.
            Self::SignInCode { code, minutes } => named(&[("code", code.clone()), ("minutes", number(minutes))]),
            Self::EmailChangeOld { code, hours } | Self::EmailChangeNew { code, hours } => {
                named(&[("code", code.clone()), ("hours", number(hours))])
            }
            Self::EmailChanged => named(&[]),
            Self::Ready { generation, origin, .. } | Self::CaseDecided { generation, origin, .. } => {
                named(&[("link", Page::Generation(*generation).on(origin))])
            }
            Self::Receipt { order, credits, total, at, receipt, origin } => {
                let mut values = vec![
                    ("credits", number(credits)),
                    ("order", number(order)),
                    ("total", number(total)),
                    ("date", day(*at, language)),
                    ("link", Page::Order(*order).on(origin)),
                ];
                values.extend(receipt.clone().map(|receipt| ("receipt", receipt)));
                named(&values)
            }
            Self::Refunded { order, credits, net, origin } => named(&[
                ("credits", number(credits)),
                ("order", number(order)),
                ("net", number(net)),
                ("link", Page::Order(*order).on(origin)),
            ]),
            Self::RefundWaits { order, origin } => named(&[("order", number(order)), ("link", Page::Order(*order).on(origin))]),
            Self::TrialLink { link, hours } => named(&[("link", link.clone()), ("hours", number(hours))]),
            Self::ErasureAsked { link, until } => {
                let mut values = vec![("link", link.clone())];
                values.extend(until.map(|until| ("until", minute(until, language))));
                named(&values)
            }
            Self::ExportReady { export, until, origin } => {
                named(&[("date", day(*until, language)), ("link", Page::Export(*export).on(origin))])
            }
            Self::Notice { words, from, origin, .. } => {
                named(&[("date", day(*from, language)), ("words", words.text.clone()), ("link", Page::Privacy.on(origin))])
            }
            Self::Marketing(marketing) => {
                let Words { subject, text } = marketing.words();
                let letter = named(&[
                    ("subject", subject.clone()),
                    ("words", text.clone()),
                    ("date", day(marketing.consent().given_at(), language)),
                    ("unsubscribe", marketing.unsubscribe().to_owned()),
                ]);
                Letter { headers: marketing.headers(), ..letter }
            }
        }
    }

    fn template(&self, language: Language) -> &'static str {
        macro_rules! both {
            ($kind:literal) => {
                match language {
                    Language::English => include_str!(concat!("../templates/en/", $kind, ".mail")),
                    Language::Japanese => include_str!(concat!("../templates/ja/", $kind, ".mail")),
                }
            };
        }
        match self {
            Self::SignInCode { .. } => both!("sign-in-code"),
            Self::EmailChangeOld { .. } => both!("email-change-old"),
            Self::EmailChangeNew { .. } => both!("email-change-new"),
            Self::EmailChanged => both!("email-changed"),
            Self::Ready { .. } => both!("ready"),
            Self::Receipt { .. } => both!("receipt"),
            Self::Refunded { .. } => both!("refund"),
            Self::RefundWaits { .. } => both!("refund-waits"),
            Self::CaseDecided { resumed: true, .. } => both!("case-resumed"),
            Self::CaseDecided { overturned: true, .. } => both!("case-overturned"),
            Self::CaseDecided { appealable: true, .. } => both!("case-upheld"),
            Self::CaseDecided { .. } => both!("appeal-upheld"),
            Self::TrialLink { .. } => both!("trial-link"),
            Self::ErasureAsked { .. } => both!("erasure"),
            Self::ExportReady { .. } => both!("export-ready"),
            Self::Notice { .. } => both!("notice"),
            Self::Marketing(_) => both!("marketing"),
        }
    }
}

/// The day in UTC, as people write it.
fn day(at: Timestamp, language: Language) -> String {
    match language {
        Language::English => at.strftime("%-d %B %Y").to_string(),
        Language::Japanese => at.strftime("%Y年%-m月%-d日").to_string(),
    }
}

/// The minute in UTC, as people write it.
fn minute(at: Timestamp, language: Language) -> String {
    format!("{} {} UTC", day(at, language), at.strftime("%H:%M"))
}

#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands one mail to the mail service. `Ok` means accepted, not delivered. The call is made once and has no idempotency token: a caller that must
    /// send once claims the mail first.
    ///
    /// # Errors
    /// [`Failure::Busy`] when the service throttles and [`Failure::Invalid`] when it takes no mail for this address: nothing went. [`Failure::Broken`]
    /// otherwise: something may have gone.
    async fn send(&self, to: &Recipient, mail: &Mail) -> Result<(), Failure>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{SeededRandomness, SystemClock};

    #[test]
    fn tags_hold_ids_alone_and_only_what_a_tag_may_hold() {
        let (clock, randomness) = (SystemClock::default(), SeededRandomness::new(1));
        let ready = Mail::Ready {
            owner: kernel::AccountId::new(&clock, &randomness).into(),
            generation: GenerationId::new(&clock, &randomness),
            origin: "https://nigao.example.org".into(),
        };
        let notice = Mail::Notice {
            campaign: "policy-2026-12".parse().unwrap(),
            words: Words { subject: "S".into(), text: "T".into() },
            from: Timestamp::UNIX_EPOCH,
            origin: String::new(),
        };
        let code = Mail::SignInCode { code: "012345".into(), minutes: 10 };
        assert_eq!(code.tags(), [("kind".to_owned(), "sign-in-code".to_owned())], "a code is in no tag");
        let names = |mail: &Mail| mail.tags().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&ready), ["kind", "version", "owner_id", "generation_id"]);
        assert_eq!(names(&notice), ["kind", "campaign_id"]);
        let allowed = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)) && text.len() <= 256;
        for mail in [ready, notice] {
            assert!(mail.tags().iter().all(|(name, value)| allowed(name) && allowed(value)), "{:?}", mail.tags());
        }
    }

    #[test]
    fn an_02_the_code_is_in_the_text_and_not_in_the_subject() {
        for language in Language::ALL {
            let letter = Mail::SignInCode { code: "012345".into(), minutes: 10 }.letter(language);
            assert!(letter.text.contains("012345") && letter.text.contains("10") && letter.html.contains("012345"));
            assert!(!letter.subject.contains("012345"));
        }
    }
}
