//! Successful answers.

use kernel::Failure;
use lambda_http::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LOCATION, REFERRER_POLICY, SET_COOKIE, VARY, X_CONTENT_TYPE_OPTIONS,
};
use lambda_http::http::{HeaderName, StatusCode};
use lambda_http::{Body, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Request;

/// A successful answer. By default no cache may store it: answers are personal.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    body: Option<Content>,
    media: &'static str,
    headers: Vec<(HeaderName, String)>,
    cache: &'static str,
}

/// The header that keeps a picture from pages of other sites.
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

#[derive(Debug, Clone)]
enum Content {
    Text(String),
    Bytes(Vec<u8>),
}

impl Content {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl From<Content> for Body {
    fn from(content: Content) -> Self {
        match content {
            Content::Text(text) => Self::Text(text),
            Content::Bytes(bytes) => Self::Binary(bytes),
        }
    }
}

impl Reply {
    /// 200 with a JSON body.
    ///
    /// # Errors
    /// [`Failure::Broken`] when `body` cannot be written as JSON.
    pub fn ok(body: &impl Serialize) -> Result<Self, Failure> {
        Self::json(StatusCode::OK, body)
    }

    /// 201 with a JSON body.
    ///
    /// # Errors
    /// As [`Reply::ok`].
    pub fn created(body: &impl Serialize) -> Result<Self, Failure> {
        Self::json(StatusCode::CREATED, body)
    }

    /// 202 with a JSON body.
    ///
    /// # Errors
    /// As [`Reply::ok`].
    pub fn accepted(body: &impl Serialize) -> Result<Self, Failure> {
        Self::json(StatusCode::ACCEPTED, body)
    }

    /// 200 with plain text.
    #[must_use]
    pub fn text(body: String) -> Self {
        Self { body: Some(Content::Text(body)), media: "text/plain; charset=utf-8", ..Self::empty(StatusCode::OK) }
    }

    /// 200 with bytes.
    #[must_use]
    pub fn bytes(body: Vec<u8>) -> Self {
        Self { body: Some(Content::Bytes(body)), media: "application/octet-stream", ..Self::empty(StatusCode::OK) }
    }

    /// 200 with a picture for the eyes of its caller, which nothing stores and no page of another site shows.
    #[must_use]
    pub fn jpeg(bytes: Vec<u8>) -> Self {
        let picture = Self { body: Some(Content::Bytes(bytes)), media: "image/jpeg", ..Self::empty(StatusCode::OK) };
        picture.with(X_CONTENT_TYPE_OPTIONS, "nosniff".into()).with(CROSS_ORIGIN_RESOURCE_POLICY, "same-origin".into())
    }

    /// 200 with a page for people that is complete in itself: the browser refuses every other resource, scripts first of all.
    ///
    /// `style` is the hash of the page's one inline style in the Content-Security-Policy, such as `sha256-…`.
    #[must_use]
    pub fn page(html: String, style: &str) -> Self {
        let policy = format!("default-src 'none'; style-src '{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        Self { body: Some(Content::Text(html)), media: "text/html; charset=utf-8", ..Self::empty(StatusCode::OK) }
            .with(CONTENT_SECURITY_POLICY, policy)
            .with(X_CONTENT_TYPE_OPTIONS, "nosniff".into())
            .with(REFERRER_POLICY, "no-referrer".into())
    }

    /// The same with a form that posts to this host.
    #[must_use]
    pub fn form(html: String, style: &str) -> Self {
        let mut page = Self::page(html, style);
        for (_, policy) in page.headers.iter_mut().filter(|(name, _)| *name == CONTENT_SECURITY_POLICY) {
            *policy = policy.replace("form-action 'none'", "form-action 'self'");
        }
        page
    }

    /// 202 without a body.
    #[must_use]
    pub fn taken() -> Self {
        Self::empty(StatusCode::ACCEPTED)
    }

    /// 204.
    #[must_use]
    pub fn no_content() -> Self {
        Self::empty(StatusCode::NO_CONTENT)
    }

    /// 304, with the entity tag of the caller's stored answer.
    #[must_use]
    pub fn not_modified(etag: String) -> Self {
        Self::empty(StatusCode::NOT_MODIFIED).with(ETAG, etag).revalidated()
    }

    /// With an entity tag: a private cache may store the answer if it revalidates before each use.
    #[must_use]
    pub fn tagged(self, etag: String) -> Self {
        self.with(ETAG, etag).revalidated()
    }

    /// The header `Location`.
    #[must_use]
    pub fn at(self, location: String) -> Self {
        self.with(LOCATION, location)
    }

    #[must_use]
    pub fn cookie(self, set_cookie: String) -> Self {
        self.with(SET_COOKIE, set_cookie)
    }

    /// Not personal: every cache may store it for five minutes.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.cache = "public, max-age=300";
        self
    }

