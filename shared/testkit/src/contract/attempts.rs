//! The attempts at drawings, and the circuits of their artists.

use std::time::Duration;

use futures_util::future::join_all;
use kernel::{AccountSession, Reason, SignedDuration};
use policy::Class;
use studio::{Change, Circuit, Claimed, Cost, Generation, History, Outcome, OwnGeneration, Permit, Usage, Written};

use super::Stores;
use super::stores::reason;

const LEASE: SignedDuration = SignedDuration::from_secs(170);

/// A generation that is being drawn.
async fn drawing(stores: &Stores) -> Generation {
    let caller = stores.customer(2).await;
    drawing_of(stores, caller).await
}

async fn drawing_of(stores: &Stores, caller: AccountSession) -> Generation {
    let queued = stores.placed(caller, 2).await;
    let screening = queued.begin_screening(stores.now(), stores.now()).unwrap();
    let drawing = screening.pass(stores.now()).unwrap();
    for (before, after) in [(&queued, &screening), (&screening, &drawing)] {
        assert_eq!(stores.generations.change(Change::of(before, after)).await.unwrap(), Written::Stored);
    }
    drawing
}

fn usage() -> Usage {
    Usage { request_id: Some("req_1".into()), input_tokens: Some(388), output_tokens: None, micro_dollars: Some(34_589) }
}

fn nothing(stores: &Stores, new_generation: &Generation) -> History {
    History::new(new_generation.owner, new_generation.id, 1, stores.now())
}

fn cost(stores: &Stores) -> Cost {
    Cost { expected: 0, per_day: 0, at: stores.now() }
}

/// A claim spends its cost with it, while the day's budget lasts, and costs nothing where another's is found.
pub async fn budget(stores: &Stores) {
    let new_generation = drawing(stores).await;
    stores.turn_back(51);
    let claim = |index, mark| History { index, ..nothing(stores, &new_generation) }.opened("openai", "a-model", mark, stores.now(), LEASE);
    let cost = |expected| Cost { expected, per_day: 100, at: stores.now() };
    assert_eq!(stores.attempts.open(&claim(0, "mine"), cost(60)).await.unwrap(), Claimed::Mine);
    let found = stores.attempts.open(&claim(0, "theirs"), cost(60)).await.unwrap();
    assert_eq!(found, Claimed::Found(claim(0, "mine")));
    let refused = stores.attempts.open(&claim(1, "mine"), cost(60)).await;
    assert_eq!(reason(refused), Some(Reason::BudgetSpent));
    assert_eq!(stores.attempts.open(&claim(1, "mine"), cost(40)).await.unwrap(), Claimed::Mine, "nothing was written before");
    assert_eq!(reason(stores.attempts.open(&claim(2, "mine"), cost(1)).await), Some(Reason::BudgetSpent));
    assert_eq!(stores.attempts.open(&claim(2, "mine"), cost(0)).await.unwrap(), Claimed::Mine, "what costs nothing needs none");
    stores.later(SignedDuration::from_hours(24));
    assert_eq!(stores.attempts.open(&claim(3, "mine"), cost(100)).await.unwrap(), Claimed::Mine);
}

/// A claim is written over the version it was made from, once; a later worker finds it, with every field.
pub async fn claims(stores: &Stores) {
    let new_generation = drawing(stores).await;
    let first = nothing(stores, &new_generation).opened("openai", "a-model", "mine", stores.now(), LEASE);
    assert_eq!(stores.attempts.open(&first, cost(stores)).await.unwrap(), Claimed::Mine);
    let other = nothing(stores, &new_generation).opened("gemini", "another", "theirs", stores.now(), LEASE);
    assert_eq!(stores.attempts.open(&other, cost(stores)).await.unwrap(), Claimed::Found(first.clone()));
    let closed = first.closed(Outcome::NoPicture, 1_234, usage());
    assert_eq!(stores.attempts.close(&closed).await.unwrap(), Written::Stored);
    assert_eq!(stores.attempts.close(&closed).await.unwrap(), Written::Overtaken, "not twice");
    let second = closed.opened("gemini", "another", "theirs", stores.now(), LEASE);
    assert_eq!(stores.attempts.open(&second, cost(stores)).await.unwrap(), Claimed::Mine);
    assert_eq!(stores.attempts.open(&other, cost(stores)).await.unwrap(), Claimed::Found(second));

    let beside = History { index: 0, ..other };
    assert_eq!(stores.attempts.open(&beside, cost(stores)).await.unwrap(), Claimed::Mine, "each drawing has its own");
}

