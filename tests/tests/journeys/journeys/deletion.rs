//! `DELETE /v1/generations/{id}` (AN-47).

use futures_util::future::join_all;

use crate::harness::pictures::small;
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, run, store, until};

/// Checks that all objects of a generation are gone.
async fn assert_no_objects(cloud: &local_cloud::Cloud, person: &Person<'_>, generation: &str) {
    let prefix = person.generation_folder(generation);
    assert_eq!(store::keys(cloud, &prefix).await, Vec::<String>::new());
}

#[test]
fn an_47_a_deleted_generation_leaves_nothing() {
    run(async {
        let cloud = &TestCloud::start().await;
        let person = Person::signed_in(cloud).await;
        let generation = person.quick_journey().await;
        let path = format!("/v1/generations/{generation}");
        let url = person.generation(&generation).await["deliverables"][0]["url"].as_str().unwrap().to_owned();
        let reply = person.delete(&path).await;
        assert_eq!((reply.status.as_u16(), reply.body.len()), (204, 0));

        assert_problem(&person.get(&path).await, 404, "not-found");
        let gone = local_cloud::HttpClient::default().send(http::Method::GET, &url, &[], "").await.unwrap();
        assert!(gone.status.is_client_error(), "{}", gone.status);
        assert_no_objects(cloud, &person, &generation).await;
        let left = async || {
            let rows = store::rows(cloud, "StudioTable").await;
            rows.iter().map(|row| row.text("sk").to_owned()).filter(|key| key.contains(&generation)).collect::<Vec<_>>()
        };
        assert_eq!(left().await, [format!("GEN#{generation}")], "the rows go too, but for a tombstone while its upload's form is open");
        cloud.set_clock_offset(21 * 60);
        assert!(!cloud.fire_schedule("every-minute-end-stuck").await.unwrap().failed);
        assert_eq!(left().await, [""; 0]);
        assert_eq!(person.wallet().await, (2, 0), "what was delivered stays paid");
        ledger_and_inventory::assert_ledger_and_inventory(cloud).await;
    });
}

#[test]
fn a_waiting_generation_is_cancelled_and_its_credits_come_back_once() {
    run(async {
        let cloud = TestCloud::start().await;
        cloud.pause_queue("GenerationQueued").await.unwrap();
        let person = Person::signed_in(&cloud).await;
        let generation = person.start_of(&person.upload(&small()).await, "soft-anime", 3).await;
        assert_eq!(person.wallet().await, (0, 3));
        let path = format!("/v1/generations/{generation}");
        let replies = join_all((0..6).map(|_| person.delete(&path))).await;
        assert!(
            replies.iter().all(|reply| reply.status == 204 || reply.status == 503),
            "{:?}",
            replies.iter().map(|r| r.status).collect::<Vec<_>>()
        );
        assert_problem(&person.get(&path).await, 404, "not-found");
        assert_eq!(person.wallet().await, (3, 0));
        assert_eq!(ledger_and_inventory::entries(&cloud, "release", &generation).await, 1);

        // The message of a cancelled generation is still queued: it must change nothing.
        cloud.resume_queue("GenerationQueued").unwrap();
        cloud.settle(std::time::Duration::from_secs(30)).await.unwrap();
        assert_no_objects(&cloud, &person, &generation).await;
        assert_eq!(person.wallet().await, (3, 0));

        // When no worker can be alive any more, and nothing can be posted to the form, the tombstone goes as well.
        cloud.set_clock_offset(21 * 60);
        assert!(!cloud.fire_schedule("every-minute-end-stuck").await.unwrap().failed);
        assert_eq!(store::rows_of(&cloud, "StudioTable", "generation").await.len(), 0);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        ledger_and_inventory::assert_nothing_held(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn a_generation_deleted_under_its_workers_hands_leaves_nothing() {
    run(async {
        let cloud = TestCloud::rich().await;
        let person = Person::signed_in(&cloud).await;
        let upload = person.upload(&small()).await;
        for (function, queue) in [("on-screening-passed", "ScreeningPassed"), ("on-drawing-ready", "DrawingReady")] {
            let generation = person.start(&upload).await;
            until(&format!("{function} at work"), async || (cloud.busy(function).unwrap() > 0).then_some(())).await;
            until("the deletion", async || (person.delete(&format!("/v1/generations/{generation}")).await.status == 204).then_some(()))
                .await;
            cloud.drain_queue(queue, std::time::Duration::from_secs(60)).await.unwrap();
            cloud.settle(std::time::Duration::from_secs(60)).await.unwrap();
            cloud.set_clock_offset(21 * 60);
            assert!(!cloud.fire_schedule("every-minute-end-stuck").await.unwrap().failed);
            cloud.set_clock_offset(0);
            assert_no_objects(&cloud, &person, &generation).await;
            assert_eq!(
                ledger_and_inventory::entries(&cloud, "release", &generation).await
                    + ledger_and_inventory::entries(&cloud, "capture", &generation).await,
                1
            );
        }
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        ledger_and_inventory::assert_nothing_held(&cloud).await;
        cloud.stop().await;
    });
}
