//! Session tokens and the cookie they travel in (AN-14, AN-68).

use accounts::SignedIn;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use kernel::{AccountId, AccountSession, Clock, Failure, Reason, SessionId, SystemClock};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Stage;
use crate::cookie::HostCookie;
use crate::http::Request;

const ISSUER: &str = "nigao";

/// Sessions of one request that are tried: each asks the store.
const MOST_SESSIONS: usize = 3;

/// Signs and checks session tokens: JWT with HS256 by one of a few keys, which the header's `kid` must name. A key that signs no longer is still accepted
/// while it is among them, so that another key signs nobody out.
pub struct SessionKeys {
    /// Signs new tokens.
    first: Key,
    /// Those that are accepted besides.
    others: Vec<Key>,
    cookie: HostCookie,
    clock: SystemClock,
}

struct Key {
    encoding: EncodingKey,
    decoding: DecodingKey,
    id: String,
}

impl Key {
    fn new(secret: &[u8]) -> Self {
        let id = hex::encode(&Sha256::digest(secret)[..8]);
        Self { encoding: EncodingKey::from_secret(secret), decoding: DecodingKey::from_secret(secret), id }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: AccountId,
    jti: SessionId,
    iat: i64,
    exp: i64,
}

impl SessionKeys {
    /// The secret that signs, and those that are accepted besides. Each has at least 32 bytes (RFC 7518, 3.2).
    #[must_use]
    pub fn new(first: &str, others: &[String], stage: Stage, clock: SystemClock) -> Self {
        let key = |secret: &str| Key::new(secret.as_bytes());
        Self { first: key(first), others: others.iter().map(|secret| key(secret)).collect(), cookie: HostCookie::session(stage), clock }
    }

    /// The `Set-Cookie` value of a sign-in.
    ///
    /// # Errors
    /// [`Failure::Broken`] when signing fails.
    pub fn cookie(&self, signed_in: &SignedIn) -> Result<String, Failure> {
        let (iat, exp) = (signed_in.issued_at.as_second(), signed_in.expires_at.as_second());
        let claims = Claims { iss: ISSUER.into(), sub: signed_in.session.account, jti: signed_in.session.session, iat, exp };
        let header = Header { kid: Some(self.first.id.clone()), ..Header::new(Algorithm::HS256) };
        let token = jsonwebtoken::encode(&header, &claims, &self.first.encoding).map_err(Failure::broken)?;
        Ok(self.cookie.set(&token, exp - iat))
    }

    /// The `Set-Cookie` value that removes the cookie.
    #[must_use]
    pub fn clear_cookie(&self) -> String {
        self.cookie.set("", 0)
    }

    /// Does what a caller asks for in their session. The token's signature and times are checked here; the store, which `act` asks, checks whether the
    /// session is still open. Of several cookies of the name each is tried, the latest session first: one that is stale or closed says nothing of those
    /// beside it.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::SignedOut`] without a valid token of an open session; those of `act`.
    pub async fn signed_in<T, R>(&self, request: &Request, act: impl Fn(AccountSession) -> R) -> Result<T, Failure>
    where
        R: Future<Output = Result<T, Failure>>,
    {
        for session in self.sessions(request) {
            match act(session).await {
                Err(Failure::Denied(problem)) if problem.reason == Reason::SignedOut => {}
                other => return other,
            }
        }
        Err(Failure::signed_out())
    }

    /// The same for a route that changes something; a browser's request from another site is refused.
    ///
    /// # Errors
    /// Those of [`Self::signed_in`], and [`Failure::Denied`] with [`Reason::CrossSite`].
    pub async fn signed_in_from<T, R>(&self, origin: &str, request: &Request, act: impl Fn(AccountSession) -> R) -> Result<T, Failure>
    where
        R: Future<Output = Result<T, Failure>>,
    {
        request.refuse_cross_site(origin)?;
        self.signed_in(request, act).await
    }

    /// The same for whoever asks: in a session where one is open, and else without. Of a route that changes something, from this site alone.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::CrossSite`], and those of `act`.
    pub async fn anyone_from<T, R>(&self, origin: &str, request: &Request, act: impl Fn(Option<AccountSession>) -> R) -> Result<T, Failure>
    where
        R: Future<Output = Result<T, Failure>>,
    {
        match self.signed_in_from(origin, request, |session| act(Some(session))).await {
            Err(Failure::Denied(problem)) if problem.reason == Reason::SignedOut => act(None).await,
            other => other,
        }
    }

