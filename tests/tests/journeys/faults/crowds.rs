//! Concurrent requests. (Fifty concurrent wrong codes are with AN-01.)

use futures_util::future::join_all;
use serde_json::json;

use super::TIMEOUT;
use crate::harness::person::{expect, new_key};
use crate::harness::pictures::small;
use crate::harness::store::rows_of;
use crate::harness::{Person, TestCloud, assert_problem, delete_expired, ledger_and_inventory, run};

/// Invariant: The sum of the entries is the balance, and nothing but a claw-back takes a wallet below zero.
#[test]
fn a_hundred_generations_at_once_on_a_wallet_of_nine_are_nine_generations() {
    run(async {
        let cloud = TestCloud::with(&[("StarterCredits", "9")]).await;
        cloud.pause_queue("GenerationQueued").await.unwrap();
        let person = Person::signed_in(&cloud).await;
        let body = json!({ "upload_id": person.upload(&small()).await, "style": "soft-anime", "count": 1 });
        let keys: Vec<String> = (0..100).map(|_| new_key()).collect();
        let replies = join_all(keys.iter().map(|key| person.start_as(key, &body))).await;
        let (accepted, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 202);
        assert_eq!((accepted.len(), refused.len()), (9, 91));
        for reply in refused {
            assert_problem(reply, 402, "wallet-short");
        }
        assert_eq!(person.wallet().await, (0, 9));
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;

        // Deleted at the same time, all credits come back once.
        let paths: Vec<String> = accepted.iter().map(|reply| reply.header("location").to_owned()).collect();
        let deleted = join_all(paths.iter().map(|path| person.delete(path))).await;
        assert!(deleted.iter().all(|reply| reply.status == 204));
        assert_eq!(person.wallet().await, (9, 0));
        cloud.resume_queue("GenerationQueued").unwrap();
        cloud.settle(TIMEOUT).await.unwrap();
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

/// However often a request is sent, its generation is one chain of work.
#[test]
fn one_key_sent_five_hundred_times_is_one_message() {
    run(async {
        let cloud = TestCloud::start().await;
        cloud.pause_queue("GenerationQueued").await.unwrap();
        let person = Person::signed_in(&cloud).await;
        let body = json!({ "upload_id": person.upload(&small()).await, "style": "soft-anime", "count": 1 });
        let key = new_key();
        let first = expect(person.start_as(&key, &body).await, 202);
        for _ in 0..10 {
            for again in join_all((0..50).map(|_| person.start_as(&key, &body))).await {
                assert_eq!(expect(again, 202), first);
            }
        }
        // One request more may have found the first slow to tell, and told it too.
        assert!(cloud.backlog("GenerationQueued").await.unwrap() <= 2);
        cloud.resume_queue("GenerationQueued").unwrap();
        cloud.settle(TIMEOUT).await.unwrap();
        assert_eq!(person.wallet().await, (2, 0));
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn more_work_than_is_done_in_time_is_refused_until_there_is_less() {
    run(async {
        let cloud = TestCloud::with(&[("StarterCredits", "100"), ("DrawingConcurrency", "2")]).await;
        cloud.pause_queue("GenerationQueued").await.unwrap();
        let mut people = Vec::new();
        for _ in 0..7 {
            let person = Person::signed_in(&cloud).await;
            let body = json!({ "upload_id": person.upload(&small()).await, "style": "soft-anime", "count": 1 });
            people.push((person, body));
        }
        let place = async |(person, body): &(Person<'_>, _)| person.start_as(&new_key(), body).await;
        let sweep = async || assert!(!cloud.fire_schedule("every-minute-end-stuck").await.unwrap().failed);
        for reply in join_all((0..61).map(|index| place(&people[index % 7]))).await {
            expect(reply, 202);
        }
        sweep().await;
        let refused = place(&people[0]).await;
        assert_problem(&refused, 503, "overloaded");
        assert!((1..=90).contains(&refused.header("retry-after").parse::<u32>().unwrap()));
        assert_eq!(people[0].0.wallet().await, (91, 9), "it costs nothing");
        cloud.clients().sqs.purge_queue().queue_url(&cloud.queues()["GenerationQueued"].url).send().await.unwrap();
        cloud.set_clock_offset(91);
        sweep().await;
        expect(place(&people[0]).await, 202);
        // What closed it is nothing to keep.
        cloud.set_clock_offset(2 * 86_400);
        delete_expired(&cloud).await;
        assert_eq!(rows_of(&cloud, "FleetingTable", "admission").await.len(), 0);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}
