//! Who may: sessions, owners and sites.

use http::Method;
use serde_json::{Value, json};

use crate::harness::pictures::{selfie, small};
use crate::harness::{Person, assert_problem, run, shared};

const ANY: &str = "gen_019aa6104c507e32b5d69fa012345678";

/// Every private route with a request that a session would make right.
fn private_routes() -> Vec<(Method, String, Option<Value>)> {
    vec![
        (Method::DELETE, "/v1/auth/sessions".into(), None),
        (Method::GET, "/v1/me".into(), None),
        (Method::POST, "/v1/uploads".into(), Some(json!({ "content_type": "image/png", "bytes": 1 }))),
        (
            Method::POST,
            "/v1/generations".into(),
            Some(json!({ "upload_id": ANY.replace("gen_", "upl_"), "style": "soft-anime", "count": 1 })),
        ),
        (Method::GET, "/v1/generations".into(), None),
        (Method::GET, format!("/v1/generations/{ANY}"), None),
        (Method::DELETE, format!("/v1/generations/{ANY}"), None),
    ]
}

async fn assert_shut(person: &Person<'_>) {
    for (method, path, body) in private_routes() {
        // Signing out with a dead session is no error: dead is what it asks for.
        if method == Method::DELETE && path == "/v1/auth/sessions" && !person.cookie.is_empty() {
            continue;
        }
        let reply = person.call(method, &path, body.as_ref(), &[("idempotency-key", "k")]).await;
        assert_problem(&reply, 401, "signed-out");
    }
}

#[test]
fn an_25_every_private_route_wants_a_session() {
    run(async {
        let cloud = shared().await;
        assert_shut(&Person::visitor(cloud)).await;

        let mut forged = Person::signed_in(cloud).await;
        let last = forged.cookie.pop().unwrap();
        forged.cookie.pop();
        forged.cookie.push_str(if last == 'A' { "BB" } else { "AA" });
        assert_problem(&forged.get("/v1/me").await, 401, "signed-out");
        assert_problem(&forged.delete("/v1/auth/sessions").await, 401, "signed-out");
        assert_shut(&forged).await;
    });
}

#[test]
fn a_session_that_was_closed_is_dead_everywhere_at_once_and_others_live() {
    run(async {
        let cloud = shared().await;
        let mut person = Person::signed_in(cloud).await;
        let elsewhere = person.clone();
        person.sign_in().await;
        assert_ne!(person.cookie, elsewhere.cookie);

        let reply = elsewhere.delete("/v1/auth/sessions").await;
        assert_eq!((reply.status.as_u16(), reply.body.len()), (204, 0));
        assert_eq!(reply.header("set-cookie"), "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        assert_shut(&elsewhere).await;
        assert_eq!(elsewhere.delete("/v1/auth/sessions").await.status, 204, "closing a closed session is no error");
        assert_eq!(person.wallet().await, (3, 0), "the second sign-in opened no second wallet and the other session lives");
    });
}

#[test]
fn what_is_anothers_is_not_there() {
    run(async {
        let cloud = shared().await;
        let (owner, stranger) = (Person::signed_in(cloud).await, Person::signed_in(cloud).await);
        let upload = owner.upload(&small()).await;
        let order = json!({ "upload_id": upload, "style": "soft-anime", "count": 1 });
        assert_problem(&stranger.order_as("k", &order).await, 404, "not-found");
        assert_eq!(stranger.wallet().await, (3, 0));

        let generation = owner.quick_order().await;
        let path = format!("/v1/generations/{generation}");
        assert_problem(&stranger.get(&path).await, 404, "not-found");
        assert_problem(&stranger.delete(&path).await, 404, "not-found");
        assert_eq!(owner.settled(&generation).await["state"], "done");
        assert_problem(&stranger.get(&path).await, 404, "not-found");
        assert_problem(&stranger.delete(&path).await, 404, "not-found");
        assert_eq!(owner.generation(&generation).await["state"], "done");
    });
}

#[test]
fn what_is_no_id_names_nothing() {
    run(async {
        let person = Person::signed_in(shared().await).await;
        for id in
            ["x", "gen_", "gen_1", "upl_019aa6104c507e32b5d69fa012345678", "GEN_019aa6104c507e32b5d69fa012345678", "..%2f..", "%00", ANY]
        {
            let path = format!("/v1/generations/{id}");
            assert_problem(&person.get(&path).await, 404, "not-found");
            assert_problem(&person.delete(&path).await, 404, "not-found");
        }
    });
}

#[test]
fn what_a_browser_sends_from_another_site_is_refused() {
    run(async {
        let cloud = shared().await;
        let person = Person::signed_in(cloud).await;
        let changes = private_routes().into_iter().filter(|(method, ..)| method != Method::GET);
        let sign_in = (Method::POST, "/v1/auth/sessions".to_owned(), Some(json!({ "email": person.email, "code": "000000" })));
        for (method, path, body) in changes.chain([sign_in]) {
            for foreign in
                [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")]
            {
                let reply = person.call(method.clone(), &path, body.as_ref(), &[foreign, ("idempotency-key", "k")]).await;
                assert_problem(&reply, 403, "cross-site");
            }
        }
        // The site itself may, and so may what is no browser.
        let form = json!({ "content_type": "image/jpeg", "bytes": selfie().bytes.len() });
        let own = [("origin", "http://localhost:8080"), ("sec-fetch-site", "cross-site")];
        assert_eq!(person.call(Method::POST, "/v1/uploads", Some(&form), &own).await.status, 201);
        assert_eq!(person.wallet().await, (3, 0), "the session was not closed");
    });
}
