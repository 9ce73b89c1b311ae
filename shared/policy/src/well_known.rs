//! What programs look for at addresses that every site has (RFC 8615).

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::inventory;
use crate::render::Contact;

/// For how long a `security.txt` is good: under a year, as RFC 9116 (2.5.5) advises. It is written anew for each reader.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(180 * 24);

/// Where flaws are reported (RFC 9116, AN-71): the contact of the policy, at this origin of the site.
#[must_use]
pub fn security_txt(contact: &Contact, origin: &str, now: Timestamp) -> String {
    let expires = now.saturating_add(GOOD_FOR).unwrap_or(Timestamp::MAX).strftime("%Y-%m-%dT00:00:00Z");
    let contact = contact.href();
    format!("Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en, ja\nCanonical: {origin}/.well-known/security.txt\n")
}

/// That the service honours `Sec-GPC`, and since when it says so (Global Privacy Control, 4; IP-22).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PrivacyControl {
    pub gpc: bool,
    pub last_update: Date,
}

#[must_use]
pub fn privacy_control() -> PrivacyControl {
    PrivacyControl { gpc: true, last_update: inventory().date() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_71_a_security_txt_has_what_rfc_9116_wants() {
        let now = "2026-11-30T15:00:00Z".parse().unwrap();
        let text = security_txt(&"security@example.com".parse().unwrap(), "https://nigao.example", now);
        assert_eq!(
            text,
            "Contact: mailto:security@example.com\nExpires: 2027-05-29T00:00:00Z\nPreferred-Languages: en, ja\n\
             Canonical: https://nigao.example/.well-known/security.txt\n"
        );
        let page = security_txt(&"https://example.com/contact".parse().unwrap(), "https://nigao.example", Timestamp::MAX);
        assert!(page.starts_with("Contact: https://example.com/contact\n"));
    }

    #[test]
    fn ip_22_it_is_said_that_the_signal_is_honoured() {
        let said = serde_json::to_value(privacy_control()).unwrap();
        assert_eq!(said, serde_json::json!({ "gpc": true, "lastUpdate": inventory().date().to_string() }));
    }
}
