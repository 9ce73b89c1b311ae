//! The challenge behind `POST siteverify`.

use std::time::Duration;

use async_trait::async_trait;
use egress::header::CONTENT_TYPE;
use egress::{Client, Endpoint, Secret};
use kernel::{Failure, SecretHash};
use trials::{Challenge, ChallengeAnswer, challenge_refused};
use zeroize::Zeroizing;

use crate::reply::{Meaning, Reply};

/// Limit on an answer; most take a tenth of a second. Two fit into the time of the function that asks.
const TIMEOUT: Duration = Duration::from_secs(4);

/// Calls for one answer: the first, and one more where it is not known what became of it.
const CALLS: usize = 2;

/// Maximum bytes of a reply; a normal one has some three hundred.
const LARGEST_REPLY: usize = 16_384;

/// When to come back to a service that does not answer.
const OUTAGE: Duration = Duration::from_secs(10);

/// Secrets that Cloudflare publishes for tests: they say the same to everybody.
const DUMMIES: [&str; 3] =
    ["1x0000000000000000000000000000000AA", "2x0000000000000000000000000000000AA", "3x0000000000000000000000000000000AA"];

/// The sites whose answers are taken.
#[derive(Debug, Clone)]
pub enum Sites {
    /// Pages on these hosts, of a widget for this action.
    Only { hosts: Vec<String>, action: String },
    /// Whatever the dummy secrets say: for tests on one machine, where nobody is kept out.
    Any,
}

/// A widget of Turnstile.
#[derive(Debug, Clone)]
pub struct Turnstile {
    endpoint: Endpoint,
    secret: Secret,
    sites: Sites,
    timeout: Duration,
}

impl Turnstile {
    /// Its name in the provider ledger.
    pub const NAME: &'static str = "turnstile";

    /// The address of the API.
    pub const BASE_URL: &'static str = "https://challenges.cloudflare.com/turnstile/v0";

    /// The action of the widget on the page of trials.
    pub const ACTION: &'static str = "trial";

    /// # Errors
    /// [`Failure::Broken`] for an empty secret, for one of Cloudflare's dummies unless any site is taken, and for a base URL that may not be called.
    pub fn new(client: &Client, base: &str, secret: &Secret, sites: Sites) -> Result<Self, Failure> {
        if secret.is_empty() {
            return Err(Failure::broken("the secret of Turnstile is empty"));
        }
        if Self::is_dummy(secret) && matches!(sites, Sites::Only { .. }) {
            return Err(Failure::broken("the secret of Turnstile is one that Cloudflare publishes for tests: it keeps nobody out"));
        }
        Ok(Self { endpoint: client.endpoint(base)?, secret: secret.clone(), sites, timeout: TIMEOUT })
    }

    /// Whether the secret is one that Cloudflare publishes for tests.
    #[must_use]
    pub fn is_dummy(secret: &Secret) -> bool {
        DUMMIES.iter().any(|dummy| *secret == Secret::new(dummy))
    }

    /// The same with another time-out; the default is four seconds.
    #[must_use]
    pub fn within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Asks once; `None` where it is not known what became of the call.
    async fn ask(&self, answer: &ChallengeAnswer) -> Option<Reply> {
        let call = self.endpoint.post("siteverify", self.timeout).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let sent = egress::send(call.body(self.form(answer).to_string())).await.inspect_err(silent).ok()?;
        let status = sent.status();
        if status.is_server_error() || status.as_u16() == 429 {
            tracing::warn!(status = status.as_u16(), "turnstile is busy");
            return None;
        }
        let body = egress::receive(sent, LARGEST_REPLY).await.inspect_err(silent).ok()?;
        // A page in place of JSON says nothing.
        serde_json::from_slice(&body).inspect_err(|_| tracing::warn!(status = status.as_u16(), "turnstile did not answer in JSON")).ok()
    }

