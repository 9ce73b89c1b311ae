//! Transactional mail (AN-02): the code and the "ready" notice.

use async_trait::async_trait;
use kernel::{Failure, GenerationId};

use crate::Email;

/// A mail, by what it tells.
#[derive(Clone, PartialEq, Eq)]
pub enum Mail {
    /// The six digits of a sign-in code, and the minutes they live.
    SignInCode {
        /// Six decimal digits.
        code: String,
        /// Minutes until the code expires.
        minutes: i64,
    },
    /// A generation is done.
    Ready {
        /// Which.
        generation: GenerationId,
        /// The site the pictures are fetched from, without a trailing slash.
        origin: String,
    },
}

/// The words of a mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// Plain text.
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

    /// Writes the mail.
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
            Self::Ready { generation, origin } => Letter {
                subject: "Your pictures are ready".into(),
                text: format!("Your pictures are ready. Sign in to see and download them:\n\n{origin}/generations/{generation}\n"),
            },
        }
    }
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands one mail to the mail service. An `Ok` means accepted, not delivered. The call is made once: it has no idempotency token,
    /// so whoever needs "once" claims it first.
    ///
    /// # Errors
    /// [`Failure::Busy`] when the service throttles, [`Failure::Broken`] otherwise.
    async fn send(&self, to: &Email, mail: &Mail) -> Result<(), Failure>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_02_the_code_is_in_the_text_and_not_in_the_subject() {
        let letter = Mail::SignInCode { code: "012345".into(), minutes: 10 }.letter();
        assert!(letter.text.contains("012345") && letter.text.contains("10 minutes"));
        assert!(!letter.subject.contains("012345"));
    }
}
