//! Cross-origin rules of buckets, as S3 reads them: the emulator allows every site.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html>

use crate::serve::Body;
use crate::template::Bucket;
use anyhow::{Context, Result};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The request headers that an answer depends on.
const VARIES: &str = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

/// S3's words to a site, or a method, that no rule allows.
pub(super) const FORBIDDEN: &str = "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / \
     Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

/// The rules of every bucket, by its name.
#[derive(Debug, Default)]
pub(crate) struct BucketCors {
    rules: BTreeMap<String, Vec<Rule>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    allowed_origins: Vec<String>,
    allowed_methods: Vec<String>,
    #[serde(default)]
    allowed_headers: Vec<String>,
    #[serde(default)]
    exposed_headers: Vec<String>,
    max_age: Option<Value>,
}

/// A request of a browser's page: the site, and what it asks for.
pub(super) struct Asking {
    bucket: String,
    origin: Option<String>,
    method: String,
    /// In small letters; `None` where this is not the question beforehand.
    headers: Option<Vec<String>>,
}

impl Asking {
    pub(super) fn of(parts: &Parts) -> Self {
        let text = |name: &str| parts.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let beforehand = parts.method == Method::OPTIONS;
        let names = |list: String| list.split(',').map(|name| name.trim().to_ascii_lowercase()).filter(|name| !name.is_empty()).collect();
        Self {
            bucket: parts.uri.path().trim_start_matches('/').split('/').next().unwrap_or_default().to_owned(),
            origin: text("origin"),
            method: if beforehand { text("access-control-request-method").unwrap_or_default() } else { parts.method.to_string() },
            headers: beforehand.then(|| text("access-control-request-headers").map(names).unwrap_or_default()),
        }
    }

    pub(super) fn is_beforehand(&self) -> bool {
        self.headers.is_some()
    }
}

impl BucketCors {
    /// # Errors
    /// When a rule is none.
    pub(crate) fn read(buckets: &[Bucket]) -> Result<Self> {
        let mut rules = BTreeMap::new();
        for bucket in buckets {
            let own = bucket.properties.pointer("/CorsConfiguration/CorsRules").cloned().unwrap_or_else(|| Value::Array(Vec::new()));
            rules.insert(bucket.name.clone(), serde_json::from_value(own).with_context(|| format!("the rules of {}", bucket.name))?);
        }
        Ok(Self { rules })
    }

    /// Sets the headers of an answer in place of the emulator's; whether a rule allows the request.
    pub(super) fn decorate(&self, asking: &Asking, response: &mut Response<Body>) -> bool {
        let headers = response.headers_mut();
        let foreign: Vec<HeaderName> = headers.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
        foreign.iter().for_each(|name| drop(headers.remove(name)));
        let Some(origin) = &asking.origin else { return false };
        let Some(rule) = self.rules.get(&asking.bucket).and_then(|rules| rules.iter().find(|rule| rule.allows(origin, asking))) else {
            return false;
        };
        rule.set(origin, asking, headers);
        true
    }

    /// What is wrong with a question beforehand that no rule could allow.
    pub(super) fn unanswerable(asking: &Asking) -> Option<(StatusCode, &'static str, &'static str)> {
        match asking {
            Asking { origin: None, .. } => {
                Some((StatusCode::BAD_REQUEST, "BadRequest", "Insufficient information. Origin request header needed."))
            }
            Asking { method, .. } if method.is_empty() => {
                Some((StatusCode::BAD_REQUEST, "BadRequest", "Invalid Access-Control-Request-Method: null"))
            }
            _ => None,
        }
    }
}

impl Rule {
    fn allows(&self, origin: &str, asking: &Asking) -> bool {
        let header = |name: &String| self.allowed_headers.iter().any(|allowed| matches(&allowed.to_ascii_lowercase(), name));
        self.allowed_origins.iter().any(|allowed| matches(allowed, origin))
            && self.allowed_methods.contains(&asking.method)
            && asking.headers.iter().flatten().all(header)
    }

    fn set(&self, origin: &str, asking: &Asking, headers: &mut HeaderMap) {
        let any = self.allowed_origins.iter().any(|allowed| allowed == "*");
        let age = self.max_age.as_ref().map(|age| age.as_str().map_or_else(|| age.to_string(), str::to_owned));
        let mut set = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value)
                && !value.is_empty()
            {
                headers.insert(name, value);
            }
        };
        set("access-control-allow-origin", if any { "*" } else { origin });
        set("access-control-allow-methods", &self.allowed_methods.join(", "));
        set("access-control-allow-credentials", if any { "" } else { "true" });
        set("access-control-expose-headers", &self.exposed_headers.join(", "));
        set("access-control-allow-headers", &asking.headers.as_deref().unwrap_or_default().join(", "));
        set("access-control-max-age", &age.unwrap_or_default());
        set("vary", VARIES);
    }
}

/// A pattern has one `*` at most, which stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end),
        None => pattern == text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve;
    use http::Request;
    use serde_json::json;

    fn cors() -> BucketCors {
        let rule = json!({ "AllowedOrigins": ["https://a.example", "https://*.b.example"], "AllowedMethods": ["GET", "POST"],
            "AllowedHeaders": ["Content-Type", "x-amz-*"], "ExposedHeaders": ["etag"], "MaxAge": "3600" });
        BucketCors { rules: BTreeMap::from([("pictures".to_owned(), vec![serde_json::from_value(rule).unwrap()])]) }
    }

    fn ask(method: &str, headers: &[(&str, &str)]) -> (bool, HeaderMap) {
        let request = Request::builder().method(method).uri("/pictures/a");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let mut response = Response::new(serve::full(""));
        response.headers_mut().insert("access-control-allow-origin", HeaderValue::from_static("*"));
        let allowed = cors().decorate(&Asking::of(&parts), &mut response);
        (allowed, response.headers().clone())
    }

    #[test]
    fn a_site_is_allowed_as_its_rule_says_and_no_other() {
        let (allowed, headers) = ask("POST", &[("origin", "https://a.example")]);
        assert!(allowed && headers["access-control-allow-origin"] == "https://a.example" && headers["vary"] == VARIES);
        assert_eq!(
            (&headers["access-control-expose-headers"], &headers["access-control-max-age"]),
            (&HeaderValue::from_static("etag"), &HeaderValue::from_static("3600"))
        );
        assert!(ask("GET", &[("origin", "https://x.b.example")]).0);
        for origin in [
            "https://A.example",
            "https://a.example/",
            "https://a.example:443",
            "http://a.example",
            "https://b.example",
            "null",
            "https://evil.example",
            "https://ä.example",
        ] {
            let (allowed, headers) = ask("POST", &[("origin", origin)]);
            assert!(!allowed && headers.get("access-control-allow-origin").is_none(), "{origin}");
        }
        assert!(!ask("PUT", &[("origin", "https://a.example")]).0);
        assert!(ask("POST", &[]).1.is_empty(), "who is no browser gets none of it");
    }

    #[test]
    fn a_question_beforehand_names_its_headers() {
        let ask = |method: &str, names: &str| {
            ask(
                "OPTIONS",
                &[("origin", "https://a.example"), ("access-control-request-method", method), ("access-control-request-headers", names)],
            )
        };
        let (allowed, headers) = ask("POST", "content-type, X-Amz-Date");
        assert!(allowed && headers["access-control-allow-headers"] == "content-type, x-amz-date");
        assert!(ask("GET", "").0 && !ask("PUT", "").0 && !ask("POST", "authorization").0 && !ask("post", "").0);
    }
}