/// Of concurrent claims one is written.
pub async fn concurrent_claims(stores: &Stores) {
    let new_generation = drawing(stores).await;
    let claim = |mark: usize| nothing(stores, &new_generation).opened("openai", "a-model", &mark.to_string(), stores.now(), LEASE);
    let claims: Vec<_> = (0..8).map(claim).collect();
    let opened = join_all(claims.iter().map(|claim| stores.attempts.open(claim, cost(stores)))).await;
    let won = opened.iter().position(|opened| matches!(opened, Ok(Claimed::Mine))).unwrap();
    for (_, opened) in opened.into_iter().enumerate().filter(|(mark, _)| *mark != won) {
        assert_eq!(opened.unwrap(), Claimed::Found(claims[won].clone()));
    }
}

/// A history is written with the progress of the generation or not at all, and is removed with the generation.
pub async fn histories(stores: &Stores) {
    let new_generation = drawing(stores).await;
    let claimed = nothing(stores, &new_generation).opened("openai", "a-model", "mine", stores.now(), LEASE);
    assert_eq!(stores.attempts.open(&claimed, cost(stores)).await.unwrap(), Claimed::Mine);
    let drawn = claimed.closed(Outcome::Drawn, 1_234, usage());
    let noted = new_generation.progress_to(1, stores.now()).unwrap();
    let load = || async { stores.generations.load(new_generation.owner, new_generation.id).await.unwrap() };

    let stale = History { version: 7, ..drawn.clone() };
    let change = |history| Change { history: Some(history), ..Change::of(&new_generation, &noted) };
    assert_eq!(stores.generations.change(change(&stale)).await.unwrap(), Written::Overtaken);
    assert_eq!(load().await.as_ref(), Some(&new_generation));
    assert_eq!(stores.generations.change(change(&drawn)).await.unwrap(), Written::Stored);
    assert_eq!(load().await.as_ref(), Some(&noted));
    assert_eq!(stores.generations.change(change(&drawn)).await.unwrap(), Written::Overtaken);
    let again = nothing(stores, &new_generation).opened("openai", "a-model", "again", stores.now(), LEASE);
    assert_eq!(stores.attempts.open(&again, cost(stores)).await.unwrap(), Claimed::Found(drawn));

    let end = Class::ATTEMPT.expires_at(stores.now());
    let due = super::expired::due(stores, Class::Attempt, end, 1_000).await.concat();
    assert!(due.iter().any(|row| row.key.sk == format!("ATT#{}#1", new_generation.id) && row.objects.is_none()));
    let sketched = noted.sketched_to(2, stores.now()).unwrap();
    assert_eq!(stores.generations.change(Change::of(&noted, &sketched)).await.unwrap(), Written::Stored);
    assert_eq!(load().await.as_ref(), Some(&sketched));
    stores.generations.remove(&sketched).await.unwrap();
    assert_eq!(
        stores.attempts.open(&again, cost(stores)).await.unwrap(),
        Claimed::Over,
        "it went with its generation, and nobody draws for it"
    );
}

