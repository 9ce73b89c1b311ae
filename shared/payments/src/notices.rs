//! What the merchant tells, and what the customer is told.

use std::time::Duration;

use async_trait::async_trait;
use kernel::message::{Content, Queue};
use kernel::{AccountId, Failure, OrderId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{MerchantOrderState, Money, PaymentEvent, PaymentFact, RefundState};

/// The message that something happened to an order in the merchant's books. It says which order and not what: who reads it looks into the books, so that it
/// may come twice, late or after a later one, and nothing else of what the merchant sent is kept (AN-22).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentNotice {
    pub merchant_order_id: String,
}

impl Content for PaymentNotice {
    const VERSION: u8 = 1;

    fn id(&self) -> String {
        self.merchant_order_id.clone()
    }
}

impl PaymentNotice {
    /// The message for an event; `None` when nothing follows from it.
    #[must_use]
    pub fn of(event: &PaymentEvent) -> Option<Self> {
        let id = match &event.fact {
            PaymentFact::Paid(order) => &order.id,
            // It becomes one of ours when it is paid.
            PaymentFact::Order(order) if order.state == MerchantOrderState::Pending => return None,
            PaymentFact::Order(order) => &order.id,
            PaymentFact::Refund(refund) if refund.state == RefundState::Pending => return None,
            PaymentFact::Refund(refund) => &refund.order,
            PaymentFact::Other => return None,
        };
        is_id(id).then(|| Self { merchant_order_id: id.clone() })
    }
}

/// The merchant's ids are UUIDs. Nothing else goes into a message, whoever signed it.
fn is_id(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(place, sign)| if [8, 13, 18, 23].contains(&place) { sign == '-' } else { sign.is_ascii_hexdigit() })
}

/// Takes a notice of the merchant whose signature was checked.
pub struct TakeNotice<'a> {
    pub queue: &'a dyn Queue<PaymentNotice>,
}

impl TakeNotice<'_> {
    /// Hands it on in one call, or none when nothing follows from it.
    ///
    /// # Errors
    /// [`Failure::Busy`] when the queue did not take it: the merchant sends it again.
    pub async fn run(&self, event: &PaymentEvent) -> Result<(), Failure> {
        match PaymentNotice::of(event) {
            Some(notice) => self.queue.send(&notice, Duration::ZERO).await,
            None => Ok(()),
        }
    }
}

/// What a customer is told by mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomerNotice {
    /// Their order is paid and the credits are there.
    Receipt {
        order: OrderId,
        credits: u32,
        /// With the tax that the merchant computed.
        total: Money,
        at: Timestamp,
        /// Where the merchant's receipt is.
        link: Option<String>,
    },
    /// Their money is on its way back.
    Refunded {
        order: OrderId,
        /// The credits that were taken back.
        credits: u32,
        /// Before tax.
        net: Money,
    },
    /// Somebody looks at their request.
    RefundWaits { order: OrderId },
}

/// Tells customers.
#[async_trait]
pub trait CustomerNotices: Send + Sync {
    /// Tells the account's address; nobody where there is none any more.
    ///
    /// # Errors
    /// [`Failure::Busy`] when certainly nothing was sent, [`Failure::Broken`] when nobody knows.
    async fn tell(&self, account: AccountId, notice: &CustomerNotice) -> Result<(), Failure>;
}

#[cfg(test)]
mod tests {
    use kernel::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::MerchantRefund;

    const ID: &str = "0190a7c2-0000-4000-8000-0000000000aa";

    fn refund(order: &str, state: RefundState) -> PaymentEvent {
        let net = Money { minor: 1, currency: *b"USD" };
        let refund = MerchantRefund { id: ID.into(), order: order.into(), state, net, disputed: false };
        PaymentEvent { id: "evt".into(), at: Timestamp::UNIX_EPOCH, fact: PaymentFact::Refund(refund) }
    }

    #[test]
    fn a_notice_says_which_order_and_nothing_more() {
        let notice = PaymentNotice::of(&refund(ID, RefundState::Failed)).unwrap();
        assert_eq!(kernel::message::written(&notice).unwrap(), format!(r#"{{"merchant_order_id":"{ID}","version":1}}"#));
        assert_eq!(PaymentNotice::of(&refund(ID, RefundState::Pending)), None);
    }

    proptest! {
        #[test]
        fn an_22_nothing_but_an_id_gets_into_a_message(text in "\\PC{0,60}|[0-9a-f-]{36}|[0-9]{13,19}") {
            if let Some(notice) = PaymentNotice::of(&refund(&text, RefundState::Succeeded)) {
                let groups: Vec<_> = notice.merchant_order_id.split('-').map(str::len).collect();
                prop_assert_eq!(groups, [8, 4, 4, 4, 12]);
            }
        }
    }
}
