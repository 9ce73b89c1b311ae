//! Creating a generation.

use kernel::{Failure, Reason, SignedDuration};
use picture_files::Messenger;
use screening::Decision;
use studio::{Bubble, GenerationRequest, State, Step};
use testkit::fakes::told;
use testkit::{Kind, builders};
use wallet::Kind as Movement;

use super::world::{FAULTS, World, failure, reason};

#[tokio::test]
async fn a_generation_holds_its_credits_and_tells_the_first_step() {
    let world = World::new();
    let (caller, id) = world.started(3).await;
    assert_eq!((world.state(caller, id), world.balance(caller)), (State::Queued, (7, 3)));
    assert_eq!(*world.steps.queue(), [told(Step::GenerationQueued, &world.find(caller, id).unwrap())]);
    assert_eq!(world.movements(id), [Movement::Hold]);
}

fn bubble(text: &str, side: Option<&str>) -> Option<Bubble> {
    Some(Bubble::parse(text, side).unwrap())
}

#[tokio::test]
async fn stickers_are_free_and_a_bubble_costs_a_credit_a_drawing() {
    let world = World::new();
    let caller = world.customer(20).await;
    let request = world.request(world.selfie(caller).await, 2, "0");
    let stickers = vec![Messenger::Line, Messenger::Whatsapp];
    for (key, stickers, bubble, credits) in [
        ("1", Vec::new(), None, 2),
        ("2", stickers.clone(), None, 2),
        ("3", Vec::new(), bubble("Hi", None), 4),
        ("4", stickers, bubble("Hi", Some("left")), 4),
    ] {
        let request = GenerationRequest { idempotency_key: key.into(), stickers, bubble, ..request.clone() };
        let placed = world.place(caller, &request).await.unwrap();
        let row = world.find(caller, placed.id).unwrap();
        assert_eq!((placed.credits, row.charge.credits(), &row.bubble), (credits, credits, &request.bubble), "{key}");
        let offered: Vec<_> = Messenger::ALL.iter().copied().filter(|messenger| request.stickers.contains(messenger)).collect();
        assert_eq!(row.stickers, offered, "in the order of the offer");
    }
    assert_eq!(world.balance(caller), (8, 12));
    world.check_ledger();
}

#[tokio::test]
async fn a_key_tells_apart_what_is_requested_beside_the_avatars() {
    let world = World::new();
    let caller = world.customer(20).await;
    let plain = world.request(world.selfie(caller).await, 1, "0");
    let with = |stickers: &[Messenger], bubble: Option<Bubble>| GenerationRequest { stickers: stickers.to_vec(), bubble, ..plain.clone() };
    // Concatenated without separators, the parts of these requests would be equal.
    let requests = [
        plain.clone(),
        with(&[Messenger::Line], None),
        with(&[Messenger::Line, Messenger::Discord], None),
        with(&[], bubble("line", None)),
        with(&[], bubble("line", Some("left"))),
        with(&[], bubble("line", Some("right"))),
        with(&[Messenger::Line], bubble("line", None)),
        with(&[], bubble("left\nline", None)),
        with(&[], bubble("stickers line", None)),
    ];
    for (index, first) in requests.iter().enumerate() {
        let key = index.to_string();
        let placed = world.place(caller, &GenerationRequest { idempotency_key: key.clone(), ..first.clone() }).await.unwrap();
        for (other, second) in requests.iter().enumerate() {
            let again = world.place(caller, &GenerationRequest { idempotency_key: key.clone(), ..second.clone() }).await;
            if other == index {
                assert_eq!(again.unwrap(), placed);
            } else {
                assert_eq!(reason(&failure(again)), Some(Reason::IdempotencyKeyReused), "{index} {other}");
            }
        }
    }
    let turned = with(&[Messenger::Discord, Messenger::Line], None);
    assert!(
        world.place(caller, &GenerationRequest { idempotency_key: "2".into(), ..turned }).await.is_ok(),
        "the order of a list says nothing"
    );
}

