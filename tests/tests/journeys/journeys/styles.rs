//! `GET /v1/styles`

use crate::harness::person::expect;
use crate::harness::{Person, run, shared};

#[test]
fn anyone_may_list_the_styles_and_caches_may_keep_them() {
    run(async {
        let reply = Person::visitor(shared().await).get("/v1/styles").await;
        assert_eq!(reply.header("cache-control"), "public, max-age=300");
        assert_eq!(reply.header("set-cookie"), "");
        let styles = expect(reply, 200)["styles"].as_array().unwrap().clone();
        let ids: Vec<&str> = styles.iter().filter_map(|style| style["id"].as_str()).collect();
        assert_eq!(ids, ["soft-anime", "ink-manga"]);
        for style in &styles {
            assert!(style["name"].is_string() && style["description"].is_string() && style["credits"] == 1, "{style}");
        }
    });
}
