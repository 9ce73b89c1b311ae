//! An operator who uses the desk as its pages do.

use std::collections::BTreeMap;

use http::Method;
use kernel::{Clock, OperatorId, SystemClock, SystemRandomness, Timestamp};
use local_cloud::{Cloud, Reply};
use serde_json::{Value, json};
use testkit::authenticator::Authenticator;

use super::Person;
use super::person::{expect, text};
use super::store::{Row, put_row};

/// The site of every cloud of the tests.
const SITE: &str = "http://localhost:8080";

pub(crate) struct AtTheDesk<'c> {
    pub(crate) person: Person<'c>,
    pub(crate) operator: String,
    passkey: Authenticator,
    /// Deeds so far: each is of a second of its own.
    deeds: i64,
}

impl<'c> AtTheDesk<'c> {
    /// Somebody who was made an operator with this role, and has registered a passkey.
    pub(crate) async fn new(cloud: &'c Cloud, role: &str) -> Self {
        let person = Person::visitor(cloud);
        let operator = OperatorId::new(&SystemClock::default(), &SystemRandomness).to_string();
        let until = SystemClock::default().now().as_second() + 86_400;
        let row = |pk: String, sk: &str, more: Value| {
            let mut attributes = json!({ "pk": pk, "sk": sk }).as_object().unwrap().clone();
            attributes.extend(more.as_object().unwrap().clone());
            Row { table: "DeskTable".into(), attributes }
        };
        let own = json!({ "class": "operator", "email": person.email, "role": role, "passkeys": 0, "registers_until": until, "created_at": "2026-11-30T00:00:00Z" });
        put_row(cloud, &row(format!("OPR#{operator}"), "OPERATOR", own)).await;
        let index = json!({ "class": "operator-index", "operator_id": operator });
        put_row(cloud, &row(format!("EMAIL#{}", person.email), "OPERATOR", index)).await;
        let passkey = Authenticator::on(SITE, rand::random());
        let mut desk = Self { person, operator, passkey, deeds: 0 };
        assert_eq!(expect(desk.sign_in(false).await, 201)["opened"], "by-code");
        let action = desk.action(json!({ "action": "register-passkey", "operator_id": desk.operator }));
        let registration = desk.passkey.register_text(&canonical(&action));
        let body = json!({
            "at": action["at"], "client_data_json": registration.client_data_json, "authenticator_data": registration.authenticator_data,
        });
        expect(desk.person.post("/v1/desk/passkeys", &body).await, 201);
        desk
    }

    /// With a code that is mailed now, and with the passkey or without.
    pub(crate) async fn sign_in(&mut self, with_passkey: bool) -> Reply {
        self.person.cookie.clear();
        expect(self.person.ask_for_code().await, 202);
        let code = self.person.mailed_code().await;
        let mut body = json!({ "email": self.person.email, "code": code });
        if with_passkey {
            let action = self.action(json!({ "action": "sign-in" }));
            body["passkey"] = self.signed(&action);
        }
        let cookie = self.person.sign_in_cookie.lock().unwrap().clone();
        let reply = self.person.call(Method::POST, "/v1/desk/sessions", Some(&body), &[("cookie", &cookie)]).await;
        if reply.status == 201 {
            reply.header("set-cookie").split(';').next().unwrap().clone_into(&mut self.person.cookie);
        }
        reply
    }

    /// Registers one more passkey, which the first signs for.
    pub(crate) async fn add_passkey(&mut self) -> Reply {
        let action = self.action(json!({ "action": "register-passkey", "operator_id": self.operator }));
        let registration = Authenticator::on(SITE, rand::random()).register_text(&canonical(&action));
        let mut body = self.signed(&action);
        (body["client_data_json"], body["authenticator_data"]) =
            (json!(registration.client_data_json), json!(registration.authenticator_data));
        self.person.post("/v1/desk/passkeys", &body).await
    }

    /// Decides a case.
    pub(crate) async fn decide(&mut self, case: &str, outcome: &str, ground: &str) -> Reply {
        let body = self.decision(case, outcome, ground);
        self.send_decision(case, &body).await
    }

    /// The signed body of a decision.
    pub(crate) fn decision(&mut self, case: &str, outcome: &str, ground: &str) -> Value {
        let action = self.action(json!({ "action": "decide", "case_id": case, "outcome": outcome, "ground": ground }));
        let mut body = self.signed(&action);
        (body["outcome"], body["ground"]) = (json!(outcome), json!(ground));
        body
    }

    pub(crate) async fn send_decision(&self, case: &str, body: &Value) -> Reply {
        self.person.post(&format!("/v1/desk/cases/{case}/decisions"), body).await
    }

    /// Looks at a photo as it is.
    pub(crate) async fn view(&mut self, case: &str) -> Reply {
        let action = self.action(json!({ "action": "view", "case_id": case }));
        let body = self.signed(&action);
        self.person.post(&format!("/v1/desk/cases/{case}/views"), &body).await
    }

    /// The ids of the cases in the queue.
    pub(crate) async fn queue(&self) -> Vec<String> {
        let page = expect(self.person.get("/v1/desk/cases").await, 200);
        page["cases"].as_array().unwrap().iter().map(|case| text(case, "case_id")).collect()
    }

    fn signed(&mut self, action: &Value) -> Value {
        let assertion = self.passkey.sign_text(&canonical(action));
        json!({ "at": action["at"], "assertion": assertion })
    }

    /// What is done, a second later than what was done before.
    fn action(&mut self, mut deed: Value) -> Value {
        self.deeds += 1;
        let at = SystemClock::default().now().as_second() - 60 + self.deeds;
        deed["at"] = json!(Timestamp::from_second(at).unwrap());
        deed
    }
}

/// Texts alone, which RFC 8785 sorts by their names and writes as `serde_json` does.
fn canonical(action: &Value) -> String {
    let sorted: BTreeMap<&String, &Value> = action.as_object().unwrap().iter().collect();
    json!(sorted).to_string()
}
