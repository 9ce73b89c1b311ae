//! Generations, their changes, and the queries that find them.

use futures_util::future::join_all;
use kernel::AccountSession;
use kernel::{GenerationId, SignedDuration};
use screening::Decision;
use studio::upload::form_is_over_at;
use studio::{Change, EndReason, Generation, MailState, Written};
use wallet::Entry;

use super::Stores;
use super::stores::MANY;
use crate::builders;

/// A change is written with all its rows, once, from the version it was made from; every field survives.
pub async fn changes(stores: &Stores) {
    let caller = stores.customer(5).await;
    let queued = stores.placed(caller, 2).await;
    let now = stores.now();
    let load = || async { stores.generations.load(caller.owner(), queued.id).await.unwrap() };
    assert_eq!(load().await.as_ref(), Some(&queued));
    let screening = queued.begin_screening(now).unwrap();
    assert_eq!(stores.generations.change(Change::of(&queued, &screening)).await.unwrap(), Written::Stored);
    assert_eq!(load().await.as_ref(), Some(&screening));

    // Overtaken: nothing of it is written, neither the credits nor the record.
    let failed = queued.fail(EndReason::TimedOut, now).unwrap();
    let (release, record) = (queued.release(now), builders::moderation(&queued, Decision::Blocked, now));
    let stale = Change { entries: release.as_slice(), moderation: Some(&record), ..Change::of(&queued, &failed) };
    assert_eq!(stores.generations.change(stale).await.unwrap(), Written::Overtaken);
    assert_eq!((load().await.as_ref(), stores.balance(&caller).await), (Some(&screening), (3, 2)));

    let (passed, record) = (screening.pass(now).unwrap(), builders::moderation(&screening, Decision::Allowed, now));
    let change = Change { moderation: Some(&record), ..Change::of(&screening, &passed) };
    assert_eq!(stores.generations.change(change).await.unwrap(), Written::Stored);
    let finishing = passed.finish_drawing(now).unwrap();
    assert_eq!(stores.generations.change(Change::of(&passed, &finishing)).await.unwrap(), Written::Stored);
    let (done, capture) = deliver(stores, &caller, &finishing).await;
    assert_eq!(stores.balance(&caller).await, (3, 0));

    // A movement that is already written makes its change fail.
    let sending = done.mail_is(MailState::Sending, now).unwrap();
    let twice = Change { entries: &[capture], ..Change::of(&done, &sending) };
    assert!(stores.generations.change(twice).await.is_err());
    assert_eq!((load().await.as_ref(), stores.balance(&caller).await), (Some(&done), (3, 0)));
    let settled = done.settle(now).unwrap();
    assert_eq!(stores.generations.change(Change::of(&done, &settled)).await.unwrap(), Written::Stored);
    assert_eq!(load().await.as_ref(), Some(&settled));

    stores.generations.remove(&settled).await.unwrap();
    stores.generations.remove(&settled).await.unwrap();
    assert_eq!((load().await, stores.views.view(&caller.into(), queued.id).await.unwrap()), (None, None));
    assert_eq!(
        stores.generations.change(Change::of(&done, &settled)).await.unwrap(),
        Written::Overtaken,
        "a removed order does not come back"
    );
}

/// Delivers a finished generation, checks the owner's view, and returns it with its capture.
async fn deliver(stores: &Stores, caller: &AccountSession, finishing: &Generation) -> (Generation, Entry) {
    let now = stores.now();
    let (done, capture, delivered) = (finishing.deliver(now).unwrap(), finishing.capture(now).unwrap(), builders::delivered());
    let change = Change { entries: &[capture], delivered: Some(&delivered), ..Change::of(finishing, &done) };
    assert_eq!(stores.generations.change(change).await.unwrap(), Written::Stored);
    let view = stores.views.view(&(*caller).into(), finishing.id).await.unwrap().unwrap();
    assert_eq!((view.generation, view.delivered), (done.clone(), Some(delivered)));
    (done, capture)
}

/// A delivered generation stays with its files; its mail moves on.
pub async fn deliveries(stores: &Stores) {
    let caller = stores.customer(1).await;
    let queued = stores.placed(caller, 1).await;
    let now = stores.now();
    let screening = queued.begin_screening(now).unwrap();
    let drawing = screening.pass(now).unwrap();
    let finishing = drawing.finish_drawing(now).unwrap();
    for (before, after) in [(&queued, &screening), (&screening, &drawing), (&drawing, &finishing)] {
        assert_eq!(stores.generations.change(Change::of(before, after)).await.unwrap(), Written::Stored);
    }
    let (mut done, _) = deliver(stores, &caller, &finishing).await;
    for mail in [MailState::Sending, MailState::Sent] {
        let next = done.mail_is(mail, now).unwrap();
        assert_eq!(stores.generations.change(Change::of(&done, &next)).await.unwrap(), Written::Stored);
        done = next;
    }
    let view = stores.views.view(&caller.into(), done.id).await.unwrap().unwrap();
    assert_eq!((view.generation, view.delivered), (done, Some(builders::delivered())));
}

