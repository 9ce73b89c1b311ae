//! The built pages, as S3 and CloudFront serve what `infra/publish` uploads.

use crate::gateway::percent_decode;
use crate::serve::{self, Body};
use anyhow::{Context, Result};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

/// The bytes of a file that CloudFront compresses.
const COMPRESSED: Range<usize> = 1_000..10_000_000;

/// What is said of a site that is not there.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><title>Nigao</title><p>The site is not built: <code>make web</code> builds it. \
     The API answers at this address all the same.</p></html>";

/// How each file is served.
#[derive(Debug, Deserialize)]
struct Served {
    /// The content type by the end of the name; a page has none.
    types: BTreeMap<String, String>,
    /// `Cache-Control` by the start of the name.
    caches: BTreeMap<String, String>,
}

#[derive(Debug)]
pub(super) struct Pages {
    folder: PathBuf,
    root_object: String,
    served: Served,
}

impl Pages {
    pub(super) fn new(folder: PathBuf, root_object: String) -> Result<Self> {
        let served = serde_json::from_str(include_str!("../../../site-files.json")).context("infra/site-files.json")?;
        Ok(Self { folder, root_object, served })
    }

    /// Reads the file anew each time: whoever builds the site sees it at the next look.
    pub(super) fn answer<B>(&self, request: &Request<B>) -> Response<Body> {
        if !self.folder.is_dir() {
            return answer(StatusCode::SERVICE_UNAVAILABLE, "text/html; charset=utf-8", NOT_BUILT);
        }
        let decoded = percent_decode(request.uri().path());
        let key = Some(decoded.trim_start_matches('/')).filter(|key| !key.is_empty()).unwrap_or(&self.root_object);
        match self.read(key) {
            Some(bytes) => self.found(key, bytes, request),
            None => answer(StatusCode::NOT_FOUND, "application/xml", "<Error><Code>NoSuchKey</Code></Error>"),
        }
    }

    fn read(&self, key: &str) -> Option<Vec<u8>> {
        let is_inside = Path::new(key).components().all(|part| matches!(part, Component::Normal(_)));
        is_inside.then(|| std::fs::read(self.folder.join(key)).ok()).flatten()
    }

    fn found<B>(&self, key: &str, bytes: Vec<u8>, request: &Request<B>) -> Response<Body> {
        let media = self.served.media(key);
        let tag = hex::encode(&Sha256::digest(&bytes)[..16]);
        let has_seen = request.headers().get(IF_NONE_MATCH).and_then(|seen| seen.to_str().ok()).is_some_and(|seen| seen.contains(&tag));
        let (status, bytes) = if has_seen { (StatusCode::NOT_MODIFIED, Vec::new()) } else { (StatusCode::OK, bytes) };
        let is_zipped = is_text(media) && COMPRESSED.contains(&bytes.len()) && takes_gzip(request.headers());
        let bytes = if is_zipped { zipped(&bytes) } else { bytes };
        let body = if request.method() == Method::HEAD { Vec::new() } else { bytes };
        let mut response = answer(status, media, body);
        let headers = response.headers_mut();
        if is_zipped {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        for (name, value) in [(ETAG, format!("W/\"{tag}\"")), (CACHE_CONTROL, self.served.cache(key).to_owned())] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

impl Served {
    fn media(&self, key: &str) -> &str {
        let end = Path::new(key).extension().and_then(|end| end.to_str()).unwrap_or_default();
        self.types.get(end).map_or("application/octet-stream", String::as_str)
    }

    /// The longest start that the name has.
    fn cache(&self, key: &str) -> &str {
        let starts = self.caches.iter().filter(|(start, _)| key.starts_with(start.as_str()));
        starts.max_by_key(|(start, _)| start.len()).map_or("no-cache", |(_, cache)| cache)
    }
}

fn answer(status: StatusCode, media: &str, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(serve::full(body));
    *response.status_mut() = status;
    if let Ok(media) = HeaderValue::from_str(media) {
        response.headers_mut().insert(CONTENT_TYPE, media);
    }
    response
}

fn is_text(media: &str) -> bool {
    ["text/", "application/javascript", "application/json", "application/manifest+json", "application/wasm", "image/svg+xml"]
        .iter()
        .any(|start| media.starts_with(start))
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("gzip"))
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Into memory, which takes everything.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    fn pages(name: &str) -> Pages {
        let folder = std::env::temp_dir().join(format!("nigao-pages-{name}-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("assets")).unwrap();
        std::fs::write(folder.join("home"), "<p>Home</p>").unwrap();
        std::fs::write(folder.join("assets/main-1.js"), "let a = 1;\n".repeat(200)).unwrap();
        Pages::new(folder, "home".into()).unwrap()
    }

    fn ask(pages: &Pages, method: &str, path: &str, header: (&str, &str)) -> Response<Body> {
        pages.answer(&Request::builder().method(method).uri(path).header(header.0, header.1).body(()).unwrap())
    }

    async fn body(response: Response<Body>) -> Bytes {
        response.into_body().collect().await.unwrap().to_bytes()
    }

    #[tokio::test]
    async fn a_page_has_no_end_and_an_asset_stays_for_ever() {
        let pages = pages("types");
        for path in ["/", "/home", "/home?id=1"] {
            let page = ask(&pages, "GET", path, ("accept", "*/*"));
            assert_eq!(
                (&page.headers()[CONTENT_TYPE], &page.headers()[CACHE_CONTROL]),
                (&"text/html; charset=utf-8".parse().unwrap(), &"no-cache".parse().unwrap())
            );
            assert_eq!(body(page).await, "<p>Home</p>");
        }
        let asset = ask(&pages, "GET", "/assets/main-1.js", ("accept-encoding", "br, gzip"));
        assert_eq!(asset.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(asset.headers()[CONTENT_ENCODING], "gzip");
        let tag = asset.headers()[ETAG].to_str().unwrap().to_owned();
        assert!(body(asset).await.len() < 200);
        assert_eq!(ask(&pages, "GET", "/assets/main-1.js", ("if-none-match", &tag)).status(), StatusCode::NOT_MODIFIED);
        assert!(body(ask(&pages, "HEAD", "/home", ("accept", "*/*"))).await.is_empty());
    }

    #[test]
    fn what_is_absent_or_outside_is_not_found() {
        let pages = pages("absent");
        for path in ["/nothing", "/assets", "/assets/", "/../Cargo.toml", "/%2e%2e/Cargo.toml", "//etc/passwd", "/home/"] {
            assert_eq!(ask(&pages, "GET", path, ("accept", "*/*")).status(), StatusCode::NOT_FOUND, "{path}");
        }
        let absent = Pages::new("/nowhere".into(), "home".into()).unwrap();
        assert_eq!(ask(&absent, "GET", "/", ("accept", "*/*")).status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
