//! The event of a request in API Gateway's payload format 2.0.

use super::routes::{Match, percent_decode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// Makes the event of a request that came from `peer`.
pub(crate) fn build(parts: &Parts, body: &[u8], found: &Match<'_>, peer: SocketAddr, request_id: &str) -> Value {
    let now = Timestamp::now();
    let headers = headers(parts, peer);
    let host = headers.get("host").cloned().unwrap_or_default();
    let raw_query = parts.uri.query().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": found.key(),
        "rawPath": parts.uri.path(),
        "rawQueryString": raw_query,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.split(['.', ':']).next().unwrap_or_default(),
            "http": {
                "method": parts.method.as_str(),
                "path": parts.uri.path(),
                "protocol": "HTTP/1.1",
                "sourceIp": peer.ip().to_string(),
                "userAgent": headers.get("user-agent").cloned().unwrap_or_default(),
            },
            "requestId": request_id,
            "routeKey": found.key(),
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    if let Some(fields) = event.as_object_mut() {
        add_optional(fields, parts, body, found, raw_query);
    }
    event
}

fn add_optional(event: &mut Map<String, Value>, parts: &Parts, body: &[u8], found: &Match<'_>, raw_query: &str) {
    let cookies = cookies(parts);
    if !cookies.is_empty() {
        event.insert("cookies".into(), json!(cookies));
    }
    if !raw_query.is_empty() {
        event.insert("queryStringParameters".into(), json!(query_parameters(raw_query)));
    }
    if !found.parameters.is_empty() {
        event.insert("pathParameters".into(), json!(found.parameters));
    }
    if body.is_empty() {
        return;
    }
    match std::str::from_utf8(body).ok().filter(|_| is_text(parts)) {
        Some(text) => event.insert("body".into(), json!(text)),
        None => {
            event.insert("isBase64Encoded".into(), json!(true));
            event.insert("body".into(), json!(STANDARD.encode(body)))
        }
    };
}

/// Lower-case names, repeated headers joined by commas, cookies apart, and the gateway's own headers.
fn headers(parts: &Parts, peer: SocketAddr) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in &parts.headers {
        if name == http::header::COOKIE || is_hop_by_hop(name.as_str()) {
            continue;
        }
        let value = String::from_utf8_lossy(value.as_bytes());
        headers.entry(name.as_str().to_owned()).and_modify(|all| *all = format!("{all},{value}")).or_insert_with(|| value.into_owned());
    }
    let ip = peer.ip().to_string();
    headers.entry("x-forwarded-for".into()).and_modify(|all| *all = format!("{all}, {ip}")).or_insert(ip);
    headers.insert("x-forwarded-proto".into(), "http".into());
    let port = headers.get("host").and_then(|host| host.rsplit_once(':')).map_or_else(|| "80".to_owned(), |(_, port)| port.to_owned());
    headers.insert("x-forwarded-port".into(), port);
    headers
}

fn is_hop_by_hop(name: &str) -> bool {
    matches!(name, "connection" | "keep-alive" | "transfer-encoding" | "te" | "upgrade" | "proxy-connection" | "trailer")
}

fn cookies(parts: &Parts) -> Vec<String> {
    let lines = parts.headers.get_all(http::header::COOKIE).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let cookies = lines.flat_map(|line| line.split(';').map(|cookie| cookie.trim_matches([' ', '\t']).to_owned()).collect::<Vec<_>>());
    cookies.filter(|cookie| !cookie.is_empty()).collect()
}

/// Decoded; the values of a repeated name joined by commas.
fn query_parameters(raw: &str) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text: &str| percent_decode(&text.replace('+', " "));
        let value = decode(value);
        parameters.entry(decode(name)).and_modify(|all| *all = format!("{all},{value}")).or_insert(value);
    }
    parameters
}

/// Whether API Gateway passes a body of this type as text.
fn is_text(parts: &Parts) -> bool {
    if parts.headers.contains_key(http::header::CONTENT_ENCODING) {
        return false;
    }
    let Some(kind) = parts.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return true };
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
        || ["application/json", "application/xml", "application/javascript", "application/x-www-form-urlencoded"]
            .contains(&essence.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::routes::find;
    use crate::template::HttpRoute;
    use http::Request;

    fn event(request: http::request::Builder, body: &[u8]) -> Value {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let routes = [HttpRoute { method: "ANY".into(), path: "/v1/things/{id}".into(), function: "things".into() }];
        let found = find(&routes, parts.method.as_str(), parts.uri.path()).unwrap();
        build(&parts, body, &found, "127.0.0.7:4000".parse().unwrap(), "request-1")
    }

    #[test]
    fn an_event_has_the_shape_of_format_two() {
        let request = Request::post("/v1/things/a%20b?x=1&x=2&y=%2B+z")
            .header("Host", "localhost:3000")
            .header("X-Twice", "one")
            .header("X-Twice", "two")
            .header("Cookie", "session=abc; theme=dark")
            .header("User-Agent", "tester")
            .header("Content-Type", "application/json");
        let event = event(request, b"{\"a\":1}");
        assert_eq!(event["version"], "2.0");
        assert_eq!(event["routeKey"], "ANY /v1/things/{id}");
        assert_eq!(event["rawPath"], "/v1/things/a%20b");
        assert_eq!(event["rawQueryString"], "x=1&x=2&y=%2B+z");
        assert_eq!(event["queryStringParameters"], json!({"x": "1,2", "y": "+ z"}));
        assert_eq!(event["pathParameters"], json!({"id": "a b"}));
        assert_eq!(event["headers"]["x-twice"], "one,two");
        assert_eq!(event["headers"]["x-forwarded-for"], "127.0.0.7");
        assert!(event["headers"].get("cookie").is_none());
        assert_eq!(event["cookies"], json!(["session=abc", "theme=dark"]));
        assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.7");
        assert_eq!(event["requestContext"]["http"]["userAgent"], "tester");
        assert_eq!(event["requestContext"]["stage"], "$default");
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{\"a\":1}"), &json!(false)));
    }

    #[test]
    fn an_odd_cookie_hides_none_of_its_neighbours() {
        let odd = http::HeaderValue::from_bytes("theme=dünkel; session=abc; a=".as_bytes()).unwrap();
        let event = event(Request::get("/v1/things/1").header("Cookie", odd), b"");
        assert_eq!(event["cookies"], json!(["theme=dünkel", "session=abc", "a="]));
        let latin = http::HeaderValue::from_bytes(b"theme=d\xfcnkel;session=abc").unwrap();
        let event = self::event(Request::get("/v1/things/1").header("Cookie", latin), b"");
        assert_eq!(event["cookies"], json!(["theme=d\u{fffd}nkel", "session=abc"]));
    }

    #[test]
    fn a_binary_body_travels_as_base64() {
        let event = event(Request::post("/v1/things/1").header("Content-Type", "image/png"), &[0, 255, 1]);
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("AP8B"), &json!(true)));
    }

    #[test]
    fn what_is_absent_has_no_field() {
        let event = event(Request::get("/v1/things/1"), b"");
        for field in ["body", "cookies", "queryStringParameters"] {
            assert!(event.get(field).is_none(), "{field}");
        }
    }
}
