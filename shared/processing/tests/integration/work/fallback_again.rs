//! Crashes, outages and concurrent workers: which calls are repeated, and which are not.

use std::time::Duration;

use futures_util::future::join_all;
use kernel::{Clock, SignedDuration};
use studio::{Attempts, Cost, EndReason, History, Outcome, State, Step};
use testkit::fakes::{Answer, FakeAttempts};
use testkit::{Kind, When};

use super::fallback::SECOND;
use super::world::World;

#[tokio::test]
async fn money_is_not_spent_a_third_time_however_often_a_worker_dies() {
    for (when, call) in [(When::After, "artist.draw"), (When::Before, "pictures.put")] {
        let world = World::of_two();
        let (caller, id) = world.ready_for(Step::ScreeningPassed, 1).await;
        world.faults.down_when(call, when, Kind::Crash);
        for _ in 0..6 {
            world.drain(SECOND).await;
            world.later(3);
        }
        world.drain(SECOND).await;
        let paid = world.artist.drawn().len() + world.second.drawn().len();
        assert_eq!((paid, world.find(caller, id).unwrap().reason), (2, Some(EndReason::DrawingFailed)), "{call}");
        assert_eq!(world.balance(caller), (10, 0));
        world.faults.clear();
        world.quieten().await;
        world.check_quiet();
    }
}

