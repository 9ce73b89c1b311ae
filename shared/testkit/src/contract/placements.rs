//! Uploads and the creation of generations.

use futures_util::future::join_all;
use kernel::{Failure, Reason, SignedDuration, limits};
use screening::Decision;
use studio::{Change, EndReason, Generation, Placed, Placement, State, Upload, UploadStanding, Written};
use wallet::{Charge, Entry, Quota};

use super::Stores;
use super::stores::reason;
use crate::builders;

/// An account may open a limited number of uploads an hour (AN-69).
pub async fn uploads(stores: &Stores) {
    let caller = stores.customer(0).await;
    for _ in 0..limits::UPLOADS_PER_HOUR.most {
        stores.upload(caller).await;
    }
    let upload = builders::upload(caller, &*stores.clock, &stores.randomness);
    assert_eq!(reason(stores.uploads.open(&upload).await), Some(Reason::RateLimited));
    assert_eq!(
        stores.placements.missing_upload(&caller.into(), "key", upload.id, stores.now()).await.unwrap().upload,
        None,
        "nothing was written"
    );
    stores.later(SignedDuration::from_hours(1));
    stores.uploads.open(&upload).await.unwrap();
}

/// A generation is written with its hold and its answer, or not at all; the same key means the same generation until it expires.
pub async fn generations(stores: &Stores) {
    let caller = stores.customer(5).await;
    let upload = stores.upload(caller).await;
    let new_generation = stores.new_generation(&upload, 2, "first");
    assert_eq!(stores.placements.place(&new_generation).await.unwrap(), Placement::New);
    assert_eq!(stores.balance(&caller).await, (3, 2));
    assert_eq!(
        stores.generations.load(caller.owner(), new_generation.generation.id).await.unwrap(),
        Some(new_generation.generation.clone())
    );
    let again = stores.new_generation(&upload, 2, "first");
    let Placement::Replayed(replay) = stores.placements.place(&again).await.unwrap() else { panic!("the key was used") };
    assert_eq!((replay.payload_hash.as_str(), replay.placed), ("payload", Placed { id: new_generation.generation.id, credits: 2 }));
    assert_eq!(stores.generations.load(caller.owner(), again.generation.id).await.unwrap(), None);
    let background = stores.placements.missing_upload(&caller.into(), "first", upload.id, stores.now()).await.unwrap();
    assert_eq!((background.replay, background.upload), (Some(replay), Some(UploadStanding::Open)));
    stores.later(SignedDuration::from_hours(24));
    assert_eq!(stores.placements.missing_upload(&caller.into(), "first", upload.id, stores.now()).await.unwrap().replay, None);
    assert_eq!(
        stores.placements.place(&stores.new_generation(&upload, 1, "first")).await.unwrap(),
        Placement::New,
        "an expired answer is absent"
    );
    assert_eq!(stores.balance(&caller).await, (2, 3));
}

/// The refusals of a generation, with nothing written.
pub async fn refused_generations(stores: &Stores) {
    let caller = stores.customer(2).await;
    let (upload, other) = (stores.upload(caller).await, stores.customer(5).await);
    assert_eq!(reason(stores.placements.place(&stores.new_generation(&upload, 3, "key")).await), Some(Reason::WalletShort));
    let mut foreign = stores.new_generation(&stores.upload(other).await, 1, "key");
    foreign.principal = caller.into();
    foreign.generation.owner = caller.owner();
    assert!(matches!(stores.placements.place(&foreign).await, Err(Failure::Missing(_))));
    assert_eq!(
        stores.placements.missing_upload(&caller.into(), "key", foreign.generation.upload, stores.now()).await.unwrap().upload,
        None
    );
    assert_eq!(stores.balance(&caller).await, (2, 0));
    assert_eq!(stores.placements.place(&stores.new_generation(&upload, 1, "key")).await.unwrap(), Placement::New, "the key was never used");
    block(stores, &upload).await;
    assert_eq!(reason(stores.placements.place(&stores.new_generation(&upload, 1, "blocked")).await), Some(Reason::UploadRefused));
    let background = stores.placements.missing_upload(&caller.into(), "blocked", upload.id, stores.now()).await.unwrap();
    assert_eq!(background.upload, Some(UploadStanding::Refused));
    let unused = stores.upload(caller).await;
    stores.later(SignedDuration::from_hours(24));
    assert!(
        matches!(stores.placements.place(&stores.new_generation(&unused, 1, "late")).await, Err(Failure::Missing(_))),
        "a row past its time is absent"
    );
    assert_eq!(stores.balance(&caller).await, (1, 1));
}

