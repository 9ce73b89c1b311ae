//! Any interleaving of steps, crashes, sweeps and deletions keeps the promises.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use proptest::prelude::*;
use studio::{State, Step};
use testkit::fakes::Answer;
use testkit::{Kind, When};
use wallet::Kind as Movement;

use super::world::World;

#[derive(Debug, Clone)]
enum Event {
    /// The next messages are handled concurrently, each by this many workers.
    Work { messages: usize, workers: usize },
    /// A message is lost after its last delivery.
    Lose,
    /// A step is queued without cause: a message of long ago.
    Echo(Step),
    /// The nth call from now fails.
    Fault { nth: usize, when: When, kind: Kind },
    /// Time passes, and the sweeper runs concurrently.
    Sweep { minutes: i64 },
    /// The owner deletes the generation.
    Delete,
    /// Sets an artist's next answer.
    Answer { second: bool, answer: Answer },
}

fn event() -> impl Strategy<Value = Event> {
    let step = prop_oneof![Just(Step::GenerationQueued), Just(Step::ScreeningPassed)];
    let when = prop_oneof![Just(When::Before), Just(When::After)];
    let kind = prop_oneof![3 => Just(Kind::Crash), 2 => Just(Kind::Busy), 1 => Just(Kind::Broken)];
    prop_oneof![
        6 => (1usize..3, 1usize..4).prop_map(|(messages, workers)| Event::Work { messages, workers }),
        1 => Just(Event::Lose),
        1 => step.prop_map(Event::Echo),
        4 => (0usize..25, when, kind).prop_map(|(nth, when, kind)| Event::Fault { nth, when, kind }),
        2 => (1i64..20).prop_map(|minutes| Event::Sweep { minutes }),
        1 => Just(Event::Delete),
        4 => (any::<bool>(), answer()).prop_map(|(second, answer)| Event::Answer { second, answer }),
    ]
}

/// Every answer of an artist but a refusal, which has an end of its own, and silence, which needs a running clock.
fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        Just(Answer::Exhausted),
        Just(Answer::Busy(Some(Duration::from_secs(60)))),
        Just(Answer::Down),
        Just(Answer::Unclear),
        Just(Answer::NoPicture),
        Just(Answer::Misconfigured),
    ]
}

async fn happen(world: &World, event: Event, caller: kernel::AccountSession, id: kernel::GenerationId) -> bool {
    match event {
        Event::Work { messages, workers } => {
            let taken: Vec<_> = (0..messages).filter_map(|_| world.steps.queue().pop_front()).collect();
            let runs = join_all(taken.iter().flat_map(|told| std::iter::repeat_n(*told, workers)).map(|told| world.work(told))).await;
            for (index, told) in taken.iter().enumerate() {
                if runs.iter().skip(index * workers).take(workers).any(|run| !matches!(run, Ok(Ok(())))) {
                    world.steps.queue().push_back(*told);
                }
            }
        }
        Event::Lose => drop(world.steps.queue().pop_front()),
        Event::Echo(step) => world.steps.queue().push_back(World::message(step, caller, id)),
        Event::Fault { nth, when, kind } => world.faults.fail(nth, when, kind),
        Event::Sweep { minutes } => {
            // SES's events come within the time-out.
            world.hear().await;
            world.later(minutes);
            let next = world.steps.queue().pop_front();
            let (_swept, run) = futures_util::future::join(world.sweep(), async { Some(world.work(next?).await) }).await;
            world.steps.queue().extend(next.filter(|_| !matches!(run, Some(Ok(Ok(()))))));
        }
        Event::Answer { second, answer } => {
            let artist = if second { &world.second } else { &world.artist };
            artist.answers([answer]);
        }
        Event::Delete => return matches!(world.delete(caller, id).await, Ok(Ok(()))),
    }
    false
}

async fn play(seed: u64, blocked: bool, events: Vec<Event>) {
    let world = World::of_two();
    if blocked {
        world.screener.decide(screening::Decision::Blocked);
    }
    let (caller, id) = world.started(2).await;
    world.faults.interleave(seed);
    let (mut deleted, mut asked) = (false, false);
    for event in events {
        asked |= matches!(event, Event::Delete);
        deleted |= happen(&world, event, caller, id).await;
        world.check_ledger();
        assert!(world.mailer.ready(id) <= 1, "an_02");
    }
    world.faults.clear();
    world.quieten().await;
    world.check_quiet();
    let row = world.find(caller, id);
    assert!(!deleted || row.is_none(), "deleted and still there: {row:?}");
    let ends = world.movements(id);
    let is_one_end = matches!(ends[..], [Movement::Hold, Movement::Capture | Movement::Release]);
    // Who cancels pays for what was drawn, and has the rest back, also where the function died after it.
    let is_cancelled = asked && ends == [Movement::Hold, Movement::Capture, Movement::Release];
    assert!(is_one_end || is_cancelled, "{ends:?}");
    assert!(!blocked || world.artist.drawn().is_empty() && world.second.drawn().is_empty(), "an_26");
    check_spending(&world);
    assert!(!blocked || row.is_none_or(|row| row.state != State::Done));
}

/// After any failures: no drawing was paid more than twice, if each vendor that may have made it bills it.
fn check_spending(world: &World) {
    let mut paid = BTreeMap::new();
    for (_, seed) in world.artist.drawn().into_iter().chain(world.second.drawn()) {
        *paid.entry(seed).or_insert(0) += 1;
    }
    assert!(paid.values().all(|times| *times <= 2), "paid {paid:?}");
}

/// A delivery renders for a third of a second, so few by default; `PROPTEST_CASES=1000` for a thorough run.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(24)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Invariant: Twice is once, and a crash at any call is made good.
    #[test]
    fn whatever_happens_there_is_one_end_one_charge_and_at_most_one_mail(
        seed in any::<u64>(),
        blocked in prop::bool::weighted(0.3),
        events in prop::collection::vec(event(), 1..25),
    ) {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(play(seed, blocked, events));
    }
}
