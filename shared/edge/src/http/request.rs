//! The request, decoded and bounded.

use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use kernel::{CallerAddress, Clock, Failure, Reason, SystemClock, limits};
use lambda_http::http::HeaderMap;
use lambda_http::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HOST, IF_NONE_MATCH, ORIGIN};
use lambda_http::request::RequestContext;
use lambda_http::{Body, RequestExt};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// The part of an invocation's time that is reserved for sending the answer.
const MARGIN: Duration = Duration::from_secs(3);

pub struct Request {
    inner: lambda_http::Request,
}

impl Request {
    pub(super) fn new(inner: lambda_http::Request) -> Self {
        Self { inner }
    }

    #[must_use]
    pub fn method(&self) -> String {
        self.inner.method().to_string()
    }

    /// Refuses any other method and path: unlike a gateway, the URL of a function accepts them all.
    ///
    /// # Errors
    /// [`Failure::Missing`].
    pub fn must_be(&self, method: &str, path: &str) -> Result<(), Failure> {
        if self.inner.method() == method && self.inner.raw_http_path() == path { Ok(()) } else { Err(Failure::missing("route")) }
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when it is too large, of another media type, or not a valid `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let bytes: &[u8] = match self.inner.body() {
            Body::Text(text) => text.as_bytes(),
            Body::Binary(bytes) => bytes,
            _ => &[],
        };
        if bytes.len() > limits::BODY_BYTES {
            return Err(Failure::invalid(Reason::BodyTooLarge, "The body is larger than 16 KiB."));
        }
        if !self.header(CONTENT_TYPE.as_str()).is_some_and(is_json) {
            return Err(Failure::invalid(Reason::MediaTypeUnsupported, "Send the body as application/json."));
        }
        serde_json::from_slice(bytes)
            .map_err(|error| Failure::invalid(Reason::BodyMalformed, format!("The body is not valid for this route: {error}.")))
    }

    /// The caller's address as the gateway saw it; headers about it are ignored.
    #[must_use]
    pub fn address(&self) -> CallerAddress {
        match self.inner.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => CallerAddress::read(context.http.source_ip.as_deref().unwrap_or_default()),
            _ => CallerAddress::default(),
        }
    }

    /// The time for the work on this request: `most`, or less where the invocation ends before, with a margin for the answer. A missing or expired
    /// deadline of the runtime is ignored.
    #[must_use]
    pub fn timeout(&self, most: Duration) -> Duration {
        // The runtime's deadline is in system time, even if a test has moved our clock.
        let clock = SystemClock::default();
        let deadline = self.inner.lambda_context_ref().map_or(0, |context| context.deadline);
        let now = u64::try_from(clock.now().as_millisecond()).unwrap_or_default();
        match deadline.checked_sub(now).map(Duration::from_millis).and_then(|left| left.checked_sub(MARGIN)) {
            Some(left) if !left.is_zero() => most.min(left),
            _ => most,
        }
    }

    /// Takes the raw body out. It is zeroed on drop.
    pub(super) fn take_body(&mut self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match std::mem::take(self.inner.body_mut()) {
            Body::Text(text) => text.into_bytes(),
            Body::Binary(bytes) => bytes,
            _ => Vec::new(),
        })
    }

    /// The query parameters, unordered.
    pub(super) fn parameters(&self) -> Vec<(&str, &str)> {
        self.inner.query_string_parameters_ref().map(|parameters| parameters.iter().collect()).unwrap_or_default()
    }

    /// The raw body, of one of these media types and at most `limit` bytes.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when it is empty, too large or of another media type.
    pub fn bytes(&self, limit: usize, types: &[&str]) -> Result<&[u8], Failure> {
        let bytes: &[u8] = match self.inner.body() {
            Body::Text(text) => text.as_bytes(),
            Body::Binary(bytes) => bytes,
            _ => &[],
        };
        let named = self.header(CONTENT_TYPE.as_str()).and_then(|value| value.split(';').next()).unwrap_or_default().trim();
        if !types.iter().any(|known| known.eq_ignore_ascii_case(named)) {
            return Err(Failure::invalid(Reason::MediaTypeUnsupported, format!("Send the body as {}.", types.join(", "))));
        }
        match bytes.len() {
            0 => Err(Failure::invalid(Reason::BodyMalformed, "The body is empty.")),
            length if length > limit => Err(Failure::invalid(Reason::BodyTooLarge, format!("The body is larger than {limit} bytes."))),
            _ => Ok(bytes),
        }
    }

    /// A header, if it was sent and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.inner.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// An id from the path. Text that is no id of this kind counts as a missing resource.
    ///
    /// # Errors
    /// [`Failure::Missing`].
    pub fn path<T: FromStr>(&self, name: &str, what: &'static str) -> Result<T, Failure> {
        let value = self.inner.path_parameters_ref().and_then(|parameters| parameters.first(name)).unwrap_or_default();
        value.parse().map_err(|_| Failure::missing(what))
    }

    /// A query parameter; `None` when it is absent or empty.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when it is present but no `T`.
    pub fn query<T: FromStr>(&self, name: &str, what: &'static str) -> Result<Option<T>, Failure> {
        let value =
            self.inner.query_string_parameters_ref().and_then(|parameters| parameters.first(name)).filter(|value| !value.is_empty());
        value.map(str::parse).transpose().map_err(|_| Failure::invalid(Reason::FieldInvalid, what))
    }

    /// A number from the query within `range`; `None` when it is absent.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when it is outside.
    pub fn query_within(&self, name: &str, range: RangeInclusive<u16>) -> Result<Option<u16>, Failure> {
        let outside = || Failure::invalid(Reason::FieldInvalid, format!("{name} must be {} to {}.", range.start(), range.end()));
        match self.query::<u16>(name, "") {
            Err(_) => Err(outside()),
            Ok(Some(value)) if !range.contains(&value) => Err(outside()),
            Ok(value) => Ok(value),
        }
    }

    /// # Errors
    /// [`Failure::Invalid`] when it is absent, longer than 255 characters or not printable ASCII.
    pub fn idempotency_key(&self) -> Result<String, Failure> {
        let key = self.header("idempotency-key").unwrap_or_default();
        let printable = key.bytes().all(|b| (0x20..0x7f).contains(&b));
        if limits::IDEMPOTENCY_KEY_CHARS.contains(&key.len()) && printable {
            return Ok(key.to_owned());
        }
        Err(Failure::invalid(Reason::IdempotencyKeyInvalid, "Send a header Idempotency-Key of 1 to 255 printable characters."))
    }

    /// The first language of `Accept-Language` as a short tag, `en` when there is none.
    #[must_use]
    pub fn locale(&self) -> Cow<'_, str> {
        let first = self.header("accept-language").and_then(|value| value.split([',', ';']).next()).unwrap_or_default().trim();
        let is_tag = (2..=16).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if is_tag { Cow::Borrowed(first) } else { Cow::Borrowed("en") }
    }

    /// Whether the caller accepts JSON by name and prefers it to HTML (RFC 9110, 12.5.1). Browsers do not, nor do clients that accept anything.
    #[must_use]
    pub fn prefers_json(&self) -> bool {
        let accept = self.header(ACCEPT.as_str()).unwrap_or_default();
        preference(accept, "application/json") > preference(accept, "text/html")
    }

    /// Whether `If-None-Match` names this entity tag (weak comparison, RFC 9110, 13.1.2).
    #[must_use]
    pub fn has_seen(&self, etag: &str) -> bool {
        let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        self.header(IF_NONE_MATCH.as_str()).is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == "*" || strong(tag) == strong(etag)))
    }

    /// Refuses a browser's request from another site than this API and `origin`.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::CrossSite`].
    pub fn refuse_cross_site(&self, origin: &str) -> Result<(), Failure> {
        if self.is_cross_site(origin) { Err(Failure::denied(Reason::CrossSite, "This request came from another site.")) } else { Ok(()) }
    }