    /// The sessions of a request by its tokens, open or not, to end each of them.
    ///
    /// # Errors
    /// [`Failure::Denied`] without a valid token, or with [`Reason::CrossSite`].
    pub fn sessions_from(&self, origin: &str, request: &Request) -> Result<Vec<AccountSession>, Failure> {
        request.refuse_cross_site(origin)?;
        let sessions = self.sessions(request);
        if sessions.is_empty() { Err(Failure::signed_out()) } else { Ok(sessions) }
    }

    /// The sessions of a request by its tokens, open or not, the latest first.
    fn sessions(&self, request: &Request) -> Vec<AccountSession> {
        let mut known: Vec<Claims> = self.cookie.values(request).filter_map(|token| self.check(token).ok()).collect();
        known.sort_by_key(|claims| std::cmp::Reverse(claims.iat));
        let mut sessions: Vec<_> = known.iter().map(|claims| AccountSession { account: claims.sub, session: claims.jti }).collect();
        sessions.dedup();
        sessions.truncate(MOST_SESSIONS);
        sessions
    }

    fn check(&self, token: &str) -> Result<Claims, Failure> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| Failure::signed_out())?;
        let named = std::iter::once(&self.first).chain(&self.others).find(|key| header.kid.as_ref() == Some(&key.id));
        let key = named.ok_or_else(Failure::signed_out)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        // Expiry is checked against our own clock, which a test can move.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.decoding, &validation).map_err(|_| Failure::signed_out())?.claims;
        if claims.exp <= self.clock.now().as_second() {
            return Err(Failure::signed_out());
        }
        Ok(claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{SeededRandomness, SignedDuration, Timestamp};

    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    const NEXT: &str = "fedcba9876543210fedcba9876543210";

    fn signed_in(now: Timestamp) -> SignedIn {
        let (clock, randomness) = (SystemClock::default(), SeededRandomness::new(2));
        let session = AccountSession { account: AccountId::new(&clock, &randomness), session: SessionId::new(&clock, &randomness) };
        SignedIn { session, issued_at: now, expires_at: now + SignedDuration::from_hours(30 * 24) }
    }

    fn keys(secret: &str, ahead: SignedDuration) -> SessionKeys {
        SessionKeys::new(secret, &[], Stage::Production, SystemClock::ahead_by(ahead))
    }

    fn token(cookie: &str) -> &str {
        cookie.split(['=', ';']).nth(1).unwrap()
    }

    #[test]
    fn an_14_a_session_lives_30_days_in_a_cookie_no_script_reads() {
        let now = SystemClock::default().now();
        let signed_in = signed_in(now);
        let cookie = keys(SECRET, SignedDuration::ZERO).cookie(&signed_in).unwrap();
        assert!(cookie.starts_with("__Host-session=") && cookie.ends_with("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure"));
        assert_eq!(keys(SECRET, SignedDuration::from_hours(719)).check(token(&cookie)).unwrap().jti, signed_in.session.session);
        assert!(keys(SECRET, SignedDuration::from_hours(720)).check(token(&cookie)).is_err());
    }

    /// The deployments of a rotation: the next key is accepted, it signs, the old one is gone.
    #[test]
    fn another_key_signs_nobody_out() {
        let now = SystemClock::default().now();
        let secrets = |text: &'static str| {
            let settings = crate::Settings::of(&[("STAGE", "production"), ("SESSION_SECRET", text)]).unwrap();
            settings.session_keys()
        };
        let [old, both, turned, new] = [
            "1 0123456789abcdef0123456789abcdef",
            "2 0123456789abcdef0123456789abcdef fedcba9876543210fedcba9876543210",
            "3 fedcba9876543210fedcba9876543210 0123456789abcdef0123456789abcdef",
            "4 fedcba9876543210fedcba9876543210",
        ]
        .map(|text| secrets(text).unwrap());
        let takes = |keys: &SessionKeys, issuer: &SessionKeys| keys.check(token(&issuer.cookie(&signed_in(now)).unwrap())).is_ok();
        // Functions are not deployed at the same moment: each takes the tokens of the deployment before and after its own.
        for (one, next) in [(&old, &both), (&both, &turned)] {
            assert!(takes(one, next) && takes(next, one));
        }
        // The last step waits until no session of the old key is left.
        assert!(takes(&turned, &old) && takes(&new, &turned) && takes(&turned, &new) && !takes(&new, &old));
        assert!(takes(&keys(NEXT, SignedDuration::ZERO), &turned));
        for wrong in ["", "1", "1 short", "0123456789abcdef0123456789abcdef", "1 0123456789abcdef0123456789abcdef short"] {
            assert!(secrets(wrong).is_err(), "{wrong}");
        }
    }

