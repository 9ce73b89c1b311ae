//! Deleting a generation.

use std::collections::BTreeSet;
use std::time::Duration;

use kernel::{Failure, GenerationId, SeededRandomness};
use screening::Decision;
use studio::{State, Step};
use testkit::fakes::{Answer, FakeSessions, FakeViews};
use wallet::Kind as Movement;

use super::world::{FAULTS, World, failure};

#[tokio::test]
async fn an_47_deleting_a_delivered_generation_leaves_nothing_but_its_charge() {
    let world = World::new();
    let (caller, id) = world.started(1).await;
    world.quieten().await;
    world.delete(caller, id).await.unwrap().unwrap();
    assert_eq!(world.find(caller, id), None);
    assert_eq!(world.bucket.keys("generated/"), Vec::<String>::new());
    assert_eq!(world.movements(id), [Movement::Hold, Movement::Capture]);
    assert!(matches!(failure(world.delete(caller, id).await.unwrap()), Failure::Missing(_)));
    world.check_quiet();
}

#[tokio::test]
async fn a_generation_is_deletable_in_every_state_and_settled_once() {
    for (step, left, end) in [
        (Step::GenerationQueued, 10, Movement::Release),
        (Step::ScreeningPassed, 10, Movement::Release),
        // Both drawings are made.
        (Step::DrawingReady, 8, Movement::Capture),
    ] {
        let world = World::new();
        let (caller, id) = world.ready_for(step, 2).await;
        world.delete(caller, id).await.unwrap().unwrap();
        world.delete(caller, id).await.unwrap().unwrap();
        assert_eq!((world.state(caller, id), world.balance(caller)), (State::Cancelled, (left, 0)), "{step:?}");
        // The message of its last step still comes, and finds nothing to do.
        world.quieten().await;
        assert_eq!(world.find(caller, id), None, "{step:?}");
        assert_eq!(world.movements(id), [Movement::Hold, end]);
        assert_eq!(world.mailer.ready(id), 0);
        world.check_quiet();
    }
}

