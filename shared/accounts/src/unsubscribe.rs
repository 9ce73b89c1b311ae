//! The links by which an address is unsubscribed (AN-05).

use std::fmt;

use subtle::ConstantTimeEq;

use crate::{EmailKey, Pepper};

/// The secret in a link: the key of an address, and a proof by the pepper that a mail with it went there. So it is bound to one address, nobody can guess
/// one, no row has to be kept for it, and it is good for as long as the mail is.
#[derive(Clone, PartialEq, Eq)]
pub struct UnsubscribeToken(String);

impl UnsubscribeToken {
    /// The token of an address: always the same.
    #[must_use]
    pub fn new(key: &EmailKey, pepper: &Pepper) -> Self {
        Self(format!("{}{}", key.as_str(), pepper.proof(key)))
    }

    /// 96 hex digits, for the link alone: never for a log.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address that a token is for; `None` for text that is no token of ours. It compares in constant time.
    #[must_use]
    pub fn address(text: &str, pepper: &Pepper) -> Option<EmailKey> {
        let (key, proof) = text.split_at_checked(64)?;
        let key = EmailKey::stored(key)?;
        let is_ours: bool = pepper.proof(&key).as_bytes().ct_eq(proof.as_bytes()).into();
        is_ours.then_some(key)
    }
}

impl fmt::Debug for UnsubscribeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnsubscribeToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_05_a_token_is_of_one_address_and_cannot_be_made_without_the_pepper() {
        let pepper = Pepper::new(b"0123456789abcdef0123456789abcdef");
        let key = pepper.email_key(&"ada@example.org".parse().unwrap());
        let other = pepper.email_key(&"eve@example.org".parse().unwrap());
        let token = UnsubscribeToken::new(&key, &pepper);
        assert_eq!(UnsubscribeToken::address(token.as_str(), &pepper), Some(key.clone()));
        assert!(!token.as_str().contains("ada") && format!("{token:?}") == "UnsubscribeToken(…)");
        let text = token.as_str();
        let foreign = UnsubscribeToken::new(&key, &Pepper::new(b"another"));
        let swapped = format!("{}{}", other.as_str(), &text[64..]);
        let (upper, shorter, longer) = (text.to_uppercase(), &text[..95], format!("{text}0"));
        let wide = format!("{}é", &text[..63]);
        for wrong in ["", foreign.as_str(), &swapped, &upper, shorter, &longer, &wide, key.as_str(), &"0".repeat(96), &"é".repeat(48)] {
            assert_eq!(UnsubscribeToken::address(wrong, &pepper), None, "{wrong}");
        }
    }
}
