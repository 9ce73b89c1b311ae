//! Having everything erased, to the receipt that verifies offline.

use std::time::Duration;

use http::Method;
use local_cloud::Reply;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::hunter::{Needle, hunt};
use crate::harness::person::{expect, text};
use crate::harness::pictures::blocked;
use crate::harness::store::{all_rows, keys};
use crate::harness::{Person, TestCloud, assert_problem, mailbox, run};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// A request for everything of a person, with the key that their browser made.
pub(crate) struct Erasing<'c> {
    cloud: &'c TestCloud,
    key: String,
    path: String,
}

impl<'c> Erasing<'c> {
    /// Asks for it with a fresh code.
    pub(crate) async fn ask(cloud: &'c TestCloud, person: &Person<'c>) -> (Self, Value) {
        let key = hex::encode(Sha256::digest(&person.email));
        expect(person.ask_for_code().await, 202);
        let reply = Self::send(person, &person.mailed_code().await, &key).await;
        let path = reply.header("location").to_owned();
        (Self { cloud, key, path }, expect(reply, 202))
    }

    async fn send(person: &Person<'_>, code: &str, key: &str) -> Reply {
        let cookie = person.sign_in_cookie.lock().unwrap().clone();
        let body = json!({ "email": person.email, "code": code, "key": key });
        person.call(Method::POST, "/v1/erasures", Some(&body), &[("cookie", &cookie)]).await
    }

    async fn call(&self, method: Method) -> Reply {
        let bearer = format!("Bearer {}", self.key);
        Person::visitor(self.cloud).call(method, &self.path, None, &[("authorization", &bearer)]).await
    }

    pub(crate) async fn view(&self) -> Value {
        expect(self.call(Method::GET).await, 200)
    }

    pub(crate) async fn take_back(&self) -> Reply {
        self.call(Method::DELETE).await
    }

    /// Lets so much time pass; then what is due goes on.
    pub(crate) async fn after(&self, time: i64) -> Value {
        self.cloud.set_clock_offset(time);
        for schedule in ["every-hour-advance-erasures", "every-hour-sign-proofs"] {
            let ran = self.cloud.fire_schedule(schedule).await.unwrap();
            assert!(!ran.failed, "{}", ran.json());
            self.cloud.settle(Duration::from_secs(60)).await.unwrap();
        }
        self.view().await
    }

    /// Until it has its receipt.
    pub(crate) async fn to_the_end(&self) -> Value {
        for time in [25 * HOUR, 26 * HOUR, 10 * DAY] {
            self.after(time).await;
        }
        let done = self.view().await;
        assert_eq!(done["state"], "done", "{done}");
        done
    }
}