#[tokio::test]
async fn a_fault_at_any_call_of_a_deletion_is_made_good_by_asking_again_or_by_the_sweeper() {
    for (step, left) in [(Step::ScreeningPassed, 10), (Step::DrawingReady, 9)] {
        for (when, kind) in FAULTS {
            for nth in 0.. {
                let world = World::new();
                let (caller, id) = world.ready_for(step, 1).await;
                world.faults.fail(nth, when, kind);
                let asked = world.delete(caller, id).await;
                let hit = world.faults.clear();
                if world.find(caller, id).is_some_and(|generation| generation.state != State::Cancelled) {
                    assert!(!matches!(asked, Ok(Ok(()))), "{step:?} {when:?} {kind:?} {hit:?}");
                    world.delete(caller, id).await.unwrap().unwrap();
                }
                world.quieten().await;
                assert_eq!(world.find(caller, id), None, "{step:?} {when:?} {kind:?} {hit:?}");
                assert_eq!(world.balance(caller), (left, 0), "{step:?} {when:?} {kind:?} {hit:?}");
                world.check_quiet();
                if hit.is_empty() {
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_generation_deleted_while_it_is_drawn_leaves_no_drawing() {
    for seed in 0..48 {
        let world = World::new();
        let (caller, id) = world.ready_for(Step::ScreeningPassed, 4).await;
        let message = world.steps.queue().pop_front().unwrap();
        world.faults.interleave(seed);
        let (drawing, deletion) = futures_util::future::join(world.work(message), world.delete(caller, id)).await;
        if !matches!(drawing, Ok(Ok(()))) {
            world.steps.queue().push_back(message);
        }
        if !matches!(deletion, Ok(Ok(()))) {
            world.delete(caller, id).await.unwrap().unwrap();
        }
        world.quieten().await;
        let spent = asked(&world);
        assert_eq!(
            (world.find(caller, id), world.balance(caller)),
            (None, (10 - i64::from(spent), 0)),
            "seed {seed}: what was asked for is paid, and nothing else"
        );
        world.check_quiet();
    }
}

/// How many drawings the artist was asked for.
fn asked(world: &World) -> u32 {
    let seeds: BTreeSet<u64> = world.artist.asked().into_iter().map(|(seed, _)| seed).collect();
    u32::try_from(seeds.len()).unwrap()
}

#[tokio::test]
async fn cancelling_spends_what_was_drawn_or_is_unclear_and_releases_the_rest() {
    for (answers, spent) in [
        (&[][..], 0),
        (&[Answer::Drawn][..], 1),
        (&[Answer::Down], 0),
        (&[Answer::NoPicture], 0),
        (&[Answer::Drawn, Answer::NoPicture], 1),
        (&[Answer::Unclear], 1),
        (&[Answer::Drawn, Answer::Unclear], 2),
        (&[Answer::Drawn, Answer::Drawn], 2),
    ] {
        let world = World::new();
        let (caller, id) = world.ready_for(Step::ScreeningPassed, 3).await;
        world.artist.answers(answers.iter().copied());
        world.artist.always(Answer::Busy(Some(Duration::from_secs(60))));
        world.drain(&[Step::ScreeningPassed]).await;
        world.check_ledger();
        let asked = world.artist.asked().len();
        for _ in 0..2 {
            world.delete(caller, id).await.unwrap().unwrap();
            assert_eq!(world.balance(caller), (10 - spent, 0), "{answers:?}");
        }
        let ends: &[Movement] = if spent == 0 { &[Movement::Release] } else { &[Movement::Capture, Movement::Release] };
        assert_eq!(world.movements(id)[1..], *ends, "{answers:?}");
        // The message that waits for the artist comes after it.
        world.later(2);
        world.drain_all().await;
        assert_eq!(world.artist.asked().len(), asked, "nobody is asked for what was cancelled");
        world.quieten().await;
        assert_eq!((world.find(caller, id), world.balance(caller)), (None, (10 - spent, 0)));
        world.check_quiet();
    }
}

#[tokio::test]
async fn whatever_a_worker_dies_of_cancelling_never_draws_for_nothing() {
    for nth in 0.. {
        let mut hits = 0;
        for (when, kind) in FAULTS {
            let world = World::new();
            let (caller, id) = world.ready_for(Step::ScreeningPassed, 2).await;
            world.faults.fail(nth, when, kind);
            let message = world.steps.queue().pop_front().unwrap();
            let _died = world.work(message).await;
            hits += world.faults.clear().len();
            world.delete(caller, id).await.unwrap().unwrap();
            let (available, held) = world.balance(caller);
            assert!(
                held == 0 && 10 - available >= asked(&world).into(),
                "{nth} {when:?} {kind:?}: {available} left, {} asked for",
                asked(&world)
            );
            world.quieten().await;
            world.check_quiet();
        }
        if hits == 0 {
            break;
        }
    }
}

#[tokio::test]
async fn an_42_deleting_a_blocked_generation_whose_selfie_is_not_yet_removed_removes_it() {
    let world = World::new();
    world.screener.decide(Decision::Blocked);
    let (caller, id) = world.started(1).await;
    world.faults.down("selfies.remove", testkit::Kind::Busy);
    world.drain_all().await;
    assert_eq!((world.state(caller, id), world.bucket.keys("uploads/").len()), (State::Blocked, 1));
    world.faults.clear();
    world.delete(caller, id).await.unwrap().unwrap();
    world.quieten().await;
    assert_eq!(world.bucket.keys("uploads/"), Vec::<String>::new());
    assert_eq!(world.bucket.keys("quarantine/").len(), 1);
}

#[tokio::test]
async fn a_generation_is_deletable_by_its_owner_alone() {
    let world = World::new();
    let (caller, id) = world.started(1).await;
    let other = world.customer(1).await;
    assert!(matches!(failure(world.delete(other, id).await.unwrap()), Failure::Missing(_)));
    let unknown = GenerationId::new(&*world.clock, &SeededRandomness::new(99));
    assert!(matches!(failure(world.delete(caller, unknown).await.unwrap()), Failure::Missing(_)));
    accounts::Sessions::close(&FakeSessions(world.database.clone()), &caller).await.unwrap();
    assert!(matches!(failure(world.delete(caller, id).await.unwrap()), Failure::Denied(_)));
    assert!(studio::Views::page(&FakeViews(world.database.clone()), &caller.into(), None, 5).await.is_err());
    assert_eq!(world.state(caller, id), State::Queued);
}
