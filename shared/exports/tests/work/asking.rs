//! Asking for a copy.

use exports::State;
use kernel::{Failure, Reason};
use testkit::{Kind, When, survive};

use crate::world::World;

#[tokio::test]
async fn an_54_the_same_request_is_the_same_copy_and_another_waits_for_another_day() {
    let world = World::new();
    let export = world.ask("k").await.unwrap();
    assert_eq!((export.state, world.queue.queue().clone()), (State::Queued, [export.due(0)].into()));
    assert_eq!(world.ask("k").await.unwrap().id, export.id);
    world.settle().await;
    assert_eq!(world.ask("k").await.unwrap().state, State::Ready);
    assert!(world.queue.queue().is_empty(), "what is ready is told nobody");
    let refused = world.ask("another").await;
    assert!(matches!(&refused, Err(Failure::Busy { problem, .. }) if problem.reason == Reason::RateLimited), "{refused:?}");
}

#[tokio::test]
async fn an_54_who_dies_while_asking_is_made_good_by_the_same_request() {
    for (nth, when) in [(0, When::Before), (0, When::After), (1, When::Before), (1, When::After)] {
        for kind in [Kind::Crash, Kind::Busy] {
            let world = World::new();
            world.faults.fail(nth, when, kind);
            assert!(!matches!(survive(world.ask("k")).await, Ok(Ok(_))), "{nth} {when:?} {kind:?}");
            world.faults.clear();
            world.ask("k").await.unwrap();
            world.settle().await;
            assert_eq!(world.database.rows().exports.len(), 1);
            world.assert_one_copy(1);
        }
    }
}