/// A claim and a cancellation that were made up from the same rows are not both written: the later one is told.
pub async fn cancellations(stores: &Stores) {
    let caller = stores.customer(2).await;
    let generation = drawing_of(stores, caller).await;
    let own = || async { stores.own.own(&caller.into(), generation.id).await.unwrap().unwrap() };
    let read = own().await;
    assert_eq!(
        (&read.generation, read.attempts.iter().map(|history| (history.index, history.version)).collect()),
        (&generation, vec![(0, 0), (1, 0)])
    );
    let cancelled = generation.cancel(stores.now()).unwrap();
    let cancel = |read: &OwnGeneration, owed: u8| {
        let (entries, unchanged) = (generation.settle_charge(owed, stores.now()), read.attempts.clone());
        let (generation, cancelled) = (generation.clone(), cancelled.clone());
        async move {
            let change = Change { entries: &entries, unchanged: &unchanged, ..Change::of(&generation, &cancelled) };
            stores.generations.change(change).await.unwrap()
        }
    };
    let claimed = nothing(stores, &generation).opened("openai", "a-model", "mine", stores.now(), LEASE);
    assert_eq!(stores.attempts.open(&claimed, cost(stores)).await.unwrap(), Claimed::Mine);
    assert_eq!(cancel(&read, 0).await, Written::Overtaken, "an attempt was claimed meanwhile");
    let claimed_first = own().await;
    assert_eq!(claimed_first.attempts[1], claimed);
    let closed = claimed.closed(Outcome::Drawn, 1, usage());
    assert_eq!(stores.attempts.close(&closed).await.unwrap(), Written::Stored);
    assert_eq!(cancel(&claimed_first, 1).await, Written::Overtaken, "an attempt ended meanwhile");
    assert_eq!(stores.balance(&caller).await, (0, 2));
    assert_eq!(cancel(&own().await, 1).await, Written::Stored);
    assert_eq!(stores.balance(&caller).await, (1, 0), "what was drawn is paid, and the rest is back");
    let late = History::new(generation.owner, generation.id, 0, stores.now()).opened("openai", "a-model", "late", stores.now(), LEASE);
    assert_eq!(stores.attempts.open(&late, cost(stores)).await.unwrap(), Claimed::Over);
    assert_eq!(own().await.attempts[0].version, 0, "nothing was written");
    assert_eq!(cancel(&own().await, 1).await, Written::Overtaken, "twice is once");
    assert_eq!(stores.balance(&caller).await, (1, 0));
    stores.generations.remove(&cancelled).await.unwrap();
}

/// A circuit is written over the version it was made from, once, with every field; an unknown one is closed.
pub async fn circuits(stores: &Stores) {
    // Circuits belong to vendors, not to accounts: each suite has vendors of its own.
    let (one, two) = (stores.nobody().account.to_string(), stores.nobody().account.to_string());
    let read = || async { stores.breaker.circuits(&[&two, &one]).await.unwrap() };
    assert_eq!(read().await, [Circuit::closed(&two), Circuit::closed(&one)]);
    let open = Circuit::closed(&one).after(Outcome::Exhausted, false, stores.now()).unwrap();
    assert_eq!(stores.breaker.change(&open).await.unwrap(), Written::Stored);
    assert_eq!(stores.breaker.change(&open).await.unwrap(), Written::Overtaken, "not twice");
    assert_eq!(read().await, [Circuit::closed(&two), open.clone()]);
    stores.later(SignedDuration::from_mins(10));
    assert_eq!(open.permit(stores.now()), Permit::Probe);
    let probed = open.probed(stores.now());
    let written = join_all((0..8).map(|_| stores.breaker.change(&probed))).await;
    assert_eq!(written.iter().filter(|written| matches!(written, Ok(Written::Stored))).count(), 1, "one tries");
    let closed = probed.after(Outcome::Drawn, true, stores.now()).unwrap();
    assert_eq!(stores.breaker.change(&closed).await.unwrap(), Written::Stored);
    assert_eq!((read().await.remove(1), closed.wait), (closed.clone(), Duration::ZERO));
}
