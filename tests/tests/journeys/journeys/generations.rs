//! `POST /v1/generations` and `GET /v1/generations/{id}`.

use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};

use crate::harness::person::{expect, new_key, text};
use crate::harness::pictures::small;
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, run, shared};

#[test]
fn a_generation_is_accepted_with_its_place_and_its_price() {
    run(async {
        let person = Person::signed_in(shared().await).await;
        let upload = person.upload(&small()).await;
        let reply = person.start_as(&new_key(), &json!({ "upload_id": upload, "style": "ink-manga", "count": 2 })).await;
        assert_eq!(reply.header("location"), format!("/v1/generations/{}", text(&reply.json(), "generation_id")));
        let location = reply.header("location").to_owned();
        let placed = expect(reply, 202);
        assert_eq!((&placed["state"], &placed["credits"]), (&json!("queued"), &json!(2)));
        let generation = expect(person.get(&location).await, 200);
        assert_eq!((&generation["generation_id"], &generation["count"]), (&placed["generation_id"], &json!(2)));
        assert!(generation["seed"].as_u64().unwrap() < 1 << 53);
        assert_eq!(person.delete(&location).await.status, 204);
    });
}

#[test]
fn a_generation_out_of_range_is_refused_and_costs_nothing() {
    run(async {
        let person = Person::signed_in(shared().await).await;
        let upload = person.upload(&small()).await;
        let right = json!({ "upload_id": upload, "style": "soft-anime", "count": 1, "seed": 7 });
        let with = |field: &str, value: Value| {
            let mut body = right.clone();
            body[field] = value;
            body
        };
        let most = (1_u64 << 53) - 1;
        for (field, value) in
            [("count", json!(0)), ("count", json!(9)), ("style", json!("oil")), ("style", json!("")), ("seed", json!(most + 1))]
        {
            assert_problem(&person.start_as(&new_key(), &with(field, value)).await, 400, "field-invalid");
        }
        let malformed = [
            ("count", json!(-1)),
            ("count", json!(1.5)),
            ("count", json!("1")),
            ("count", json!(256)),
            ("seed", json!(-1)),
            ("more", json!(1)),
        ];
        for (field, value) in malformed {
            assert_problem(&person.start_as(&new_key(), &with(field, value)).await, 400, "body-malformed");
        }
        for id in ["", "upl_", "gen_019aa6104c507e32b5d69fa012345678", "upl_../../acc_x"] {
            assert_problem(&person.start_as(&new_key(), &with("upload_id", json!(id))).await, 400, "body-malformed");
        }
        let unknown = with("upload_id", json!("upl_019aa6104c507e32b5d69fa012345678"));
        assert_problem(&person.start_as(&new_key(), &unknown).await, 404, "not-found");
        assert_problem(&person.post("/v1/generations", &right).await, 400, "idempotency-key-invalid");
        assert_problem(&person.start_as(&"k".repeat(256), &right).await, 400, "idempotency-key-invalid");
        assert_problem(&person.start_as("", &right).await, 400, "idempotency-key-invalid");
        assert_eq!(person.wallet().await, (3, 0));
    });
}