#[tokio::test]
async fn an_07_the_same_words_under_two_keys_leave_two_hashes() {
    let world = World::new();
    let caller = world.customer(20).await;
    let request = GenerationRequest { bubble: bubble("Hi", None), ..world.request(world.selfie(caller).await, 1, "") };
    for key in ["1", "2"] {
        world.place(caller, &GenerationRequest { idempotency_key: key.into(), ..request.clone() }).await.unwrap();
    }
    let hashes: std::collections::BTreeSet<_> =
        world.database.rows().answers.values().map(|(replay, _)| replay.payload_hash.clone()).collect();
    assert_eq!(hashes.len(), 2, "a stored hash can be compared with no list of hashes of likely words");
}

#[tokio::test]
async fn a_fault_at_any_call_and_the_same_key_again_come_to_one_generation() {
    for (when, kind) in FAULTS {
        for nth in 0.. {
            let world = World::new();
            let caller = world.customer(10).await;
            let upload = world.selfie(caller).await;
            let request = world.request(upload, 2, "key");
            world.faults.fail(nth, when, kind);
            let first = testkit::survive(world.place(caller, &request)).await;
            let hit = world.faults.clear();
            let again = world.place(caller, &request).await.unwrap();
            if let Ok(Ok(first)) = first {
                assert_eq!(first, again);
            }
            assert_eq!(world.balance(caller), (8, 2), "{when:?} {kind:?} {hit:?}");
            // Even if the message was never sent, the sweeper finds the generation.
            world.clock.advance(SignedDuration::from_mins(16));
            world.sweep().await.unwrap();
            world.drain(&[Step::GenerationQueued]).await;
            assert_eq!(world.state(caller, again.id), State::Drawing, "{when:?} {kind:?} {hit:?}");
            assert_eq!(world.database.rows().generations.len(), 1);
            world.check_ledger();
            if hit.is_empty() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_queue_that_is_down_does_not_turn_a_generation_away() {
    let world = World::new();
    let caller = world.customer(1).await;
    let upload = world.selfie(caller).await;
    world.faults.down("steps.tell", Kind::Broken);
    let id = world.place(caller, &world.request(upload, 1, "key")).await.unwrap().id;
    world.faults.clear();
    world.quieten().await;
    assert_eq!(world.state(caller, id), State::Done);
}

#[tokio::test]
async fn a_key_stands_for_one_request_until_it_expires() {
    let world = World::new();
    let caller = world.customer(10).await;
    let upload = world.selfie(caller).await;
    let request = world.request(upload, 1, "key");
    let first = world.place(caller, &request).await.unwrap();
    for changed in [
        GenerationRequest { count: 2, ..request.clone() },
        GenerationRequest { style: "ink-manga".into(), ..request.clone() },
        GenerationRequest { seed: None, ..request.clone() },
        GenerationRequest { seed: Some(8), ..request.clone() },
        GenerationRequest { upload: world.selfie(caller).await, ..request.clone() },
        GenerationRequest { stickers: vec![Messenger::Line], ..request.clone() },
        GenerationRequest { bubble: bubble("Hi", None), ..request.clone() },
    ] {
        let refused = failure(world.place(caller, &changed).await);
        assert!(matches!(refused, Failure::Invalid(_)) && reason(&refused) == Some(Reason::IdempotencyKeyReused));
    }
    world.clock.advance(SignedDuration::from_hours(23));
    assert_eq!(world.place(caller, &request).await.unwrap(), first);
    world.clock.advance(SignedDuration::from_hours(1));
    assert_ne!(world.place(caller, &request).await.unwrap().id, first.id);
    assert_eq!(world.balance(caller), (8, 2));
    world.check_ledger();
}

#[tokio::test]
async fn a_key_answers_as_before_even_when_the_upload_is_gone() {
    let world = World::new();
    let (caller, id) = world.started(1).await;
    let upload = world.find(caller, id).unwrap().upload;
    world.bucket.objects().clear();
    let request = world.request(upload, 1, "key");
    assert_eq!(world.place(caller, &request).await.unwrap().id, id);
    let reused = GenerationRequest { count: 2, ..request };
    assert_eq!(reason(&failure(world.place(caller, &reused).await)), Some(Reason::IdempotencyKeyReused));
}

#[tokio::test]
async fn the_same_key_of_two_people_stands_for_two_generations() {
    let world = World::new();
    let (_, first) = world.started(1).await;
    let (_, second) = world.started(1).await;
    assert_ne!(first, second);
}

#[tokio::test]
async fn a_wallet_that_is_short_buys_nothing() {
    let world = World::new();
    let caller = world.customer(2).await;
    let upload = world.selfie(caller).await;
    let refused = failure(world.place(caller, &world.request(upload, 3, "key")).await);
    assert_eq!(reason(&refused), Some(Reason::WalletShort));
    assert_eq!(world.balance(caller), (2, 0));
    assert!(world.steps.queue().is_empty() && world.database.rows().generations.is_empty());
    // The key is still unused.
    world.place(caller, &world.request(upload, 2, "key")).await.unwrap();
}

#[tokio::test]
async fn what_was_not_sent_or_belongs_to_another_cannot_be_drawn_from() {
    let world = World::new();
    let (caller, other) = (world.customer(5).await, world.customer(5).await);
    let upload = builders::upload(caller, &*world.clock, &world.randomness);
    studio::Uploads::open(&testkit::fakes::FakeUploads(world.database.clone()), &upload).await.unwrap();
    let not_sent = failure(world.place(caller, &world.request(upload.id, 1, "1")).await);
    assert_eq!(reason(&not_sent), Some(Reason::UploadNotReceived));
    let foreign = world.selfie(other).await;
    assert!(matches!(failure(world.place(caller, &world.request(foreign, 1, "2")).await), Failure::Missing(_)));
    assert_eq!(world.balance(caller), (5, 0));
}

#[tokio::test]
async fn an_upload_that_was_blocked_is_refused_from_then_on() {
    let world = World::new();
    world.screener.decide(Decision::Blocked);
    let (caller, id) = world.started(1).await;
    let upload = world.find(caller, id).unwrap().upload;
    world.quieten().await;
    // Its form is open for some minutes more: bytes that are posted again stay refused.
    for bytes_are_there in [false, true] {
        if bytes_are_there {
            world.bucket.receive(caller.owner(), upload, b"again".to_vec());
        }
        let refused = failure(world.place(caller, &world.request(upload, 1, "again")).await);
        assert_eq!(reason(&refused), Some(Reason::UploadRefused));
    }
}

#[tokio::test]
async fn an_upload_that_is_past_its_time_is_missing() {
    let world = World::new();
    let caller = world.customer(5).await;
    let upload = world.selfie(caller).await;
    world.clock.advance(SignedDuration::from_hours(24));
    assert!(matches!(failure(world.place(caller, &world.request(upload, 1, "key")).await), Failure::Missing(_)));
    assert_eq!(world.balance(caller), (5, 0));
}

#[tokio::test]
async fn fields_out_of_range_are_refused_before_anything_is_called() {
    let world = World::new();
    let caller = world.customer(5).await;
    let request = world.request(world.selfie(caller).await, 1, "key");
    let before = world.faults.calls().len();
    for wrong in [
        GenerationRequest { count: 0, ..request.clone() },
        GenerationRequest { count: 9, ..request.clone() },
        GenerationRequest { style: "oil".into(), ..request.clone() },
        GenerationRequest { seed: Some(kernel::limits::SEED_MAX + 1), ..request.clone() },
    ] {
        assert_eq!(reason(&failure(world.place(caller, &wrong).await)), Some(Reason::FieldInvalid));
    }
    assert_eq!(world.faults.calls().len(), before);
}

#[tokio::test]
async fn a_hundred_generations_at_once_spend_a_wallet_of_ten_and_no_more() {
    let world = World::new();
    let caller = world.customer(10).await;
    let upload = world.selfie(caller).await;
    world.faults.interleave(3);
    let requests: Vec<_> = (0..100).map(|index| world.request(upload, 1, &index.to_string())).collect();
    let placed = futures_util::future::join_all(requests.iter().map(|request| world.place(caller, request))).await;
    assert_eq!(placed.iter().filter(|placed| placed.is_ok()).count(), 10);
    assert_eq!(world.balance(caller), (0, 10));
    world.check_ledger();
}

#[tokio::test]
async fn a_closed_session_starts_nothing() {
    let world = World::new();
    let caller = world.customer(5).await;
    let upload = world.selfie(caller).await;
    world.database.rows().sessions.clear();
    assert_eq!(reason(&failure(world.place(caller, &world.request(upload, 1, "key")).await)), Some(Reason::SignedOut));
}