/// An account starts a limited number of generations in an hour (AN-69), whatever becomes of them.
pub async fn hourly_generations(stores: &Stores) {
    let caller = stores.customer(limits::GENERATIONS_PER_HOUR.most + 1).await;
    let upload = stores.upload(caller).await;
    for index in 0..limits::GENERATIONS_PER_HOUR.most {
        let placed = place(stores, &upload, &format!("key {index}")).await;
        end(stores, &placed, &placed.fail(EndReason::TimedOut, stores.now()).unwrap(), placed.release(stores.now()).as_slice()).await;
    }
    let more = stores.new_generation(&upload, 1, "one more");
    let refused = stores.placements.place(&more).await;
    assert!(
        matches!(&refused, Err(Failure::Busy { problem, retry_after, .. }) if problem.detail.contains("60") && !retry_after.is_zero()),
        "{refused:?}"
    );
    assert_eq!(reason(refused), Some(Reason::RateLimited));
    assert_eq!(stores.generations.load(caller.owner(), more.generation.id).await.unwrap(), None, "nothing was written");
    assert_eq!(stores.balance(&caller).await, (61, 0));
    assert!(matches!(stores.placements.place(&stores.new_generation(&upload, 1, "key 3")).await, Ok(Placement::Replayed(_))));
    stores.later(SignedDuration::from_hours(1));
    assert_eq!(stores.placements.place(&more).await.unwrap(), Placement::New);
}

/// A limited number of an account's generations run at once (AN-69), and every end makes place for one more.
pub async fn generations_at_once(stores: &Stores) {
    let caller = stores.customer(100).await;
    let upload = stores.upload(caller).await;
    let mut running = Vec::new();
    for index in 0..limits::GENERATIONS_AT_ONCE {
        running.push(place(stores, &upload, &format!("key {index}")).await);
    }
    let now = stores.now();
    let more = stores.new_generation(&upload, 1, "one more");
    let refused = stores.placements.place(&more).await;
    assert!(
        matches!(&refused, Err(Failure::Busy { problem, retry_after, .. }) if problem.detail.contains("10") && !retry_after.is_zero()),
        "{refused:?}"
    );
    assert_eq!(reason(refused), Some(Reason::RateLimited));
    assert_eq!(reason(stores.placements.place(&stores.new_generation(&upload, 100, "and too much")).await), Some(Reason::RateLimited));
    assert_eq!(stores.balance(&caller).await, (90, 10), "nothing was written");
    assert!(matches!(stores.placements.place(&stores.new_generation(&upload, 1, "key 3")).await, Ok(Placement::Replayed(_))));

    let full = async |key: &str| reason(stores.placements.place(&stores.new_generation(&upload, 1, key)).await);
    let queued = running.pop().unwrap();
    end(stores, &queued, &queued.fail(EndReason::TimedOut, now).unwrap(), queued.release(now).as_slice()).await;
    let next = place(stores, &upload, "after a failure").await;
    assert_eq!(full("full").await, Some(Reason::RateLimited));
    for owed in [0, 1] {
        let queued = running.pop().unwrap();
        end(stores, &queued, &queued.cancel(now).unwrap(), &queued.settle_charge(owed, now)).await;
        place(stores, &upload, &format!("after a cancellation with {owed} drawn")).await;
        assert_eq!(full("full").await, Some(Reason::RateLimited));
    }
    let finishing = Generation { state: State::Finishing, version: next.version + 1, ..next.clone() };
    assert_eq!(stores.generations.change(Change::of(&next, &finishing)).await.unwrap(), Written::Stored);
    end(stores, &finishing, &finishing.deliver(now).unwrap(), finishing.capture(now).as_slice()).await;
    place(stores, &upload, "after a delivery").await;
    assert_eq!(full("full").await, Some(Reason::RateLimited));
}

async fn place(stores: &Stores, upload: &Upload, key: &str) -> Generation {
    let new_generation = stores.new_generation(upload, 1, key);
    assert_eq!(stores.placements.place(&new_generation).await.unwrap(), Placement::New, "{key}");
    new_generation.generation
}

async fn end(stores: &Stores, before: &Generation, after: &Generation, entries: &[Entry]) {
    let change = Change { entries, ..Change::of(before, after) };
    assert_eq!(stores.generations.change(change).await.unwrap(), Written::Stored);
}

/// While the admission is closed no generation is taken and nothing is written, whoever asks; a key that was used before it answers as before.
pub async fn admission(stores: &Stores) {
    stores.turn_back(3);
    let callers = [stores.customer(2).await, stores.customer(2).await, stores.customer(2).await];
    let mut uploads = Vec::new();
    for caller in callers {
        uploads.push(stores.upload(caller).await);
        assert_eq!(
            stores.placements.place(&stores.new_generation(&uploads[uploads.len() - 1], 1, "before")).await.unwrap(),
            Placement::New
        );
    }
    stores.admission.close(stores.now().checked_add(SignedDuration::from_secs(90)).unwrap()).await.unwrap();
    stores.later(SignedDuration::from_secs(30));
    for (caller, upload) in callers.iter().zip(&uploads) {
        let refused = stores.placements.place(&stores.new_generation(upload, 1, "key")).await;
        assert!(matches!(&refused, Err(Failure::Busy { retry_after, .. }) if retry_after.as_secs() == 60), "{refused:?}");
        assert_eq!(reason(refused), Some(Reason::Overloaded));
        assert!(matches!(stores.placements.place(&stores.new_generation(upload, 1, "before")).await.unwrap(), Placement::Replayed(_)));
        assert_eq!(stores.balance(caller).await, (1, 1));
    }
    stores.later(SignedDuration::from_secs(60));
    for upload in &uploads {
        assert_eq!(stores.placements.place(&stores.new_generation(upload, 1, "key")).await.unwrap(), Placement::New, "it opens by itself");
    }
}