/// A wrong field of a generation, the status and name of the refusal, and a word of its detail.
fn wrong_extras() -> Vec<(&'static str, Value, u16, &'static str, &'static str)> {
    let (invalid, malformed) = ("field-invalid", "body-malformed");
    let bubble = |text: &str| json!({ "text": text });
    vec![
        ("stickers", json!(["whatsapp", "icq"]), 400, invalid, "whatsapp, telegram, signal, imessage, line, discord"),
        ("stickers", json!(["WhatsApp"]), 400, invalid, "stickers may name"),
        ("stickers", json!(["line", "discord", "line"]), 400, invalid, "once"),
        ("stickers", json!("line"), 400, malformed, "stickers must be"),
        ("stickers", json!(1), 400, malformed, "stickers must be"),
        ("stickers", json!([true]), 400, malformed, "stickers must be"),
        ("stickers", json!({ "line": true }), 400, malformed, "stickers must be"),
        ("bubble", bubble(""), 400, invalid, "empty"),
        ("bubble", bubble(" \n\t "), 400, invalid, "empty"),
        ("bubble", bubble(&"é".repeat(141)), 400, invalid, "141"),
        ("bubble", bubble(&"e\u{301}".repeat(3_000)), 400, invalid, "bytes"),
        ("bubble", bubble("a secret \u{e000}"), 400, invalid, "U+E000"),
        ("bubble", bubble("a secret \u{7}"), 400, invalid, "U+0007"),
        ("bubble", json!({ "text": "a secret", "side": "top" }), 400, invalid, "left or right"),
        ("bubble", json!({ "text": "a secret", "side": "a secret" }), 400, invalid, "left or right"),
        ("bubble", json!({ "text": "a secret", "side": 1 }), 400, malformed, "bubble must be"),
        ("bubble", json!({ "text": "a secret", "colour": "red" }), 400, malformed, "bubble must be"),
        ("bubble", json!({ "text": ["a secret"] }), 400, malformed, "bubble must be"),
        ("bubble", json!({ "side": "left" }), 400, malformed, "bubble must be"),
        ("bubble", json!("a secret"), 400, malformed, "bubble must be"),
        ("bubble", json!(["a secret"]), 400, malformed, "bubble must be"),
        ("bubble", json!(true), 400, malformed, "bubble must be"),
        ("bubble", bubble(&"a secret ".repeat(110_000)), 413, "body-too-large", "16 KiB"),
    ]
}

#[test]
fn an_07_stickers_and_bubbles_that_cannot_be_are_refused_and_no_word_is_repeated() {
    run(async {
        let person = Person::signed_in(shared().await).await;
        let upload = person.upload(&small()).await;
        for (field, value, status, name, word) in wrong_extras() {
            let mut body = json!({ "upload_id": upload, "style": "soft-anime", "count": 1 });
            body[field] = value;
            let reply = person.start_as(&new_key(), &body).await;
            assert_problem(&reply, status, name);
            let detail = text(&reply.json(), "detail");
            assert!(detail.contains(word) && !detail.contains("secret"), "{detail}");
        }
        assert_eq!(person.wallet().await, (3, 0));
    });
}