    /// The secret, the answer and a key by which the same answer may be asked about again; no network address (AN-37).
    fn form(&self, answer: &ChallengeAnswer) -> Zeroizing<String> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("secret", self.secret.expose()).append_pair("response", answer.as_str());
        Zeroizing::new(form.append_pair("idempotency_key", &idempotency_key(answer.proof())).finish())
    }

    fn is_ours(&self, reply: &Reply) -> bool {
        match &self.sites {
            Sites::Any => true,
            Sites::Only { hosts, action } => {
                let host = reply.hostname.as_deref().unwrap_or_default();
                hosts.iter().any(|known| known.eq_ignore_ascii_case(host)) && reply.action.as_ref() == Some(action)
            }
        }
    }

    fn judge(&self, reply: &Reply) -> Result<(), Failure> {
        if reply.success {
            return if self.is_ours(reply) { Ok(()) } else { Err(challenge_refused()) };
        }
        match reply.meaning() {
            Meaning::Refused => Err(challenge_refused()),
            Meaning::Later => Err(Failure::unavailable(OUTAGE)),
            Meaning::Ours => Err(Failure::broken("turnstile refuses our secret or our request")),
        }
    }
}

#[async_trait]
impl Challenge for Turnstile {
    async fn verify(&self, answer: &ChallengeAnswer) -> Result<(), Failure> {
        for _ in 0..CALLS {
            match self.ask(answer).await {
                Some(reply) if !reply.success && reply.meaning() == Meaning::Later => {}
                Some(reply) => return self.judge(&reply),
                None => {}
            }
        }
        Err(Failure::unavailable(OUTAGE))
    }
}

fn silent(error: &egress::SendError) {
    tracing::warn!(error = error as &dyn std::error::Error, "turnstile did not answer");
}

/// A UUID of the proof (RFC 9562, version 8): the same for the same answer, whoever asks.
fn idempotency_key(proof: SecretHash) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&proof.bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().hyphenated().to_string()
}

#[cfg(test)]
mod tests {
    use egress::Reach;

    use super::*;

    fn sites() -> Sites {
        Sites::Only { hosts: vec!["app.example".into()], action: "trial".into() }
    }

    fn turnstile(secret: &str, sites: Sites) -> Result<Turnstile, Failure> {
        Turnstile::new(&Client::new(Reach::Listed).unwrap(), Turnstile::BASE_URL, &Secret::new(secret), sites)
    }

    #[test]
    fn an_37_the_form_holds_the_answer_the_secret_and_a_key_and_no_address() {
        let answer: ChallengeAnswer = "0.a&b=c+d/%e".parse().unwrap();
        let turnstile = turnstile("0xsecret", sites()).unwrap();
        let form = turnstile.form(&answer);
        let fields: Vec<(String, String)> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["secret", "response", "idempotency_key"]);
        assert_eq!((fields[0].1.as_str(), fields[1].1.as_str()), ("0xsecret", answer.as_str()));
        let key = uuid::Uuid::try_parse(&fields[2].1).unwrap();
        assert_eq!((key.get_version_num(), key.to_string()), (8, idempotency_key(answer.proof())), "the same each time");
        assert!(!form.contains("remoteip"));
    }

    #[test]
    fn an_37_dummy_keys_keep_nobody_out_and_start_nothing_where_sites_are_compared() {
        for secret in DUMMIES.into_iter().chain(["", " "]) {
            assert!(turnstile(secret, sites()).is_err(), "{secret:?}");
        }
        assert!(turnstile(DUMMIES[0], Sites::Any).is_ok() && turnstile("0xsecret", sites()).is_ok());
        assert!(!format!("{:?}", turnstile("0xsecret", sites()).unwrap()).contains("0xsecret"));
    }

    #[test]
    fn an_37_another_site_another_form_and_silence_about_them_are_refused() {
        let turnstile = turnstile("0xsecret", sites()).unwrap();
        let judge = |hostname: Option<&str>, action: Option<&str>| {
            let (hostname, action) = (hostname.map(str::to_owned), action.map(str::to_owned));
            turnstile.judge(&Reply { success: true, hostname, action, ..Reply::default() })
        };
        assert!(judge(Some("app.example"), Some("trial")).is_ok() && judge(Some("APP.example"), Some("trial")).is_ok());
        for (hostname, action) in [
            (Some("evil.example"), Some("trial")),
            (Some("app.example.evil"), Some("trial")),
            (Some("x.app.example"), Some("trial")),
            (Some(""), Some("trial")),
            (None, Some("trial")),
            (Some("app.example"), Some("login")),
            (Some("app.example"), Some("")),
            (Some("app.example"), None),
        ] {
            assert!(matches!(judge(hostname, action), Err(Failure::Denied(_))), "{hostname:?} {action:?}");
        }
    }
}
