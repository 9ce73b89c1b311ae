//! Messages and requests that come twice, and the turns of workers.

use futures_util::future::join_all;
use kernel::{Clock, Failure, SignedDuration};
use studio::{State, Step};
use testkit::fakes::told;
use testkit::{Kind, When};

use super::world::World;

const STEPS: [Step; 3] = [Step::GenerationQueued, Step::ScreeningPassed, Step::DrawingReady];

#[tokio::test]
async fn one_key_sent_five_hundred_times_is_one_chain_of_work() {
    let world = World::new();
    let caller = world.customer(10).await;
    let request = world.request(world.selfie(caller).await, 1, "key");
    let first = world.place(caller, &request).await.unwrap();
    world.faults.interleave(7);
    for placed in join_all((0..500).map(|_| world.place(caller, &request))).await {
        assert_eq!(placed.unwrap(), first);
    }
    assert_eq!(world.steps.queue().len(), 1, "the first has just told it");
    // It may have died before it told the step: that is made good once, however long the message waits.
    for minutes in 1..5 {
        world.clock.advance(SignedDuration::from_mins(minutes));
        join_all((0..100).map(|_| world.place(caller, &request))).await;
        assert_eq!(world.steps.queue().len(), 2);
    }
    world.drain_all().await;
    assert_eq!((world.state(caller, first.id), world.artist.drawn().len(), world.mailer.ready(first.id)), (State::Done, 1, 1));
    join_all((0..100).map(|_| world.place(caller, &request))).await;
    assert!(world.steps.queue().is_empty());
    assert_eq!(world.balance(caller), (9, 0));
}

#[tokio::test]
async fn messages_that_come_many_times_do_no_work_beside_each_other() {
    for step in STEPS {
        for seed in 0..4 {
            let world = World::new();
            let (caller, id) = world.ready_for(step, 1).await;
            let message = world.steps.queue().pop_front().unwrap();
            let work =
                |world: &World| (world.faults.count("screener.score"), world.artist.asked().len(), world.faults.count("pictures.keep"));
            let before = work(&world);
            world.faults.interleave(seed);
            let runs = join_all((0..20).map(|_| world.work(message))).await;
            let failed = runs.into_iter().filter(|run| matches!(run, Ok(Err(Failure::Busy { .. })))).count();
            assert!(failed > 0 && world.steps.queue().len() <= 2, "{step:?}: {failed} come again, and the next step is told");
            let (once, at) = (work(&world), format!("{step:?} {seed}"));
            match step {
                Step::GenerationQueued => assert_eq!(once.0 - before.0, 1, "{at}: judged once"),
                Step::ScreeningPassed => assert_eq!(once.1 - before.1, 1, "{at}: drawn once"),
                Step::DrawingReady => assert_eq!(once.2 - before.2, delivered_files(&world, id), "{at}: made and signed once"),
            }
            for _ in 0..failed {
                world.work(message).await.unwrap().unwrap();
            }
            assert!(world.steps.queue().len() <= 2, "{at}");
            world.drain_all().await;
            assert_eq!((world.state(caller, id), world.artist.asked().len(), world.mailer.ready(id)), (State::Done, 1, 1), "{at}");
        }
    }
}

/// The objects of a delivery that are stored once.
fn delivered_files(world: &World, id: kernel::GenerationId) -> usize {
    world.database.rows().delivered[&id].files.len()
}

#[tokio::test]
async fn a_turn_whose_worker_died_ends_with_its_time() {
    for step in STEPS {
        let world = World::new();
        let (caller, id) = world.ready_for(step, 1).await;
        let message = world.steps.queue().pop_front().unwrap();
        world.faults.fail(4, When::Before, Kind::Crash);
        assert!(world.work(message).await.is_err(), "{step:?}");
        let held = world.find(caller, id).unwrap();
        assert_eq!(held.held_until.unwrap().duration_since(world.clock.now()), world.time, "{step:?}");
        world.clock.advance(world.time - SignedDuration::from_secs(1));
        assert!(matches!(world.work(message).await, Ok(Err(Failure::Busy { .. }))), "{step:?}");
        world.clock.advance(SignedDuration::from_secs(1));
        world.work(message).await.unwrap().unwrap();
        world.drain_all().await;
        assert_eq!(world.state(caller, id), State::Done, "{step:?}");
    }
}

/// A second message of a step that somebody is on is not needed: the first comes again if its worker dies.
#[tokio::test]
async fn another_message_of_a_step_that_is_held_is_dropped() {
    for step in STEPS {
        let mut world = World::new();
        let (caller, id) = world.ready_for(step, 1).await;
        let message = world.steps.queue().pop_front().unwrap();
        world.faults.fail(4, When::Before, Kind::Crash);
        assert!(world.work(message).await.is_err(), "{step:?}");
        let held = world.find(caller, id).unwrap();
        world.message = "another-message/9";
        world.work(message).await.unwrap().unwrap();
        assert_eq!(world.find(caller, id).unwrap(), held, "{step:?}: nothing was done");
        // The queue hands out the first again: its worker is dead, and nobody waits for the end of its turn.
        world.message = "a-message/2";
        world.work(message).await.unwrap().unwrap();
        world.drain_all().await;
        assert_eq!(world.state(caller, id), State::Done, "{step:?}");
    }
}

#[tokio::test]
async fn a_worker_that_fails_leaves_its_turn_to_the_next_at_once() {
    let world = World::new();
    let (caller, id) = world.started(1).await;
    let message = world.steps.queue()[0];
    world.faults.down("screener.score", Kind::Busy);
    assert!(matches!(world.work(message).await, Ok(Err(_))));
    world.faults.clear();
    world.work(message).await.unwrap().unwrap();
    assert_eq!(world.state(caller, id), State::Drawing);
}

#[tokio::test]
async fn a_message_of_before_the_last_restart_is_dropped() {
    for step in STEPS {
        let world = World::new();
        let (caller, id) = world.ready_for(step, 1).await;
        let stale = world.steps.queue().pop_front().unwrap();
        world.clock.advance(SignedDuration::from_mins(31));
        assert_eq!(world.sweep().await.unwrap().revived, 1);
        let revived = world.find(caller, id).unwrap();
        world.work(stale).await.unwrap().unwrap();
        assert_eq!(world.find(caller, id).unwrap(), revived, "{step:?}");
        assert_eq!(*world.steps.queue(), [told(step, &revived)]);
        // Messages of before the last release do not say which restart they are of.
        world.work(World::message(step, caller, id)).await.unwrap().unwrap();
        assert_ne!(world.find(caller, id).unwrap(), revived, "{step:?}");
    }
}
