//! Opening an upload.

use kernel::{Failure, Reason, SignedDuration, limits};
use studio::{OpenUpload, PictureType};
use testkit::fakes::{FakeForms, FakeUploads};

use super::world::{FAULTS, World, failure, reason};

async fn open(world: &World, caller: kernel::AccountSession, bytes: u64) -> Result<studio::Upload, Failure> {
    let (uploads, forms) = (FakeUploads(world.database.clone()), FakeForms(world.bucket.clone()));
    let open = OpenUpload { uploads: &uploads, forms: &forms, clock: &*world.clock, randomness: &world.randomness };
    open.run(caller, PictureType::Png, bytes).await.map(|(upload, _)| upload)
}

#[tokio::test]
async fn an_40_an_upload_knows_from_the_inventory_when_it_goes() {
    let world = World::new();
    let caller = world.customer(0).await;
    let upload = open(&world, caller, 1).await.unwrap();
    let after = |hours| upload.created_at.checked_add(SignedDuration::from_hours(hours)).unwrap();
    assert_eq!((upload.unused_until, upload.used_until), (after(24), after(30 * 24)));
    assert_eq!(upload.form_closes_at, upload.created_at.checked_add(SignedDuration::from_mins(15)).unwrap());
}

#[tokio::test]
async fn an_69_one_upload_too_many_in_an_hour_is_refused_and_the_next_hour_is_new() {
    let world = World::new();
    let (caller, other) = (world.customer(0).await, world.customer(0).await);
    for _ in 0..limits::UPLOADS_PER_HOUR.most {
        open(&world, caller, 5).await.unwrap();
    }
    let refused = failure(open(&world, caller, 5).await);
    assert!(matches!(refused, Failure::Busy { .. }) && reason(&refused) == Some(Reason::RateLimited));
    open(&world, other, 5).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(1));
    open(&world, caller, 5).await.unwrap();
}

#[tokio::test]
async fn sizes_out_of_range_are_refused_before_anything_is_called() {
    let world = World::new();
    let caller = world.customer(0).await;
    let before = world.faults.calls().len();
    for bytes in [0, 10_000_001, u64::MAX] {
        assert_eq!(reason(&failure(open(&world, caller, bytes).await)), Some(Reason::FieldInvalid));
    }
    assert_eq!(world.faults.calls().len(), before);
    for bytes in [1, 10_000_000] {
        open(&world, caller, bytes).await.unwrap();
    }
}

#[tokio::test]
async fn a_fault_at_any_call_leaves_at_most_an_unused_row() {
    for (when, kind) in FAULTS {
        for nth in 0..2 {
            let world = World::new();
            let caller = world.customer(0).await;
            world.faults.fail(nth, when, kind);
            assert!(!matches!(testkit::survive(open(&world, caller, 5)).await, Ok(Ok(_))));
            assert!(world.database.rows().uploads.values().all(|row| !row.used));
        }
    }
}

#[tokio::test]
async fn a_closed_session_opens_nothing() {
    let world = World::new();
    let caller = world.customer(0).await;
    world.database.rows().sessions.clear();
    assert_eq!(reason(&failure(open(&world, caller, 5).await)), Some(Reason::SignedOut));
    assert!(world.database.rows().uploads.is_empty());
}
