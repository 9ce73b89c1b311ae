//! The business: the service is tried without an account, the pictures go into one, a pack of credits is bought and paid on the merchant's page, a drawing
//! is made, and the pack's money is given back. Every line of the ledger is shown.

use crate::journey::{Journey, PAUSE, TIMEOUT, expect, string};
use crate::{DemoOptions, Picture, Steps, trial};
use anyhow::{Context, Result, bail, ensure};
use http::Method;
use local_cloud::StandIns;
use local_cloud::terminal::say;
use serde_json::{Value, json};
use std::time::Instant;

/// Tries, signs in, buys the smallest pack, makes a drawing and asks for the pack's money back.
pub(crate) async fn travel(
    user: &mut Journey,
    stand_ins: &StandIns,
    options: &DemoOptions,
    picture: &Picture,
    steps: &mut Steps,
) -> Result<()> {
    for (vendor, variables) in [("polar", "POLAR_ACCESS_TOKEN and no POLAR_BASE_URL"), ("turnstile", "TURNSTILE_SECRET_KEY")] {
        ensure!(stand_ins.urls().contains_key(vendor), "BUY=1 runs against a stand-in of {vendor}, so it wants no {variables}");
    }
    let trial = trial::travel(user, picture, &options.style, steps).await?;
    let offer = user.smallest_offer().await?;
    steps.done(&format!("packs listed; the smallest is {} for {}", string(&offer, "name"), money(&offer["price"])));
    user.sign_in().await?;
    steps.done("signed in with a code from a mail");
    trial::claim(user, &trial, steps).await?;
    let checkout = user.check_out(&string(&offer, "id")).await?;
    let order = string(&checkout, "order_id");
    steps.done(&format!("{order} opened"));
    let page = user.pay(&string(&checkout, "url")).await?;
    steps.done("paid on the merchant's page");
    say(&format!("     which sends the buyer to {page}"));
    let credited = user.order_reaches(&order, "/state", "credited").await?;
    steps.done(&format!("paid {} in all, {} credits granted", money(&credited["total"]), credited["credits"]));
    let upload = user.upload(picture).await?;
    let generation = user.start(&upload, &options.style, 1, options.seed).await?;
    user.wait(&generation, |_, _| {}).await?;
    steps.done("a drawing made for a credit");
    user.show_ledger().await?;
    user.ask_for_refund(&order).await?;
    steps.done("money asked back, as the credits of the pack are all there");
    let refunded = user.order_reaches(&order, "/refund/state", "done").await?;
    steps.done(&format!("{} given back before tax, {} credits taken back", money(&refunded["refunded"]), refunded["credits_taken_back"]));
    user.show_ledger().await
}

impl Journey {
    /// The smallest pack of credits.
    pub async fn smallest_offer(&self) -> Result<Value> {
        let reply = expect(&self.call(Method::GET, "/v1/offers", None, &[]).await?, 200, "the list of offers")?;
        reply["offers"].as_array().and_then(|offers| offers.first()).cloned().context("nothing is for sale")
    }

    /// Opens a checkout of a pack; returns the order and its page.
    pub async fn check_out(&self, offer: &str) -> Result<Value> {
        let key = format!("demo-{:032x}", rand::random::<u128>());
        let reply = self.call(Method::POST, "/v1/checkouts", Some(json!({ "offer": offer })), &[("idempotency-key", &key)]).await?;
        expect(&reply, 201, "opening a checkout")
    }

    /// Presses the button of the merchant's page; returns where it leads.
    pub async fn pay(&self, url: &str) -> Result<String> {
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let paid = self.http.send(Method::POST, &format!("{url}/pay"), &form, "email=ada%40buyer.example").await?;
        ensure!(paid.status == 303, "paying was answered with {}", paid.status);
        Ok(paid.header("location").to_owned())
    }

    /// Waits until a place of an order, a JSON pointer, is so; returns the order.
    pub async fn order_reaches(&self, order: &str, place: &str, state: &str) -> Result<Value> {
        let (started, path) = (Instant::now(), format!("/v1/orders/{order}"));
        while started.elapsed() < TIMEOUT {
            let now = expect(&self.call(Method::GET, &path, None, &[]).await?, 200, "asking for the order")?;
            if now.pointer(place).is_some_and(|found| found == state) {
                return Ok(now);
            }
            tokio::time::sleep(PAUSE).await;
        }
        bail!("{order} did not become {state} within {} s", TIMEOUT.as_secs())
    }

    async fn ask_for_refund(&self, order: &str) -> Result<()> {
        let body = json!({ "order_id": order, "reason": "changed-my-mind" });
        expect(&self.call(Method::POST, "/v1/refunds", Some(body), &[]).await?, 202, "asking for a refund").map(drop)
    }

    async fn show_ledger(&self) -> Result<()> {
        let reply = expect(&self.call(Method::GET, "/v1/me/wallet/entries", None, &[]).await?, 200, "the ledger")?;
        let credits = self.credits().await?;
        reply["entries"].as_array().into_iter().flatten().rev().map(line).for_each(|line| say(&line));
        say(&format!("     {credits:>+5}  in all"));
        Ok(())
    }
}

/// A line of the ledger: `+10  grant  ord_…`.
fn line(entry: &Value) -> String {
    let about = [string(entry, "order_id"), string(entry, "generation_id")].concat();
    let about = if about.is_empty() { "a new account" } else { &about };
    format!("     {:>+5}  {:<10} {about}", entry["available"].as_i64().unwrap_or_default(), string(entry, "kind"))
}

fn money(amount: &Value) -> String {
    let minor = amount["amount"].as_i64().unwrap_or_default();
    format!("{} {}.{:02}", string(amount, "currency"), minor / 100, minor % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_much_what_and_of_which_order() {
        let entry = json!({ "kind": "claw-back", "available": -10, "held": 0, "order_id": "ord_1" });
        assert_eq!(line(&entry), "       -10  claw-back  ord_1");
        assert_eq!(line(&json!({ "kind": "grant", "available": 3, "held": 0 })), "        +3  grant      a new account");
        assert_eq!(money(&json!({ "amount": 2_205, "currency": "USD" })), "USD 22.05");
    }
}
