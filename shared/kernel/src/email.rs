//! An e-mail address that cannot slip into a log.

use std::fmt;
use std::str::FromStr;

use crate::limits;

/// An e-mail address in one spelling: trimmed and in lower case.
///
/// `Debug` shows no part of it; only [`Email::as_str`] does.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct NotAnEmail;

impl Email {
    /// For sending and storing alone.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = NotAnEmail;

    /// Accepts the addresses mail systems use: a dot-atom, an `@` and a domain with a dot (RFC 5321, without quoted parts and
    /// address literals). ASCII only: anything else needs SMTPUTF8, which SES does not offer.
    fn from_str(text: &str) -> Result<Self, NotAnEmail> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(NotAnEmail)?;
        let right_size = text.len() <= limits::EMAIL_CHARS && local.len() <= 64;
        if right_size && is_dot_atom(local) && is_domain(domain) { Ok(Self(text.to_ascii_lowercase())) } else { Err(NotAnEmail) }
    }
}

fn is_dot_atom(local: &str) -> bool {
    let atom = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b));
    local.split('.').all(atom)
}

fn is_domain(domain: &str) -> bool {
    let label = |part: &str| {
        let inner = part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        (1..=63).contains(&part.len()) && inner && !part.starts_with('-') && !part.ends_with('-')
    };
    domain.contains('.') && domain.split('.').all(label)
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_spelling() {
        assert_eq!(" Ada@Example.ORG ".parse::<Email>().map(|e| e.0), Ok("ada@example.org".into()));
    }

    #[test]
    fn what_no_mail_reaches_is_refused() {
        let long = format!("{}@example.org", "a".repeat(65));
        for text in [
            "",
            "@",
            "a@",
            "@b.c",
            "a@b",
            "a b@c.de",
            "a@b..de",
            "a..b@c.de",
            "a@-b.de",
            "ü@b.de",
            "a@b.de\r\nBcc: x@y.z",
            "a@b@c d.e",
            &long,
        ] {
            assert_eq!(text.parse::<Email>(), Err(NotAnEmail), "{text:?}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", "ada@example.org".parse::<Email>()), "Ok(Email(…))");
    }
}
