//! An e-mail address that cannot slip into a log.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use crate::limits;

/// An e-mail address in one spelling: trimmed, in lower case, and with the ASCII form of its domain (`xn--…`).
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

    /// Accepts the addresses that SES sends to: a dot-atom, an `@` and a domain with a dot (RFC 5321, without quoted parts and address literals). What
    /// stands before the `@` is ASCII: anything else needs SMTPUTF8, which SES does not offer. A domain in any script has an ASCII form.
    fn from_str(text: &str) -> Result<Self, NotAnEmail> {
        let (local, domain) = text.trim().rsplit_once('@').ok_or(NotAnEmail)?;
        let domain = ascii_domain(domain).ok_or(NotAnEmail)?;
        let length = local.len() + "@".len() + domain.len();
        let right = length <= limits::EMAIL_CHARS && local.len() <= 64 && is_dot_atom(local);
        if right { Ok(Self(format!("{}@{domain}", local.to_ascii_lowercase()))) } else { Err(NotAnEmail) }
    }
}

fn is_dot_atom(local: &str) -> bool {
    let atom = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b));
    local.split('.').all(atom)
}

/// A domain of at least two labels in ASCII (UTS 46). Its last label is no number, which only addresses of machines end with (RFC 3696, 2).
fn ascii_domain(domain: &str) -> Option<Cow<'_, str>> {
    let ascii = Uts46::new().to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify).ok()?;
    let is_named = ascii.rsplit_once('.').is_some_and(|(_, last)| !last.bytes().all(|b| b.is_ascii_digit()));
    is_named.then_some(ascii)
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
    fn a_domain_in_any_script_has_one_ascii_spelling() {
        for (text, ascii) in [
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
            ("Ada@BÜCHER.Example", "ada@xn--bcher-kva.example"),
            ("ada@bu\u{308}cher.example", "ada@xn--bcher-kva.example"),
            ("ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"),
            ("ada@例え。テスト", "ada@xn--r8jz45g.xn--zckzah"),
            ("ada@ｅｘａｍｐｌｅ．ｏｒｇ", "ada@example.org"),
            ("ada@faß.de", "ada@xn--fa-hia.de"),
            ("ada@مثال.إختبار", "ada@xn--mgbh0fb.xn--kgbechtv"),
            ("ada@r3---sn.example", "ada@r3---sn.example"),
            ("ada@123.example", "ada@123.example"),
        ] {
            assert_eq!(text.parse::<Email>().map(|email| email.0).as_deref(), Ok(ascii), "{text}");
        }
    }

    #[test]
    fn what_no_mail_reaches_is_refused() {
        let long = format!("{}@example.org", "a".repeat(65));
        let long_label = format!("a@{}.org", "ü".repeat(60));
        let long_domain = format!("a@{}org", "ü.".repeat(40));
        let endless = format!("a@{}.org", "字".repeat(16_000));
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
            &long_label,
            &long_domain,
            &endless,
            "a@b.de.",
            "a@b.c_d",
            "a@b.123",
            "a@127.0.0.1",
            "a@１２７.０.０.１",
            "a@[127.0.0.1]",
            ".a@b.de",
            "a.@b.de",
            "a@xn--a.de",
            "a@xn--ü.de",
            "a@\u{200b}.de",
            "a@ü\0.de",
            "a@\u{301}a.de",
            "a@a\u{5d0}.de",
            "ａ@b.de",
            "a＠b.de",
            "Ada <a@b.de>",
        ] {
            assert_eq!(text.parse::<Email>(), Err(NotAnEmail), "{text:?}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", "ada@example.org".parse::<Email>()), "Ok(Email(…))");
    }
}
