//! The request, decoded and bounded.

use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use accounts::Country;
use icu_locale_core::Locale;
use kernel::{CallerAddress, Clock, Failure, Reason, SystemClock, limits};
use lambda_http::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, IF_NONE_MATCH, ORIGIN};
use lambda_http::http::{HeaderMap, HeaderValue};
use lambda_http::request::RequestContext;
use lambda_http::{Body, RequestExt};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::distribution::OriginSecret;
use super::json;
use super::parameters::{essence, media_type, preference};

/// The part of an invocation's time that is reserved for sending the answer.
const MARGIN: Duration = Duration::from_secs(3);

pub struct Request {
    inner: lambda_http::Request,
    address: CallerAddress,
}

impl Request {
    pub(crate) fn new(inner: lambda_http::Request) -> Self {
        let address = match inner.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => CallerAddress::read(context.http.source_ip.as_deref().unwrap_or_default()),
            _ => CallerAddress::default(),
        };
        Self { inner, address }
    }

    /// The request with its caller as the distribution says, if it came through the one that knows this secret.
    pub(super) fn through(self, distribution: Option<&OriginSecret>) -> Self {
        let address = distribution.and_then(|secret| secret.caller(self.inner.headers())).unwrap_or(self.address);
        Self { address, ..self }
    }

    #[must_use]
    pub fn method(&self) -> String {
        self.inner.method().to_string()
    }

    pub(super) fn is_of(&self, path: &str) -> bool {
        self.inner.raw_http_path() == path
    }

    /// Whether it came by the route of the methods that its path does not take.
    pub(super) fn is_of_no_route(&self) -> bool {
        match self.inner.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => context.route_key.as_deref().is_some_and(|key| key.starts_with("ANY ")),
            _ => false,
        }
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
        json::object(bytes)
            .map_err(|error| Failure::invalid(Reason::BodyMalformed, format!("The body is not valid for this route: {error}.")))
    }

    /// The caller's address as the gateway saw it, or as the distribution in front of it did; what else headers say of it is ignored.
    #[must_use]
    pub fn address(&self) -> CallerAddress {
        self.address
    }

    /// The country of the caller as the network in front of the API tells it, where there is one that does. A caller who is not behind one may say it
    /// themselves: it serves for what they attest anyway.
    #[must_use]
    pub fn country(&self) -> Country {
        Country::read(self.header("cloudfront-viewer-country").unwrap_or_default())
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
        let named = self.header(CONTENT_TYPE.as_str()).map(media_type).unwrap_or_default();
        if !types.iter().any(|known| known.eq_ignore_ascii_case(named)) {
            return Err(Failure::invalid(Reason::MediaTypeUnsupported, format!("Send the body as {}.", types.join(", "))));
        }
        match bytes.len() {
            0 => Err(Failure::invalid(Reason::BodyMalformed, "The body is empty.")),
            length if length > limit => Err(Failure::invalid(Reason::BodyTooLarge, format!("The body is larger than {limit} bytes."))),
            _ => Ok(bytes),
        }
    }

    /// A header, if it was sent and is text, which is not always ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.inner.headers().get(name).and_then(text)
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

    /// The first language of `Accept-Language` as a BCP 47 tag in its usual spelling; `en` when there is none, or none of a length that is in use
    /// (RFC 5646, 4.4.1).
    #[must_use]
    pub fn locale(&self) -> Cow<'_, str> {
        let first = self.header("accept-language").and_then(|value| value.split(',').next()).map(essence).unwrap_or_default();
        language_tag(first).unwrap_or(Cow::Borrowed("en"))
    }

    /// The token of `Authorization: Bearer` (RFC 6750, 2.1), read as what it must be.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::SignedOut`] when there is none of this kind.
    pub fn bearer<T: FromStr>(&self) -> Result<T, Failure> {
        let token = self.header(AUTHORIZATION.as_str()).and_then(|value| value.split_once(' '));
        let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
        let refused = || Failure::denied(Reason::SignedOut, "Send the key in a header Authorization: Bearer.");
        token.and_then(|token| token.parse().ok()).ok_or_else(refused)
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

    /// Whether the browser asks not to be counted: by Global Privacy Control, or by "do not track".
    #[must_use]
    pub fn asks_not_to_be_counted(&self) -> bool {
        self.has_privacy_control() || self.says_one("dnt")
    }

    /// Whether the browser sends Global Privacy Control.
    #[must_use]
    pub fn has_privacy_control(&self) -> bool {
        self.says_one("sec-gpc")
    }

    fn says_one(&self, name: &str) -> bool {
        self.header(name).is_some_and(|value| value.trim() == "1")
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

    /// The values of the cookies of this name, as they came. A cookie that is no text says nothing of those beside it.
    pub fn cookies<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let pairs = self.inner.headers().get_all(COOKIE).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
        // Other white space belongs to the name: browsers guard `__Host-` names, but not what merely looks like one.
        let pairs = pairs.filter_map(|pair| std::str::from_utf8(pair).ok()?.trim_matches([' ', '\t']).split_once('='));
        pairs.filter(move |(key, _)| *key == name).map(|(_, value)| value)
    }
}

