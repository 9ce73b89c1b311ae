//! Purchases at the merchant's stand-in.

use http::Method;
use serde_json::{Value, json};
use stand_ins::polar::{Buyer, PACKS};

use super::person::{expect, new_key, text};
use super::{Person, TestCloud, until};

impl Person<'_> {
    /// An order of the smallest pack (10 credits); its id.
    pub(crate) async fn order(&self) -> String {
        let (key, pack) = (new_key(), json!({ "offer": PACKS[0] }));
        text(&expect(self.call(Method::POST, "/v1/checkouts", Some(&pack), &[("idempotency-key", &key)]).await, 201), "order_id")
    }

    /// Waits until a field of an order is so; answers the order.
    pub(crate) async fn order_reaches(&self, order: &str, field: &str, value: impl Into<Value>) -> Value {
        let value = value.into();
        until(&format!("{field} of {order} being {value}"), async || {
            let found = expect(self.get(&format!("/v1/orders/{order}")).await, 200);
            (found.pointer(field) == Some(&value)).then_some(found)
        })
        .await
    }

    pub(crate) async fn ask_for_refund(&self, order: &str) -> local_cloud::Reply {
        self.post("/v1/refunds", &json!({ "order_id": order, "reason": "changed-my-mind" })).await
    }

    /// What is available, which may be less than nothing.
    pub(crate) async fn available(&self) -> i64 {
        expect(self.get("/v1/me").await, 200)["wallet"]["available"].as_i64().unwrap()
    }
}

impl TestCloud {
    /// The buyer pays on the merchant's page; the merchant's id of the order.
    pub(crate) fn pay(&self, order: &str) -> String {
        let merchant = self.merchant().vendor();
        let now = merchant.now();
        let mut books = merchant.books();
        let checkout = books.checkouts.iter().find(|checkout| checkout.metadata["order_id"] == order).unwrap().id.clone();
        books.pay(&checkout, Buyer::default(), now).unwrap().id
    }

    /// An order that is paid and credited, and the merchant's id of it.
    pub(crate) async fn bought(&self, person: &Person<'_>) -> (String, String) {
        let order = person.order().await;
        let theirs = self.pay(&order);
        person.order_reaches(&order, "/state", "credited").await;
        (order, theirs)
    }
}
