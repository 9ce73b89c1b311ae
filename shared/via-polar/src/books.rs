//! The merchant's books.

use async_trait::async_trait;
use kernel::{Failure, Timestamp};
use payments::{MerchantBooks, MerchantOrder, MerchantRefund, Page};
use serde_json::Value;

use crate::answer::{PAGE, ask, goes_on, unreadable, value};
use crate::{Polar, read};

/// Maximum pages of the refunds of one order.
const MOST_PAGES: u32 = 5;

/// The class of the error for an object that is not there. A 404 without it is a wrong path or version.
const ABSENT: &str = "ResourceNotFound";

#[async_trait]
impl MerchantBooks for Polar {
    async fn orders(&self, since: Timestamp, page: u32) -> Result<Page<MerchantOrder>, Failure> {
        let path = format!("orders/?created_after={since}&sorting=created_at&limit={PAGE}&page={page}");
        let answer = value(self.get(&path)).await?;
        let (items, count) = items(&answer, read::order)?;
        Ok(Page { items, more: goes_on(&answer, page, count) })
    }

    async fn order(&self, id: &str) -> Result<Option<MerchantOrder>, Failure> {
        let Some(id) = read::uuid(id) else { return Ok(None) };
        match ask(self.get(&format!("orders/{id}"))).await? {
            Ok(answer) => answer.as_ref().and_then(read::order).map(Some).ok_or_else(|| unreadable("no order")),
            Err(refusal) if refusal.is(404, ABSENT) => Ok(None),
            Err(refusal) => Err(refusal.into()),
        }
    }

    async fn refunds_of(&self, order: &str) -> Result<Vec<MerchantRefund>, Failure> {
        let Some(order) = read::uuid(order) else { return Ok(Vec::new()) };
        let mut refunds = Vec::new();
        for page in 1..=MOST_PAGES {
            let answer = value(self.get(&format!("refunds/?order_id={order}&sorting=created_at&limit={PAGE}&page={page}"))).await?;
            let (items, count) = items(&answer, read::refund)?;
            // Others cannot be among them, unless the filter was not understood.
            refunds.extend(items.into_iter().filter(|refund| refund.order == order));
            if !goes_on(&answer, page, count) {
                break;
            }
        }
        Ok(refunds)
    }

    /// The merchant has no filter for the time of a refund: its list is read from the newest on, until one is older.
    async fn refunds(&self, since: Timestamp, page: u32) -> Result<Page<MerchantRefund>, Failure> {
        let answer = value(self.get(&format!("refunds/?sorting=-created_at&limit={PAGE}&page={page}"))).await?;
        let is_older = |refund: &Value| read::time(&refund["created_at"]).is_some_and(|created_at| created_at < since);
        let (newer, count) = items(&answer, |refund| Some(if is_older(refund) { None } else { Some(read::refund(refund)?) }))?;
        let ends_here = newer.iter().any(Option::is_none);
        Ok(Page { items: newer.into_iter().flatten().collect(), more: !ends_here && goes_on(&answer, page, count) })
    }

    async fn receipt(&self, order: &str) -> Result<Option<String>, Failure> {
        let Some(order) = read::uuid(order) else { return Ok(None) };
        match ask(self.get(&format!("orders/{order}/receipt"))).await? {
            Ok(answer) => Ok(answer.and_then(|answer| read::url(&answer["url"]))),
            Err(refusal) if refusal.is(404, ABSENT) => Ok(None),
            Err(refusal) => Err(refusal.into()),
        }
    }
}

/// The items of a list that can be read, and how many there are. One that cannot be read must not hide the others.
fn items<T>(answer: &Value, read: impl Fn(&Value) -> Option<T>) -> Result<(Vec<T>, usize), Failure> {
    let all = answer["items"].as_array().ok_or_else(|| unreadable("no list"))?;
    let items: Vec<T> = all.iter().filter_map(read).collect();
    if items.len() < all.len() {
        tracing::error!(failed = all.len() - items.len(), "the merchant's books have entries that cannot be read");
    }
    Ok((items, all.len()))
}
