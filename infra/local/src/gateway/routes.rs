//! The route table of an HTTP API.

use crate::template::HttpRoute;
use std::collections::BTreeMap;

/// A route that matched.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Match<'a> {
    pub(crate) route: &'a HttpRoute,
    /// Decoded path parameters.
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Match<'_> {
    /// `METHOD /path`, or `$default`.
    pub(crate) fn key(&self) -> String {
        if self.route.path == "$default" { "$default".to_owned() } else { format!("{} {}", self.route.method, self.route.path) }
    }
}

/// The most specific route for a request: literal segments before parameters before greedy ones, a named method before `ANY`.
pub(crate) fn find<'a>(routes: &'a [HttpRoute], method: &str, path: &str) -> Option<Match<'a>> {
    routes
        .iter()
        .filter(|route| route.method == "ANY" || route.method == method)
        .filter_map(|route| match_path(&route.path, path).map(|parameters| Match { route, parameters }))
        .max_by_key(|found| (specificity(&found.route.path), found.route.method != "ANY"))
}

fn match_path(pattern: &str, path: &str) -> Option<BTreeMap<String, String>> {
    if pattern == "$default" {
        return Some(BTreeMap::new());
    }
    let mut parameters = BTreeMap::new();
    let mut segments = path.split('/');
    for part in pattern.split('/') {
        if let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix("+}")) {
            let rest = segments.collect::<Vec<_>>().join("/");
            if rest.is_empty() {
                return None;
            }
            parameters.insert(name.to_owned(), percent_decode(&rest));
            return Some(parameters);
        }
        let segment = segments.next()?;
        if let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            if segment.is_empty() {
                return None;
            }
            parameters.insert(name.to_owned(), percent_decode(segment));
        } else if part != segment {
            return None;
        }
    }
    segments.next().is_none().then_some(parameters)
}

/// Per segment: literal 3, parameter 2, greedy 1; compared from the left.
fn specificity(pattern: &str) -> Vec<u8> {
    if pattern == "$default" {
        return Vec::new();
    }
    pattern
        .split('/')
        .map(|part| match part {
            part if part.ends_with("+}") => 1,
            part if part.starts_with('{') => 2,
            _ => 3,
        })
        .collect()
}

/// `%41` as `A`; invalid escapes stay.
pub(crate) fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let escape = bytes
            .get(index + 1..index + 3)
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (bytes[index], escape) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                index += 3;
            }
            (byte, _) => {
                decoded.push(byte);
                index += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(method: &str, path: &str) -> HttpRoute {
        HttpRoute { method: method.into(), path: path.into(), function: format!("{method}{path}") }
    }

    #[test]
    fn the_most_specific_route_wins() {
        let routes = [
            route("ANY", "$default"),
            route("GET", "/v1/{proxy+}"),
            route("GET", "/v1/generations/{id}"),
            route("ANY", "/v1/generations/{id}"),
            route("GET", "/v1/generations/latest"),
        ];
        let key = |method: &str, path: &str| find(&routes, method, path).map(|found| found.key());
        assert_eq!(key("GET", "/v1/generations/latest").as_deref(), Some("GET /v1/generations/latest"));
        assert_eq!(key("GET", "/v1/generations/gen_1").as_deref(), Some("GET /v1/generations/{id}"));
        assert_eq!(key("PUT", "/v1/generations/gen_1").as_deref(), Some("ANY /v1/generations/{id}"));
        assert_eq!(key("GET", "/v1/a/b/c").as_deref(), Some("GET /v1/{proxy+}"));
        assert_eq!(key("GET", "/").as_deref(), Some("$default"));
    }

    #[test]
    fn an_unknown_path_or_method_matches_nothing() {
        let routes = [route("GET", "/v1/me"), route("GET", "/v1/generations/{id}")];
        for (method, path) in [("POST", "/v1/me"), ("GET", "/v1/me/"), ("GET", "/v1"), ("HEAD", "/v1/me"), ("GET", "/v1/generations/")] {
            assert_eq!(find(&routes, method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn path_parameters_are_decoded() {
        let routes = [route("GET", "/v1/{name}/x")];
        let found = find(&routes, "GET", "/v1/a%20b%2Fc%zz/x").unwrap();
        assert_eq!(found.parameters["name"], "a b/c%zz");
    }
}
