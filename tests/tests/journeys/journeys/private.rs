//! Authorisation: sessions, owners and sites.

use http::Method;
use local_cloud::Cloud;
use serde_json::json;

use crate::harness::pictures::{selfie, small};
use crate::harness::private_requests::{ANY, private_requests};
use crate::harness::{Person, assert_problem, run, shared};
use crate::journeys::email_changes::{address, ask};

async fn assert_shut(person: &Person<'_>) {
    for request in private_requests(&ANY) {
        // Signing out with an ended session is no error.
        if request.ends_the_session() && !person.cookie.is_empty() {
            continue;
        }
        assert_problem(&request.send(person, &[]).await, 401, "signed-out");
    }
}

/// Invariant: A private route wants a session, and refuses other sites and other owners.
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

/// Invariant: A private route wants a session, and refuses other sites and other owners.
#[test]
fn what_is_anothers_is_not_there() {
    run(async {
        let cloud = shared().await;
        let owner = Person::signed_in(cloud).await;
        let (upload, generation) = (owner.upload(&small()).await, owner.quick_generation().await);
        let (order, change) = (owner.order().await, ask(&owner, &address()).await);
        let export = owner.ask_for_export("k").await;
        assert_nothing_is_there_for_strangers(cloud, &[&upload, &generation, &order, &change, &export]).await;
        assert_eq!(owner.settled(&generation).await["state"], "done");
        assert_nothing_is_there_for_strangers(cloud, &[&upload, &generation, &order, &change, &export]).await;
        assert_eq!(owner.generation(&generation).await["state"], "done");
        owner.start(&upload).await;
    });
}

/// A stranger who asks for another's things finds none, and one who asks for nothing is told of none.
async fn assert_nothing_is_there_for_strangers(cloud: &Cloud, things: &[&str]) {
    for request in private_requests(things) {
        let stranger = Person::signed_in(cloud).await;
        let reply = request.send(&stranger, &[]).await;
        if request.is_about_a_thing() {
            assert_problem(&reply, 404, "not-found");
            assert_eq!(stranger.wallet().await, (3, 0));
        } else {
            let told = String::from_utf8_lossy(&reply.body).into_owned();
            assert!(reply.status.is_success() && !things.iter().any(|thing| told.contains(thing)), "{} {told}", reply.status);
        }
    }
}

#[test]
fn what_is_no_id_names_nothing() {
    run(async {
        let person = Person::signed_in(shared().await).await;
        let ids = ["x", "gen_", "gen_1", "GEN_019aa6104c507e32b5d69fa012345678", "..%2f..", "%00"];
        for id in ids.into_iter().chain(ANY) {
            let path = format!("/v1/generations/{id}");
            assert_problem(&person.get(&path).await, 404, "not-found");
            assert_problem(&person.delete(&path).await, 404, "not-found");
        }
    });
}

/// Invariant: A private route wants a session, and refuses other sites and other owners.
#[test]
fn what_a_browser_sends_from_another_site_is_refused() {
    run(async {
        let cloud = shared().await;
        let person = Person::signed_in(cloud).await;
        let sign_in = json!({ "email": person.email, "code": "000000" });
        for foreign in
            [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")]
        {
            for request in private_requests(&ANY).into_iter().filter(|request| request.method != Method::GET) {
                assert_problem(&request.send(&person, &[foreign]).await, 403, "cross-site");
            }
            let reply = person.call(Method::POST, "/v1/auth/sessions", Some(&sign_in), &[foreign]).await;
            assert_problem(&reply, 403, "cross-site");
        }
        // The site itself is allowed, and so are clients that are no browsers.
        let form = json!({ "content_type": "image/jpeg", "bytes": selfie().bytes.len() });
        let own = [("origin", "http://localhost:8080"), ("sec-fetch-site", "cross-site")];
        assert_eq!(person.call(Method::POST, "/v1/uploads", Some(&form), &own).await.status, 201);
        assert_eq!(person.wallet().await, (3, 0), "the session was not closed");
    });
}
