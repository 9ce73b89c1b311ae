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
        let headers = response.headers_mut();
        set(headers, "access-control-allow-methods", &cors.methods.join(","));
        set(headers, "access-control-allow-headers", &cors.headers.join(","));
        if let Some(seconds) = cors.max_age {
            set(headers, "access-control-max-age", &seconds.to_string());
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
    let headers = response.headers_mut();
    set(headers, "access-control-allow-origin", if any { "*" } else { origin });
    if cors.credentials {
        set(headers, "access-control-allow-credentials", "true");
    }
    set(headers, "access-control-expose-headers", &cors.expose.join(","));
    vary_by_origin(headers);
    true
}

/// Beside what the function's answer depends on.
fn vary_by_origin(headers: &mut HeaderMap) {
    let own = headers.get("vary").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    if !own.split(',').any(|name| name.trim().eq_ignore_ascii_case("origin")) {
        set(headers, "vary", &if own.is_empty() { "origin".to_owned() } else { format!("{own}, origin") });
    }
}

/// As the functions compare origins: browsers have one spelling for each. `https://*` allows every host of that scheme.
fn matches(allowed: &str, origin: &str) -> bool {
    match allowed.strip_suffix('*') {
        Some(prefix) => origin.starts_with(prefix),
        None => allowed == origin,
    }
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if value.is_empty() {
        return;
    }
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
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
        for origin in
            ["https://b.example", "https://A.example", "https://a.example/", "https://a.example:443", "http://a.example", "null", ""]
        {
            assert!(ask(origin).headers().get("access-control-allow-origin").is_none(), "{origin}");
        }
    }

    #[test]
    fn what_a_function_says_of_caches_stays() {
        for (own, all) in [("", "origin"), ("accept", "accept, origin"), ("accept, Origin", "accept, Origin"), ("origin", "origin")] {
            let mut headers = HeaderMap::new();
            set(&mut headers, "vary", own);
            vary_by_origin(&mut headers);
            assert_eq!(headers["vary"], all);
        }
    }
}
