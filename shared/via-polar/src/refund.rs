//! Refunds.

use async_trait::async_trait;
use kernel::{Failure, OrderId, Reason};
use payments::{MerchantRefund, Money, Refunder};
use serde_json::json;

use crate::answer::{Refusal, ask, unreadable};
use crate::{Polar, read};

#[async_trait]
impl Refunder for Polar {
    async fn refund(&self, order: &str, net: Money, ours: OrderId) -> Result<MerchantRefund, Failure> {
        let order = read::uuid(order).filter(|_| net.minor > 0).ok_or_else(|| Failure::broken("a refund of nothing, or of no order"))?;
        let body = json!({
            "order_id": order,
            "reason": "customer_request",
            "amount": net.minor,
            "revoke_benefits": false,
            "metadata": { "order_id": ours },
        });
        match ask(self.post("refunds/").json(&body)).await? {
            Ok(answer) => answer.as_ref().and_then(read::refund).ok_or_else(|| unreadable("no refund")),
            Err(refusal) => Err(refused(refusal)),
        }
    }
}

fn refused(refusal: Refusal) -> Failure {
    let detail = match refusal.error.as_deref() {
        Some("RefundedAlready") => "This order is refunded already.",
        Some("RefundDisputedPayment") => "The payment of this order is disputed; its refund is decided there.",
        Some("RefundsBlocked") => "Refunds of this order are blocked by the merchant.",
        Some("RefundPendingCreation") => "A refund of this order is being made already.",
        _ if refusal.is_about("amount") => "More is asked for than is left of this order.",
        _ => return refusal.into(),
    };
    Failure::conflict(Reason::RefundRefused, detail)
}