    /// Whether a browser declares that the request comes from another site than this API and `origin`.
    ///
    /// Browsers send `Sec-Fetch-Site`, old ones `Origin`; a client that sends neither is no browser and carries no cookies of a victim.
    fn is_cross_site(&self, origin: &str) -> bool {
        is_cross_site(self.inner.headers(), origin)
    }

    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let cookies = self.inner.headers().get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies
            .flat_map(|line| line.split(';'))
            .find_map(|pair| pair.trim().split_once('=').filter(|(key, _)| *key == name))
            .map(|(_, value)| value)
    }
}

/// The preference of an `Accept` header for a media type that it names: 0 to 1000, and 0 when it does not name it.
fn preference(accept: &str, media: &str) -> u16 {
    let named = accept.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let quality = |parameter: &str| parameter.strip_prefix("q=").and_then(|value| value.parse::<f32>().ok());
        parts.next()?.eq_ignore_ascii_case(media).then(|| parts.find_map(quality).unwrap_or(1.0))
    });
    // At most 1000, by the clamp.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    named.map(|quality| (quality.clamp(0.0, 1.0) * 1000.0) as u16).max().unwrap_or_default()
}

fn is_json(content_type: &str) -> bool {
    content_type.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
}

fn is_cross_site(headers: &HeaderMap, allowed: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(origin) = text(ORIGIN.as_str()) {
        let own = text(HOST.as_str()).is_some_and(|host| origin == format!("https://{host}") || origin == format!("http://{host}"));
        return origin != allowed && !own;
    }
    matches!(text("sec-fetch-site"), Some("cross-site" | "same-site"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&str, &str)], body: &str) -> Request {
        let mut builder = lambda_http::http::Request::builder().method("POST").uri("/v1/x");
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        Request::new(builder.body(Body::from(body.to_owned())).unwrap())
    }

    fn reason(result: Result<serde_json::Value, Failure>) -> Option<Reason> {
        match result {
            Err(Failure::Invalid(problem)) => Some(problem.reason),
            _ => None,
        }
    }

    #[test]
    fn a_body_is_small_json_or_refused() {
        let json = [("content-type", "application/json; charset=utf-8")];
        assert_eq!(reason(request(&json, "{}").json()), None);
        assert_eq!(reason(request(&json, "{").json()), Some(Reason::BodyMalformed));
        assert_eq!(reason(request(&json, "").json()), Some(Reason::BodyMalformed));
        assert_eq!(reason(request(&[("content-type", "text/plain")], "{}").json()), Some(Reason::MediaTypeUnsupported));
        assert_eq!(reason(request(&json, &" ".repeat(limits::BODY_BYTES + 1)).json()), Some(Reason::BodyTooLarge));
        assert_eq!(reason(request(&json, &"[".repeat(10_000)).json()), Some(Reason::BodyMalformed));
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let request = request(&[("cookie", "a=1; xsession=no; session=yes")], "");
        assert_eq!(request.cookie("session"), Some("yes"));
        assert_eq!(request.cookie("ession"), None);
    }

    #[test]
    fn only_browsers_of_other_sites_are_cross_site() {
        let site = "https://app.example";
        let cross = |headers: &[(&str, &str)]| request(headers, "").is_cross_site(site);
        assert!(!cross(&[]));
        assert!(!cross(&[("sec-fetch-site", "same-origin")]));
        assert!(!cross(&[("origin", site), ("sec-fetch-site", "cross-site")]));
        assert!(!cross(&[("origin", "https://api.example"), ("host", "api.example")]));
        assert!(cross(&[("sec-fetch-site", "cross-site")]));
        assert!(cross(&[("origin", "https://evil.example"), ("host", "api.example")]));
        assert!(cross(&[("origin", "null")]));
    }

    #[test]
    fn an_entity_tag_is_compared_weakly() {
        let seen = |value: &str| request(&[("if-none-match", value)], "").has_seen("\"a\"");
        assert!(seen("\"a\"") && seen("W/\"a\"") && seen("\"b\", \"a\"") && seen("*"));
        assert!(!seen("\"b\"") && !seen("a"));
    }

    #[test]
    fn an_idempotency_key_is_short_and_printable() {
        let key = |value: &str| request(&[("idempotency-key", value)], "").idempotency_key();
        assert_eq!(key("k-1").ok().as_deref(), Some("k-1"));
        assert!(key("").is_err() && key(&"k".repeat(256)).is_err() && request(&[], "").idempotency_key().is_err());
    }

    #[test]
    fn a_locale_is_a_short_tag() {
        let locale = |value: &str| request(&[("accept-language", value)], "").locale().into_owned();
        assert_eq!(locale("de-CH, en;q=0.8"), "de-CH");
        assert_eq!(locale("<script>"), "en");
    }

    #[test]
    fn json_is_for_who_asks_for_it_by_name() {
        let prefers = |value: &str| request(&[("accept", value)], "").prefers_json();
        assert!(prefers("application/json") && prefers("Application/JSON; charset=utf-8") && prefers("text/html;q=0.5, application/json"));
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
        for html in [
            browser,
            "*/*",
            "",
            "text/html, application/json",
            "application/json;q=0",
            "text/html, application/json;q=0.9",
            "application/problem+json",
        ] {
            assert!(!prefers(html), "{html}");
        }
        assert!(!prefers("application/json;q=nonsense, text/html") && !prefers("application/json;q=-1"));
    }
}
