//! The wallet journey: from an address to a bundle.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::deliverables::assert_deliverables;
use crate::harness::person::{expect, text};
use crate::harness::pictures::{Picture, painted, selfie, selfie_rotated_gps};
use crate::harness::{Person, TestCloud, ledger_and_inventory, mailbox, run, shared};

/// From nothing to a downloaded bundle with stickers and a bubble: two of the three starter credits.
async fn journey(picture: &Picture, style: &str) {
    let cloud = shared().await;
    let person = Person::signed_in(cloud).await;
    assert_eq!(person.wallet().await, (3, 0));

    let upload = person.upload(picture).await;
    let generation = person.start_with(&upload, style, 1, json!({ "stickers": true, "bubble": { "text": "Привет! こんにちは 👋" } })).await;
    let done = watch(&person, &generation).await;

    assert_eq!(done["state"], "done", "{done}");
    assert_eq!((text(&done, "style").as_str(), done["count"].as_u64(), done["seed"].as_u64()), (style, Some(1), Some(7)));
    assert_deliverables(&person, &done, true).await;
    assert_eq!(person.wallet().await, (1, 0));
    assert_eq!(ledger_and_inventory::entries(cloud, "capture", &generation).await, 1);
    crate::harness::until("the ready mail", async || (mailbox::ready(cloud, &generation).await == 1).then_some(())).await;
    ledger_and_inventory::assert_ledger_and_inventory(cloud).await;
}

/// Polls until it is done: progress never decreases, and the states come in order.
async fn watch(person: &Person<'_>, generation: &str) -> Value {
    const ORDER: [&str; 5] = ["queued", "screening", "drawing", "finishing", "done"];
    let (mut progress, mut place) = (0, 0);
    crate::harness::until("done", async || {
        let now = person.generation(generation).await;
        let at = ORDER.iter().position(|state| now["state"] == *state).unwrap_or_else(|| panic!("{now}"));
        let percent = now["progress"].as_u64().unwrap();
        assert!(at >= place && percent >= progress && percent <= 100, "{now} after {} at {progress}", ORDER[place]);
        (progress, place) = (percent, at);
        assert_eq!(now["deliverables"].as_array().unwrap().is_empty(), at < 4, "{now}");
        (at == 4).then_some(now)
    })
    .await
}

#[test]
fn a_selfie_becomes_soft_anime_with_stickers_and_a_bubble() {
    run(journey(&selfie(), "soft-anime"));
}

#[test]
fn a_turned_selfie_becomes_ink_manga_with_stickers_and_a_bubble() {
    run(journey(&selfie_rotated_gps(), "ink-manga"));
}

#[test]
fn painted_people_become_the_other_styles_with_stickers_and_a_bubble() {
    // chen is in front of books, and hana's mask is uncertain: a leak and a frame must pass every messenger's rules as well.
    let sitters = [("chen", "bold-cel"), ("bayo", "watercolour"), ("dalia", "pop-poster"), ("hana", "pixel")];
    run(async {
        join_all(sitters.map(|(name, style)| async move { journey(&painted(name), style).await })).await;
    });
}

#[test]
fn three_drawings_come_with_the_packs_of_the_messengers_that_were_named() {
    run(async {
        let cloud = shared().await;
        let person = Person::signed_in(cloud).await;
        let generation = person.quick_generation_with(3, json!({ "stickers": ["whatsapp", "line"] })).await;
        let done = person.settled(&generation).await;
        assert_deliverables(&person, &done, false).await;
        let names: Vec<String> = done["deliverables"].as_array().unwrap().iter().map(|file| text(file, "name")).collect();
        let packs: Vec<&str> = names.iter().filter_map(|name| name.strip_prefix("packs/")).collect();
        assert_eq!(packs, ["whatsapp.wastickers"], "three are too few for LINE");
        assert_eq!(person.wallet().await, (0, 0));
        ledger_and_inventory::assert_ledger_and_inventory(cloud).await;
    });
}

#[test]
fn avatars_alone_are_delivered_without_stickers_packs_and_bubble() {
    run(async {
        let person = Person::signed_in(shared().await).await;
        let done = person.settled(&person.quick_generation().await).await;
        assert_deliverables(&person, &done, false).await;
        assert_eq!(done["stickers"], json!([]));
    });
}

#[test]
fn the_same_generation_twice_is_drawn_the_same() {
    run(async {
        let cloud = shared().await;
        let person = Person::signed_in(cloud).await;
        let upload = person.upload(&crate::harness::pictures::small()).await;
        let first = person.start_with(&upload, "pixel", 1, json!({ "stickers": ["whatsapp"] })).await;
        let second = person.start_with(&upload, "pixel", 1, json!({ "stickers": ["whatsapp"] })).await;
        // A manifest contains random values: the pixels are equal, their metadata is not.
        let (first, second) = (person.settled(&first).await, person.settled(&second).await);
        assert_eq!(pixels(&person, &first).await, pixels(&person, &second).await);
    });
}

/// The pixels of every picture of a generation, by name.
async fn pixels(person: &Person<'_>, done: &Value) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for file in done["deliverables"].as_array().unwrap() {
        if let Ok(picture) = image::load_from_memory(&person.download(&text(file, "url")).await) {
            all.push((text(file, "name"), picture.into_rgba8().into_raw()));
        }
    }
    assert!(all.len() > 20, "{} pictures", all.len());
    all
}

#[test]
fn an_account_shows_its_owner_who_they_are_and_what_they_have() {
    run(async {
        let cloud = TestCloud::with(&[("StarterCredits", "5")]).await;
        let person = Person::signed_in(&cloud).await;
        let me = expect(person.get("/v1/me").await, 200);
        assert_eq!(
            (text(&me, "account_id"), text(&me, "email"), text(&me, "locale")),
            (person.account.clone(), person.email.clone(), "en".into())
        );
        let created: jiff::Timestamp = text(&me, "created_at").parse().unwrap();
        assert!(jiff::Timestamp::now().duration_since(created).as_secs().abs() < 60);
        assert_eq!(person.wallet().await, (5, 0));

        cloud.pause_queue("GenerationQueued").await.unwrap();
        let upload = person.upload(&crate::harness::pictures::small()).await;
        person.start_of(&upload, "soft-anime", 2).await;
        assert_eq!(person.wallet().await, (3, 2));
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}
