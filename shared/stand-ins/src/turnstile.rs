//! Cloudflare Turnstile: `siteverify`, and the script of the widget.
//!
//! Source: <https://developers.cloudflare.com/turnstile/get-started/server-side-validation/> and its page on tests (read 2026-11-30). An answer of a browser is
//! any text; it is good once, and again under the idempotency key of its first use.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use strum::{EnumString, VariantNames};

use super::request::Request;
use super::server::{StandIn, Vendor};
use crate::answer::{Answer, Piece};

/// The answer to the next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, VariantNames)]
#[strum(serialize_all = "kebab-case", parse_err_ty = String, parse_err_fn = unknown)]
pub enum Scenario {
    /// The answer is none of a challenge.
    Fail,
    /// It is too old, or was used.
    Spent,
    /// It was given on another site.
    WrongHostname,
    /// It was given for something else.
    WrongAction,
    /// It says neither site nor action.
    Silent,
    /// The secret is none.
    InvalidSecret,
    /// An error that a second call may mend.
    InternalError,
    /// 500.
    ServerError,
    /// 429.
    RateLimited,
    /// 200 with a page.
    Html,
    /// 200 with a page of megabytes.
    HugeHtml,
    /// 502 of an intermediary, a page.
    BadGateway,
    /// No answer.
    Hang,
    /// The connection ends without an answer.
    Cut,
    /// The connection ends within the body.
    CutMidway,
}

fn unknown(name: &str) -> String {
    format!("there is no scenario {name:?}; there are {}", Scenario::VARIANTS.join(", "))
}

/// The vendor of the stand-in.
#[derive(Debug)]
pub struct Turnstile {
    hostname: String,
    action: String,
    /// The idempotency key of the first use of each answer.
    used: Mutex<HashMap<String, Option<String>>>,
}

pub type TurnstileStandIn = StandIn<Turnstile>;

impl TurnstileStandIn {
    /// A widget for `trial` on `localhost`. 0 means a free port.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start(port: u16) -> std::io::Result<Self> {
        Self::serve(Turnstile { hostname: "localhost".into(), action: "trial".into(), used: Mutex::default() }, port).await
    }

    /// The value of `TURNSTILE_BASE_URL`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}/turnstile/v0", self.origin())
    }
}

impl Vendor for Turnstile {
    type Scenario = Scenario;

    fn suits(&self, _scenario: &Scenario, request: &Request) -> bool {
        request.path.ends_with("/siteverify")
    }

    fn answer(&self, request: &Request, scenario: Option<&Scenario>) -> Answer {
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/turnstile/v0/api.js") => return Answer::of(200, "application/javascript", include_str!("turnstile/api.js")),
            ("POST", "/turnstile/v0/siteverify") => {}
            _ => return Answer::of(404, "text/html", "<html>not found</html>"),
        }
        let fields = fields(request);
        let field = |name: &str| fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let Some(secret) = field("secret") else { return refused("missing-input-secret") };
        let Some(response) = field("response") else { return refused("missing-input-response") };
        if field("idempotency_key").is_some_and(|key| !is_uuid(key)) {
            return refused("bad-request");
        }
        if let Some(answer) = scenario.and_then(|scenario| self.instead(*scenario)) {
            return answer;
        }
        match secret {
            "2x0000000000000000000000000000000AA" => refused("invalid-input-response"),
            "3x0000000000000000000000000000000AA" => refused("timeout-or-duplicate"),
            // The dummy that takes everything says a host of its own.
            "1x0000000000000000000000000000000AA" => self.passed("example.com", "test"),
            _ if response.len() > 2_048 => refused("invalid-input-response"),
            _ if self.is_used(response, field("idempotency_key")) => refused("timeout-or-duplicate"),
            _ => self.passed(&self.hostname, &self.action),
        }
    }
}

impl Turnstile {
    /// Uses an answer; whether another call has.
    fn is_used(&self, response: &str, key: Option<&str>) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let first = used.entry(response.to_owned()).or_insert_with(|| key.map(str::to_owned));
        let is_first = first.is_none() && key.is_none();
        !is_first && first.as_deref() != key
    }

    fn passed(&self, hostname: &str, action: &str) -> Answer {
        let metadata = json!({ "interactive": false });
        Answer::json(
            200,
            &json!({ "success": true, "challenge_ts": "2026-11-21T12:00:00.000Z", "hostname": hostname, "error-codes": [], "action": action,
                "cdata": "", "metadata": metadata }),
        )
    }

    fn instead(&self, scenario: Scenario) -> Option<Answer> {
        let page = "<!DOCTYPE html><html><body>Attention required</body></html>";
        Some(match scenario {
            Scenario::Fail => refused("invalid-input-response"),
            Scenario::Spent => refused("timeout-or-duplicate"),
            Scenario::WrongHostname => self.passed("evil.example", &self.action),
            Scenario::WrongAction => self.passed(&self.hostname, "login"),
            Scenario::Silent => Answer::json(200, &json!({ "success": true, "error-codes": [] })),
            Scenario::InvalidSecret => refused("invalid-input-secret"),
            Scenario::InternalError => refused("internal-error"),
            Scenario::ServerError => Answer::json(500, &json!({ "success": true, "hostname": self.hostname, "action": self.action })),
            Scenario::RateLimited => Answer::of(429, "text/plain", "error code: 1015").with("retry-after", "7"),
            Scenario::Html => Answer::of(200, "text/html", page),
            Scenario::HugeHtml => Answer::of(200, "text/html", "x".repeat(4_000_000)),
            Scenario::BadGateway => Answer::of(502, "text/html", page),
            Scenario::Hang => self.passed(&self.hostname, &self.action).after(Piece::Hang),
            Scenario::Cut => self.passed(&self.hostname, &self.action).after(Piece::Cut),
            Scenario::CutMidway => self.passed(&self.hostname, &self.action).broken_off(12, Piece::Cut),
        })
    }
}

/// The fields of a form or of JSON: the API takes both.
fn fields(request: &Request) -> HashMap<String, String> {
    match request.json() {
        Value::Object(fields) => fields.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect(),
        _ => form_urlencoded::parse(&request.raw).into_owned().collect(),
    }
}

/// The API says so with 200 or 400; who asks goes by `success`.
fn refused(code: &str) -> Answer {
    Answer::json(200, &json!({ "success": false, "error-codes": [code], "messages": [] }))
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    #[test]
    fn a_scenario_is_named_in_kebab_case_and_an_unknown_one_lists_them() {
        assert_eq!(Scenario::from_str("wrong-hostname"), Ok(Scenario::WrongHostname));
        assert!(Scenario::from_str("nothing").unwrap_err().contains("bad-gateway"));
    }
}
