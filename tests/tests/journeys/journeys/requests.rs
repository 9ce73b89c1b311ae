//! Odd requests of all kinds, through the gateway: headers, methods, bodies and addresses as browsers, proxies and people send them.

use http::Method;
use serde_json::{Value, json};

use crate::harness::{Person, assert_problem, mailbox, run, shared};

#[test]
fn an_odd_cookie_signs_nobody_out() {
    run(async {
        let mut person = Person::signed_in(shared().await).await;
        let session = person.cookie.clone();
        for cookies in [format!("theme=dünkel; {session}"), format!("{session}; 名=値; a"), format!("session=ü; {session}")] {
            person.cookie = cookies.clone();
            assert_eq!(person.get("/v1/me").await.status, 200, "{cookies}");
        }
        person.cookie = format!("\u{a0}{session}");
        assert_problem(&person.get("/v1/me").await, 401, "signed-out");
    });
}

#[test]
fn an_unreadable_origin_is_another_site() {
    run(async {
        let person = Person::signed_in(shared().await).await;
        for origin in ["http://localhöst:8080", "http://LOCALHOST:8080", "http://localhost:8080/", "null"] {
            let reply = person.call(Method::DELETE, "/v1/auth/sessions", None, &[("origin", origin)]).await;
            assert_problem(&reply, 403, "cross-site");
            assert_eq!(reply.header("access-control-allow-origin"), "", "{origin}");
        }
        let own = person.call(Method::GET, "/v1/me", None, &[("origin", "http://localhost:8080")]).await;
        assert_eq!((own.status.as_u16(), own.header("access-control-allow-origin")), (200, "http://localhost:8080"));
        assert!(own.header("access-control-expose-headers").contains("www-authenticate"));
    });
}

#[test]
fn what_everybody_may_get_has_a_head_and_other_methods_are_named() {
    run(async {
        let person = Person::visitor(shared().await);
        let changes = format!("/privacy/changes?from={}", policy::inventory().version());
        for path in ["/privacy", &changes, "/.well-known/security.txt", "/v1/site", "/v1/styles"] {
            let (get, head) = (person.get(path).await, person.call(Method::HEAD, path, None, &[]).await);
            assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
            for name in ["content-type", "cache-control", "etag", "vary"] {
                assert_eq!(head.header(name), get.header(name), "{path}: {name}");
            }
            assert!(get.header("vary").contains("origin"), "{path}");
        }
        for (method, path, allowed) in [
            (Method::PUT, "/privacy", "GET, HEAD"),
            (Method::POST, "/.well-known/gpc.json", "GET, HEAD"),
            (Method::POST, "/v1/styles", "GET, HEAD"),
            (Method::HEAD, "/v1/me", "GET, PATCH"),
            (Method::GET, "/v1/auth/codes", "POST"),
            (Method::PATCH, "/v1/auth/sessions", "DELETE, POST"),
            (Method::PUT, "/v1/generations", "GET, POST"),
            (Method::PUT, "/v1/generations/gen_1", "DELETE, GET"),
        ] {
            let reply = person.call(method.clone(), path, None, &[]).await;
            assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, allowed), "{method} {path}");
            if method != Method::HEAD {
                assert_problem(&reply, 405, "method-not-allowed");
            }
        }
        let options = person.call(Method::OPTIONS, "/v1/generations", None, &[]).await;
        assert_eq!((options.status.as_u16(), options.header("allow")), (204, "GET, POST"));
        assert_eq!(person.get("/v1/nothing").await.status, 404);
        assert!(person.get("/v1/me").await.header("www-authenticate").starts_with("Cookie "));
    });
}

#[test]
fn a_list_stands_for_no_object() {
    run(async {
        let person = Person::signed_in(shared().await).await;
        for (path, body) in [
            ("/v1/auth/codes", json!(["ada@example.com"])),
            ("/v1/auth/sessions", json!(["ada@example.com", "123456"])),
            ("/v1/uploads", json!(["image/png", 5])),
        ] {
            assert_problem(&person.post(path, &body).await, 400, "body-malformed");
        }
        let generation = |bubble: Value| json!({ "upload_id": format!("upl_{:032x}", 1), "style": "pixel", "count": 1, "bubble": bubble });
        let key = [("idempotency-key", "k-1")];
        let reply = person.call(Method::POST, "/v1/generations", Some(&generation(json!(["Hi", "left"]))), &key).await;
        assert_problem(&reply, 400, "body-malformed");
    });
}

#[test]
fn an_01_a_code_is_taken_however_it_is_entered_and_what_is_none_costs_no_attempt() {
    run(async {
        let cloud = shared().await;
        let mut person = Person::visitor(cloud);
        let name = person.email.split('@').next().unwrap().to_owned();
        person.email = format!("{name}@Bücher.example");
        assert_eq!(person.ask_for_code().await.status, 202);
        let code = mailbox::code(cloud, &format!("{name}@xn--bcher-kva.example")).await.expect("a code was mailed");
        for odd in ["", "12345", "1234567", "12345a"].iter().cycle().take(8) {
            assert_problem(&person.send_code(odd).await, 400, "field-invalid");
        }
        let arabic: String = code.chars().filter_map(|digit| char::from_u32(0x660 + digit.to_digit(10)?)).collect();
        assert_eq!(person.send_code(&format!(" {}\u{2013}{}\u{a0}", &arabic[..6], &arabic[6..])).await.status, 201);
    });
}
