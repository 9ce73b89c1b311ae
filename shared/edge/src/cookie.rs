//! The cookies of the service: what a browser is told of them, and what it brings (AN-15).
//!
//! There is one for each of `[[cookies]]` in the inventory, from which the policy's text is made.

use std::borrow::Cow;

use accounts::{Nonce, Pass};
use kernel::{DeskSession, Failure, OperatorId, TrialHolder, TrialId};
use policy::inventory;

use crate::Stage;
use crate::http::{Request, language_tag};

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

    const fn sign_in(stage: Stage) -> Self {
        Self { names: ["__Host-sign-in", "sign-in"], stage }
    }

    const fn locale(stage: Stage) -> Self {
        Self { names: ["__Host-locale", "locale"], stage }
    }

    const fn desk(stage: Stage) -> Self {
        Self { names: ["__Host-desk", "desk"], stage }
    }

    const fn trial(stage: Stage) -> Self {
        Self { names: ["__Host-trial", "trial"], stage }
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
        Self(HostCookie::sign_in(stage))
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

/// The cookie with the language that somebody chose, so that we speak it before they sign in.
#[derive(Debug, Clone, Copy)]
pub struct LocaleCookie(HostCookie);

impl LocaleCookie {
    #[must_use]
    pub const fn new(stage: Stage) -> Self {
        Self(HostCookie::locale(stage))
    }

    /// The language of a caller as a BCP 47 tag: the one they chose, else the first that their browser asks for, else English.
    #[must_use]
    pub fn locale<'r>(&self, request: &'r Request) -> Cow<'r, str> {
        self.0.values(request).find_map(language_tag).unwrap_or_else(|| request.locale())
    }

    /// The `Set-Cookie` value of a tag.
    #[must_use]
    pub fn set(&self, tag: &str) -> String {
        let lasts = inventory().cookie("locale").map(|cookie| cookie.lasts().as_secs()).unwrap_or_default();
        self.0.set(tag, lasts)
    }
}

/// The cookie with the pass of a trial, for the browser that began it or opened its link. It ends with the trial.
#[derive(Debug, Clone, Copy)]
pub struct TrialCookie(HostCookie);

impl TrialCookie {
    #[must_use]
    pub const fn new(stage: Stage) -> Self {
        Self(HostCookie::trial(stage))
    }

    /// Who claims to hold the trial `trial`: the store checks whether the pass is one of it.
    ///
    /// # Errors
    /// [`Failure::Denied`] where the browser brings no pass.
    pub fn holder(&self, request: &Request, trial: TrialId) -> Result<TrialHolder, Failure> {
        let pass: Option<Pass> = self.0.values(request).find_map(|value| value.parse().ok());
        pass.map(|pass| TrialHolder { trial, pass: pass.hash() }).ok_or_else(accounts::no_pass)
    }

    /// The `Set-Cookie` value of a pass that holds for so many seconds.
    #[must_use]
    pub fn set(&self, pass: &Pass, seconds: i64) -> String {
        self.0.set(pass.as_str(), seconds)
    }
}

/// The cookie of an operator's session at the desk: who it is, and a secret. Another site's request never brings it.
#[derive(Debug, Clone, Copy)]
pub struct DeskCookie(HostCookie);

impl DeskCookie {
    #[must_use]
    pub const fn new(stage: Stage) -> Self {
        Self(HostCookie::desk(stage))
    }

    /// Who claims to be at the desk: the store checks whether the session is one.
    ///
    /// # Errors
    /// [`Failure::Denied`] where the browser brings no such cookie.
    pub fn session(&self, request: &Request) -> Result<DeskSession, Failure> {
        let read = |value: &str| {
            let (operator, secret) = value.split_once('.')?;
            let (operator, secret): (OperatorId, Pass) = (operator.parse().ok()?, secret.parse().ok()?);
            Some(DeskSession { operator, secret: secret.hash() })
        };
        self.0.values(request).find_map(read).ok_or_else(Failure::signed_out)
    }

    /// The same for a route that changes something, from this site alone.
    ///
    /// # Errors
    /// The same, and [`Failure::Denied`] with [`kernel::Reason::CrossSite`].
    pub fn session_from(&self, origin: &str, request: &Request) -> Result<DeskSession, Failure> {
        request.refuse_cross_site(origin)?;
        self.session(request)
    }

