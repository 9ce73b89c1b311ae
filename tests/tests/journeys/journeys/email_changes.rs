//! `POST` and `PUT /v1/me/email-changes…`: another address for an account (AN-55).

use http::Method;
use local_cloud::Reply;
use serde_json::json;

use crate::harness::person::{expect, text};
use crate::harness::store::rows_of;
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, mailbox, run, shared, until};

/// The codes that were mailed to the old address and to the new.
pub(crate) async fn codes(person: &Person<'_>, to: &str) -> [String; 2] {
    let code = async |address: &str, subject| {
        until(&format!("a code for {address}"), async || mailbox::code_about(person.cloud, address, subject).await).await
    };
    [code(&person.email, "change your address").await, code(to, "use this address").await]
}

/// Asks for another address; the id of the change.
pub(crate) async fn ask(person: &Person<'_>, to: &str) -> String {
    text(&expect(person.post("/v1/me/email-changes", &json!({ "email": to })).await, 202), "email_change_id")
}

pub(crate) async fn confirm(person: &Person<'_>, id: &str, [old, new]: [&str; 2]) -> Reply {
    let body = json!({ "old_code": old, "new_code": new });
    person.call(Method::PUT, &format!("/v1/me/email-changes/{id}"), Some(&body), &[]).await
}

/// An address that nobody else has.
pub(crate) fn address() -> String {
    format!("moved-{:016x}@example.com", rand::random::<u64>())
}

#[test]
fn an_55_an_address_is_changed_with_the_codes_of_both_mailboxes_and_not_with_one() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let mut elsewhere = person.clone();
        elsewhere.sign_in().await;
        let words = text(&expect(person.get("/v1/me/marketing").await, 200), "text_version");
        let opted_in = json!({ "subscribed": true, "text_version": words });
        assert_eq!(person.call(Method::PUT, "/v1/me/marketing", Some(&opted_in), &[]).await.status, 204);
        let to = address();
        let id = ask(&person, &to).await;
        let [old, new] = codes(&person, &to).await;
        let wrong = if old == "000000" { "000001" } else { "000000" };
        assert_problem(&confirm(&person, &id, [&old, wrong]).await, 401, "code-refused");
        assert_problem(&confirm(&person, &id, [wrong, &new]).await, 401, "code-refused");
        assert_eq!(expect(person.get("/v1/me").await, 200)["email"], *person.email);

        for _ in 0..2 {
            assert_eq!(confirm(&person, &id, [&old, &new]).await.status, 204, "a repetition changes nothing");
        }
        assert_eq!(expect(person.get("/v1/me").await, 200)["email"], *to);
        assert_problem(&elsewhere.get("/v1/me").await, 401, "signed-out");
        assert_eq!(expect(person.get("/v1/me/marketing").await, 200)["subscribed"], true);
        let leads = rows_of(&cloud, "LeadsTable", "lead").await;
        assert_eq!(leads.iter().map(|row| row.text("email")).collect::<Vec<_>>(), [&*to]);
        for address in [&person.email, &to] {
            let told =
                mailbox::all(&cloud).await.into_iter().filter(|mail| mail.to == [address.clone()] && mail.subject.contains("was changed"));
            assert_eq!(told.count(), 1, "{address}");
        }

        // The new address signs in to the account, and the old one to another.
        let (mut moved, mut left) = (Person::visitor(&cloud), Person::visitor(&cloud));
        (moved.email, left.email) = (to, person.email.clone());
        moved.sign_in().await;
        left.sign_in().await;
        assert!(moved.account == person.account && left.account != person.account);
        assert_eq!(left.wallet().await, (0, 0), "a mailbox has its first credits once");
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_55_an_answer_says_nothing_of_whether_the_new_address_has_an_account() {
    run(async {
        let cloud = shared().await;
        let (person, other) = (Person::signed_in(cloud).await, Person::signed_in(cloud).await);
        let id = ask(&person, &other.email).await;
        let [old, new] = codes(&person, &other.email).await;
        assert_problem(&confirm(&person, &id, [&old, &new]).await, 409, "address-taken");
        assert_eq!(expect(other.get("/v1/me").await, 200)["email"], *other.email);
        assert_problem(&confirm(&other, &id, [&old, &new]).await, 404, "not-found");
        assert_problem(&person.post("/v1/me/email-changes", &json!({ "email": person.email })).await, 400, "field-invalid");
        assert_problem(&person.post("/v1/me/email-changes", &json!({ "email": "nobody" })).await, 400, "field-invalid");
    });
}
