//! `POST /v1/uploads` and its form.

use serde_json::json;
use studio::object_keys::UPLOADS;

use crate::harness::person::text;
use crate::harness::pictures::small;
use crate::harness::{Person, assert_problem, run, shared, store};

#[test]
fn only_pictures_of_one_byte_to_ten_megabytes_may_be_uploaded() {
    run(async {
        let person = Person::signed_in(shared().await).await;
        let ask = async |content_type: &str, bytes: i64| {
            person.post("/v1/uploads", &json!({ "content_type": content_type, "bytes": bytes })).await
        };
        for kind in ["image/jpeg", "image/png", "image/webp", "image/jpg", "image/pjpeg", "IMAGE/PNG", "image/webp; charset=binary"] {
            for bytes in [1, 10_000_000] {
                assert_eq!(ask(kind, bytes).await.status, 201, "{kind} {bytes}");
            }
        }
        for (kind, bytes) in
            [("image/gif", 5), ("image/svg+xml", 5), ("", 5), ("image/png, image/gif", 5), ("image/png", 0), ("image/png", 10_000_001)]
        {
            assert_problem(&ask(kind, bytes).await, 400, "field-invalid");
        }
        assert_problem(&ask("image/png", -1).await, 400, "body-malformed");
        assert_problem(&person.post("/v1/uploads", &json!({ "content_type": "image/png" })).await, 400, "body-malformed");
    });
}

#[test]
fn a_form_admits_exactly_the_key_type_and_size_it_was_made_for() {
    run(async {
        let cloud = shared().await;
        let person = Person::signed_in(cloud).await;
        let picture = small();
        let opened = person.open_upload(picture.content_type, picture.bytes.len()).await;
        let key = text(&opened["post"]["fields"], "key");
        let folder = person.upload_folder(&text(&opened, "upload_id"));
        assert_eq!(key, format!("{folder}original"));
        let elsewhere = person.upload_folder("upl_019aa6104c507e32b5d69fa012345678") + "original";

        let refused = async |changes: &[(&str, &str)], bytes: &[u8]| {
            let reply = person.post_form(&opened, changes, bytes).await;
            assert!(reply.status.is_client_error(), "{changes:?} was answered with {}", reply.status);
        };
        refused(&[("key", &elsewhere)], &picture.bytes).await;
        refused(&[("key", "generated/x")], &picture.bytes).await;
        refused(&[("Content-Type", "text/html")], &picture.bytes).await;
        refused(&[("Content-Type", "")], &picture.bytes).await;
        refused(&[("policy", "")], &picture.bytes).await;
        refused(&[("x-amz-signature", "")], &picture.bytes).await;
        refused(&[], &picture.bytes[1..]).await;
        refused(&[], &[picture.bytes.as_slice(), b"x"].concat()).await;
        refused(&[], b"").await;
        assert_eq!(store::keys(cloud, &format!("{UPLOADS}{}/", person.account)).await, Vec::<String>::new());

        assert!(person.post_form(&opened, &[], &picture.bytes).await.status.is_success());
        assert_eq!(store::keys(cloud, &folder).await, [key]);
        let expires: jiff::Timestamp = text(&opened, "expires_at").parse().unwrap();
        let minutes = expires.duration_since(jiff::Timestamp::now()).as_mins();
        assert!((13..=15).contains(&minutes), "{minutes}");
    });
}

#[test]
fn an_69_uploads_of_an_account_are_limited() {
    run(async {
        let person = Person::signed_in(shared().await).await;
        let hour = || jiff::Timestamp::now().as_second() / 3600;
        let (before, form) = (hour(), json!({ "content_type": "image/png", "bytes": 5 }));
        let mut refused = 0;
        for _ in 0..122 {
            let reply = person.post("/v1/uploads", &form).await;
            if reply.status != 201 {
                assert_problem(&reply, 429, "rate-limited");
                assert!(!reply.header("retry-after").is_empty());
                refused += 1;
            }
        }
        // If the hour changes in between, a new window opens.
        assert!(refused == 2 || hour() != before, "{refused}");
    });
}

#[test]
fn a_picture_never_sent_cannot_be_drawn_from() {
    run(async {
        let person = Person::signed_in(shared().await).await;
        let opened = person.open_upload("image/png", 5).await;
        let body = json!({ "upload_id": text(&opened, "upload_id"), "style": "soft-anime", "count": 1 });
        assert_problem(&person.start_as("k", &body).await, 409, "upload-not-received");
        assert_eq!(person.wallet().await, (3, 0));
    });
}
