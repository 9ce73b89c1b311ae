//! What is for sale, and the pages where it is paid.

use async_trait::async_trait;
use kernel::{Failure, Reason};
use payments::{Checkout, CheckoutRequest, Offer, Sales};
use serde_json::{Value, json};

use crate::answer::{PAGE, ask, goes_on, unreadable, value};
use crate::{Polar, read};

/// Maximum pages of products that are looked at.
const MOST_PAGES: u32 = 5;

#[async_trait]
impl Sales for Polar {
    /// The smallest pack first; the same products are always in the same order.
    async fn offers(&self) -> Result<Vec<Offer>, Failure> {
        let mut offers = Vec::new();
        for page in 1..=MOST_PAGES {
            let path = format!("products/?is_archived=false&is_recurring=false&limit={PAGE}&page={page}");
            let answer = value(self.get(&path)).await?;
            let products = answer["items"].as_array().ok_or_else(|| unreadable("no list of products"))?;
            offers.extend(products.iter().filter_map(read::offer));
            if !goes_on(&answer, page, products.len()) {
                break;
            }
        }
        offers.sort_by(|one, other| (one.credits, one.price.minor, &one.id).cmp(&(other.credits, other.price.minor, &other.id)));
        offers.dedup_by(|one, other| one.id == other.id);
        Ok(offers)
    }

    async fn open(&self, request: &CheckoutRequest) -> Result<Checkout, Failure> {
        let CheckoutRequest { order, account, offer, success_url, locale } = request;
        let mut body = json!({
            "products": [offer.0],
            "external_customer_id": account,
            // Copied to the order. A buyer whom the merchant knows by another account's id keeps that one there, so the account is said here as well.
            "metadata": { "order_id": order, "account_id": account },
            "success_url": success_url,
            "locale": locale,
        });
        let mut answer = ask(self.post("checkouts/").json(&body)).await?;
        // A browser may name a language that the merchant's register does not have. Nothing was made then, and the page has a language without it.
        if answer.as_ref().is_err_and(|refusal| refusal.is_about("locale")) {
            body["locale"] = Value::Null;
            answer = ask(self.post("checkouts/").json(&body)).await?;
        }
        match answer {
            Ok(answer) => answer.as_ref().and_then(read::checkout).ok_or_else(|| unreadable("no checkout")),
            Err(refusal) if refusal.is_about("products") => Err(Failure::invalid(Reason::FieldInvalid, "offer is not for sale.")),
            Err(refusal) => Err(refusal.into()),
        }
    }
}
