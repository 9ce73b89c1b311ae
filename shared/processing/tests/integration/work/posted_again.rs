//! A form that is posted again: nothing that comes by it stays.

use kernel::{AccountSession, GenerationId, UploadId};
use screening::Decision;
use studio::{State, Step, object_keys};
use testkit::fakes::Answer;
use testkit::pictures;

use super::world::World;

fn upload_of(world: &World, caller: AccountSession, id: GenerationId) -> UploadId {
    world.find(caller, id).unwrap().upload
}

fn post(world: &World, caller: AccountSession, upload: UploadId) {
    world.bucket.receive(caller.owner(), upload, pictures::turned_jpeg(6));
}

fn has_original(world: &World, caller: AccountSession, upload: UploadId) -> bool {
    let original = object_keys::original(caller.owner(), upload);
    world.bucket.keys("uploads/").contains(&original)
}

/// Sweeps each minute until the form of an upload opened now is over.
async fn until_the_form_is_over(world: &World) {
    for _ in 0..21 {
        world.later(1);
        world.drain_all().await;
        world.hear().await;
        let _swept = world.sweep().await;
    }
}

/// A generation in this ended state.
async fn ended(world: &World, state: State) -> (AccountSession, GenerationId) {
    match state {
        State::Blocked => world.screener.decide(Decision::Blocked),
        State::Failed => world.artist.always(Answer::Refused),
        _ => {}
    }
    let (caller, id) = if state == State::Cancelled { world.ready_for(Step::ScreeningPassed, 1).await } else { world.started(1).await };
    if state == State::Cancelled {
        world.delete(caller, id).await.unwrap().unwrap();
    }
    world.drain_all().await;
    assert_eq!(world.state(caller, id), state);
    (caller, id)
}

#[tokio::test]
async fn an_11_an_42_what_is_posted_again_goes_when_the_form_is_over() {
    for state in [State::Done, State::Blocked, State::Failed, State::Cancelled] {
        // At once, just before the last tidying of today, and as late as the form admits.
        for minutes in [0, 9, 11, 19] {
            let world = World::new();
            let (caller, id) = ended(&world, state).await;
            let upload = upload_of(&world, caller, id);
            for _ in 0..minutes {
                world.later(1);
                world.hear().await;
                let _swept = world.sweep().await;
            }
            post(&world, caller, upload);
            until_the_form_is_over(&world).await;
            assert!(!has_original(&world, caller, upload), "{state:?} after {minutes} minutes");
            let own = object_keys::upload(caller.owner(), upload);
            assert_eq!(
                world.bucket.keys(&own).is_empty(),
                state == State::Blocked,
                "an_42: of what was refused nothing is there: {state:?}"
            );
            world.quieten().await;
            world.check_quiet();
        }
    }
}

#[tokio::test]
async fn an_11_deleting_an_order_removes_the_original_whenever_it_was_posted() {
    for state in [State::Done, State::Blocked, State::Failed] {
        let world = World::new();
        let (caller, id) = ended(&world, state).await;
        let upload = upload_of(&world, caller, id);
        post(&world, caller, upload);
        world.delete(caller, id).await.unwrap().unwrap();
        assert!(!has_original(&world, caller, upload), "{state:?}: posted before");
        post(&world, caller, upload);
        until_the_form_is_over(&world).await;
        assert!(!has_original(&world, caller, upload), "{state:?}: posted after");
        assert_eq!(world.find(caller, id), None, "{state:?}: the tombstone goes with it");
    }
    for step in [Step::GenerationQueued, Step::ScreeningPassed, Step::DrawingReady] {
        let world = World::new();
        let (caller, id) = world.ready_for(step, 1).await;
        let upload = upload_of(&world, caller, id);
        post(&world, caller, upload);
        world.delete(caller, id).await.unwrap().unwrap();
        // What was never read may be drawn from by another generation for as long as it could be posted.
        assert_eq!(has_original(&world, caller, upload), step == Step::GenerationQueued, "{step:?}: posted before");
        post(&world, caller, upload);
        until_the_form_is_over(&world).await;
        assert!(!has_original(&world, caller, upload), "{step:?}: posted after");
        assert_eq!(world.find(caller, id), None, "{step:?}");
    }
}

#[tokio::test]
async fn an_order_that_is_old_is_gone_at_once_when_it_is_deleted() {
    let world = World::new();
    let (caller, id) = ended(&world, State::Done).await;
    world.quieten().await;
    world.delete(caller, id).await.unwrap().unwrap();
    assert_eq!(world.find(caller, id), None);
}

#[tokio::test]
async fn two_generations_of_one_upload_do_not_take_the_original_from_each_other() {
    let world = World::new();
    let (caller, first) = world.started(1).await;
    let upload = upload_of(&world, caller, first);
    let second = world.place(caller, &world.request(upload, 1, "second")).await.unwrap().id;
    world.delete(caller, first).await.unwrap().unwrap();
    assert!(has_original(&world, caller, upload), "the second has not read it yet");
    world.drain_all().await;
    assert_eq!(world.state(caller, second), State::Done);
    post(&world, caller, upload);
    world.delete(caller, second).await.unwrap().unwrap();
    assert!(!has_original(&world, caller, upload));
    post(&world, caller, upload);
    until_the_form_is_over(&world).await;
    assert!(!has_original(&world, caller, upload));
    world.quieten().await;
    world.check_quiet();
}

#[tokio::test]
async fn a_generation_that_uses_an_upload_much_later_leaves_no_original() {
    let world = World::new();
    let (caller, first) = ended(&world, State::Done).await;
    let upload = upload_of(&world, caller, first);
    world.quieten().await;
    for minutes in [60, 60 * 24 * 20] {
        world.later(minutes);
        let again = world.place(caller, &world.request(upload, 1, &format!("after {minutes}"))).await.unwrap().id;
        world.quieten().await;
        assert_eq!(world.state(caller, again), State::Done);
        assert!(!has_original(&world, caller, upload));
        world.check_quiet();
    }
}
