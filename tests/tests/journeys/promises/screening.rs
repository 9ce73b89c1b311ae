//! The screening: its record and its consequences (AN-13, AN-26, AN-42, AN-70).

use serde_json::json;
use studio::object_keys;

use crate::harness::person::{new_key, text};
use crate::harness::pictures::blocked;
use crate::harness::store::{keys, rows_of};
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, run};

#[test]
fn an_26_a_blocked_selfie_is_never_drawn_from_and_costs_nothing() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let upload = person.upload(&blocked()).await;
        let generation = person.start(&upload).await;
        let ended = person.settled(&generation).await;
        assert_eq!((&ended["state"], &ended["reason"], &ended["deliverables"]), (&json!("blocked"), &json!("not-accepted"), &json!([])));
        assert_eq!(person.wallet().await, (3, 0));
        cloud.settle(std::time::Duration::from_secs(30)).await.unwrap();

        let functions: Vec<_> = cloud.calls().into_iter().filter_map(|call| call.function).collect();
        assert!(!functions.iter().any(|name| name == "on-screening-passed" || name == "on-drawing-ready"), "{functions:?}");
        // It is out of reach of every other generation.
        assert_eq!(keys(&cloud, "uploads/").await, Vec::<String>::new());
        assert_eq!(keys(&cloud, "quarantine/").await, [object_keys::quarantined_selfie(person.owner(), upload.parse().unwrap())]);
        let again = json!({ "upload_id": upload, "style": "soft-anime", "count": 1 });
        assert_problem(&person.start_as(&new_key(), &again).await, 409, "upload-refused");
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_13_the_moderation_record_has_the_decision_the_scores_and_a_key_and_no_link() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let blocked = text(&person.journey(&blocked()).await, "generation_id");
        let allowed = person.quick_journey().await;
        for (generation, decision) in [(blocked, "blocked"), (allowed, "allowed")] {
            let records = rows_of(&cloud, "ScreeningTable", "moderation-record").await;
            let record = records.iter().find(|record| record.text("sk") == format!("SCR#{generation}")).unwrap();
            assert_eq!(
                (record.text("decision"), record.text("pk"), record.text("screener")),
                (decision, &*format!("ACC#{}", person.account), "offline")
            );
            assert!(record.attributes["scores"].as_object().unwrap().values().all(|score| score.is_number()), "{record:?}");
            assert_eq!(keys(&cloud, record.text("object_key")).await, [record.text("object_key")], "it names an object that is there");
            let all = json!(record.attributes).to_string();
            assert!(!all.contains("://") && !all.to_lowercase().contains("x-amz"), "{all}");
        }
        cloud.stop().await;
    });
}
