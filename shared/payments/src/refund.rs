//! A customer asks for their money back (refunds-create).

use kernel::{Clock, Failure, OrderId, Principal, Reason, SignedDuration, Timestamp};

use crate::settle::{Settle, later};
use crate::{Order, OrderChange, OrderState, OrderViews, OrderWritten, Payment, RefundReason, RequestState, Step};

/// How often an order is looked at again when others change it meanwhile.
const TRIES: usize = 5;

/// Until when money goes back without anybody looking at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundPolicy {
    /// Days from the payment.
    pub days: u32,
}

impl RefundPolicy {
    /// Whether an order that was paid then is not too old.
    fn covers(self, payment: &Payment, now: Timestamp) -> bool {
        now.duration_since(payment.paid_at) <= SignedDuration::from_hours(24 * i64::from(self.days))
    }
}

/// Gives the money back at once where the credits of the order are unused and it is not old: as long as the wallet has as many available, whichever of
/// them those are. All else is left to somebody who looks at it. The credits are taken back first, in the transaction that notes the request, so that
/// nobody spends them while their price is on its way back.
pub struct RequestRefund<'a> {
    pub views: &'a dyn OrderViews,
    pub settle: Settle<'a>,
    pub policy: RefundPolicy,
    pub clock: &'a dyn Clock,
}

impl RequestRefund<'_> {
    /// Asks, or says what became of the request when it was asked before; a repetition finishes an interrupted one.
    ///
    /// # Errors
    /// [`Failure::Missing`] when the caller has no such order, [`Failure::Conflict`] with [`Reason::RefundRefused`] when there is nothing to be given
    /// back, [`Failure::Busy`] when the merchant could not be asked: the request stands, and is finished by a repetition or within the hour.
    pub async fn run(&self, principal: &Principal, id: OrderId, reason: RefundReason) -> Result<Order, Failure> {
        for _ in 0..TRIES {
            let order = self.views.view(principal, id).await?.ok_or_else(|| Failure::missing("order"))?;
            if let Some(asked) = self.asked(order, reason).await? {
                return self.done(asked).await;
            }
        }
        Err(later())
    }

    /// The order with the request on it; `None` when somebody changed it meanwhile.
    async fn asked(&self, order: Order, reason: RefundReason) -> Result<Option<Order>, Failure> {
        if order.refund.is_some() {
            return Ok(Some(order));
        }
        let payment =
            order.payment.as_ref().filter(|payment| order.state == OrderState::Credited && payment.refunded.minor < payment.net.minor);
        let payment = payment.ok_or_else(nothing_to_give_back)?;
        let now = self.clock.now();
        let is_simple = payment.refunded.minor == 0 && self.policy.covers(payment, now);
        if is_simple && let Some(outcome) = self.write(&order, &order.refund_asked(reason, true, now), Some(order.credits)).await? {
            return Ok(outcome);
        }
        Ok(self.write(&order, &order.refund_asked(reason, false, now), None).await?.flatten())
    }

    /// `None` when too few credits are there; within it, `None` when somebody changed the order meanwhile.
    async fn write(&self, order: &Order, step: &Step, needed: Option<u32>) -> Result<Option<Option<Order>>, Failure> {
        let Step { after, entries } = step;
        let change = OrderChange { needed, ..OrderChange::of(order, after, entries) };
        Ok(match self.settle.orders.change(change).await? {
            OrderWritten::Stored => Some(Some(after.clone())),
            OrderWritten::Overtaken => Some(None),
            OrderWritten::Short => None,
            OrderWritten::Ownerless => return Err(Failure::signed_out()),
        })
    }

    /// Gets the money on its way and the mail sent; returns the order as it is then. Of a request that waits, somebody may have given the money back
    /// meanwhile.
    async fn done(&self, asked: Order) -> Result<Order, Failure> {
        let is_done = asked.refund.is_some_and(|refund| refund.state == RequestState::Done);
        match asked.payment.as_ref().filter(|_| !is_done) {
            Some(payment) => self.settle.run(&payment.merchant_order).await.map(drop)?,
            None => self.settle.tell(asked.clone()).await.map(drop)?,
        }
        Ok(self.settle.orders.load(asked.account, asked.id).await?.unwrap_or(asked))
    }
}

fn nothing_to_give_back() -> Failure {
    Failure::conflict(Reason::RefundRefused, "This order is not paid, or its money was given back already.")
}
