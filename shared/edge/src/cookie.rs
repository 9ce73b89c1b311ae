//! The cookies of the service: what a browser is told of them, and what it brings (AN-15).

use accounts::Nonce;

use crate::Stage;
use crate::http::Request;

/// Values of one cookie that are looked at. A browser brings one; a stale one of another path or of another name's site may stand beside it.
pub(crate) const MOST_VALUES: usize = 8;

/// A cookie of this host alone, which no script reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HostCookie {
    /// Its name with and without the prefix.
    names: [&'static str; 2],
    stage: Stage,
}

impl HostCookie {
    pub(crate) const fn session(stage: Stage) -> Self {
        Self { names: ["__Host-session", "session"], stage }
    }

    /// `__Host-` ties the cookie to this host over TLS; browsers refuse it over plain http, so the local cloud omits it.
    fn name(self) -> &'static str {
        match self.stage {
            Stage::Production => self.names[0],
            Stage::Local => self.names[1],
        }
    }

    /// The values that a request brings, the first of them.
    pub(crate) fn values(self, request: &Request) -> impl Iterator<Item = &str> {
        request.cookies(self.name()).take(MOST_VALUES)
    }

    /// The `Set-Cookie` value; an age of zero removes it.
    pub(crate) fn set(self, value: &str, max_age: i64) -> String {
        let secure = match self.stage {
            Stage::Production => "; Secure",
            Stage::Local => "",
        };
        format!("{}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}", self.name())
    }
}

/// The cookie that ties a sign-in code to the browser that asked for it. It ends with the code.
#[derive(Debug, Clone, Copy)]
pub struct SignInCookie(HostCookie);

impl SignInCookie {
    #[must_use]
    pub const fn new(stage: Stage) -> Self {
        Self(HostCookie { names: ["__Host-sign-in", "sign-in"], stage })
    }

    /// The nonces that a request brings, a few at most.
    #[must_use]
    pub fn nonces(&self, request: &Request) -> Vec<Nonce> {
        let mut nonces: Vec<Nonce> = Vec::new();
        for nonce in self.0.values(request).filter_map(|value| value.parse().ok()) {
            if nonces.len() < MOST_NONCES && !nonces.contains(&nonce) {
                nonces.push(nonce);
            }
        }
        nonces
    }

    /// The `Set-Cookie` value of a nonce that holds for so long.
    #[must_use]
    pub fn set(&self, nonce: &Nonce, minutes: i64) -> String {
        self.0.set(nonce.as_str(), minutes * 60)
    }

    /// The `Set-Cookie` value that removes it.
    #[must_use]
    pub fn clear(&self) -> String {
        self.0.set("", 0)
    }
}

/// Nonces that are tried: each counts as a guess.
const MOST_NONCES: usize = 3;

#[cfg(test)]
mod tests {
    use kernel::SeededRandomness;
    use lambda_http::Body;

    use super::*;

    fn request(cookies: &str) -> Request {
        Request::new(lambda_http::http::Request::builder().header("cookie", cookies).body(Body::Empty).unwrap())
    }

    #[test]
    fn an_01_a_nonce_is_in_a_cookie_of_this_host_that_no_script_reads_and_ends_with_its_code() {
        let (cookie, nonce) = (SignInCookie::new(Stage::Production), Nonce::new(&SeededRandomness::new(1)));
        let set = cookie.set(&nonce, 10);
        assert_eq!(set, format!("__Host-sign-in={}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure", nonce.as_str()));
        assert!(cookie.clear().starts_with("__Host-sign-in=; Path=/; Max-Age=0;"));
        assert_eq!(cookie.nonces(&request(&set)), [nonce]);
    }

    #[test]
    fn a_nonce_is_found_beside_stale_and_odd_ones_and_few_are_tried() {
        let (cookie, randomness) = (SignInCookie::new(Stage::Production), SeededRandomness::new(1));
        let nonces: Vec<_> = (0..9).map(|_| Nonce::new(&randomness)).collect();
        let pair = |nonce: &Nonce| format!("__Host-sign-in={}", nonce.as_str());
        let odd = format!("__Host-sign-in=; __Host-sign-in=é; sign-in=1; {}; {}", pair(&nonces[0]), pair(&nonces[0]));
        assert_eq!(cookie.nonces(&request(&format!("{odd}; {}", pair(&nonces[1])))), nonces[..2]);
        let many = nonces.iter().map(pair).collect::<Vec<_>>().join("; ");
        assert_eq!(cookie.nonces(&request(&many)), nonces[..3]);
        assert_eq!(cookie.nonces(&request("sign-in=1")), []);
    }
}
