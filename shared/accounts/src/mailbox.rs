//! Which addresses are one mailbox.

use kernel::Email;

/// The address in the spelling that all addresses of its mailbox share: without what follows a `+` (RFC 5233), and as its provider documents it.
///
/// It is for counting alone: mail goes to the address as it was given. Where it takes two mailboxes for one, the second has no starter credits.
pub(crate) fn mailbox(email: &Email) -> String {
    let (local, domain) = email.as_str().rsplit_once('@').unwrap_or((email.as_str(), ""));
    let local = local.split_once('+').map_or(local, |(base, _)| base);
    let without = |ignored: &[char]| local.replace(ignored, "");
    match domain {
        // https://support.google.com/mail/answer/7436150 (dots), https://support.google.com/mail/answer/10313 (googlemail)
        "gmail.com" | "googlemail.com" => format!("{}@gmail.com", without(&['.'])),
        // https://proton.me/support/addresses-and-aliases
        "proton.me" | "protonmail.com" | "pm.me" => format!("{}@proton.me", without(&['.', '-', '_'])),
        // https://support.apple.com/en-us/102529
        "icloud.com" | "me.com" | "mac.com" => format!("{local}@icloud.com"),
        _ => format!("{local}@{domain}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_mailbox_are_one() {
        for (mailbox_of, addresses) in [
            ("ada@example.org", &["ada@example.org", "Ada@Example.ORG", "ada+anime@example.org", "ada+a+b@example.org"][..]),
            ("adalovelace@gmail.com", &["ada.lovelace@gmail.com", "a.d.a.lovelace+x@googlemail.com", "AdaLovelace@GMail.com"]),
            ("adalovelace@proton.me", &["ada_lovelace@protonmail.com", "ada-love.lace+x@pm.me"]),
            ("ada@icloud.com", &["ada@me.com", "ada+x@mac.com"]),
        ] {
            for address in addresses {
                assert_eq!(mailbox(&address.parse().unwrap()), mailbox_of, "{address}");
            }
        }
    }

    #[test]
    fn what_other_providers_tell_apart_stays_apart() {
        for [one, other] in [
            ["ada.lovelace@example.org", "adalovelace@example.org"],
            ["a.da@gmail.example.org", "ada@gmail.example.org"],
            ["ada@outlook.com", "a.da@outlook.com"],
            ["+ada@example.org", "+bob@example.com"],
        ] {
            assert_ne!(mailbox(&one.parse().unwrap()), mailbox(&other.parse().unwrap()));
        }
    }
}
