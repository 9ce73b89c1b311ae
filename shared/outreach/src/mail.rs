//! Transactional mail (AN-02): the code and the "ready" notice.

use async_trait::async_trait;
use kernel::message::{self, GenerationIds};
use kernel::{Email, Failure, GenerationId, Owner};

#[derive(Clone, PartialEq, Eq)]
pub enum Mail {
    SignInCode {
        /// Six decimal digits.
        code: String,
        /// Minutes until the code expires.
        minutes: i64,
    },
    Ready {
        owner: Owner,
        generation: GenerationId,
        /// The site the pictures are fetched from, without a trailing slash.
        origin: String,
    },
}

/// The text of a mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub text: String,
}

impl Mail {
    /// The stable name of this kind of mail, for tags and counts.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SignInCode { .. } => "sign-in-code",
            Self::Ready { .. } => "ready",
        }
    }

    /// Tags that the mail service keeps beside the mail and repeats in its events: the kind, and the ids the mail is about. Names and values are
    /// ASCII letters, digits, `_` and `-`, and hold no personal data.
    #[must_use]
    pub fn tags(&self) -> Vec<(String, String)> {
        let mut tags = vec![("kind".to_owned(), self.kind().to_owned())];
        if let Self::Ready { owner, generation, .. } = self {
            tags.extend(message::tags(&GenerationIds { owner_id: *owner, generation_id: *generation }));
        }
        tags
    }

    #[must_use]
    pub fn letter(&self) -> Letter {
        match self {
            // The digits stay out of the subject: it shows on locked screens.
            Self::SignInCode { code, minutes } => Letter {
                subject: "Your sign-in code".into(),
                text: format!(
                    "Your sign-in code is {code}\n\nIt works once, for {minutes} minutes. If you did not ask for it, ignore this mail: nobody can sign in without the code.\n"
                ),
            },
            Self::Ready { generation, origin, .. } => Letter {
                subject: "Your pictures are ready".into(),
                text: format!("Your pictures are ready. Sign in to see and download them:\n\n{origin}/generations/{generation}\n"),
            },
        }
    }
}

#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands one mail to the mail service. `Ok` means accepted, not delivered. The call is made once and has no idempotency token: a caller that must
    /// send once claims the mail first.
    ///
    /// # Errors
    /// [`Failure::Busy`] when the service throttles, [`Failure::Broken`] otherwise.
    async fn send(&self, to: &Email, mail: &Mail) -> Result<(), Failure>;
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
        let code = Mail::SignInCode { code: "012345".into(), minutes: 10 };
        assert_eq!(code.tags(), [("kind".to_owned(), "sign-in-code".to_owned())], "a code is in no tag");
        assert_eq!(
            ready.tags().iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            ["kind", "version", "owner_id", "generation_id"]
        );
        let allowed = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)) && text.len() <= 256;
        assert!(ready.tags().iter().all(|(name, value)| allowed(name) && allowed(value)), "{:?}", ready.tags());
    }

    #[test]
    fn an_02_the_code_is_in_the_text_and_not_in_the_subject() {
        let letter = Mail::SignInCode { code: "012345".into(), minutes: 10 }.letter();
        assert!(letter.text.contains("012345") && letter.text.contains("10 minutes"));
        assert!(!letter.subject.contains("012345"));
    }
}
