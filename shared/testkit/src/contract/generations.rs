//! Generations, their changes, and the queries that find them.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use kernel::{AccountSession, GenerationId, SignedDuration, Timestamp};
use screening::Decision;
use studio::upload::form_is_over_at;
use studio::{Change, Due, EndReason, Generation, Lane, MailState, Written};
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
    let screening = queued.begin_screening(now, now).unwrap();
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
    let screening = queued.begin_screening(now, now).unwrap();
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

/// All rows of a lane that are due at `now`, by their pages.
async fn due(stores: &Stores, lane: Lane, now: Timestamp) -> Vec<Due> {
    let mut pages = stores.overdue.of(lane, now);
    let mut all = Vec::new();
    loop {
        let page = pages.next().await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

/// A generation is overdue from its deadline on, until it is settled or changed: in the lane of what runs, and then in that of what has ended.
pub async fn overdue(stores: &Stores) {
    let caller = stores.customer(9).await;
    let first = stores.placed(caller, 1).await;
    stores.later(SignedDuration::from_secs(1));
    let second = stores.placed(caller, 1).await;
    let found = |lane, at| async move {
        let own = due(stores, lane, at).await.into_iter().filter_map(|due| due.generation);
        own.filter(|(account, _)| *account == caller.owner()).map(|(_, id)| id).collect::<BTreeSet<_>>()
    };
    let deadline = first.deadline.unwrap();
    assert_eq!(found(Lane::Running, deadline.checked_sub(SignedDuration::from_secs(1)).unwrap()).await, BTreeSet::new());
    assert_eq!(found(Lane::Running, deadline).await, [first.id].into());
    let later = deadline.checked_add(SignedDuration::from_mins(5)).unwrap();
    assert_eq!(found(Lane::Running, later).await, [first.id, second.id].into());
    let failed = first.fail(EndReason::TimedOut, stores.now()).unwrap();
    let release = first.release(stores.now());
    let change = Change { entries: release.as_slice(), ..Change::of(&first, &failed) };
    assert_eq!(stores.generations.change(change).await.unwrap(), Written::Stored);
    assert_eq!((found(Lane::Running, later).await, found(Lane::Ended, later).await), ([second.id].into(), [first.id].into()));
    let settled = failed.settle(form_is_over_at(failed.upload)).unwrap();
    assert_eq!(stores.generations.change(Change::of(&failed, &settled)).await.unwrap(), Written::Stored);
    assert_eq!(found(Lane::Ended, later).await, BTreeSet::new(), "what is settled is never overdue");
}

/// What cannot be handled is put off, longer each time, without a change of its version; once it is changed it begins anew.
pub async fn put_off(stores: &Stores) {
    let caller = stores.customer(9).await;
    let mut placed = stores.placed(caller, 1).await;
    for again in [false, true] {
        let mut deadline = placed.deadline.unwrap();
        for minutes in [2, 4, 8, 16, 32, 64, 64] {
            let row = due(stores, Lane::Running, deadline).await.into_iter().find(|due| due.generation == Some((placed.owner, placed.id)));
            let row = row.unwrap();
            assert_eq!(row.deadline, deadline);
            stores.overdue.put_off(&row, deadline).await.unwrap();
            let stale = Due { deadline: Timestamp::UNIX_EPOCH, ..row };
            stores.overdue.put_off(&stale, deadline).await.unwrap();
            deadline = deadline.checked_add(SignedDuration::from_mins(minutes)).unwrap();
            let found = stores.generations.load(placed.owner, placed.id).await.unwrap().unwrap();
            assert_eq!((found.deadline, found.version), (Some(deadline), placed.version), "again: {again}");
        }
        let revived = Generation { deadline: Some(deadline), ..placed.clone() }.revive(deadline).unwrap();
        assert_eq!(stores.generations.change(Change::of(&placed, &revived)).await.unwrap(), Written::Stored);
        placed = revived;
    }
}

/// Of many overdue generations, which every shard has some of, each is found once.
pub async fn many_overdue(stores: &Stores) {
    stores.turn_back(1);
    let mut placed = Vec::new();
    while placed.len() < MANY {
        stores.later(SignedDuration::from_secs(1));
        placed.push(stores.placed(stores.customer(1).await, 1).await);
    }
    for many in [1, 10, MANY] {
        let until = placed[many - 1].deadline.unwrap();
        let mut expected: Vec<_> = placed[..many].iter().map(|generation| generation.id).collect();
        let mut found: Vec<_> = due(stores, Lane::Running, until).await.into_iter().map(|due| due.generation.unwrap().1).collect();
        found.retain(|id| placed.iter().any(|generation| generation.id == *id));
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{many}");
    }
}
