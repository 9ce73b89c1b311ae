//! Authorisation: sessions, owners and sites.

use http::Method;
use serde_json::{Value, json};
use stacks::Caller;

use crate::harness::pictures::{selfie, small};
use crate::harness::{Person, assert_problem, run, shared};

const ANY: &str = "gen_019aa6104c507e32b5d69fa012345678";

/// Every route for whoever is signed in, as the manifests say, with the body of a recorded request that was answered well.
fn private_routes() -> Vec<(Method, String, Option<Value>)> {
    let functions = stacks::functions(&local_cloud::repository().unwrap()).unwrap().into_iter();
    let private = functions.filter(|function| function.manifest.caller == Some(Caller::Session));
    private
        .map(|function| {
            let route = function.manifest.on.route().unwrap_or_else(|| panic!("{} has no route", function.name));
            (route.method.parse().unwrap(), with_parameters(&route.path, ANY), recorded_body(&function.name))
        })
        .collect()
}

/// The JSON of the first recorded request of a function; `None` for one without a body.
fn recorded_body(function: &str) -> Option<Value> {
    let folder = local_cloud::repository().unwrap().join("events").join(function);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &std::path::Path| -> Value { serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap() };
    let well = |path: &&std::path::PathBuf| {
        path.with_extension("").extension().is_none()
            && read(&path.with_extension("reply.json"))["statusCode"].as_u64().is_some_and(|status| status < 300)
    };
    let event = read(paths.iter().find(well).unwrap_or_else(|| panic!("no recorded request of {function} is answered well")));
    event["body"].as_str().map(|body| serde_json::from_str(body).unwrap())
}

/// A path with this value for each of its parameters.
fn with_parameters(path: &str, value: &str) -> String {
    let parts: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { value } else { part }).collect();
    parts.join("/")
}

async fn assert_shut(person: &Person<'_>) {
    for (method, path, body) in private_routes() {
        // Signing out with an ended session is no error.
        if method == Method::DELETE && path == "/v1/auth/sessions" && !person.cookie.is_empty() {
            continue;
        }
        let reply = person.call(method, &path, body.as_ref(), &[("idempotency-key", "k")]).await;
        assert_problem(&reply, 401, "signed-out");
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

/// The routes whose owner the next test asks for. A route for whoever is signed in that names a thing in its path must be here.
const OWNED: [&str; 2] = ["generations-delete", "generations-get"];

#[test]
fn every_private_route_that_names_a_thing_is_asked_for_by_a_stranger() {
    let functions = stacks::functions(&local_cloud::repository().unwrap()).unwrap().into_iter();
    let naming = functions.filter(|function| {
        function.manifest.caller == Some(Caller::Session) && function.manifest.on.route().is_some_and(|route| route.path.contains('{'))
    });
    assert_eq!(naming.map(|function| function.name).collect::<Vec<_>>(), OWNED, "left is what there is, right what the next test asks for");
}

#[test]
fn what_is_anothers_is_not_there() {
    run(async {
        let cloud = shared().await;
        let (owner, stranger) = (Person::signed_in(cloud).await, Person::signed_in(cloud).await);
        let upload = owner.upload(&small()).await;
        let body = json!({ "upload_id": upload, "style": "soft-anime", "count": 1 });
        assert_problem(&stranger.start_as("k", &body).await, 404, "not-found");
        assert_eq!(stranger.wallet().await, (3, 0));

        let generation = owner.quick_generation().await;
        assert_not_there(&stranger, &generation).await;
        assert_eq!(owner.settled(&generation).await["state"], "done");
        assert_not_there(&stranger, &generation).await;
        assert_eq!(owner.generation(&generation).await["state"], "done");
    });
}

/// Every function of `OWNED` finds nothing of this id for this person.
async fn assert_not_there(person: &Person<'_>, generation: &str) {
    for function in stacks::functions(&local_cloud::repository().unwrap()).unwrap() {
        let Some(route) = function.manifest.on.route().filter(|_| OWNED.contains(&function.name.as_str())) else { continue };
        let path = with_parameters(&route.path, generation);
        assert_problem(&person.call(route.method.parse().unwrap(), &path, None, &[]).await, 404, "not-found");
    }
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
        // The site itself is allowed, and so are clients that are no browsers.
        let form = json!({ "content_type": "image/jpeg", "bytes": selfie().bytes.len() });
        let own = [("origin", "http://localhost:8080"), ("sec-fetch-site", "cross-site")];
        assert_eq!(person.call(Method::POST, "/v1/uploads", Some(&form), &own).await.status, 201);
        assert_eq!(person.wallet().await, (3, 0), "the session was not closed");
    });
}