#[test]
fn an_49_an_56_everything_of_a_person_is_erased_and_the_receipt_verifies_offline() {
    run(async {
        let cloud = TestCloud::rich().await;
        let person = Person::signed_in(&cloud).await;
        let other = Person::signed_in(&cloud).await;
        other.quick_journey().await;
        person.quick_journey().await;
        person.start(&person.upload(&blocked()).await).await;
        cloud.bought(&person).await;
        assert_eq!(person.post("/v1/feedback", &json!({ "text": "Hi" })).await.status, 201);
        cloud.settle(Duration::from_secs(60)).await.unwrap();
        let of_others = (
            all_rows(&cloud).await.iter().filter(|row| row.table == "AccountsTable" && row.text("pk").contains(&other.account)).count(),
            keys(&cloud, "").await,
        );

        let (erasing, asked) = Erasing::ask(&cloud, &person).await;
        assert_eq!(asked["state"], "closing");
        // Nobody is signed in any more, and nobody can sign in.
        assert_problem(&person.get("/v1/me").await, 401, "signed-out");
        expect(person.ask_for_code().await, 202);
        assert_problem(&person.send_code(&person.mailed_code().await).await, 409, "account-closing");
        // The mail leads to the same request, by a key that no server gets by a link.
        let mails = mailbox::all(&cloud).await;
        assert!(mails.iter().any(|mail| mail.to == [person.email.clone()] && mail.text.contains(&format!("/erasure#{}", erasing.key))));
        assert_problem(&person.get(&erasing.path).await, 401, "signed-out");

        assert_eq!(erasing.after(23 * HOUR).await["state"], "closing");
        let purged = erasing.after(25 * HOUR).await;
        assert_eq!(purged["state"], "verifying", "{purged}");
        assert!(purged["erased"]["generated-object"].as_u64().unwrap() > 5 && purged["erased"]["order"] == 1, "{purged}");
        assert_problem(&erasing.take_back().await, 409, "erasure-begun");
        let done = erasing.to_the_end().await;

        let [statement, proof, key] = ["statement", "proof", "key"].map(|name| text(&done["receipt"], name));
        let verified = receipts::verify(proof.as_bytes(), statement.as_bytes(), &key).unwrap();
        assert_eq!(verified.index(), 0);
        let published = expect_text(&person.get("/v1/proofs/key").await);
        assert_eq!(published.trim(), key, "the key is the one that anybody may read");
        assert!(expect_text(&person.get("/v1/proofs/checkpoint").await).contains(&format!("{}\n1\n", verified.checkpoint().origin)));
        assert_eq!(person.get("/v1/proofs/tile/0/000.p/1").await.body.len(), 32);
        assert_problem(&person.get("/v1/proofs/tile/0/001").await, 404, "not-found");

        // Counts of hours and days name an account until they end.
        crate::harness::delete_expired(&cloud).await;
        // Nothing names them any more, anywhere but in the logs, which say ids for two weeks, and in the mail that was sent.
        let needles = [Needle::text("the e-mail", &person.email), Needle::text("the account", &person.account)];
        let found: Vec<_> =
            hunt(&cloud, &needles).await.into_iter().filter(|(_, place)| !place.contains("log")).map(|(_, place)| place).collect();
        assert_eq!(found, Vec::<String>::new());
        let rows = all_rows(&cloud).await;
        assert_eq!(
            rows.iter().filter(|row| row.table == "AccountsTable" && row.text("pk").contains(&other.account)).count(),
            of_others.0,
            "nothing of anybody else"
        );
        let left: Vec<String> = of_others.1.into_iter().filter(|key| key.contains(&other.account)).collect();
        assert_eq!(keys(&cloud, "").await, left);
        cloud.stop().await;
    });
}

fn expect_text(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    String::from_utf8(reply.body.to_vec()).unwrap()
}

#[test]
fn im_18_an_erasure_is_taken_back_within_a_day_and_the_account_is_as_it_was() {
    run(async {
        let cloud = TestCloud::start().await;
        let mut person = Person::signed_in(&cloud).await;
        let generation = person.quick_journey().await;
        let wallet = person.wallet().await;
        let (erasing, _) = Erasing::ask(&cloud, &person).await;
        assert_eq!(erasing.take_back().await.status, 204);
        assert_eq!(erasing.take_back().await.status, 204, "twice is once");
        assert_eq!(erasing.after(2 * DAY).await["state"], "taken-back");
        cloud.set_clock_offset(0);
        person.sign_in().await;
        assert_eq!(person.wallet().await, wallet);
        assert_eq!(expect(person.get(&format!("/v1/generations/{generation}")).await, 200)["state"], "done");
        cloud.stop().await;
    });
}

/// A lost answer is asked for again with the same key; a stranger's code erases nothing.
#[test]
fn an_51_who_has_no_account_proves_the_address_and_the_same_key_again_is_the_same_request() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::visitor(&cloud);
        expect(person.ask_for_code().await, 202);
        let (code, key) = (person.mailed_code().await, "ab".repeat(32));
        let wrong = if code == "000000" { "000001" } else { "000000" };
        assert_problem(&Erasing::send(&person, wrong, &key).await, 401, "code-refused");
        let first = expect(Erasing::send(&person, &code, &key).await, 202);
        let again = expect(Erasing::send(&person, &code, &key).await, 202);
        assert_eq!(first["erasure_id"], again["erasure_id"]);
        assert_problem(&Erasing::send(&person, &code, &"cd".repeat(32)).await, 401, "code-refused");
        // Nothing waits where there is no account.
        cloud.settle(Duration::from_secs(60)).await.unwrap();
        let path = format!("/v1/erasures/{}", text(&first, "erasure_id"));
        let bearer = format!("Bearer {key}");
        let seen = expect(person.call(Method::GET, &path, None, &[("authorization", &bearer)]).await, 200);
        assert_eq!(seen["state"], "verifying");
        let other = format!("Bearer {}", "cd".repeat(32));
        assert_problem(&person.call(Method::GET, &path, None, &[("authorization", &other)]).await, 404, "not-found");
        cloud.stop().await;
    });
}
