//! A picture with its parameters: as a form (RFC 7578), or as the bare picture with some parameters in the URL.
//!
//! The form is zeroed on drop. Before that, copies of the body exist beyond this module: the event as Lambda sent it, its JSON string and the decoded
//! bytes inside `lambda_runtime` and `lambda_http`, and the parser's own buffer. A function that promises to keep no picture installs an allocator
//! that clears freed memory (`zeroizing-alloc`), which covers these copies as well.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use bytes::Bytes;
use futures_util::stream;
use kernel::{Failure, Reason};
use lambda_http::http::header::CONTENT_DISPOSITION;
use multer::{Field, Multipart};
use zeroize::Zeroizing;

use super::Request;
use super::parameters::{media_type, parameter};

/// Bytes of a boundary (RFC 2046, 5.1.1).
const BOUNDARY_BYTES: RangeInclusive<usize> = 1..=70;

/// The allowed content of a form.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// The required field of the picture; the whole body without a form.
    pub picture: &'static str,
    /// Maximum bytes of the whole body.
    pub most_bytes: usize,
    /// The other fields, all optional.
    pub texts: &'static [Text],
}

/// A field of text.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    pub name: &'static str,
    /// Maximum bytes.
    pub most_bytes: usize,
    /// Whether it may be in the URL when the body is the bare picture. URLs are logged in many places: personal data is never allowed there.
    pub in_address: bool,
}

impl Text {
    /// A text that may be in the URL too: it holds no personal data.
    #[must_use]
    pub const fn anywhere(name: &'static str, most_bytes: usize) -> Self {
        Self { name, most_bytes, in_address: true }
    }

    /// A text allowed in a form alone.
    #[must_use]
    pub const fn in_form(name: &'static str, most_bytes: usize) -> Self {
        Self { name, most_bytes, in_address: false }
    }
}

/// The content of a form.
pub struct Form {
    picture: Zeroizing<Vec<u8>>,
    texts: BTreeMap<&'static str, Zeroizing<String>>,
}

impl Form {
    /// At least one byte, of any format.
    #[must_use]
    pub fn picture(&mut self) -> Zeroizing<Vec<u8>> {
        std::mem::take(&mut self.picture)
    }

    /// UTF-8 without control characters; `None` when it is absent or empty.
    #[must_use]
    pub fn text(&mut self, name: &str) -> Option<Zeroizing<String>> {
        self.texts.remove(name).filter(|text| !text.is_empty())
    }
}

impl Request {
    /// Reads the body by `shape`: `multipart/form-data`, or the bare picture as `image/jpeg`, `image/png` or `image/webp`. The body is consumed.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when it is too large, of another media type, damaged, or holds unknown or repeated fields.
    pub async fn form(&mut self, shape: &Shape) -> Result<Form, Failure> {
        let media_type = self.header("content-type").unwrap_or_default().to_owned();
        let boundary = boundary(&media_type)?;
        let texts = self.texts_of_address(shape, boundary.is_none())?;
        let body = self.take_body();
        if body.len() > shape.most_bytes {
            return Err(too_large());
        }
        let form = match boundary {
            None => Form { picture: body, texts },
            Some(boundary) => parts(body, &boundary, shape).await?,
        };
        if form.picture.is_empty() { Err(malformed(format!("The picture is missing: send it as `{}`.", shape.picture))) } else { Ok(form) }
    }

    fn texts_of_address(&self, shape: &Shape, is_picture: bool) -> Result<BTreeMap<&'static str, Zeroizing<String>>, Failure> {
        let mut texts = BTreeMap::new();
        for (name, value) in self.parameters() {
            let Some(text) = shape.texts.iter().find(|text| text.name == name && text.in_address && is_picture) else {
                return Err(Failure::invalid(Reason::FieldInvalid, "The URL has an unknown parameter."));
            };
            if value.len() > text.most_bytes {
                return Err(too_long(text));
            }
            let value = readable(text, value.as_bytes())?;
            if texts.insert(text.name, value).is_some() {
                return Err(Failure::invalid(Reason::FieldInvalid, format!("{} is there twice.", text.name)));
            }
        }
        Ok(texts)
    }
}

