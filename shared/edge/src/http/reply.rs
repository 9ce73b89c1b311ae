//! Successful answers.

use kernel::Failure;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LOCATION, SET_COOKIE};
use lambda_http::http::{HeaderName, StatusCode};
use lambda_http::{Body, Response};
use serde::Serialize;

/// A successful answer. Unless it says otherwise no cache may keep it: answers are personal.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    body: Option<String>,
    headers: Vec<(HeaderName, String)>,
    cache: &'static str,
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

    /// 204.
    #[must_use]
    pub fn no_content() -> Self {
        Self::empty(StatusCode::NO_CONTENT)
    }

    /// 304, with the entity tag the caller already has.
    #[must_use]
    pub fn not_modified(etag: String) -> Self {
        Self::empty(StatusCode::NOT_MODIFIED).with(ETAG, etag).revalidated()
    }

    /// With an entity tag: a private cache may keep the answer if it asks before each use.
    #[must_use]
    pub fn tagged(self, etag: String) -> Self {
        self.with(ETAG, etag).revalidated()
    }

    /// With the address of what was made.
    #[must_use]
    pub fn at(self, location: String) -> Self {
        self.with(LOCATION, location)
    }

    /// With a cookie.
    #[must_use]
    pub fn cookie(self, set_cookie: String) -> Self {
        self.with(SET_COOKIE, set_cookie)
    }

    /// The same for everybody, so every cache may keep it for five minutes.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.cache = "public, max-age=300";
        self
    }

    pub(super) fn response(&self) -> Response<Body> {
        let mut response = Response::builder().status(self.status).header(CACHE_CONTROL, self.cache);
        if self.body.is_some() {
            response = response.header(CONTENT_TYPE, "application/json");
        }
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        response.body(self.body.clone().map_or(Body::Empty, Body::Text)).unwrap_or_default()
    }

    fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Failure> {
        let body = serde_json::to_string(body).map_err(Failure::broken)?;
        Ok(Self { body: Some(body), ..Self::empty(status) })
    }

    fn empty(status: StatusCode) -> Self {
        Self { status, body: None, headers: Vec::new(), cache: "no-store" }
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
