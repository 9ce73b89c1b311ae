//! Concurrent requests. (Fifty concurrent wrong codes are with AN-01.)

use futures_util::future::join_all;
use serde_json::json;

use super::TIMEOUT;
use crate::harness::person::new_key;
use crate::harness::pictures::small;
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, run};

/// Invariant: The sum of the entries is the balance, and no wallet goes below zero.
#[test]
fn a_hundred_generations_at_once_on_a_wallet_of_ten_are_ten_generations() {
    run(async {
        let cloud = TestCloud::with(&[("StarterCredits", "10")]).await;
        cloud.pause_queue("GenerationQueued").await.unwrap();
        let person = Person::signed_in(&cloud).await;
        let body = json!({ "upload_id": person.upload(&small()).await, "style": "soft-anime", "count": 1 });
        let keys: Vec<String> = (0..100).map(|_| new_key()).collect();
        let replies = join_all(keys.iter().map(|key| person.start_as(key, &body))).await;
        let (accepted, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 202);
        assert_eq!((accepted.len(), refused.len()), (10, 90));
        for reply in refused {
            assert_problem(reply, 402, "wallet-short");
        }
        assert_eq!(person.wallet().await, (0, 10));
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;

        // Deleted at the same time, all credits come back once.
        let paths: Vec<String> = accepted.iter().map(|reply| reply.header("location").to_owned()).collect();
        let deleted = join_all(paths.iter().map(|path| person.delete(path))).await;
        assert!(deleted.iter().all(|reply| reply.status == 204));
        assert_eq!(person.wallet().await, (10, 0));
        cloud.resume_queue("GenerationQueued").unwrap();
        cloud.settle(TIMEOUT).await.unwrap();
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}
