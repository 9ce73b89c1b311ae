//! What each request may cost: the AWS calls it makes, counted by the proxy.

use http::Method;
use local_cloud::{Cloud, Reply};
use serde_json::json;

use crate::harness::person::{expect, new_key, text};
use crate::harness::pictures::small;
use crate::harness::{Person, TestCloud, run};

/// Calls a request of each route may make.
const BUDGETS: [(&str, usize); 12] = [
    ("styles-list", 0),
    ("privacy-get", 0),
    ("auth-codes-create", 2),
    ("auth-sessions-create", 3),
    ("auth-sessions-delete", 1),
    ("me-get", 1),
    ("uploads-create", 1),
    ("generations-create", 3),
    ("generations-get", 1),
    ("generations-list", 2),
    ("generations-delete", 6),
    ("verifications-create", 0),
];

/// Runs one request and compares the calls of its function with the budget.
async fn within_budget(cloud: &Cloud, function: &str, request: impl AsyncFnOnce() -> Reply) -> Reply {
    cloud.reset_calls();
    let reply = request().await;
    assert!(reply.status.is_success() || reply.status == 304, "{function}: {} {}", reply.status, reply.json());
    let calls = cloud.calls();
    let mine: Vec<String> = calls
        .iter()
        .filter(|call| call.function.as_deref() == Some(function))
        .map(|call| format!("{} {}", call.service, call.operation))
        .collect();
    let (_, budget) = BUDGETS.iter().find(|(name, _)| *name == function).unwrap();
    assert!(mine.len() <= *budget, "{function} may make {budget} calls and made {mine:?}");
    reply
}

#[test]
fn no_request_makes_more_calls_than_its_budget() {
    run(async {
        let cloud = TestCloud::start().await;
        let mut person = Person::visitor(&cloud);
        within_budget(&cloud, "privacy-get", async || person.get("/privacy").await).await;
        within_budget(&cloud, "styles-list", async || person.get("/v1/styles").await).await;
        let picture = [("content-type", "application/octet-stream")];
        let verified = async || person.send(Method::POST, "/v1/verifications", &picture, small().bytes).await;
        within_budget(&cloud, "verifications-create", verified).await;
        within_budget(&cloud, "auth-codes-create", async || person.ask_for_code().await).await;
        let code = person.mailed_code().await;
        within_budget(&cloud, "auth-sessions-create", async || person.send_code(&code).await).await;
        person.sign_in().await;
        within_budget(&cloud, "me-get", async || person.get("/v1/me").await).await;
        let form = json!({ "content_type": "image/png", "bytes": 5 });
        within_budget(&cloud, "uploads-create", async || person.post("/v1/uploads", &form).await).await;

        let order = json!({ "upload_id": person.upload(&small()).await, "style": "soft-anime", "count": 1 });
        let key = new_key();
        let placed = within_budget(&cloud, "generations-create", async || person.order_as(&key, &order).await).await;
        let generation = text(&expect(placed, 202), "generation_id");
        person.lend_drawing(&generation).await;
        within_budget(&cloud, "generations-create", async || person.order_as(&key, &order).await).await;
        let path = format!("/v1/generations/{generation}");
        person.settled(&generation).await;
        let done = within_budget(&cloud, "generations-get", async || person.get(&path).await).await;
        let etag = done.header("etag");
        within_budget(&cloud, "generations-get", async || person.call(Method::GET, &path, None, &[("if-none-match", etag)]).await).await;
        within_budget(&cloud, "generations-list", async || person.get("/v1/generations").await).await;
        within_budget(&cloud, "generations-delete", async || person.delete(&path).await).await;
        within_budget(&cloud, "auth-sessions-delete", async || person.delete("/v1/auth/sessions").await).await;
        cloud.stop().await;
    });
}
