//! The distribution in front of the API. It is what calls us, so it alone knows who called.

use kernel::CallerAddress;
use lambda_http::http::HeaderMap;
use subtle::ConstantTimeEq;

/// The header that the distribution sends with each request, in place of one of the caller's.
const SECRET: &str = "x-origin-secret";

/// What the distribution sends in it, so that nobody else can speak for it: `ORIGIN_SECRET`, with its revision.
#[derive(Clone)]
pub(crate) struct OriginSecret(String);

impl OriginSecret {
    /// None for text that is too short to be one.
    pub(crate) fn new(text: String) -> Option<Self> {
        (text.len() >= 32).then_some(Self(text))
    }

    /// Who called the distribution; none when the request is not from it.
    pub(super) fn caller(&self, headers: &HeaderMap) -> Option<CallerAddress> {
        let said = headers.get(SECRET)?.as_bytes();
        if !bool::from(said.ct_eq(self.0.as_bytes())) {
            return None;
        }
        // The distribution added the address it was called from, and the API that of the distribution. What is before them is the caller's to write.
        let passed = headers.get("x-forwarded-for")?.to_str().ok()?;
        passed.rsplit(',').nth(1).map(|address| CallerAddress::read(address.trim()))
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::http::HeaderValue;

    use super::*;

    const OURS: &str = "1 0123456789abcdef0123456789abcdef";

    fn caller(headers: &[(&'static str, &'static str)]) -> Option<CallerAddress> {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect();
        OriginSecret::new(OURS.to_owned()).unwrap().caller(&headers)
    }

    #[test]
    fn the_distribution_says_who_called_it_and_nobody_else_does() {
        let forged = ("x-forwarded-for", "198.51.100.9, 203.0.113.7, 192.0.2.1");
        for (passed, address) in [forged, ("x-forwarded-for", "2001:db8::1,192.0.2.1")].into_iter().zip(["203.0.113.7", "2001:db8::1"]) {
            let found = caller(&[passed, (SECRET, OURS)]).unwrap();
            assert_eq!(found.networks(), CallerAddress::read(address).networks(), "{address}");
        }
        for wrong in
            ["", "1", "0123456789abcdef0123456789abcdef", "2 0123456789abcdef0123456789abcdef", "1 0123456789abcdef0123456789abcdeF"]
        {
            assert!(caller(&[forged, (SECRET, wrong)]).is_none(), "{wrong}");
        }
        assert!(caller(&[forged]).is_none(), "without the secret");
        assert!(caller(&[(SECRET, OURS)]).is_none() && caller(&[("x-forwarded-for", "203.0.113.7"), (SECRET, OURS)]).is_none());
    }

    #[test]
    fn what_is_no_secret_is_none() {
        assert!(["", "1 ", "1 short"].iter().all(|text| OriginSecret::new((*text).to_owned()).is_none()));
    }
}
