//! The sweeper.

use kernel::{Clock, SignedDuration, limits};
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
        assert_eq!(world.sweep().await.unwrap(), studio::Swept::default(), "not before its deadline");
        world.clock.advance(SignedDuration::from_mins(31));
        assert_eq!(world.sweep().await.unwrap().revived, 1);
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
            world.sweep().await.unwrap();
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
                world.database.rows().generations.get_mut(&(caller.owner(), id)).unwrap().revivals_in_state = revivals;
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
    // After the looks at three queues and at what runs comes the first generation's read.
    world.faults.fail(4, testkit::When::Before, Kind::Broken);
    let swept = world.sweep().await.unwrap();
    assert_eq!((swept.revived, swept.errors), (2, 1));
    assert!(matches!(swept.outcome(), Err(kernel::Failure::Broken(_))), "the run failed");
    assert_eq!(swept.oldest_seconds(world.clock.now()), 16 * 60);
    world.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(world.sweep().await.unwrap(), studio::Swept::default(), "it is put off");
    world.steps.queue().clear();
    world.clock.advance(SignedDuration::from_mins(1));
    let swept = world.sweep().await.unwrap();
    assert_eq!((swept.revived, swept.errors, swept.oldest), (1, 0, None));
    swept.outcome().unwrap();
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

#[tokio::test]
async fn a_message_that_waits_behind_others_is_not_lost_and_one_that_waits_for_half_a_day_is() {
    let world = World::new();
    let (caller, id) = world.started(1).await;
    let (_, other) = world.started(1).await;
    // The first one's message is lost, and the other's waits.
    world.steps.queue().pop_front().unwrap();
    for _ in 0..11 * 60 {
        world.later(1);
        assert_eq!(world.sweep().await.unwrap().revived, 0);
    }
    assert_eq!(world.find(caller, id).unwrap().revivals_in_state, 0);
    for _ in 0..90 {
        world.later(1);
        world.sweep().await.unwrap();
    }
    assert_eq!((world.find(caller, id).unwrap().revivals, world.steps.queue().len()), (1, 3), "both are told again, once");
    world.quieten().await;
    assert_eq!((world.state(caller, id), world.artist.drawn().len()), (State::Done, 2));
    assert_eq!(world.mailer.ready(other), 1);
}

#[tokio::test]
async fn a_queue_that_does_not_say_what_waits_gives_nothing_up() {
    let world = World::new();
    let (caller, id) = world.started(1).await;
    world.steps.queue().clear();
    world.faults.down("steps.waiting", Kind::Busy);
    for _ in 0..10 {
        world.later(16);
        assert_eq!(world.sweep().await.unwrap().failed, 0);
    }
    assert_eq!(world.state(caller, id), State::Queued);
    world.faults.clear();
    world.quieten().await;
    assert_eq!(world.state(caller, id), State::Done);
}

#[tokio::test]
async fn many_tombstones_do_not_hold_up_what_runs() {
    let world = World::new();
    for _ in 0..5 {
        let caller = world.customer(1).await;
        let upload = world.selfie(caller).await;
        for key in 0..limits::GENERATIONS_PER_HOUR.most {
            let id = world.place(caller, &world.request(upload, 1, &key.to_string())).await.unwrap().id;
            world.delete(caller, id).await.unwrap().unwrap();
        }
    }
    let (other, id) = world.started(1).await;
    world.steps.queue().clear();
    world.clock.advance(SignedDuration::from_mins(16));
    let swept = world.sweep().await.unwrap();
    assert_eq!((swept.revived, swept.tidied, swept.errors, swept.oldest), (1, 300, 0, None), "all of them in one run");
    assert_eq!(world.find(other, id).unwrap().revivals, 1);
}

#[tokio::test]
async fn a_run_stops_at_its_end_and_says_how_far_behind_it_is() {
    let mut world = World::new();
    world.time = SignedDuration::ZERO;
    for _ in 0..3 {
        world.started(1).await;
    }
    world.steps.queue().clear();
    world.clock.advance(SignedDuration::from_mins(20));
    let swept = world.sweep().await.unwrap();
    assert_eq!((swept.revived, swept.errors, swept.oldest_seconds(world.clock.now())), (0, 0, 300));
}

#[tokio::test]
async fn what_fails_again_and_again_is_put_off_for_longer_each_time() {
    let world = World::new();
    world.started(1).await;
    world.steps.queue().clear();
    world.faults.down("generations.load", Kind::Broken);
    world.clock.advance(SignedDuration::from_mins(15));
    let mut tries = 0;
    for _ in 0..300 {
        world.clock.advance(SignedDuration::from_mins(1));
        tries += world.sweep().await.unwrap().errors;
    }
    assert_eq!(tries, 9, "after 1, 3, 7, 15, 31, 63, 127, 191 and 255 minutes");
}