#[test]
fn stickers_and_a_bubble_are_requested_in_any_of_their_forms() {
    run(async {
        let cloud = TestCloud::rich().await;
        cloud.pause_queue("GenerationQueued").await.unwrap();
        let person = Person::signed_in(&cloud).await;
        let upload = person.upload(&small()).await;
        let all = json!(["whatsapp", "telegram", "signal", "imessage", "line", "discord"]);
        let longest = "👩\u{200d}👩\u{200d}👧\u{200d}👦".repeat(140);
        for (more, stickers, credits) in [
            (json!({}), json!([]), 1),
            (json!({ "stickers": null, "bubble": null }), json!([]), 1),
            (json!({ "stickers": false }), json!([]), 1),
            (json!({ "stickers": [] }), json!([]), 1),
            (json!({ "stickers": true }), all.clone(), 1),
            (json!({ "stickers": ["line", "whatsapp"] }), json!(["whatsapp", "line"]), 1),
            (json!({ "bubble": { "text": "Hi" } }), json!([]), 2),
            (json!({ "bubble": { "text": "x".repeat(140), "side": null } }), json!([]), 2),
            (json!({ "bubble": { "text": longest } }), json!([]), 2),
            (json!({ "stickers": true, "bubble": { "text": " مرحبا, 世界! ", "side": "right" } }), all, 2),
        ] {
            let mut body = json!({ "upload_id": upload, "style": "pixel", "count": 1 });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let key = new_key();
            let placed = expect(person.start_as(&key, &body).await, 202);
            assert_eq!(placed["credits"], credits, "{more}");
            assert_eq!(expect(person.start_as(&key, &body).await, 202), placed, "{more}");
            let generation = person.generation(&text(&placed, "generation_id")).await;
            assert_eq!(generation["stickers"], stickers, "{more}");
            assert!(generation.get("bubble").is_none(), "an_07: what it says is told to nobody");
            body["bubble"] = json!({ "text": "something else" });
            assert_problem(&person.start_as(&key, &body).await, 422, "idempotency-key-reused");
        }
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn a_short_wallet_is_told_so_and_keeps_what_it_has() {
    run(async {
        let cloud = shared().await;
        let person = Person::signed_in(cloud).await;
        let upload = person.upload(&small()).await;
        let body = |count: u8| json!({ "upload_id": upload, "style": "soft-anime", "count": count });
        assert_problem(&person.start_as(&new_key(), &body(4)).await, 402, "wallet-short");
        let mut bubble = body(2);
        bubble["bubble"] = json!({ "text": "Hi" });
        assert_problem(&person.start_as(&new_key(), &bubble).await, 402, "wallet-short");
        assert_eq!(person.wallet().await, (3, 0));
        let all = text(&expect(person.start_as(&new_key(), &body(3)).await, 202), "generation_id");
        assert_problem(&person.start_as(&new_key(), &body(1)).await, 402, "wallet-short");
        assert_eq!(person.wallet().await, (0, 3));
        assert_eq!(person.delete(&format!("/v1/generations/{all}")).await.status, 204);
        assert_eq!(person.wallet().await, (3, 0));
        ledger_and_inventory::assert_ledger_and_inventory(cloud).await;
    });
}

#[test]
fn the_same_key_is_the_same_generation() {
    run(async {
        let cloud = shared().await;
        let person = Person::signed_in(cloud).await;
        let upload = person.upload(&small()).await;
        let body = json!({ "upload_id": upload, "style": "soft-anime", "count": 1 });
        let key = new_key();
        let first = person.start_as(&key, &body).await;
        let again = person.start_as(&key, &body).await;
        assert_eq!((first.status, &first.body, first.header("location")), (again.status, &again.body, again.header("location")));
        assert_eq!(again.status, 202);

        person.lend_drawing(&text(&first.json(), "generation_id")).await;
        let other = json!({ "upload_id": upload, "style": "soft-anime", "count": 2 });
        assert_problem(&person.start_as(&key, &other).await, 422, "idempotency-key-reused");
        let generation = text(&first.json(), "generation_id");
        assert_eq!(person.settled(&generation).await["state"], "done");
        assert_eq!(person.start_as(&key, &body).await.body, first.body, "the same when it is done");
        assert_eq!(person.wallet().await, (2, 0));

        // A key belongs to its account: another account's request under it is a generation of its own.
        let stranger = Person::signed_in(cloud).await;
        let theirs = json!({ "upload_id": stranger.upload(&small()).await, "style": "soft-anime", "count": 1 });
        let theirs = text(&expect(stranger.start_as(&key, &theirs).await, 202), "generation_id");
        assert_ne!(theirs, generation);
        assert_eq!(stranger.delete(&format!("/v1/generations/{theirs}")).await.status, 204);
        ledger_and_inventory::assert_ledger_and_inventory(cloud).await;
    });
}

#[test]
fn the_same_key_at_once_is_one_generation_or_a_conflict() {
    run(async {
        let cloud = shared().await;
        let person = Person::signed_in(cloud).await;
        let body = json!({ "upload_id": person.upload(&small()).await, "style": "soft-anime", "count": 1 });
        let key = new_key();
        let replies = join_all((0..12).map(|_| person.start_as(&key, &body))).await;
        let accepted: Vec<_> = replies.iter().filter(|reply| reply.status == 202).collect();
        assert!(!accepted.is_empty() && accepted.iter().all(|reply| reply.body == accepted[0].body));
        for reply in replies.iter().filter(|reply| reply.status != 202) {
            assert_problem(reply, 409, "idempotency-key-in-use");
            assert_eq!(reply.header("retry-after"), "1");
        }
        assert_eq!(person.delete(accepted[0].header("location")).await.status, 204);
        let captured = ledger_and_inventory::entries(cloud, "capture", &text(&accepted[0].json(), "generation_id")).await as u64;
        assert_eq!(person.wallet().await, (3 - captured, 0), "it is paid once, if it was drawn already");
        ledger_and_inventory::assert_ledger_and_inventory(cloud).await;
    });
}

#[test]
fn an_69_ten_generations_of_an_account_run_at_once() {
    run(async {
        let cloud = TestCloud::rich().await;
        cloud.pause_queue("GenerationQueued").await.unwrap();
        let (person, other) = (Person::signed_in(&cloud).await, Person::signed_in(&cloud).await);
        let upload = person.upload(&small()).await;
        let body = json!({ "upload_id": upload, "style": "soft-anime", "count": 1 });
        let mut accepted = Vec::new();
        for _ in 0..10 {
            accepted.push(text(&expect(person.start_as(&new_key(), &body).await, 202), "generation_id"));
        }
        let refused = person.start_as(&new_key(), &body).await;
        assert_problem(&refused, 429, "rate-limited");
        assert!(text(&refused.json(), "detail").contains("10 generations"), "{}", refused.json());
        assert_eq!(refused.header("retry-after"), "60");
        assert_eq!(person.wallet().await, (990, 10));
        other.start(&other.upload(&small()).await).await;
        assert_eq!(person.delete(&format!("/v1/generations/{}", accepted[0])).await.status, 204);
        expect(person.start_as(&new_key(), &body).await, 202);
        assert_problem(&person.start_as(&new_key(), &body).await, 429, "rate-limited");
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn a_key_stands_for_its_generation_for_a_day() {
    run(async {
        let cloud = TestCloud::start().await;
        cloud.pause_queue("GenerationQueued").await.unwrap();
        let person = Person::signed_in(&cloud).await;
        let body = json!({ "upload_id": person.upload(&small()).await, "style": "soft-anime", "count": 1 });
        let first = expect(person.start_as("k", &body).await, 202);
        cloud.set_clock_offset(86_400 - 60);
        assert_eq!(expect(person.start_as("k", &body).await, 202), first);
        cloud.set_clock_offset(86_400 + 60);
        assert_ne!(expect(person.start_as("k", &body).await, 202), first);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_entity_tag_saves_the_answer_until_something_changes() {
    run(async {
        let cloud = TestCloud::start().await;
        cloud.pause_queue("GenerationQueued").await.unwrap();
        let person = Person::signed_in(&cloud).await;
        let generation = person.quick_generation().await;
        let path = format!("/v1/generations/{generation}");
        let get = async |etag: &str| person.call(Method::GET, &path, None, &[("if-none-match", etag)]).await;

        let first = get("\"none\"").await;
        assert_eq!((first.status.as_u16(), first.header("cache-control")), (200, "private, no-cache"));
        let queued = first.header("etag").to_owned();
        let same = get(&queued).await;
        assert_eq!((same.status.as_u16(), same.body.len(), same.header("etag")), (304, 0, queued.as_str()));

        cloud.resume_queue("GenerationQueued").unwrap();
        person.settled(&generation).await;
        let done = get(&queued).await;
        assert_eq!(done.status, 200);
        let tag = done.header("etag").to_owned();
        assert_ne!(tag, queued);
        let again = get(&format!("W/{tag}")).await;
        assert!(again.status == 304 || again.header("etag") != tag, "the window of the links may have turned: {}", again.status);

        // The links of an answer are valid for a while, and a new answer comes before they expire.
        cloud.set_clock_offset(6 * 60);
        let later = get(&tag).await;
        assert_eq!(later.status, 200);
        assert_ne!(later.header("etag"), tag);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}