    /// One of several representations: caches keep them apart by `Accept`.
    #[must_use]
    pub fn by_accept(self) -> Self {
        self.with(VARY, "accept".into())
    }

    /// With an entity tag of the body; a 304 without the body when the caller has it already.
    #[must_use]
    pub fn unless_seen_by(self, request: &Request) -> Self {
        let digest = Sha256::digest(self.body.as_ref().map(Content::bytes).unwrap_or_default());
        let etag = format!("\"{}\"", hex::encode(&digest[..16]));
        let seen = request.has_seen(&etag);
        let reply = self.with(ETAG, etag);
        if seen { Self { status: StatusCode::NOT_MODIFIED, body: None, ..reply } } else { reply }
    }

    pub(super) fn response(&self) -> Response<Body> {
        let mut response = Response::builder().status(self.status).header(CACHE_CONTROL, self.cache);
        if self.body.is_some() {
            response = response.header(CONTENT_TYPE, self.media);
        }
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        response.body(self.body.clone().map_or(Body::Empty, Body::from)).unwrap_or_default()
    }

    fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Failure> {
        let body = serde_json::to_string(body).map_err(Failure::broken)?;
        Ok(Self { body: Some(Content::Text(body)), ..Self::empty(status) })
    }

    fn empty(status: StatusCode) -> Self {
        Self { status, body: None, media: "application/json", headers: Vec::new(), cache: "no-store" }
    }

    fn with(mut self, name: HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    fn revalidated(mut self) -> Self {
        self.cache = "private, no-cache";
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(name: HeaderName, value: &str) -> Request {
        Request::new(lambda_http::http::Request::builder().header(name, value).body(Body::Empty).unwrap())
    }

    #[test]
    fn a_page_admits_its_own_style_and_nothing_else() {
        let response = Reply::page("<p>Hello</p>".into(), "sha256-abc=").public().by_accept().response();
        let header = |name: HeaderName| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header(CONTENT_TYPE), "text/html; charset=utf-8");
        assert_eq!(header(CACHE_CONTROL), "public, max-age=300");
        assert_eq!(header(VARY), "accept");
        let policy = header(CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-abc=';") && !policy.contains("unsafe"), "{policy}");
    }

    #[test]
    fn a_form_posts_to_this_host_alone_and_is_stored_nowhere() {
        let response = Reply::form("<form>".into(), "sha256-abc=").response();
        let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none';")
                && policy.contains("form-action 'self';")
                && policy.contains("frame-ancestors 'none'")
        );
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()[REFERRER_POLICY], "no-referrer", "the address holds a secret");
    }

    #[test]
    fn what_the_caller_has_is_not_sent_again() {
        let page = || Reply::page("<p>Hello</p>".into(), "sha256-abc=").public();
        let first = page().unless_seen_by(&request(CONTENT_TYPE, "text/plain")).response();
        let etag = first.headers()[ETAG].to_str().unwrap().to_owned();
        let again = page().unless_seen_by(&request(lambda_http::http::header::IF_NONE_MATCH, &etag)).response();
        assert_eq!((again.status(), again.headers()[ETAG].to_str().unwrap()), (StatusCode::NOT_MODIFIED, etag.as_str()));
        assert!(matches!(again.body(), Body::Empty) && again.headers().get(CONTENT_TYPE).is_none());
        assert_eq!(again.headers()[CACHE_CONTROL], "public, max-age=300");
        let other =
            Reply::page("<p>Bye</p>".into(), "sha256-abc=").unless_seen_by(&request(lambda_http::http::header::IF_NONE_MATCH, &etag));
        assert_eq!(other.response().status(), StatusCode::OK);
    }
}
