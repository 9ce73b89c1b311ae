//! `GET /v1/generations`

use http::Method;
use local_cloud::HttpClient;

use crate::harness::person::{expect, text};
use crate::harness::pictures::small;
use crate::harness::{Person, TestCloud, assert_problem, run, shared};

#[test]
fn generations_are_listed_by_pages_the_newest_first() {
    run(async {
        let cloud = TestCloud::rich().await;
        cloud.pause_queue("GenerationQueued").await.unwrap();
        let person = Person::signed_in(&cloud).await;
        let upload = person.upload(&small()).await;
        let mut started = Vec::new();
        for _ in 0..5 {
            started.insert(0, person.start(&upload).await);
        }
        let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page = expect(person.get(&format!("/v1/generations?limit=2{cursor}")).await, 200);
            pages += 1;
            seen.extend(page["generations"].as_array().unwrap().iter().map(|generation| text(generation, "generation_id")));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!((seen, pages), (started.clone(), 3));

        let all = expect(person.get("/v1/generations").await, 200);
        let first = &all["generations"][0];
        assert_eq!((all["generations"].as_array().unwrap().len(), &all["next_cursor"]), (5, &serde_json::Value::Null));
        let mut whole = person.generation(&started[0]).await;
        whole.as_object_mut().unwrap().remove("deliverables");
        assert_eq!(*first, whole, "what is not done has no preview");

        assert_eq!(person.delete(&format!("/v1/generations/{}", started[1])).await.status, 204);
        let left = expect(person.get("/v1/generations").await, 200)["generations"].as_array().unwrap().len();
        assert_eq!(left, 4);
        cloud.stop().await;
    });
}

#[test]
fn what_is_done_is_listed_with_a_small_picture_that_a_page_may_show_and_a_person_save() {
    run(async {
        let person = Person::signed_in(shared().await).await;
        person.quick_journey().await;
        let preview = expect(person.get("/v1/generations").await, 200)["generations"][0]["preview"].clone();
        let reply = HttpClient::default().send(Method::GET, &text(&preview, "url"), &[], "").await.unwrap();
        assert_eq!((reply.header("content-type"), &preview["width"], &preview["height"]), ("image/webp", &320.into(), &320.into()));
        assert_eq!(reply.header("content-disposition"), "attachment; filename=\"1-avatars-instagram-320.webp\"");
        assert!(reply.body.len() < 60_000, "{} bytes", reply.body.len());
    });
}

#[test]
fn a_list_is_ones_own_and_its_bounds_are_checked() {
    run(async {
        let cloud = shared().await;
        let person = Person::signed_in(cloud).await;
        assert_eq!(expect(person.get("/v1/generations").await, 200), serde_json::json!({ "generations": [] }));
        for query in ["limit=0", "limit=101", "limit=-1", "limit=x", "cursor=x", "cursor=upl_019aa6104c507e32b5d69fa012345678"] {
            assert_problem(&person.get(&format!("/v1/generations?{query}")).await, 400, "field-invalid");
        }
    });
}
