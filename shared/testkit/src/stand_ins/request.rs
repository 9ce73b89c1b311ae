//! What a stand-in was asked.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http::request::Parts;
use serde_json::{Value, json};

/// Characters of a text that the record of requests shows whole.
const SHOWN: usize = 40_000;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// Such as `POST`.
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The query, without its question mark.
    pub query: Option<String>,
    /// Every header in its order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, taken apart.
    pub sent: Sent,
    /// The body as it came.
    pub raw: Bytes,
}

/// A body, taken apart by its media type.
#[derive(Debug, Clone)]
pub enum Sent {
    /// `multipart/form-data`.
    Parts(Vec<Part>),
    /// `application/json`.
    Json(Value),
    /// Anything else; nothing too.
    Other,
}

/// A part of a form.
#[derive(Debug, Clone)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// The file's name, of a file.
    pub file_name: Option<String>,
    /// The media type, if it was said.
    pub content_type: Option<String>,
    /// Further headers of the part, by name.
    pub other_headers: Vec<String>,
    /// The bytes.
    pub bytes: Bytes,
}

impl Part {
    /// The bytes as text; empty when they are none.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }
}

impl Request {
    /// Takes the body apart.
    pub(super) async fn read(head: &Parts, raw: Bytes) -> Self {
        let headers: Vec<(String, String)> = head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let media_type = headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.as_str()).unwrap_or_default();
        let sent = match multer::parse_boundary(media_type) {
            Ok(boundary) => parts(boundary, raw.clone()).await.map_or(Sent::Other, Sent::Parts),
            Err(_) if media_type.starts_with("application/json") => serde_json::from_slice(&raw).map_or(Sent::Other, Sent::Json),
            Err(_) => Sent::Other,
        };
        let (path, query) = (head.uri.path().to_owned(), head.uri.query().map(str::to_owned));
        Self { method: head.method.to_string(), path, query, headers, sent, raw }
    }

    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The parts of a form; none of anything else.
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

    /// The body's JSON; `null` of anything else.
    #[must_use]
    pub fn json(&self) -> &Value {
        if let Sent::Json(value) = &self.sent { value } else { &Value::Null }
    }

    /// For people and journeys: everything but keys, and pictures by their size.
    pub(super) fn record(&self) -> Value {
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

async fn parts(boundary: String, raw: Bytes) -> Result<Vec<Part>, multer::Error> {
    let mut form = multer::Multipart::new(stream::iter([Ok::<_, Infallible>(raw)]), boundary);
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
