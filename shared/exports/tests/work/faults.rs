//! Deaths, refusals, repetitions and competition.

use kernel::Failure;
use testkit::{Kind, When};

use crate::world::World;

/// A world with something to copy, and its export.
async fn asked() -> World {
    let world = World::new();
    world.object("generated", "gen_1/bundle.zip", vec![7; 5_000_000]);
    world.object("generated", "gen_1/1/avatars/a.png", vec![1; 10]);
    world.object("uploads", "upl_1/selfie.png", vec![2; 10]);
    world.ask("k").await.unwrap();
    world
}

/// How many calls it takes from asking to being ready.
async fn calls() -> usize {
    let world = asked().await;
    let before = world.faults.calls().len();
    world.settle().await;
    world.assert_one_copy(1);
    assert_eq!(world.mailer.sent().len(), 1);
    world.faults.calls().len() - before
}

#[tokio::test]
async fn an_54_whoever_dies_at_any_call_there_is_one_copy_and_nothing_else() {
    let calls = calls().await;
    assert!(calls > 20);
    for nth in 0..calls {
        for when in [When::Before, When::After] {
            for kind in [Kind::Crash, Kind::Busy, Kind::Broken] {
                let world = asked().await;
                world.faults.fail(nth, when, kind);
                world.settle().await;
                // Whoever died may have left an attempt, which the next one ended; where there is no next one, the lifecycle does.
                let struck = world.faults.clear();
                assert!(world.files.attempts().is_empty(), "{nth} {when:?} {kind:?} {struck:?}");
                world.assert_one_copy(1);
                assert!(world.manifest(1).gone.is_empty());
            }
        }
    }
}

#[tokio::test]
async fn an_54_a_message_that_comes_twice_makes_no_second_volume() {
    let world = asked().await;
    let export = world.export();
    world.handle(export.due(0)).await.unwrap();
    world.handle(export.due(0)).await.unwrap();
    world.settle().await;
    for volume in [0, 1, 1] {
        world.handle(export.due(volume)).await.unwrap();
    }
    world.settle().await;
    world.assert_one_copy(1);
    assert_eq!(world.mailer.sent().len(), 1);
}

#[tokio::test]
async fn an_54_workers_on_one_volume_make_one_volume() {
    for seed in 0..40 {
        let world = asked().await;
        let export = world.export();
        world.handle(export.due(0)).await.unwrap();
        world.faults.interleave(seed);
        let due = export.due(1);
        let (one, other, third) = tokio::join!(world.handle(due), world.handle(due), world.handle(due));
        let outcomes = [one, other, third];
        let later = |outcome: &Result<(), Failure>| matches!(outcome, Ok(()) | Err(Failure::Busy { .. }));
        assert!(outcomes.iter().all(later), "{outcomes:?}");
        world.settle().await;
        world.handle(due).await.unwrap();
        world.assert_one_copy(1);
        assert_eq!(world.mailer.sent().len(), 1, "{seed}");
    }
}

#[tokio::test]
async fn a_mail_that_is_throttled_is_sent_later() {
    let world = asked().await;
    world.faults.down("mailer.send", Kind::Busy);
    let export = world.export();
    world.handle(export.due(0)).await.unwrap();
    assert!(world.handle(export.due(1)).await.is_err());
    world.faults.clear();
    world.settle().await;
    world.assert_one_copy(1);
    assert_eq!(world.mailer.sent().len(), 1);
}