    /// A request with these cookies, of which the sessions in `open` are open; the sessions that were asked for.
    async fn enter(cookies: &[&str], open: &[AccountSession]) -> (Option<AccountSession>, usize) {
        let line = cookies.iter().map(|cookie| cookie.split(';').next().unwrap()).collect::<Vec<_>>().join("; ");
        let request = lambda_http::http::Request::builder().header("cookie", line).body(lambda_http::Body::Empty).unwrap();
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let act = |session| {
            asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let is_open = open.contains(&session);
            async move { if is_open { Ok(session) } else { Err(Failure::signed_out()) } }
        };
        let entered = keys(SECRET, SignedDuration::ZERO).signed_in(&Request::new(request), act).await;
        (entered.ok(), asked.into_inner())
    }

    #[tokio::test]
    async fn a_stale_or_closed_session_beside_an_open_one_signs_nobody_out() {
        let (good, now) = (keys(SECRET, SignedDuration::ZERO), SystemClock::default().now());
        let randomness = SeededRandomness::new(3);
        let session = |minutes| {
            let session = AccountSession {
                account: AccountId::new(&SystemClock::default(), &randomness),
                session: SessionId::new(&SystemClock::default(), &randomness),
            };
            let issued_at = now - SignedDuration::from_mins(minutes);
            (session, good.cookie(&SignedIn { session, issued_at, expires_at: now + SignedDuration::from_hours(1) }).unwrap())
        };
        let ((old, old_cookie), (new, new_cookie)) = (session(20), session(10));
        let expired = signed_in(now - SignedDuration::from_hours(31 * 24));
        let stale = good.cookie(&expired).unwrap();
        let foreign = keys("another-secret-another-secret-00", SignedDuration::ZERO).cookie(&signed_in(now)).unwrap();
        for cookies in [[&*stale, &*old_cookie, &*foreign, &*new_cookie], [&*new_cookie, &*foreign, &*old_cookie, &*stale]] {
            assert_eq!(enter(&cookies, &[new]).await, (Some(new), 1), "the latest is asked first");
            assert_eq!(enter(&cookies, &[old]).await, (Some(old), 2), "a closed one says nothing of another");
            assert_eq!(enter(&cookies, &[old, new]).await, (Some(new), 1));
            assert_eq!(enter(&cookies, &[]).await, (None, 2));
        }
        assert_eq!(enter(&[&new_cookie, &new_cookie], &[]).await, (None, 1), "one is asked once");
        let many: Vec<_> = (0..20).map(|minutes| session(minutes).1).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(enter(&many, &[]).await, (None, MOST_SESSIONS), "many are not all asked");
        assert_eq!(enter(&["session=1", "__Host-session=", "__Host-session=é"], &[]).await, (None, 0));
    }

    #[test]
    fn an_68_none_a_wrong_key_an_old_kid_and_another_algorithm_are_refused() {
        let good = keys(SECRET, SignedDuration::ZERO);
        let now = SystemClock::default().now();
        let claims = |iss: &str| Claims {
            iss: iss.into(),
            sub: signed_in(now).session.account,
            jti: signed_in(now).session.session,
            iat: now.as_second(),
            exp: now.as_second() + 60,
        };
        let sign = |header: Header, secret: &str, iss: &str| {
            jsonwebtoken::encode(&header, &claims(iss), &EncodingKey::from_secret(secret.as_bytes())).unwrap()
        };
        let header = |alg, kid: &str| Header { kid: Some(kid.into()), ..Header::new(alg) };
        assert!(good.check(&sign(header(Algorithm::HS256, &good.first.id), SECRET, ISSUER)).is_ok());

        let wrong_key = sign(header(Algorithm::HS256, &good.first.id), "another-secret-another-secret-00", ISSUER);
        let old_kid = sign(header(Algorithm::HS256, "0000000000000000"), SECRET, ISSUER);
        let other_algorithm = sign(header(Algorithm::HS512, &good.first.id), SECRET, ISSUER);
        let other_issuer = sign(header(Algorithm::HS256, &good.first.id), SECRET, "else");
        let body = wrong_key.split('.').nth(1).unwrap();
        use base64::Engine;
        let none = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"none","kid":"{}"}}"#, good.first.id));
        for token in [wrong_key.clone(), old_kid, other_algorithm, other_issuer, format!("{none}.{body}."), String::new(), "a.b.c".into()] {
            assert!(good.check(&token).is_err(), "{token}");
        }
    }
}