/// An upload is in use as long as a generation of it runs.
pub async fn uploads_in_use(stores: &Stores) {
    let (caller, other) = (stores.customer(9).await, stores.customer(9).await);
    let (first, second) = (stores.placed(caller, 1).await, stores.placed(caller, 1).await);
    let is_in_use = async |generation: &Generation| stores.generations.is_in_use(generation.owner, generation.upload).await.unwrap();
    assert!(is_in_use(&first).await && is_in_use(&second).await);
    assert!(!stores.generations.is_in_use(other.owner(), first.upload).await.unwrap(), "it is not the other's");
    let (cancelled, entries) = (first.cancel(stores.now()).unwrap(), first.settle_charge(0, stores.now()));
    let change = Change { entries: &entries, ..Change::of(&first, &cancelled) };
    assert_eq!(stores.generations.change(change).await.unwrap(), Written::Stored);
    assert!(!is_in_use(&first).await && is_in_use(&second).await);
}

/// Of concurrent changes from one version, one is written.
pub async fn concurrent_changes(stores: &Stores) {
    let caller = stores.customer(1).await;
    let queued = stores.placed(caller, 1).await;
    let now = stores.now();
    let (failed, release) = (queued.fail(EndReason::TimedOut, now).unwrap(), queued.release(now));
    let change = Change { entries: release.as_slice(), ..Change::of(&queued, &failed) };
    let written = join_all((0..8).map(|_| stores.generations.change(change))).await;
    assert_eq!(written.iter().filter(|written| matches!(written, Ok(Written::Stored))).count(), 1);
    assert_eq!(stores.balance(&caller).await, (1, 0));
}

/// Owners see their own generations, newest first, page by page.
pub async fn pages(stores: &Stores) {
    let (caller, other) = (stores.customer(9).await, stores.customer(9).await);
    assert_eq!(stores.views.page(&caller.into(), None, 3).await.unwrap().generations, []);
    let mut ids = Vec::new();
    for _ in 0..5 {
        stores.later(SignedDuration::from_secs(1));
        ids.push(stores.placed(caller, 1).await.id);
    }
    stores.placed(other, 1).await;
    ids.reverse();
    for limit in [1, 2, 4, 5, 100] {
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = stores.views.page(&caller.into(), after, limit).await.unwrap();
            assert!(page.generations.len() <= usize::from(limit));
            seen.extend(page.generations.iter().map(|generation| generation.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ids, "pages of {limit}");
    }
    assert!(stores.own.own(&caller.into(), ids[0]).await.unwrap().is_some());
    assert!(stores.own.own(&other.into(), ids[0]).await.unwrap().is_none(), "somebody else's generation is none");
    assert!(stores.views.view(&other.into(), ids[0]).await.unwrap().is_none());
    let unknown = GenerationId::new(&*stores.clock, &stores.randomness);
    assert!(stores.views.view(&caller.into(), unknown).await.unwrap().is_none());
}

/// A generation is overdue from its deadline on, until it is settled or changed.
pub async fn overdue(stores: &Stores) {
    let caller = stores.customer(9).await;
    let first = stores.placed(caller, 1).await;
    stores.later(SignedDuration::from_secs(1));
    let second = stores.placed(caller, 1).await;
    let found = |at| async move {
        let due = stores.overdue.overdue(at, 1_000).await.unwrap();
        due.into_iter().filter(|(account, _)| *account == caller.owner()).map(|(_, id)| id).collect::<Vec<_>>()
    };
    let deadline = first.deadline.unwrap();
    assert_eq!(found(deadline.checked_sub(SignedDuration::from_secs(1)).unwrap()).await, []);
    assert_eq!(found(deadline).await, [first.id]);
    let later = deadline.checked_add(SignedDuration::from_mins(5)).unwrap();
    assert_eq!(found(later).await, [first.id, second.id], "the earliest first");
    assert_eq!(stores.overdue.overdue(later, 1).await.unwrap().len(), 1);
    let failed = first.fail(EndReason::TimedOut, stores.now()).unwrap();
    let release = first.release(stores.now());
    let change = Change { entries: release.as_slice(), ..Change::of(&first, &failed) };
    assert_eq!(stores.generations.change(change).await.unwrap(), Written::Stored);
    let settled = failed.settle(form_is_over_at(failed.upload)).unwrap();
    assert_eq!(stores.generations.change(Change::of(&failed, &settled)).await.unwrap(), Written::Stored);
    assert_eq!(found(later).await, [second.id], "what is settled is never overdue");
}

/// Of many overdue generations, which every shard has some of, each is found: the earliest first, and no more than asked for.
pub async fn many_overdue(stores: &Stores) {
    stores.turn_back(1);
    let mut placed = Vec::new();
    while placed.len() < MANY {
        stores.later(SignedDuration::from_secs(1));
        placed.push(stores.placed(stores.customer(1).await, 1).await);
    }
    let until = placed.last().unwrap().deadline.unwrap();
    let expected: Vec<_> = placed.iter().map(|generation| (generation.owner, generation.id)).collect();
    for limit in [1, 10, MANY, MANY + 1] {
        assert_eq!(stores.overdue.overdue(until, limit).await.unwrap(), expected[..limit.min(MANY)], "at most {limit}");
    }
}