#[tokio::test]
async fn a_crash_at_any_call_ends_as_if_there_had_been_none() {
    for answer in [Answer::Drawn, Answer::Down, Answer::NoPicture, Answer::Exhausted, Answer::Busy(Some(Duration::ZERO))] {
        for when in [When::Before, When::After] {
            for nth in 0.. {
                let world = World::of_two();
                let (caller, id) = world.ready_for(Step::ScreeningPassed, 1).await;
                world.artist.answers([answer]);
                world.faults.fail(nth, when, Kind::Crash);
                world.drain(SECOND).await;
                let hit = world.faults.clear();
                world.later(3);
                world.drain(SECOND).await;
                let at = format!("{answer:?} {when:?} {hit:?}: {:?}", world.tried(id));
                assert_eq!(world.state(caller, id), State::Finishing, "{at}");
                assert!(world.artist.drawn().len() + world.second.drawn().len() <= 2, "{at}");
                world.check_ledger();
                if hit.is_empty() {
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_refusal_that_was_noted_is_never_asked_about_again() {
    for when in [When::Before, When::After] {
        for nth in 0.. {
            let world = World::of_two();
            let (caller, id) = world.ready_for(Step::ScreeningPassed, 1).await;
            world.artist.always(Answer::Refused);
            world.second.always(Answer::Refused);
            world.faults.fail(nth, when, Kind::Busy);
            world.drain(SECOND).await;
            let hit = world.faults.clear();
            world.later(3);
            world.drain(SECOND).await;
            let at = format!("{when:?} {hit:?}: {:?}", world.tried(id));
            assert_eq!(world.find(caller, id).unwrap().reason, Some(EndReason::DrawingRefused), "{at}");
            // The first call refused nothing only where the claim could not be written, or the vendor was busy.
            assert_eq!(world.tried(id).iter().filter(|(_, outcome)| *outcome == Some(Outcome::Refused)).count(), 1, "{at}");
            assert_eq!(world.balance(caller), (10, 0));
            if hit.is_empty() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn an_outage_of_ten_minutes_ends_with_the_drawing_and_without_a_dead_letter() {
    let world = World::new();
    let (caller, id) = world.ready_for(Step::ScreeningPassed, 1).await;
    world.artist.always(Answer::Down);
    let began = world.clock.now();
    while world.clock.now().duration_since(began) < SignedDuration::from_mins(10) {
        assert_eq!(world.drain(SECOND).await, 0, "no message fails");
        let wait = world.steps.delayed()[0].0;
        assert!((15..=900).contains(&wait.as_secs()));
        world.clock.advance(SignedDuration::try_from(wait).unwrap());
        world.steps.release();
    }
    assert!(world.artist.asked().len() < 12, "asked {} times", world.artist.asked().len());
    world.artist.always(Answer::Drawn);
    for _ in 0..3 {
        world.drain(SECOND).await;
        world.later(10);
    }
    let generation = world.find(caller, id).unwrap();
    assert_eq!((generation.state, generation.revivals), (State::Finishing, 0));
}

#[tokio::test]
async fn an_outage_without_end_ends_the_generation_and_releases_its_credits() {
    for (answer, reason) in [
        (Answer::Down, EndReason::TimedOut),
        (Answer::Exhausted, EndReason::DrawingFailed),
        (Answer::Misconfigured, EndReason::TimedOut),
        (Answer::Busy(Some(Duration::from_secs(60))), EndReason::TimedOut),
    ] {
        let world = World::of_two();
        let (caller, id) = world.ready_for(Step::ScreeningPassed, 1).await;
        world.artist.always(answer);
        world.second.always(answer);
        world.quieten().await;
        assert_eq!(world.find(caller, id).unwrap().reason, Some(reason), "{answer:?}");
        assert_eq!(world.balance(caller), (10, 0));
        world.check_quiet();
    }
}

/// Opens the circuit of the first artist by five generations.
async fn dead_vendor(world: &World) {
    let caller = world.customer(20).await;
    let upload = world.selfie(caller).await;
    world.artist.always(Answer::Down);
    for new_generation in 0..5 {
        world.place(caller, &world.request(upload, 1, &format!("{new_generation}"))).await.unwrap();
    }
    world.drain_all().await;
    assert_eq!(world.artist.asked().len(), 5);
}

#[tokio::test]
async fn a_vendor_found_dead_by_some_workers_is_not_asked_by_others() {
    let world = World::of_two();
    dead_vendor(&world).await;
    let (caller, id) = world.started(2).await;
    world.drain_all().await;
    assert_eq!((world.state(caller, id), world.artist.asked().len()), (State::Done, 5), "the second drew");
    assert_eq!(world.second.drawn().len(), 7);
}

#[tokio::test]
async fn of_many_workers_one_tries_whether_the_vendor_is_back() {
    for back in [true, false] {
        let world = World::new();
        dead_vendor(&world).await;
        world.steps.delayed().clear();
        for seed in 0..6 {
            world.started(1).await;
            world.faults.interleave(seed);
        }
        world.drain(&[Step::GenerationQueued]).await;
        world.clock.advance(SignedDuration::from_secs(30));
        if back {
            world.artist.always(Answer::Drawn);
        }
        let messages: Vec<_> = std::iter::from_fn(|| world.steps.queue().pop_front()).collect();
        let runs = join_all(messages.iter().map(|told| world.work(*told))).await;
        assert!(runs.iter().all(|run| matches!(run, Ok(Ok(())))), "{runs:?}");
        let asked = world.artist.asked().len();
        // A worker after a successful probe may ask too.
        assert!(asked == 6 || back && asked > 6, "one tried: {asked}");
        assert_eq!(world.steps.delayed().len(), if back { 11 - asked } else { 6 }, "the others wait");
        // The next worker asks at once if the vendor is back, and waits twice as long if it is not.
        world.clock.advance(SignedDuration::from_secs(59));
        world.steps.release();
        world.drain(SECOND).await;
        assert_eq!(world.artist.asked().len(), if back { 11 } else { 6 });
    }
}

#[tokio::test]
async fn a_drawing_that_another_worker_asks_for_is_not_asked_for_and_waits_for_its_end() {
    let world = World::new();
    let (caller, id) = world.ready_for(Step::ScreeningPassed, 1).await;
    let now = world.clock.now();
    let claimed = History::new(caller.owner(), id, 0, now).opened("fake", "fake-1", "another", now, SignedDuration::from_secs(170));
    let _mine = FakeAttempts(world.database.clone()).open(&claimed, Cost { expected: 0, per_day: 0, at: now }).await.unwrap();
    assert_eq!(world.drain(SECOND).await, 0);
    assert_eq!((world.artist.asked().len(), world.steps.delayed()[0].0), (0, Duration::from_secs(170)));
    world.clock.advance(SignedDuration::from_secs(170));
    world.steps.release();
    world.drain(SECOND).await;
    assert_eq!(world.state(caller, id), State::Finishing);
    assert_eq!(world.tried(id), [("fake".to_owned(), Some(Outcome::Unclear)), ("fake".to_owned(), Some(Outcome::Drawn))]);
}

#[tokio::test]
async fn a_message_delivered_twice_at_once_is_drawn_once() {
    for seed in 0..20 {
        let world = World::new();
        let (caller, id) = world.ready_for(Step::ScreeningPassed, 2).await;
        let told = world.steps.queue().pop_front().unwrap();
        world.faults.interleave(seed);
        let runs = join_all([world.work(told), world.work(told), world.work(told)]).await;
        for _ in runs.iter().filter(|run| !matches!(run, Ok(Ok(())))) {
            world.steps.queue().push_back(told);
        }
        world.drain(SECOND).await;
        world.later(3);
        world.drain(SECOND).await;
        assert_eq!((world.state(caller, id), world.artist.drawn().len()), (State::Finishing, 2), "seed {seed}");
    }
}