    /// The `Set-Cookie` value of a session that lasts for so many seconds.
    #[must_use]
    pub fn set(&self, operator: OperatorId, secret: &Pass, seconds: i64) -> String {
        self.0.set(&format!("{operator}.{}", secret.as_str()), seconds).replace("SameSite=Lax", "SameSite=Strict")
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
    fn an_15_an_16_every_cookie_is_of_this_host_alone_closed_to_scripts_and_in_the_policy() {
        let of = [HostCookie::session, HostCookie::sign_in, HostCookie::trial, HostCookie::desk, HostCookie::locale];
        let names: Vec<_> = of.iter().map(|cookie| cookie(Stage::Local).name()).collect();
        let known: Vec<_> = inventory().cookies().iter().map(|cookie| cookie.name.as_str()).collect();
        assert_eq!(names, known, "the inventory names the cookies, in this order");
        for cookie in of.map(|cookie| cookie(Stage::Production)) {
            let set = cookie.set("a", 1);
            assert!(set.starts_with("__Host-") && set.ends_with("; Path=/; Max-Age=1; HttpOnly; SameSite=Lax; Secure"), "{set}");
            assert!(!set.contains("Domain"), "{set}");
        }
    }

    #[test]
    fn an_15_the_chosen_language_goes_before_that_of_the_browser() {
        let cookie = LocaleCookie::new(Stage::Production);
        let locale = |cookies: &str, accepted: &str| {
            let request = lambda_http::http::Request::builder().header("cookie", cookies).header("accept-language", accepted);
            cookie.locale(&Request::new(request.body(Body::Empty).unwrap())).into_owned()
        };
        assert_eq!(cookie.set("ja"), "__Host-locale=ja; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(locale(&cookie.set("ja-JP"), "de-AT, en"), "ja-JP");
        assert_eq!(locale("__Host-locale=; __Host-locale=ja", "de"), "ja");
        for odd in ["", "locale=ja", "__Host-locale=", "__Host-locale=%00", "__Host-locale=und", "__Host-locale=<b>", "__Host-locale=日本"]
        {
            assert_eq!(locale(odd, "de-at, en"), "de-AT", "{odd}");
        }
    }

    #[test]
    fn an_73_a_pass_is_in_a_cookie_of_this_host_that_no_script_reads_and_is_found_beside_odd_ones() {
        let (cookie, pass) = (TrialCookie::new(Stage::Production), Pass::new(&SeededRandomness::new(1)));
        let trial = TrialId::new(&kernel::SystemClock::default(), &SeededRandomness::new(2));
        let set = cookie.set(&pass, 86_400);
        assert_eq!(set, format!("__Host-trial={}; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure", pass.as_str()));
        let holder = cookie.holder(&request(&format!("__Host-trial=x; trial=1; {set}")), trial).unwrap();
        assert_eq!((holder.trial, holder.pass), (trial, pass.hash()));
        for none in ["", "trial=1", "__Host-trial=", &format!("__Host-trial={}", &pass.as_str()[1..])] {
            assert!(matches!(cookie.holder(&request(none), trial), Err(Failure::Denied(_))), "{none:?}");
        }
    }

    #[test]
    fn a_session_of_the_desk_is_read_as_it_was_set_and_stays_on_this_site() {
        let (cookie, secret) = (DeskCookie::new(Stage::Production), Pass::new(&SeededRandomness::new(1)));
        let operator = OperatorId::new(&kernel::SystemClock::default(), &SeededRandomness::new(2));
        let set = cookie.set(operator, &secret, 43_200);
        assert!(
            set.starts_with("__Host-desk=opr_") && set.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure"),
            "{set}"
        );
        let session = cookie.session(&request(&format!("__Host-desk=x; desk=1; {set}"))).unwrap();
        assert_eq!((session.operator, session.secret), (operator, secret.hash()));
        for none in ["", "desk=1", "__Host-desk=", &format!("__Host-desk={operator}."), &format!("__Host-desk=.{}", secret.as_str())] {
            assert!(matches!(cookie.session(&request(none)), Err(Failure::Denied(_))), "{none:?}");
        }
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