/// A BCP 47 language tag in its usual spelling; `None` for other text, for one of a length that is not in use (RFC 5646, 4.4.1), and for the tag of no
/// language.
#[must_use]
pub fn language_tag(text: &str) -> Option<Cow<'_, str>> {
    let tag = Some(text).filter(|tag| tag.len() <= 35).and_then(|tag| Locale::normalize(tag).ok());
    tag.filter(|tag| tag != "und")
}

fn is_json(content_type: &str) -> bool {
    essence(content_type).eq_ignore_ascii_case("application/json")
}

/// A value that is text; [`HeaderValue::to_str`] takes ASCII alone.
fn text(value: &HeaderValue) -> Option<&str> {
    std::str::from_utf8(value.as_bytes()).ok()
}

/// An origin that cannot be read is not ours, nor is a site of a kind that is not known.
fn is_cross_site(headers: &HeaderMap, allowed: &str) -> bool {
    if let Some(origin) = headers.get(ORIGIN) {
        let host = headers.get(HOST).and_then(text).filter(|host| !host.is_empty());
        let is_own =
            |origin: &str| origin.split_once("://").is_some_and(|(scheme, rest)| ["http", "https"].contains(&scheme) && Some(rest) == host);
        return !text(origin).is_some_and(|origin| origin == allowed || is_own(origin));
    }
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
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
    fn a_list_does_not_stand_for_an_object() {
        let json = [("content-type", "application/json")];
        for list in ["[]", " [\"ada@example.org\"]", "[{}]", "[[]]"] {
            assert_eq!(
                reason(request(&json, list).json::<Asked>().map(|_| serde_json::Value::Null)),
                Some(Reason::BodyMalformed),
                "{list}"
            );
        }
        assert_eq!(request(&json, "\r\n {\"email\":\"a\"} ").json::<Asked>().unwrap().email, "a");
        for body in ["null", "1", "\"a\"", "{\"email\":\"a\"}{}", "{\"email\":\"a\"} x", "{\"email\":\"a\",\"email\":\"b\"}"] {
            assert!(request(&json, body).json::<Asked>().is_err(), "{body}");
        }
    }

    #[derive(serde::Deserialize)]
    struct Asked {
        email: String,
    }

    fn cookies(lines: &[&[u8]], name: &str) -> Vec<String> {
        let mut request = lambda_http::http::Request::builder();
        for line in lines {
            request = request.header("cookie", HeaderValue::from_bytes(line).unwrap());
        }
        Request::new(request.body(Body::Empty).unwrap()).cookies(name).map(str::to_owned).collect()
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let line: &[&[u8]] = &[b"a=1; xsession=no; session=yes"];
        assert_eq!((cookies(line, "session"), cookies(line, "ession")), (vec!["yes".to_owned()], Vec::new()));
        assert_eq!(cookies(&[b"session=a;session=b=c ; session", b"\tsession="], "session"), ["a", "b=c", ""]);
    }

    #[test]
    fn an_odd_cookie_hides_none_of_its_neighbours() {
        for odd in ["theme=dünkel", "名=値", "a=\u{fffd}", "=", "", "a"]
            .map(|text| text.as_bytes().to_vec())
            .into_iter()
            .chain([b"a=\xff".to_vec()])
        {
            let before = [odd.as_slice(), b"; session=yes"].concat();
            let after = [b"session=yes; ".as_slice(), &odd].concat();
            assert_eq!((cookies(&[&before], "session"), cookies(&[&after], "session")), (vec!["yes".to_owned()], vec!["yes".to_owned()]));
            assert_eq!(cookies(&[&odd, b"session=yes"], "session"), ["yes"]);
        }
    }

    /// Browsers let a neighbouring site set such names, as they do not begin with `__Host-`.
    #[test]
    fn white_space_of_unicode_belongs_to_a_cookies_name() {
        for space in ["\u{a0}", "\u{2000}", "\u{3000}", "\u{feff}"] {
            assert_eq!(cookies(&[format!("{space}__Host-session=evil").as_bytes()], "__Host-session"), [] as [&str; 0]);
        }
    }

    #[test]
    fn an_20_a_browser_that_asks_not_to_be_counted_is_heard() {
        let asks = |headers: &[(&str, &str)]| request(headers, "").asks_not_to_be_counted();
        for said in [&[("sec-gpc", "1")][..], &[("DNT", "1")], &[("dnt", " 1 ")], &[("dnt", "0"), ("sec-gpc", "1")]] {
            assert!(asks(said), "{said:?}");
        }
        for silent in [&[][..], &[("dnt", "0")], &[("sec-gpc", "")], &[("dnt", "unspecified")]] {
            assert!(!asks(silent), "{silent:?}");
        }
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
    fn an_origin_or_a_site_that_cannot_be_read_is_another_one() {
        let cross = |name: &str, value: &[u8]| {
            let headers = HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_bytes(value).unwrap())]);
            is_cross_site(&headers, "https://app.example")
        };
        for origin in [
            "https://äpp.example".as_bytes(),
            b"https://app.example\xff",
            b"\xff",
            b"",
            b"https://",
            b"https://app.example, https://app.example",
        ] {
            assert!(cross("origin", origin), "{origin:?}");
        }
        for site in ["same-origin, cross-site".as_bytes(), b"\xe9", "größer".as_bytes(), b""] {
            assert!(cross("sec-fetch-site", site), "{site:?}");
        }
        assert!(!cross("sec-fetch-site", b"none") && !cross("origin", b"https://app.example"));
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
    fn a_locale_is_a_tag_of_bcp_47_or_the_default() {
        let locale = |value: &str| request(&[("accept-language", value)], "").locale().into_owned();
        for (header, tag) in [
            ("de-CH, en;q=0.8", "de-CH"),
            ("ja", "ja"),
            ("zh-hant-tw;q=0.9", "zh-Hant-TW"),
            ("es-419", "es-419"),
            ("de-1996", "de-1996"),
            ("de-DE-u-co-phonebk", "de-DE-u-co-phonebk"),
        ] {
            assert_eq!(locale(header), tag, "{header}");
        }
        for odd in
            ["<script>", "", "*", "12", "--", "a-", "de-", "-de", "d", "de--CH", "de_CH", "dünkel", "und", "de-CH-DE", "i", "de;ü", "de-x"]
        {
            assert_eq!(locale(odd), if odd == "de;ü" { "de" } else { "en" }, "{odd}");
        }
        assert_eq!(locale(&format!("de-x-{}", "abcdefgh-".repeat(9).trim_end_matches('-'))), "en");
    }

    #[test]
    fn json_is_for_who_asks_for_it_by_name() {
        let prefers = |value: &str| request(&[("accept", value)], "").prefers_json();
        assert!(prefers("text/html ; Q=0.5 , application/json ; q=\"0.9\""));
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
