//! The wallet journey: from an address to a bundle.

use serde_json::Value;

use super::deliverables::assert_deliverables;
use crate::harness::person::{expect, text};
use crate::harness::pictures::{Picture, selfie, selfie_rotated_gps};
use crate::harness::{Person, TestCloud, books, mailbox, run, shared};

/// From nothing to a downloaded bundle; answers the generation and the cloud's view of it.
async fn journey(picture: &Picture, style: &str, count: u8) {
    let cloud = shared().await;
    let person = Person::signed_in(cloud).await;
    assert_eq!(person.wallet().await, (3, 0));

    let upload = person.upload(picture).await;
    let generation = person.order_of(&upload, style, count).await;
    let done = watch(&person, &generation).await;

    assert_eq!(done["state"], "done", "{done}");
    assert_eq!((text(&done, "style").as_str(), done["count"].as_u64(), done["seed"].as_u64()), (style, Some(u64::from(count)), Some(7)));
    assert_deliverables(&person, &done).await;
    assert_eq!(person.wallet().await, (3 - u64::from(count), 0));
    assert_eq!(books::entries(cloud, "capture", &generation).await, usize::from(count > 0));
    crate::harness::until("the ready mail", async || (mailbox::ready(cloud, &generation).await == 1).then_some(())).await;
    books::assert_books(cloud).await;
}

/// Looks until it is done: progress never goes back, and the states come in their order.
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
fn a_selfie_becomes_soft_anime() {
    run(journey(&selfie(), "soft-anime", 1));
}

#[test]
fn a_selfie_becomes_ink_manga_twice() {
    run(journey(&selfie(), "ink-manga", 2));
}

#[test]
fn a_turned_selfie_becomes_soft_anime() {
    run(journey(&selfie_rotated_gps(), "soft-anime", 1));
}

#[test]
fn a_turned_selfie_becomes_ink_manga() {
    run(journey(&selfie_rotated_gps(), "ink-manga", 1));
}

#[test]
fn the_same_order_twice_is_drawn_the_same() {
    run(async {
        let cloud = shared().await;
        let person = Person::signed_in(cloud).await;
        let upload = person.upload(&crate::harness::pictures::small()).await;
        let first = person.order_of(&upload, "ink-manga", 1).await;
        let second = person.order_of(&upload, "ink-manga", 1).await;
        let hashes = |done: &Value| done["deliverables"].as_array().unwrap().iter().map(|file| text(file, "sha256")).collect::<Vec<_>>();
        let (first, second) = (person.settled(&first).await, person.settled(&second).await);
        assert_eq!(hashes(&first), hashes(&second));
    });
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
        person.order_of(&upload, "soft-anime", 2).await;
        assert_eq!(person.wallet().await, (3, 2));
        books::assert_books(&cloud).await;
        cloud.stop().await;
    });
}
