//! `GET /v1/styles`

use serde_json::json;

use crate::harness::person::expect;
use crate::harness::{Person, run, shared};

#[test]
fn anyone_may_list_the_styles_and_caches_may_keep_them() {
    run(async {
        let reply = Person::visitor(shared().await).get("/v1/styles").await;
        assert_eq!(reply.header("cache-control"), "public, max-age=300");
        assert_eq!(reply.header("set-cookie"), "");
        let catalogue = expect(reply, 200);
        let styles = catalogue["styles"].as_array().unwrap();
        let ids: Vec<&str> = styles.iter().filter_map(|style| style["id"].as_str()).collect();
        assert_eq!(ids, ["soft-anime", "bold-cel", "ink-manga", "watercolour", "pop-poster", "pixel"]);
        for style in styles {
            assert!(style["name"].is_string() && style["description"].is_string() && style["credits"] == 1, "{style}");
            assert!(style["thumbnail"].as_str().is_some_and(|url| url.starts_with("data:image/webp;base64,UklGR")), "{style}");
        }
        let addons = json!({
            "bubble": { "credits_per_drawing": 1, "most_characters": 140 },
            "stickers": { "credits_per_drawing": 0, "platforms": ["whatsapp", "telegram", "signal", "imessage", "line", "discord"] },
        });
        assert_eq!(catalogue["addons"], addons);
    });
}
