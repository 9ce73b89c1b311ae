//! More generations than the workers have time for.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use kernel::{AccountSession, Clock, Failure, GenerationId, Owner, Reason, SignedDuration, limits};
use studio::{ControlAdmission, State, Step, Waiting};
use testkit::fakes::{FakeAdmission, StepMessage};

use super::fallback::Slow;
use super::world::{World, failure, reason};

/// Generations of customers with ten credits each, one drawing each.
async fn placed(world: &World, many: usize) -> Vec<(AccountSession, GenerationId)> {
    let mut all = Vec::new();
    while all.len() < many {
        let caller = world.customer(10).await;
        let upload = world.selfie(caller).await;
        for key in 0..10 {
            all.push((caller, world.place(caller, &world.request(upload, 1, &key.to_string())).await.unwrap().id));
        }
    }
    all
}

fn take(world: &World, step: Step) -> Option<StepMessage> {
    let position = world.steps.queue().iter().position(|(other, _)| *other == step)?;
    world.steps.queue().remove(position)
}

/// Two workers at a time take two minutes for a message of `step`; the sweeper runs all the while.
async fn work_slowly(world: &World, step: Step) {
    let most = world.steps.queue().len();
    while let Some(first) = take(world, step) {
        let second = take(world, step);
        let runs = join_all([Some(first), second].into_iter().flatten().map(|message| world.work(message))).await;
        assert!(runs.iter().all(|run| matches!(run, Ok(Ok(())))), "{runs:?}");
        for _ in 0..2 {
            world.later(1);
            let swept = world.sweep().await.unwrap();
            assert_eq!((swept.revived, swept.failed, swept.errors), (0, 0, 0), "nobody is stuck");
        }
        assert!(world.steps.queue().len() <= most, "the backlog is not made longer");
    }
}

#[tokio::test]
async fn hundreds_of_generations_wait_longer_than_every_timeout_and_each_is_drawn_once() {
    let world = World::new();
    let all = placed(&world, 200).await;
    let began = world.clock.now();
    work_slowly(&world, Step::GenerationQueued).await;
    work_slowly(&world, Step::ScreeningPassed).await;
    assert!(world.clock.now().duration_since(began) > SignedDuration::from_hours(6), "twelve times the longest timeout");
    for (caller, id) in &all {
        let generation = world.find(*caller, *id).unwrap();
        assert_eq!((generation.state, generation.revivals, generation.revivals_in_state), (State::Finishing, 0, 0));
    }
    assert_eq!((world.artist.asked().len(), world.artist.drawn().len()), (200, 200), "each is paid for once");
    assert!(world.steps.queue().iter().all(|(step, _)| *step == Step::DrawingReady) && world.steps.queue().len() == 200);
}

/// A generation of many drawings needs several runs, and waits behind others before each.
#[tokio::test]
async fn what_is_handed_on_waits_again_and_is_not_stuck() {
    let mut world = World::new();
    world.artists = vec![Box::new(Slow(world.artist.clone(), world.clock.clone()))];
    let (caller, id) = world.ready_for(Step::ScreeningPassed, 2).await;
    let first = take(&world, Step::ScreeningPassed).unwrap();
    world.work(first).await.unwrap().unwrap();
    assert_eq!(world.find(caller, id).unwrap().drawn, 1);
    for _ in 0..300 {
        world.later(1);
        assert_eq!(world.sweep().await.unwrap().failed, 0);
    }
    assert_eq!(world.steps.queue().len(), 1, "it was not told again");
    world.drain(&[Step::ScreeningPassed]).await;
    assert_eq!((world.state(caller, id), world.artist.drawn().len()), (State::Finishing, 2));
}

/// What a fair queue hands out next: of the owner whose messages took the least so far.
fn take_fairly(world: &World, step: Step, served: &mut BTreeMap<Owner, usize>) -> Option<StepMessage> {
    let mut queue = world.steps.queue();
    let of_step = queue.iter().enumerate().filter(|(_, (other, _))| *other == step);
    let position = of_step.min_by_key(|(at, (_, told))| (served.get(&told.owner_id).copied().unwrap_or_default(), *at))?.0;
    let message = queue.remove(position)?;
    *served.entry(message.1.owner_id).or_default() += 1;
    Some(message)
}

#[tokio::test]
async fn a_flood_of_one_account_does_not_keep_the_generation_of_another_waiting() {
    let world = World::new();
    let flooding = world.customer(200).await;
    let upload = world.selfie(flooding).await;
    for key in 0..limits::GENERATIONS_AT_ONCE {
        world.place(flooding, &world.request(upload, 1, &key.to_string())).await.unwrap();
    }
    let (caller, id) = world.started(1).await;
    for step in [Step::GenerationQueued, Step::ScreeningPassed] {
        let mut served = BTreeMap::new();
        for _ in 0..3 {
            let message = take_fairly(&world, step, &mut served).unwrap();
            world.work(message).await.unwrap().unwrap();
        }
    }
    assert_eq!(world.state(caller, id), State::Finishing);
}

#[tokio::test]
async fn a_generation_that_would_wait_too_long_is_not_taken_and_costs_nothing() {
    let world = World::new();
    let workers = Step::ALL.map(|step| (step, 2));
    let control = async || {
        let (admission, waiting) = (FakeAdmission(world.database.clone()), Waiting::of(&world.steps).await);
        ControlAdmission { admission: &admission, waiting: &waiting, workers, clock: &*world.clock }.run().await.unwrap()
    };
    placed(&world, 60).await;
    assert!(!control().await, "two workers draw sixty in a quarter of an hour");
    let (late, _) = world.started(1).await;
    assert!(control().await);
    let upload = world.selfie(late).await;
    let request = world.request(upload, 1, "another");
    let refused = failure(world.place(late, &request).await);
    assert_eq!(reason(&refused), Some(Reason::Overloaded));
    assert!(matches!(refused, Failure::Busy { retry_after, .. } if retry_after.as_secs() == 90));
    assert_eq!((world.balance(late), world.steps.queue().len()), ((9, 1), 61));
    world.place(late, &world.request(upload, 1, "key")).await.unwrap_err();
    world.drain(&[Step::GenerationQueued, Step::ScreeningPassed]).await;
    world.steps.queue().clear();
    world.clock.advance(SignedDuration::from_secs(90));
    assert!(!control().await);
    world.place(late, &request).await.unwrap();
}
