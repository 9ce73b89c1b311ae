//! The sweeper.

use kernel::SignedDuration;
use studio::{EndReason, Generation, State, Step};
use testkit::Kind;

use super::world::{FAULTS, World};

const STEPS: [Step; 3] = [Step::GenerationQueued, Step::ScreeningPassed, Step::DrawingReady];

#[tokio::test]
async fn a_generation_whose_message_was_lost_is_set_going_again() {
    for step in STEPS {
        let world = World::new();
        let (caller, id) = world.ready_for(step, 1).await;
        world.steps.queue().clear();
        assert_eq!(world.sweep().await.unwrap().unwrap(), studio::Swept::default(), "not before its deadline");
        world.clock.advance(SignedDuration::from_mins(31));
        assert_eq!(world.sweep().await.unwrap().unwrap().revived, 1);
        assert_eq!(world.steps.queue().iter().map(|told| told.0).collect::<Vec<_>>(), [step]);
        world.quieten().await;
        assert_eq!(world.state(caller, id), State::Done, "{step:?}");
        world.check_quiet();
    }
}

#[tokio::test]
async fn a_generation_that_never_comes_to_an_end_fails_and_its_credits_come_back() {
    for step in STEPS {
        let world = World::new();
        let (caller, id) = world.ready_for(step, 2).await;
        for _ in 0..=Generation::REVIVALS {
            world.steps.queue().clear();
            world.clock.advance(SignedDuration::from_mins(31));
            world.sweep().await.unwrap().unwrap();
        }
        assert_eq!(world.find(caller, id).unwrap().reason, Some(EndReason::TimedOut), "{step:?}");
        assert_eq!(world.balance(caller), (10, 0), "{step:?}");
        world.quieten().await;
        world.check_quiet();
    }
}

#[tokio::test]
async fn a_fault_at_any_call_of_a_sweep_is_made_good_by_the_next() {
    for revivals in [0, Generation::REVIVALS] {
        for (when, kind) in FAULTS {
            for nth in 0.. {
                let world = World::new();
                let (caller, id) = world.ready_for(Step::ScreeningPassed, 1).await;
                world.steps.queue().clear();
                world.database.rows().generations.get_mut(&(caller.owner(), id)).unwrap().revivals = revivals;
                world.clock.advance(SignedDuration::from_mins(31));
                world.faults.fail(nth, when, kind);
                let _swept = world.sweep().await;
                let hit = world.faults.clear();
                world.check_ledger();
                // Drawing is tested elsewhere: here the generation ends, so that the sweep of an end is covered too.
                world.faults.down("artist.draw", Kind::Busy);
                world.quieten().await;
                assert_eq!(world.find(caller, id).unwrap().reason, Some(EndReason::TimedOut), "{when:?} {kind:?} {hit:?}");
                assert_eq!(world.balance(caller), (10, 0), "{when:?} {kind:?} {hit:?}");
                world.check_quiet();
                if hit.is_empty() {
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn one_generation_that_cannot_be_swept_does_not_stop_the_others() {
    let world = World::new();
    for _ in 0..3 {
        world.started(1).await;
    }
    world.steps.queue().clear();
    world.clock.advance(SignedDuration::from_mins(31));
    // The second call is the first generation's read.
    world.faults.fail(1, testkit::When::Before, Kind::Broken);
    let swept = world.sweep().await.unwrap().unwrap();
    assert_eq!((swept.revived, swept.errors), (2, 1));
}

#[tokio::test]
async fn an_object_stored_by_a_worker_that_did_not_know_of_the_end_goes_with_the_next_sweep() {
    let world = World::new();
    let (caller, id) = world.ready_for(Step::ScreeningPassed, 1).await;
    world.delete(caller, id).await.unwrap().unwrap();
    world.bucket.objects().insert(studio::object_keys::of_generation(caller.owner(), id, "drawings/0.algorithmicallyEnhanced"), Vec::new());
    world.steps.queue().clear();
    world.quieten().await;
    assert_eq!((world.find(caller, id), world.bucket.keys("generated/").len()), (None, 0));
}
