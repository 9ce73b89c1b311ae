//! The first step.

use screening::Decision;
use studio::{Change, EndReason, Generations, State, Step, Steps};
use testkit::Kind;
use testkit::fakes::FakeGenerations;
use testkit::pictures;

use super::world::{FAULTS, WORDS, World};

const FIRST: &[Step] = &[Step::GenerationQueued];

#[tokio::test]
async fn a_selfie_is_made_ready_and_passes() {
    let world = World::new();
    let (caller, id) = world.started(2).await;
    assert_eq!(world.drain(FIRST).await, 0);
    assert_eq!(world.state(caller, id), State::Drawing);
    assert_eq!(world.steps.queue().iter().map(|told| told.0).collect::<Vec<_>>(), [Step::ScreeningPassed]);
    let kept = world.bucket.keys("uploads/");
    assert!(kept.len() == 1 && kept[0].ends_with("/selfie.png"), "the original goes once the selfie is stored: {kept:?}");
    assert_eq!(world.database.rows().moderation[&id].verdict.decision, Decision::Allowed);
    world.check_ledger();
}

#[tokio::test]
async fn a_fault_at_any_call_of_a_passing_selfie_is_made_good_by_redelivery() {
    for (when, kind) in FAULTS {
        for nth in 0.. {
            let world = World::new();
            let (caller, id) = world.started(1).await;
            world.faults.fail(nth, when, kind);
            world.drain(FIRST).await;
            let hit = world.faults.clear();
            let at = format!("{when:?} {kind:?} {hit:?}");
            assert_eq!(world.state(caller, id), State::Drawing, "{at}");
            assert!(world.steps.queue().iter().any(|told| told.0 == Step::ScreeningPassed), "{at}");
            let kept = world.bucket.keys("uploads/");
            assert!(kept.len() == 1 && kept[0].ends_with("/selfie.png"), "{at}: {kept:?}");
            assert_eq!(world.balance(caller), (9, 1), "{at}");
            world.check_ledger();
            if hit.is_empty() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn an_42_a_fault_at_any_call_of_a_blocked_selfie_leaves_it_in_quarantine_alone() {
    for (when, kind) in FAULTS {
        for nth in 0.. {
            let world = World::new();
            world.screener.decide(Decision::Blocked);
            let (caller, id) = world.started(1).await;
            world.faults.fail(nth, when, kind);
            world.drain(FIRST).await;
            let hit = world.faults.clear();
            assert_eq!(world.state(caller, id), State::Blocked, "{when:?} {kind:?} {hit:?}");
            assert_eq!(world.find(caller, id).unwrap().reason, Some(EndReason::NotAccepted));
            world.quieten().await;
            world.check_quiet();
            assert_eq!(world.balance(caller), (10, 0), "{when:?} {kind:?} {hit:?}");
            assert!(world.artist.drawn().is_empty(), "an_26");
            assert!(world.database.rows().moderation[&id].quarantined_until.is_some());
            if hit.is_empty() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn an_70_what_a_person_must_look_at_is_not_drawn_and_waits_in_quarantine() {
    let world = World::new();
    world.screener.decide(Decision::Referred);
    let (caller, id) = world.started(1).await;
    assert_eq!(world.drain(FIRST).await, 0);
    assert_eq!(world.state(caller, id), State::Blocked);
    assert_eq!(world.find(caller, id).unwrap().reason, Some(EndReason::NotAccepted));
    world.quieten().await;
    world.check_quiet();
    assert_eq!(world.balance(caller), (10, 0), "nobody pays for what is not drawn");
    assert!(world.artist.drawn().is_empty(), "an_26");
    let record = world.database.rows().moderation[&id].clone();
    assert_eq!((record.verdict.decision, record.quarantined_until.is_some()), (Decision::Referred, true));
    assert_eq!(record.verdict.scores["violence"], 0.7, "an_13: the scores are kept, and the screener's name");
    assert_eq!((record.verdict.screener.as_str(), record.verdict.scores.len()), ("fake", 1));
    assert!(world.bucket.keys("uploads/").is_empty() && world.bucket.keys("quarantine/").len() == 1);
}

/// Somebody decides that this generation was blocked wrongly.
async fn reopen(world: &World, caller: kernel::AccountSession, id: kernel::GenerationId) {
    let (before, now) = (world.find(caller, id).unwrap(), kernel::Clock::now(&*world.clock));
    let after = before.reopen(now).unwrap();
    let entries = after.hold_again(world.balance(caller).0, now);
    let change = Change { entries: &entries, ..Change::of(&before, &after) };
    assert_eq!(FakeGenerations(world.database.clone()).change(change).await.unwrap(), studio::Written::Stored);
    world.steps.tell(Step::GenerationQueued, &after).await.unwrap();
}

#[tokio::test]
async fn an_44_what_somebody_cleared_is_drawn_whoever_dies_and_charged_once() {
    for (when, kind) in FAULTS {
        for nth in 0.. {
            let world = World::new();
            world.screener.decide(Decision::Blocked);
            let (caller, id) = world.started(1).await;
            world.quieten().await;
            reopen(&world, caller, id).await;
            world.faults.fail(nth, when, kind);
            world.drain(FIRST).await;
            let hit = world.faults.clear();
            let at = format!("{when:?} {kind:?} {hit:?}");
            assert_eq!(world.state(caller, id), State::Drawing, "{at}");
            assert_eq!((world.bucket.keys("uploads/").len(), world.balance(caller)), (1, (9, 1)), "{at}");
            world.check_ledger();
            if hit.is_empty() {
                world.quieten().await;
                assert_eq!((world.state(caller, id), world.balance(caller)), (State::Done, (9, 0)), "{at}");
                world.check_ledger();
                break;
            }
        }
    }
}

#[tokio::test]
async fn an_42_what_somebody_cleared_when_it_was_gone_ends_and_is_not_charged() {
    let world = World::new();
    world.screener.decide(Decision::Blocked);
    let (caller, id) = world.started(1).await;
    world.quieten().await;
    reopen(&world, caller, id).await;
    world.bucket.objects().retain(|key, _| !key.starts_with("quarantine/"));
    world.quieten().await;
    assert_eq!((world.state(caller, id), world.find(caller, id).unwrap().reason), (State::Failed, Some(EndReason::UploadGone)));
    assert_eq!(world.balance(caller), (10, 0));
    world.check_ledger();
}

#[tokio::test]
async fn an_13_the_scores_decide_and_not_the_screener() {
    let cases = [("sexual/minors", 0.06, Decision::Referred), ("sexual", 0.29, Decision::Allowed), ("a-new-one", 0.9, Decision::Blocked)];
    for (category, score, expected) in cases {
        let world = World::new();
        world.screener.scores(&[("violence", 0.0), (category, score)]);
        let (caller, id) = world.started(1).await;
        assert_eq!(world.drain(FIRST).await, 0);
        assert_eq!(world.database.rows().moderation[&id].verdict.decision, expected, "{category}");
        assert_eq!(world.state(caller, id) == State::Drawing, expected == Decision::Allowed, "{category}");
        world.check_ledger();
    }
}

#[tokio::test]
async fn an_70_words_that_will_be_drawn_are_judged_with_the_picture() {
    let world = World::new();
    world.ready_with_extras(Step::ScreeningPassed, 1).await;
    assert_eq!(world.screener.words(), [Some(WORDS.to_owned())]);
    let world = World::new();
    world.started(1).await;
    world.drain(FIRST).await;
    assert_eq!(world.screener.words(), [None], "a generation without a bubble has none");
}

#[tokio::test]
async fn an_70_a_screener_that_gives_no_judgement_holds_the_generation() {
    let none: [&[(&str, f64)]; 3] = [&[], &[("violence", f64::NAN)], &[("something-else", 0.0)]];
    for scores in none {
        let world = World::new();
        world.screener.scores(scores);
        let (caller, id) = world.started(1).await;
        assert!(world.drain_all().await > 0, "{scores:?}");
        assert_eq!(world.state(caller, id), State::Screening);
        assert!(world.artist.drawn().is_empty() && world.database.rows().moderation.is_empty());
        world.screener.decide(Decision::Allowed);
        world.quieten().await;
        assert_eq!(world.state(caller, id), State::Done);
        world.check_quiet();
    }
}

#[tokio::test]
async fn a_fault_at_any_call_of_an_unreadable_picture_ends_in_one_release() {
    for (when, kind) in FAULTS {
        for nth in 0.. {
            let world = World::new();
            let caller = world.customer(3).await;
            let upload = world.sent(caller, b"GIF89a".to_vec()).await;
            let id = world.place(caller, &world.request(upload, 3, "key")).await.unwrap().id;
            world.faults.fail(nth, when, kind);
            world.drain(FIRST).await;
            let hit = world.faults.clear();
            world.quieten().await;
            assert_eq!(world.find(caller, id).unwrap().reason, Some(EndReason::PictureFormatUnsupported), "{when:?} {kind:?} {hit:?}");
            assert_eq!(world.bucket.keys(""), Vec::<String>::new(), "{when:?} {kind:?} {hit:?}");
            assert_eq!(world.balance(caller), (3, 0));
            world.check_quiet();
            if hit.is_empty() {
                break;
            }
        }
    }
}

/// The reason that a caller sees, by the refusal of `imaging`.
fn end_reason(refused: &str) -> EndReason {
    match refused {
        "empty" => EndReason::PictureEmpty,
        "unknown-format" | "unsupported-variant" => EndReason::PictureFormatUnsupported,
        "animated" => EndReason::PictureAnimated,
        "blank" => EndReason::PictureBlank,
        "truncated" | "corrupt" => EndReason::PictureDamaged,
        "too-many-bytes" | "too-many-pixels" => EndReason::PictureTooLarge,
        other => panic!("no end reason is known for {other}"),
    }
}

#[tokio::test]
async fn every_picture_of_the_corpus_passes_or_ends_with_its_reason() {
    for case in pictures::corpus() {
        let world = World::new();
        let caller = world.customer(1).await;
        let upload = world.sent(caller, case.bytes.clone()).await;
        let id = world.place(caller, &world.request(upload, 1, "key")).await.unwrap().id;
        assert_eq!(world.drain(FIRST).await, 0, "{}", case.name);
        let generation = world.find(caller, id).unwrap();
        if let pictures::Expected::Refused(refused) = case.expected {
            assert_eq!((generation.state, generation.reason), (State::Failed, Some(end_reason(refused))), "{}", case.name);
            assert_eq!(world.balance(caller), (1, 0), "{}", case.name);
            assert_eq!(world.bucket.keys(""), Vec::<String>::new(), "{}", case.name);
        } else {
            assert_eq!((generation.state, generation.reason), (State::Drawing, None), "{}", case.name);
        }
        world.check_ledger();
    }
}

#[tokio::test]
async fn an_upload_that_is_gone_ends_the_generation_with_its_reason() {
    let world = World::new();
    let (caller, id) = world.started(1).await;
    world.bucket.objects().clear();
    assert_eq!(world.drain(FIRST).await, 0);
    assert_eq!(world.find(caller, id).unwrap().reason, Some(EndReason::UploadGone));
    assert_eq!(world.balance(caller), (10, 0));
}

/// Invariant: Nothing passes unjudged.
#[tokio::test]
async fn an_70_a_screener_that_is_down_holds_the_generation_and_nothing_passes() {
    for kind in [Kind::Busy, Kind::Broken, Kind::Crash] {
        let world = World::new();
        let (caller, id) = world.started(1).await;
        world.faults.down("screener.score", kind);
        assert!(world.drain_all().await > 0);
        assert_eq!(world.state(caller, id), State::Screening);
        assert_eq!(world.balance(caller), (9, 1));
        assert!(world.artist.drawn().is_empty() && world.database.rows().moderation.is_empty());
        world.faults.clear();
        // The sweeper restarts it once the screener is back.
        world.quieten().await;
        assert_eq!(world.state(caller, id), State::Done);
        world.check_quiet();
    }
}

#[tokio::test]
async fn an_70_a_screener_that_stays_down_ends_the_generation_undrawn() {
    let world = World::new();
    let (caller, id) = world.started(1).await;
    world.faults.down("screener.score", Kind::Broken);
    world.quieten().await;
    assert_eq!(world.find(caller, id).unwrap().reason, Some(EndReason::TimedOut));
    assert_eq!(world.balance(caller), (10, 0));
    assert!(world.artist.drawn().is_empty());
    world.check_quiet();
}

#[tokio::test]
async fn a_second_generation_of_the_same_upload_is_screened_on_its_own() {
    let world = World::new();
    let caller = world.customer(2).await;
    let upload = world.selfie(caller).await;
    let first = world.place(caller, &world.request(upload, 1, "1")).await.unwrap().id;
    world.drain(FIRST).await;
    // A caller who posts other bytes into the open form after the first generation gets the screened picture, and the bytes are deleted.
    world.bucket.receive(caller.owner(), upload, b"something else".to_vec());
    let second = world.place(caller, &world.request(upload, 1, "2")).await.unwrap().id;
    world.drain(FIRST).await;
    assert_eq!((world.state(caller, first), world.state(caller, second)), (State::Drawing, State::Drawing));
    assert_eq!(world.database.rows().moderation.len(), 2);
    assert_eq!(world.bucket.keys("uploads/").len(), 1, "an_11: no original stays");
}

#[tokio::test]
async fn an_70_bytes_posted_between_two_generations_are_not_drawn_under_the_verdict_of_others() {
    for seed in 0..40 {
        let world = World::new();
        let caller = world.customer(2).await;
        let upload = world.selfie(caller).await;
        for key in ["1", "2"] {
            world.place(caller, &world.request(upload, 1, key)).await.unwrap();
        }
        let messages: Vec<_> = world.steps.queue().drain(..).collect();
        world.faults.interleave(seed);
        let repost = async {
            for _ in 0..seed % 12 {
                tokio::task::yield_now().await;
            }
            world.bucket.receive(caller.owner(), upload, pictures::turned_png(3));
        };
        let kept = || world.bucket.objects().iter().find(|(key, _)| key.ends_with("selfie.png")).map(|(_, bytes)| bytes.clone());
        let watch = async {
            let mut seen = None;
            for _ in 0..200 {
                assert!(seen.is_none() || seen == kept(), "what was judged changed, seed {seed}");
                seen = kept();
                tokio::task::yield_now().await;
            }
        };
        let (one, two, ..) = futures_util::future::join4(world.work(messages[0]), world.work(messages[1]), repost, watch).await;
        assert!(matches!((one, two), (Ok(Ok(())), Ok(Ok(())))), "seed {seed}");
        world.check_ledger();
    }
}

#[tokio::test]
async fn a_message_that_comes_late_or_twice_changes_nothing() {
    let world = World::new();
    let (caller, id) = world.started(1).await;
    let message = world.steps.queue()[0];
    world.quieten().await;
    let before = world.find(caller, id).unwrap();
    for step in [Step::GenerationQueued, Step::ScreeningPassed, Step::DrawingReady] {
        world.work((step, message.1)).await.unwrap().unwrap();
    }
    assert_eq!(world.find(caller, id), Some(before));
    world.check_quiet();
    assert_eq!(world.mailer.ready(id), 1);
}

/// Invariant: No illegal change of state can be written.
#[tokio::test]
async fn a_worker_that_is_overtaken_writes_nothing() {
    let world = World::new();
    let (caller, id) = world.started(1).await;
    let message = world.steps.queue()[0];
    let stale = world.find(caller, id).unwrap();
    world.work(message).await.unwrap().unwrap();
    let now = kernel::Clock::now(&*world.clock);
    let late = stale.begin_screening(now, now).unwrap();
    let written = studio::Generations::change(&FakeGenerations(world.database.clone()), studio::Change::of(&stale, &late)).await.unwrap();
    assert_eq!(written, studio::Written::Overtaken);
    assert_eq!(world.state(caller, id), State::Drawing);
}
