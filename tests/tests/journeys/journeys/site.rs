//! The site and the API at one origin, by `infra/site.yaml`.

use http::Method;
use local_cloud::HttpClient;
use serde_json::json;

use crate::harness::person::network;
use crate::harness::store::rows_of;
use crate::harness::{Person, TestCloud, run};

/// Writes the site that the cloud serves.
fn build(cloud: &TestCloud) {
    let folder = cloud.pages_folder();
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    std::fs::write(folder.join("home"), "<!doctype html><title>Home</title>").unwrap();
    std::fs::write(folder.join("assets/main-1.js"), "export {};").unwrap();
}

#[test]
fn pages_and_the_api_are_one_origin_with_the_headers_of_the_template() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::visitor(&cloud);
        assert!(String::from_utf8_lossy(&person.get("/").await.body).contains("make web"), "a site that is not built says so");
        build(&cloud);
        let home = person.get("/").await;
        assert_eq!(
            (home.status.as_u16(), home.header("content-type"), home.header("cache-control")),
            (200, "text/html; charset=utf-8", "no-cache")
        );
        let policy = home.header("content-security-policy");
        for allowed in ["require-trusted-types-for 'script'", &format!("img-src 'self' data: blob: {};", cloud.aws_endpoint_url())] {
            assert!(policy.contains(allowed), "{policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("amazonaws") && !policy.contains("cloudflare"), "{policy}");
        assert_eq!((home.header("x-frame-options"), home.header("referrer-policy")), ("DENY", "no-referrer"));
        assert!(person.get("/assets/main-1.js").await.header("cache-control").contains("immutable"));
        assert_eq!((person.get("/nothing").await.status.as_u16(), person.post("/", &json!({})).await.status.as_u16()), (404, 403));

        // The API refuses in its own words, and has what pages have besides.
        let refused = person.get("/v1/nothing").await;
        assert_eq!((refused.status.as_u16(), refused.json()), (404, json!({ "message": "Not Found" })));
        let site = person.get("/v1/site").await;
        assert_eq!(
            (site.header("content-security-policy"), site.header("x-content-type-options")),
            ("default-src 'none'; frame-ancestors 'none'", "nosniff")
        );
        let script = site.json()["challenge"]["script_url"].as_str().unwrap().to_owned();
        let origin = script.split("/turnstile").next().unwrap();
        assert!(policy.contains(&format!("frame-src {origin};")), "{policy}");
        let widget = HttpClient::default().send(Method::GET, &script, &[], "").await.unwrap();
        assert!(widget.status == 200 && String::from_utf8_lossy(&widget.body).contains("window.turnstile"));
        let security = person.get("/.well-known/security.txt").await;
        let an_71 = String::from_utf8_lossy(&security.body).into_owned();
        assert!(security.header("content-type").starts_with("text/plain") && an_71.starts_with("Contact: mailto:"), "{an_71}");
        assert!(an_71.contains("/.well-known/security.txt\n"), "{an_71}");
        let privacy = person.get("/privacy").await;
        assert!(
            privacy.header("content-security-policy").contains("style-src 'sha256-")
                && privacy.header("strict-transport-security").contains("max-age")
        );
        cloud.stop().await;
    });
}

/// AN-11: who calls is who called the distribution, whatever they say of it themselves.
#[test]
fn an_11_the_caller_behind_the_distribution_is_counted_and_nobody_speaks_for_another() {
    run(async {
        let cloud = TestCloud::start().await;
        let counted = async || rows_of(&cloud, "FleetingTable", "network-counter").await.len();
        let person = Person::visitor(&cloud);
        let say = async |person: &Person<'_>, headers: &[(&str, &str)]| {
            let reply = person.call(Method::POST, "/v1/feedback", Some(&json!({ "text": "Hi" })), headers).await;
            assert_eq!(reply.status, 201);
        };
        say(&person, &[]).await;
        let first = counted().await;
        for forged in [
            &[("x-forwarded-for", "198.51.100.9")][..],
            &[("x-forwarded-for", "198.51.100.9, 198.51.100.8"), ("x-origin-secret", "1 guessed")],
        ] {
            say(&person, forged).await;
            assert_eq!(counted().await, first, "{forged:?}");
        }
        say(&Person::visitor(&cloud).through(network()), &[]).await;
        assert_eq!(counted().await, 2 * first, "another network");
        cloud.stop().await;
    });
}
