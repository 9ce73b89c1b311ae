//! S3, with the bucket in the path: an action on an object or a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>

use super::{Call, Need, Unknown};
use crate::condition::Context;
use percent_encoding::percent_decode_str;
use quick_xml::Reader;
use quick_xml::events::Event;

/// Parameters that change nothing about the permissions of the operations below. Another one may stand for another operation (`?acl`, `?tagging`).
const PARAMETERS: [&str; 15] = [
    "continuation-token",
    "delete",
    "delimiter",
    "encoding-type",
    "fetch-owner",
    "list-type",
    "marker",
    "max-keys",
    "partNumber",
    "prefix",
    "start-after",
    "uploadId",
    "uploads",
    "x-id",
    "max-parts",
];

/// Headers that need a permission of their own, which no operation here has.
const HEADERS: [&str; 5] =
    ["x-amz-acl", "x-amz-tagging", "x-amz-object-lock-mode", "x-amz-object-lock-legal-hold", "x-amz-bypass-governance-retention"];

pub(super) fn needs(call: &Call<'_>) -> Result<Vec<Need>, Unknown> {
    let query = query(call)?;
    if let Some(name) = HEADERS.iter().find(|name| call.headers.contains_key(**name)) {
        return Err(Unknown::because(format!("the header {name}")));
    }
    let place = Place::of(call)?;
    match call.operation {
        "GetObject" if query.iter().any(|(name, _)| name == "uploadId") => Ok(vec![place.object("ListMultipartUploadParts")?]),
        "GetObject" | "HeadObject" => Ok(vec![place.object("GetObject")?]),
        "PutObject" | "CreateMultipartUpload" | "CompleteMultipartUpload" => Ok(vec![place.object("PutObject")?]),
        "UploadPart" | "CopyObject" => match copied(call)? {
            Some(source) => Ok(vec![source.object("GetObject")?, place.object("PutObject")?]),
            None => Ok(vec![place.object("PutObject")?]),
        },
        "PostObject" => {
            let key = call.form_key.ok_or_else(|| Unknown::because("a form without a key"))?;
            Ok(vec![Place { key: key.to_owned(), ..place }.object("PutObject")?])
        }
        "AbortMultipartUpload" => Ok(vec![place.object("AbortMultipartUpload")?]),
        "DeleteObject" => Ok(vec![place.object("DeleteObject")?]),
        "DeleteObjects" => {
            keys(call.body)?.into_iter().map(|key| Place { bucket: place.bucket.clone(), key }.object("DeleteObject")).collect()
        }
        "ListObjectsV2" => {
            let prefix = query.into_iter().find(|(name, _)| name == "prefix").map(|(_, value)| value);
            Ok(vec![place.list(prefix)])
        }
        "ListMultipartUploads" => {
            let prefix = query.into_iter().find(|(name, _)| name == "prefix").map(|(_, value)| value);
            Ok(vec![Need { action: "s3:ListBucketMultipartUploads".into(), ..place.list(prefix) }])
        }
        "HeadBucket" => Ok(vec![place.list(None)]),
        other => Err(Unknown::because(format!("s3 {other}"))),
    }
}

