//! Cross-origin rules of the HTTP API: the gateway answers preflights itself and adds the headers to other answers.

use crate::serve::{self, Body};
use crate::template::Cors;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

/// The answer to a preflight, if the request is one and rules exist.
pub(crate) fn preflight(cors: Option<&Cors>, method: &Method, headers: &HeaderMap) -> Option<Response<Body>> {
    let cors = cors?;
    if method != Method::OPTIONS || !headers.contains_key("access-control-request-method") {
        return None;
    }
    let mut response = Response::new(serve::full(""));
    *response.status_mut() = StatusCode::NO_CONTENT;
    if decorate(Some(cors), headers, &mut response) {
        set(&mut response, "access-control-allow-methods", &cors.methods.join(","));
        set(&mut response, "access-control-allow-headers", &cors.headers.join(","));
        if let Some(seconds) = cors.max_age {
            set(&mut response, "access-control-max-age", &seconds.to_string());
        }
    }
    Some(response)
}

/// Adds the headers for an allowed origin; `false` when there are no rules or the origin is not allowed.
pub(crate) fn decorate(cors: Option<&Cors>, request: &HeaderMap, response: &mut Response<Body>) -> bool {
    let Some(cors) = cors else { return false };
    let Some(origin) = request.get("origin").and_then(|value| value.to_str().ok()) else { return false };
    let any = cors.origins.iter().any(|allowed| allowed == "*");
    if !any && !cors.origins.iter().any(|allowed| matches(allowed, origin)) {
        return false;
    }
    set(response, "access-control-allow-origin", if any { "*" } else { origin });
    if cors.credentials {
        set(response, "access-control-allow-credentials", "true");
    }
    set(response, "access-control-expose-headers", &cors.expose.join(","));
    set(response, "vary", "origin");
    true
}

/// `https://*` allows every host of that scheme.
fn matches(allowed: &str, origin: &str) -> bool {
    match allowed.strip_suffix('*') {
        Some(prefix) => origin.starts_with(prefix),
        None => allowed.eq_ignore_ascii_case(origin),
    }
}

fn set(response: &mut Response<Body>, name: &'static str, value: &str) {
    if value.is_empty() {
        return;
    }
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(origin: &str) -> Response<Body> {
        let cors = Cors { origins: vec!["https://a.example".into()], methods: vec!["GET".into()], credentials: true, ..Cors::default() };
        let mut headers = HeaderMap::new();
        headers.insert("origin", origin.parse().unwrap());
        headers.insert("access-control-request-method", HeaderValue::from_static("GET"));
        preflight(Some(&cors), &Method::OPTIONS, &headers).unwrap()
    }

    #[test]
    fn only_a_named_origin_is_allowed() {
        assert_eq!(ask("https://a.example").headers()["access-control-allow-origin"], "https://a.example");
        assert!(ask("https://b.example").headers().get("access-control-allow-origin").is_none());
    }
}
