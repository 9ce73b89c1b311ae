//! The requests to a stand-in.

use axum::RequestExt;
use axum::body::{Body, Bytes};
use axum::extract::multipart::MultipartError;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Multipart};
use serde_json::{Value, json};

/// Maximum characters of a text in the record of requests.
const SHOWN: usize = 40_000;

/// A request as received.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Without its question mark.
    pub query: Option<String>,
    /// In their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The parsed body.
    pub sent: Sent,
    /// The raw body.
    pub raw: Bytes,
}

/// A body, parsed by its media type.
#[derive(Debug, Clone)]
pub enum Sent {
    /// `multipart/form-data`.
    Parts(Vec<Part>),
    /// `application/json`.
    Json(Value),
    /// Any other body, or none.
    Other,
}

/// A part of a form.
#[derive(Debug, Clone)]
pub struct Part {
    pub name: String,
    pub file_name: Option<String>,
    pub content_type: Option<String>,
    /// Further headers of the part, by name.
    pub other_headers: Vec<String>,
    pub bytes: Bytes,
}

impl Part {
    /// The bytes as text; empty unless they are UTF-8.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }
}

impl Request {
    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The parts of a form; empty for other bodies.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        if let Sent::Parts(parts) = &self.sent { parts } else { &[] }
    }

    /// The first part of this name.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts().iter().find(|part| part.name == name)
    }

    /// The text of the part of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.part(name).map(Part::text)
    }

    /// The JSON of the body; `null` for other bodies.
    #[must_use]
    pub fn json(&self) -> &Value {
        if let Sent::Json(value) = &self.sent { value } else { &Value::Null }
    }

    /// For people and journeys: everything but keys, with pictures by their size.
    pub(crate) fn record(&self) -> Value {
        let secret = |name: &str| matches!(name, "authorization" | "x-goog-api-key");
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (name, if secret(name) { "(a key)" } else { value })).collect();
        let body = match &self.sent {
            Sent::Parts(parts) => parts.iter().map(part).collect(),
            Sent::Json(value) => shortened(value),
            Sent::Other => json!(format!("{} bytes", self.raw.len())),
        };
        json!({ "method": self.method, "path": self.path, "query": self.query, "headers": headers, "body": body })
    }
}

fn part(part: &Part) -> Value {
    let content = match &part.file_name {
        Some(_) => format!("{} bytes", part.bytes.len()),
        None => part.text().to_owned(),
    };
    json!({ "name": part.name, "file_name": part.file_name, "content_type": part.content_type, "content": content })
}

fn shortened(value: &Value) -> Value {
    match value {
        Value::String(text) if text.len() > SHOWN => json!(format!("{} characters", text.len())),
        Value::Array(items) => items.iter().map(shortened).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shortened(value))).collect(),
        plain => plain.clone(),
    }
}

impl<S: Send + Sync> FromRequest<S> for Request {
    type Rejection = BytesRejection;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, BytesRejection> {
        let (head, body) = request.into_parts();
        let headers: Vec<(String, String)> = head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let (method, path, query) = (head.method.to_string(), head.uri.path().to_owned(), head.uri.query().map(str::to_owned));
        let mut form = axum::extract::Request::from_parts(head.clone(), Body::empty());
        let raw = Bytes::from_request(axum::extract::Request::from_parts(head, body), state).await?;
        *form.body_mut() = Body::from(raw.clone());
        let media_type = headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.as_str()).unwrap_or_default();
        let sent = match form.extract::<Multipart, _>().await {
            Ok(form) => parts(form).await.map_or(Sent::Other, Sent::Parts),
            Err(_) if media_type.starts_with("application/json") => serde_json::from_slice(&raw).map_or(Sent::Other, Sent::Json),
            Err(_) => Sent::Other,
        };
        Ok(Self { method, path, query, headers, sent, raw })
    }
}

async fn parts(mut form: Multipart) -> Result<Vec<Part>, MultipartError> {
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await? {
        let known = ["content-disposition", "content-type"];
        let other_headers = field.headers().keys().map(|name| name.as_str().to_owned()).filter(|name| !known.contains(&name.as_str()));
        parts.push(Part {
            name: field.name().unwrap_or_default().to_owned(),
            file_name: field.file_name().map(str::to_owned),
            content_type: field.content_type().map(ToString::to_string),
            other_headers: other_headers.collect(),
            bytes: field.bytes().await?,
        });
    }
    Ok(parts)
}
