//! What was blocked, and those who decide about it (AN-13, AN-42 to AN-45).

use std::time::Duration;

use serde_json::json;

use crate::harness::at_the_desk::AtTheDesk;
use crate::harness::person::{expect, text};
use crate::harness::pictures::blocked;
use crate::harness::store::{keys, rows_of};
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, mailbox, run};

const A_MOMENT: Duration = Duration::from_secs(60);

/// Mails to this person with these words in their subject.
async fn mails(cloud: &TestCloud, person: &Person<'_>, subject: &str) -> usize {
    mailbox::all(cloud).await.iter().filter(|mail| mail.to == [person.email.as_str()] && mail.subject.contains(subject)).count()
}

#[test]
fn an_44_a_photo_that_was_blocked_wrongly_becomes_pictures_and_is_charged_once() {
    run(async {
        let cloud = TestCloud::start().await;
        let (person, mut desk) = (Person::signed_in(&cloud).await, AtTheDesk::new(&cloud, "moderator").await);
        let generation = person.start(&person.upload(&blocked()).await).await;
        let shown = person.settled(&generation).await;
        assert_eq!(
            (&shown["state"], &shown["blocked"]["category"], &shown["blocked"]["appeal"]),
            (&json!("blocked"), &json!("content-rules"), &json!("possible"))
        );
        assert!(shown["blocked"]["photo_deleted_at"].is_string() && shown["blocked"]["decided_by"].is_string());
        assert_eq!(person.wallet().await, (3, 0));
        cloud.settle(A_MOMENT).await.unwrap();

        assert_eq!(desk.queue().await, [generation.as_str()]);
        let case = expect(desk.person.get(&format!("/v1/desk/cases/{generation}")).await, 200);
        assert_eq!((&case["may_decide"], &case["reasons"][0]["facts"]), (&json!(true), &json!("found-and-blocked-by-program")));
        assert!(!case.to_string().contains("acc_"), "{case}");
        let preview = desk.person.get(&format!("/v1/desk/cases/{generation}/preview")).await;
        assert_eq!(
            (preview.status.as_u16(), preview.header("content-type"), preview.header("cache-control")),
            (200, "image/jpeg", "no-store")
        );
        assert_eq!(rows_of(&cloud, "DeskTable", "audit-entry").await.len(), 0);
        assert_eq!(desk.view(&generation).await.status, 200);
        assert_eq!(rows_of(&cloud, "DeskTable", "audit-entry").await.len(), 1);

        let body = desk.decision(&generation, "overturn", "allowed");
        let mut other = body.clone();
        other["outcome"] = json!("uphold");
        other["ground"] = json!("hate");
        assert_problem(&desk.send_decision(&generation, &other).await, 403, "passkey-refused");
        let decided = expect(desk.send_decision(&generation, &body).await, 201);
        assert_eq!(decided["ruling"]["resumed"], true);
        for _ in 0..2 {
            expect(desk.send_decision(&generation, &body).await, 201);
        }
        assert_problem(&desk.decide(&generation, "uphold", "hate").await, 409, "case-decided");
        let done = person.reaches(&generation, &["done", "failed"]).await;
        assert_eq!((&done["state"], &done["blocked"]["appeal"]), (&json!("done"), &json!("not-needed")), "{done}");
        cloud.settle(A_MOMENT).await.unwrap();
        assert_eq!(person.wallet().await, (2, 0), "charged once");
        assert_eq!(mails(&cloud, &person, "drawn from after all").await, 1);
        let trail = expect(desk.person.get("/v1/desk/audit").await, 200);
        assert_eq!(trail["entries"].as_array().unwrap().len(), 2);
        assert_eq!(trail["entries"][1]["previous"], trail["entries"][0]["hash"]);
        assert!(!trail.to_string().contains("acc_"));
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_44_an_appeal_is_made_once_and_decided_by_somebody_else() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let (mut first, mut second) = (AtTheDesk::new(&cloud, "moderator").await, AtTheDesk::new(&cloud, "lead").await);
        let support = AtTheDesk::new(&cloud, "support").await;
        assert_problem(&support.person.get("/v1/desk/cases").await, 403, "role-insufficient");
        assert_problem(&person.get("/v1/desk/cases").await, 401, "signed-out");
        let generation = text(&person.journey(&blocked()).await, "generation_id");
        assert_eq!(first.add_passkey().await.status, 201);
        expect(first.decide(&generation, "uphold", "violence").await, 201);
        assert!(first.queue().await.is_empty());
        assert_eq!(mails(&cloud, &person, "What was decided about your photo").await, 1);

        let appeal = format!("/v1/generations/{generation}/appeals");
        let stranger = Person::signed_in(&cloud).await;
        assert_problem(&stranger.post(&appeal, &json!({ "text": "Mine." })).await, 404, "not-found");
        for wrong in ["", "   ", &"a".repeat(1_001)] {
            assert_problem(&person.post(&appeal, &json!({ "text": wrong })).await, 400, "field-invalid");
        }
        assert_eq!(expect(person.post(&appeal, &json!({ "text": "It is a drawing." })).await, 201)["appeal"], "open");
        assert_problem(&person.post(&appeal, &json!({ "text": "Again." })).await, 409, "appeal-refused");
        assert_problem(&first.decide(&generation, "uphold", "violence").await, 403, "another-must-decide");
        assert_eq!(second.queue().await, [generation.as_str()]);
        expect(second.decide(&generation, "overturn", "allowed").await, 201);
        let done = person.reaches(&generation, &["done", "failed"]).await;
        assert_eq!((&done["state"], &done["blocked"]["appeal"]), (&json!("done"), &json!("overturned")));
        cloud.settle(A_MOMENT).await.unwrap();
        assert_eq!(person.wallet().await, (2, 0));
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_42_at_five_days_the_photo_is_gone_and_an_overturn_says_so() {
    run(async {
        let cloud = TestCloud::start().await;
        let (person, mut desk) = (Person::signed_in(&cloud).await, AtTheDesk::new(&cloud, "moderator").await);
        let generation = text(&person.journey(&blocked()).await, "generation_id");
        expect(desk.decide(&generation, "uphold", "violence").await, 201);
        assert_eq!(keys(&cloud, "quarantine/").await.len(), 1, "it can be restored");
        let rows = rows_of(&cloud, "ScreeningTable", "quarantine").await;
        let gone = rows[0].number("expires_at");
        cloud.set_clock_offset(gone - jiff::Timestamp::now().as_second() + 60);
        let ran = cloud.fire_schedule("every-hour-delete-expired").await.unwrap();
        assert!(!ran.failed);
        cloud.settle(A_MOMENT).await.unwrap();
        assert_eq!(keys(&cloud, "quarantine/").await, Vec::<String>::new());
        for class in ["case", "statement-of-reasons"] {
            assert!(!rows_of(&cloud, "ScreeningTable", class).await.is_empty(), "an_48: {class} stays for its ninety days");
        }
        cloud.set_clock_offset(90 * 86_400);
        assert!(!cloud.fire_schedule("every-hour-delete-expired").await.unwrap().failed);
        cloud.settle(A_MOMENT).await.unwrap();
        for class in ["case", "statement-of-reasons", "moderation-record"] {
            assert!(rows_of(&cloud, "ScreeningTable", class).await.is_empty(), "an_48: {class}");
        }
        cloud.stop().await;
    });
}