fn query(call: &Call<'_>) -> Result<Vec<(String, String)>, Unknown> {
    let query: Vec<(String, String)> = form_urlencoded::parse(call.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let plain = |name: &str| PARAMETERS.contains(&name) || name.starts_with("X-Amz-") || name.starts_with("response-");
    match query.iter().find(|(name, _)| !plain(name)) {
        Some((name, _)) => Err(Unknown::because(format!("the parameter {name}"))),
        None => Ok(query),
    }
}

/// A bucket and perhaps an object.
struct Place {
    bucket: String,
    key: String,
}

impl Place {
    fn of(call: &Call<'_>) -> Result<Self, Unknown> {
        Self::parse(call.uri.path())
    }

    fn parse(path: &str) -> Result<Self, Unknown> {
        let path = percent_decode_str(path).decode_utf8().map_err(|_| Unknown::because("a path that is no UTF-8"))?;
        let (bucket, key) = path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
        Ok(Self { bucket: bucket.to_owned(), key: key.to_owned() })
    }

    fn object(&self, action: &str) -> Result<Need, Unknown> {
        if self.key.is_empty() {
            return Err(Unknown::because(format!("s3:{action} without a key")));
        }
        Ok(Need { action: format!("s3:{action}"), resource: format!("arn:aws:s3:::{}/{}", self.bucket, self.key), context: Context::new() })
    }

    fn list(&self, prefix: Option<String>) -> Need {
        let context = prefix.map(|prefix| ("s3:prefix".to_owned(), vec![prefix])).into_iter().collect();
        Need { action: "s3:ListBucket".into(), resource: format!("arn:aws:s3:::{}", self.bucket), context }
    }
}

fn copied(call: &Call<'_>) -> Result<Option<Place>, Unknown> {
    let Some(source) = call.headers.get("x-amz-copy-source") else { return Ok(None) };
    Place::parse(source.to_str().map_err(|_| Unknown::because("a copy source that is no text"))?).map(Some)
}

/// The keys of a `Delete` document.
fn keys(body: &[u8]) -> Result<Vec<String>, Unknown> {
    let unread = |_| Unknown::because("a Delete document that cannot be read");
    let text = std::str::from_utf8(body).map_err(|_| Unknown::because("a Delete document that is no UTF-8"))?;
    let mut reader = Reader::from_str(text);
    let mut found = Vec::new();
    loop {
        match reader.read_event().map_err(unread)? {
            Event::Start(tag) if tag.local_name().as_ref() == b"Key" => {
                let raw = reader.read_text(tag.name()).map_err(unread)?;
                let raw = raw.decode().map_err(|_| Unknown::because("a key that is no UTF-8"))?;
                found.push(quick_xml::escape::unescape(&raw).map_err(|_| Unknown::because("a key that cannot be read"))?.into_owned());
            }
            Event::Eof => return if found.is_empty() { Err(Unknown::because("a Delete document without keys")) } else { Ok(found) },
            _ => {}
        }
    }
}

/// What else a read needs when there is no object: without it S3 says that access is denied, not that nothing is there. The key counts as the prefix of
/// such a listing.
pub fn absence(need: &Need) -> Option<Need> {
    let (bucket, key) = need.resource.strip_prefix("arn:aws:s3:::")?.split_once('/')?;
    (need.action == "s3:GetObject").then(|| Place { bucket: bucket.to_owned(), key: String::new() }.list(Some(key.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn said(operation: &str, request: http::request::Builder, body: &[u8]) -> Result<Vec<String>, Unknown> {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let (method, uri, headers) = (&parts.method, &parts.uri, &parts.headers);
        let call = Call { service: "s3", operation, method, uri, headers, body, form_key: Some("uploads/form") };
        let prefix = |need: &Need| need.context.get("s3:prefix").map(|values| format!(" {}", values.join(" "))).unwrap_or_default();
        Ok(needs(&call)?
            .iter()
            .map(|need| format!("{} {}{}", need.action, &need.resource["arn:aws:s3:::".len()..], prefix(need)))
            .collect())
    }

    fn one(operation: &str, request: http::request::Builder) -> String {
        said(operation, request, b"").unwrap().join(", ")
    }

    #[test]
    fn each_operation_needs_its_action() {
        assert_eq!(one("GetObject", Request::get("/b/uploads/a%20b?x-id=GetObject")), "s3:GetObject b/uploads/a b");
        assert_eq!(one("GetObject", Request::get("/b/a?X-Amz-Signature=x&response-content-type=y")), "s3:GetObject b/a");
        assert_eq!(one("HeadObject", Request::head("/b/a")), "s3:GetObject b/a");
        assert_eq!(one("PutObject", Request::put("/b/a")), "s3:PutObject b/a");
        assert_eq!(one("PostObject", Request::post("/b")), "s3:PutObject b/uploads/form");
        assert_eq!(one("DeleteObject", Request::delete("/b/a")), "s3:DeleteObject b/a");
        assert_eq!(one("CompleteMultipartUpload", Request::post("/b/a?uploadId=1")), "s3:PutObject b/a");
        assert_eq!(one("AbortMultipartUpload", Request::delete("/b/a?uploadId=1")), "s3:AbortMultipartUpload b/a");
        assert_eq!(one("CopyObject", Request::put("/b/a").header("x-amz-copy-source", "/c/d%2Fe")), "s3:GetObject c/d/e, s3:PutObject b/a");
    }

    #[test]
    fn a_listing_has_a_prefix_if_it_says_so() {
        assert_eq!(one("ListObjectsV2", Request::get("/b?list-type=2&prefix=uploads%2Fx")), "s3:ListBucket b uploads/x");
        assert_eq!(one("ListObjectsV2", Request::get("/b/?list-type=2")), "s3:ListBucket b");
    }

    #[test]
    fn to_know_that_an_object_is_absent_is_to_list_its_key() {
        let need = |operation, request: http::request::Builder| {
            let (parts, ()) = request.body(()).unwrap().into_parts();
            let (method, uri, headers) = (&parts.method, &parts.uri, &parts.headers);
            let call = Call { service: "s3", operation, method, uri, headers, body: b"", form_key: None };
            absence(&needs(&call).unwrap()[0])
        };
        let listed = need("HeadObject", Request::head("/b/uploads/x")).unwrap();
        assert_eq!((listed.action.as_str(), listed.resource.as_str()), ("s3:ListBucket", "arn:aws:s3:::b"));
        assert_eq!(listed.context["s3:prefix"], ["uploads/x"]);
        assert_eq!(need("DeleteObject", Request::delete("/b/uploads/x")), None);
    }

    #[test]
    fn each_key_that_is_deleted_needs_it() {
        let body = br#"<?xml version="1.0"?><Delete xmlns="x"><Object><Key>a/1</Key></Object><Object><Key>a&amp;b</Key></Object><Quiet>true</Quiet></Delete>"#;
        let needs = said("DeleteObjects", Request::post("/b/?delete"), body).unwrap();
        assert_eq!(needs, ["s3:DeleteObject b/a/1", "s3:DeleteObject b/a&b"]);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(said("GetObject", Request::get("/b/a?tagging"), b"").is_err());
        assert!(said("GetObject", Request::get("/b/a?versionId=1"), b"").is_err());
        assert!(said("PutObject", Request::put("/b/a").header("x-amz-acl", "public-read"), b"").is_err());
        assert!(said("DeleteObjects", Request::post("/b?delete"), b"<Delete></Delete>").is_err());
        assert!(said("PutBucketPolicy", Request::put("/b"), b"").is_err());
    }
}
