//! The second step.

use std::collections::BTreeMap;

use studio::{EndReason, State, Step};
use testkit::{Kind, When};

use super::world::{FAULTS, World};

const SECOND: &[Step] = &[Step::ScreeningPassed];

#[tokio::test]
async fn every_drawing_is_stored_as_it_arrives_and_progress_moves() {
    let world = World::new();
    let (caller, id) = world.ready_for(Step::ScreeningPassed, 3).await;
    assert_eq!(world.drain(SECOND).await, 0);
    let generation = world.find(caller, id).unwrap();
    assert_eq!((generation.state, generation.drawn, generation.progress()), (State::Finishing, 3, 80));
    assert_eq!(world.bucket.keys("generated/").len(), 3);
    assert_eq!(world.artist.drawn(), [("soft-anime".into(), 7), ("soft-anime".into(), 8), ("soft-anime".into(), 9)]);
}

#[tokio::test]
async fn a_fault_at_any_call_costs_no_drawing_twice_that_was_stored() {
    for (when, kind) in FAULTS {
        for nth in 0.. {
            let world = World::new();
            let (caller, id) = world.ready_for(Step::ScreeningPassed, 3).await;
            world.faults.fail(nth, when, kind);
            world.drain(SECOND).await;
            let hit = world.faults.clear();
            // A dead worker's claim runs out, and the sweeper queues a step whose message was lost.
            world.later(3);
            world.drain(SECOND).await;
            let at = format!("{when:?} {kind:?} {hit:?}");
            assert_eq!(world.state(caller, id), State::Finishing, "{at}");
            assert!(world.steps.queue().iter().any(|told| told.0 == Step::DrawingReady), "{at}");
            assert_eq!(world.bucket.keys("generated/").len(), 3, "{at}");
            let mut seeds = BTreeMap::new();
            world.artist.drawn().into_iter().for_each(|(_, seed)| *seeds.entry(seed).or_insert(0) += 1);
            let lost =
                hit == ["artist.draw"] && when == When::After && kind != Kind::Busy || hit == ["pictures.put"] && when == When::Before;
            assert_eq!(seeds.values().sum::<i32>(), 3 + i32::from(lost), "{at}: drawn {seeds:?}");
            assert_eq!(world.balance(caller), (7, 3), "{at}");
            world.check_ledger();
            if hit.is_empty() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_selfie_that_went_meanwhile_ends_the_generation() {
    let world = World::new();
    let (caller, id) = world.ready_for(Step::ScreeningPassed, 2).await;
    world.bucket.objects().clear();
    world.drain(SECOND).await;
    assert_eq!(world.find(caller, id).unwrap().reason, Some(EndReason::UploadGone));
    assert_eq!(world.balance(caller), (10, 0));
    world.quieten().await;
    world.check_quiet();
}

#[tokio::test]
async fn an_artist_that_is_down_fails_the_generation_in_the_end_and_releases_its_credits() {
    let world = World::new();
    let (caller, id) = world.started(2).await;
    world.faults.down("artist.draw", Kind::Busy);
    world.quieten().await;
    assert_eq!(world.find(caller, id).unwrap().reason, Some(EndReason::TimedOut));
    assert_eq!(world.balance(caller), (10, 0));
    world.check_quiet();
}

#[tokio::test]
async fn a_step_that_is_told_too_early_waits_for_its_turn() {
    let world = World::new();
    let (caller, id) = world.started(1).await;
    world.work(World::message(Step::DrawingReady, caller, id)).await.unwrap().unwrap();
    world.work(World::message(Step::ScreeningPassed, caller, id)).await.unwrap().unwrap();
    assert_eq!(world.state(caller, id), State::Queued);
    assert!(world.artist.drawn().is_empty(), "an_70");
    world.quieten().await;
    assert_eq!(world.state(caller, id), State::Done);
    world.check_quiet();
}