async fn parts(body: Zeroizing<Vec<u8>>, boundary: &str, shape: &Shape) -> Result<Form, Failure> {
    let length = body.len();
    // The chunk owns the body, and is zeroed once the parser has copied it.
    let chunk = stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from_owner(body))]);
    let mut multipart = Multipart::new(chunk, boundary);
    let mut form = Form { picture: Zeroizing::default(), texts: BTreeMap::new() };
    let mut has_picture = false;
    while let Some(mut part) = multipart.next_field().await.map_err(unreadable)? {
        let name = name(&part);
        let text = shape.texts.iter().find(|text| text.name == name);
        if name != shape.picture && text.is_none() {
            return Err(malformed("The form has an unknown field."));
        }
        // Allocated at its maximum: growing would leave copies behind.
        let most = text.map_or(length, |text| text.most_bytes);
        let mut bytes = Zeroizing::new(Vec::with_capacity(most));
        while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
            if bytes.len() + chunk.len() > most {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        let again = match text {
            Some(text) => form.texts.insert(text.name, readable(text, &bytes)?).is_some(),
            None => {
                form.picture = bytes;
                std::mem::replace(&mut has_picture, true)
            }
        };
        if again {
            return Err(malformed(format!("`{name}` is there twice.")));
        }
    }
    Ok(form)
}

/// The name of a field. The parser's own reading takes no `Name=`, and a file's name for the field's where that comes first.
fn name(part: &Field<'_>) -> String {
    let disposition = part.headers().get(CONTENT_DISPOSITION).map(|value| String::from_utf8_lossy(value.as_bytes()));
    disposition.and_then(|disposition| parameter(&disposition, "name").map(Cow::into_owned)).unwrap_or_default()
}

/// A person's text: one line of UTF-8, whatever charset the part declares.
fn readable(text: &Text, bytes: &[u8]) -> Result<Zeroizing<String>, Failure> {
    let refused = || Failure::invalid(Reason::FieldInvalid, format!("{} must be UTF-8 text without control characters.", text.name));
    let value = std::str::from_utf8(bytes).map_err(|_| refused())?;
    if value.chars().any(char::is_control) { Err(refused()) } else { Ok(Zeroizing::new(value.to_owned())) }
}

/// The boundary of a form; `None` for a bare picture.
fn boundary(content_type: &str) -> Result<Option<String>, Failure> {
    let kind = media_type(content_type);
    if ["image/jpeg", "image/png", "image/webp"].iter().any(|known| kind.eq_ignore_ascii_case(known)) {
        return Ok(None);
    }
    let is_form = kind.eq_ignore_ascii_case("multipart/form-data");
    let boundary = parameter(content_type, "boundary").filter(|boundary| is_form && BOUNDARY_BYTES.contains(&boundary.len()));
    boundary.map(|boundary| Some(boundary.into_owned())).ok_or_else(|| {
        let what = "Send a form as multipart/form-data, or a picture as image/jpeg, image/png or image/webp.";
        Failure::invalid(Reason::MediaTypeUnsupported, what)
    })
}

/// The parser's message may quote the form: it is dropped.
fn unreadable(_: multer::Error) -> Failure {
    malformed("The form is damaged.")
}

fn malformed(detail: impl Into<Cow<'static, str>>) -> Failure {
    Failure::invalid(Reason::BodyMalformed, detail)
}

fn too_large() -> Failure {
    Failure::invalid(Reason::BodyTooLarge, "The body, or a field of it, exceeds the limit of this route.")
}

fn too_long(text: &Text) -> Failure {
    Failure::invalid(Reason::FieldInvalid, format!("{} is too long.", text.name))
}

#[cfg(test)]
mod tests;
