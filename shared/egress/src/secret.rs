//! An API key for a vendor.

use std::fmt;

use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

/// A secret that no debug output shows and that is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// White space around the secret, such as a file's last line end, is removed.
    #[must_use]
    pub fn new(value: &str) -> Self {
        Self(Zeroizing::new(value.trim().to_owned()))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The secret itself, for a vendor that takes it in the body of a request.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// A header value: `prefix` and the secret. It is marked as sensitive, so that clients neither print nor index it; `None` when it is empty or
    /// holds characters a header may not.
    #[must_use]
    pub fn header(&self, prefix: &str) -> Option<HeaderValue> {
        let text = Zeroizing::new(format!("{prefix}{}", *self.0));
        let mut value = HeaderValue::from_str(&text).ok().filter(|_| !self.0.is_empty())?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_to_nobody_but_the_vendor() {
        let secret = Secret::new("sk-test\n");
        let header = secret.header("Bearer ").unwrap();
        assert_eq!(header, "Bearer sk-test");
        assert!(!format!("{secret:?} {header:?}").contains("sk-test"));
        assert!(Secret::new("").header("Bearer ").is_none() && Secret::new("a\nb").header("").is_none());
    }
}