/// A generation that counts against a free quota takes nothing from the wallet; a replayed one is not counted again, a refused one writes nothing, and the
/// next hour has a quota of its own.
pub async fn quota(stores: &Stores) {
    let (caller, other) = (stores.customer(2).await, stores.customer(2).await);
    let upload = stores.upload(caller).await;
    let free = |upload: &Upload, key: &str| {
        let charge = Charge::Quota(Quota { per_hour: 2 });
        builders::new_generation(upload.principal, upload.id, charge, key, &*stores.clock, &stores.randomness)
    };
    let first = free(&upload, "first");
    assert_eq!(stores.placements.place(&first).await.unwrap(), Placement::New);
    assert_eq!(stores.generations.load(caller.owner(), first.generation.id).await.unwrap(), Some(first.generation));
    assert!(matches!(stores.placements.place(&free(&upload, "first")).await.unwrap(), Placement::Replayed(_)));
    assert_eq!(stores.placements.place(&free(&upload, "second")).await.unwrap(), Placement::New);
    let third = free(&upload, "third");
    assert_eq!(reason(stores.placements.place(&third).await), Some(Reason::RateLimited));
    assert_eq!(stores.generations.load(caller.owner(), third.generation.id).await.unwrap(), None, "nothing was written");
    let others = stores.upload(other).await;
    assert_eq!(stores.placements.place(&free(&others, "first")).await.unwrap(), Placement::New, "a quota is one owner's");
    stores.later(SignedDuration::from_hours(1));
    assert_eq!(stores.placements.place(&free(&upload, "third")).await.unwrap(), Placement::New, "the key was never used");
    assert_eq!(stores.balance(&caller).await, (2, 0));
}

/// However many are placed at once, no more than the quota are.
pub async fn concurrent_quota(stores: &Stores) {
    let caller = stores.customer(0).await;
    let upload = stores.upload(caller).await;
    let charge = Charge::Quota(Quota { per_hour: 3 });
    let free = |key: &str| builders::new_generation(upload.principal, upload.id, charge, key, &*stores.clock, &stores.randomness);
    let placements: Vec<_> = (0..12).map(|index| free(&format!("key {index}"))).collect();
    let placed = join_all(placements.iter().map(|new_generation| stores.placements.place(new_generation))).await;
    assert_eq!(placed.iter().filter(|placed| matches!(placed, Ok(Placement::New))).count(), 3);
    let others = placed.into_iter().filter(Result::is_err).map(reason);
    assert!(others.into_iter().all(|reason| reason == Some(Reason::RateLimited)));
}

/// Blocks another generation of `upload`.
async fn block(stores: &Stores, upload: &Upload) {
    let new_generation = stores.new_generation(upload, 1, "to be blocked");
    assert_eq!(stores.placements.place(&new_generation).await.unwrap(), Placement::New);
    let now = stores.now();
    let screening = new_generation.generation.begin_screening(now, now).unwrap();
    assert_eq!(stores.generations.change(Change::of(&new_generation.generation, &screening)).await.unwrap(), Written::Stored);
    let (blocked, record) = (screening.block(now).unwrap(), builders::moderation(&screening, Decision::Blocked, now));
    let release = screening.release(now);
    let change = Change { entries: release.as_slice(), moderation: Some(&record), ..Change::of(&screening, &blocked) };
    assert_eq!(stores.generations.change(change).await.unwrap(), Written::Stored);
}

/// Concurrent generations never overdraw the balance, and concurrent requests with one key give one generation.
pub async fn concurrent_generations(stores: &Stores) {
    let caller = stores.customer(5).await;
    let upload = stores.upload(caller).await;
    let placements: Vec<_> = (0..20).map(|index| stores.new_generation(&upload, 1, &format!("key {index}"))).collect();
    let placed = join_all(placements.iter().map(|new_generation| stores.placements.place(new_generation))).await;
    assert_eq!(placed.iter().filter(|placed| matches!(placed, Ok(Placement::New))).count(), 5);
    let short = placed.into_iter().filter(|placed| placed.is_err()).all(|placed| reason(placed) == Some(Reason::WalletShort));
    assert!(short, "the others are told that the wallet is short");
    assert_eq!(stores.balance(&caller).await, (0, 5));

    let rich = stores.customer(20).await;
    let upload = stores.upload(rich).await;
    let placements: Vec<_> = (0..10).map(|_| stores.new_generation(&upload, 1, "one key")).collect();
    let placed = join_all(placements.iter().map(|new_generation| stores.placements.place(new_generation))).await;
    assert_eq!(placed.iter().filter(|placed| matches!(placed, Ok(Placement::New))).count(), 1);
    for other in placed.into_iter().filter(|placed| !matches!(placed, Ok(Placement::New | Placement::Replayed(_)))) {
        assert_eq!(reason(other), Some(Reason::IdempotencyKeyInUse));
    }
    assert_eq!(stores.balance(&rich).await, (19, 1));
}
