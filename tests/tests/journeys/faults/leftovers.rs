//! A generation that ends without pictures leaves no object, whichever function ends it.

use local_cloud::{Action, Fault};
use serde_json::json;

use super::{TIMEOUT, assert_no_dead_letters, assert_nothing_waits, sweep};
use crate::harness::pictures::{Picture, blocked, small};
use crate::harness::store::{keys, remove_object};
use crate::harness::{Person, TestCloud, ledger_and_inventory, run};

#[test]
fn the_sweeper_removes_the_selfie_that_a_blocked_generation_left() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        // Every worker dies between the verdict and the removal.
        cloud.inject(Fault::new(Action::KillBefore).of("on-generation-queued").on("s3", "ListObjectsV2").times(1000));
        let upload = person.upload(&blocked()).await;
        let generation = person.start(&upload).await;
        cloud.settle(TIMEOUT).await.unwrap();
        assert_eq!(person.generation(&generation).await["state"], "blocked");
        assert_eq!(keys(&cloud, "uploads/").await.len(), 1, "the selfie is left");
        sweep(&cloud, 16).await;
        assert_eq!(keys(&cloud, "uploads/").await, Vec::<String>::new());
        sweep(&cloud, 21).await;
        assert_nothing_waits(&cloud).await;
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

/// A drawing that another worker stored late goes with the rest.
#[test]
fn the_first_step_removes_the_drawings_of_a_generation_that_it_ends() {
    run(async {
        let cloud = TestCloud::start().await;
        cloud.pause_queue("GenerationQueued").await.unwrap();
        let person = Person::signed_in(&cloud).await;
        let damaged = Picture { content_type: "image/jpeg", bytes: b"no picture".to_vec() };
        let generation = person.start(&person.upload(&damaged).await).await;
        person.lend_drawing(&generation).await;
        cloud.resume_queue("GenerationQueued").unwrap();
        assert_eq!(person.settled(&generation).await["state"], "failed");
        cloud.settle(TIMEOUT).await.unwrap();
        assert_eq!(keys(&cloud, "generated/").await, Vec::<String>::new());
        assert_no_dead_letters(&cloud).await;
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn the_artists_step_removes_the_drawings_of_a_generation_that_it_ends() {
    run(async {
        let cloud = TestCloud::start().await;
        cloud.pause_queue("ScreeningPassed").await.unwrap();
        let person = Person::signed_in(&cloud).await;
        let upload = person.upload(&small()).await;
        let generation = person.start_of(&upload, "soft-anime", 2).await;
        person.lend_drawing(&generation).await;
        person.reaches(&generation, &["drawing"]).await;
        remove_object(&cloud, &(person.upload_folder(&upload) + "selfie.png")).await;
        cloud.resume_queue("ScreeningPassed").unwrap();
        let ended = person.settled(&generation).await;
        assert_eq!((&ended["state"], &ended["reason"]), (&json!("failed"), &json!("upload-gone")));
        cloud.settle(TIMEOUT).await.unwrap();
        assert_eq!(keys(&cloud, "generated/").await, Vec::<String>::new());
        assert_no_dead_letters(&cloud).await;
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}
