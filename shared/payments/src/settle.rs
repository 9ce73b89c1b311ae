//! Makes an order what the merchant's books say (on-payment-event), with everything that follows.

use std::time::Duration;

use kernel::{Clock, Failure};

use crate::order::{is_given_back, is_paid};
use crate::{
    CustomerNotice, CustomerNotices, MerchantBooks, MerchantOrder, MerchantRefund, Order, OrderChange, OrderWritten, Orders, Post,
    RefundState, Refunder, RequestState, Step, receipt,
};

/// How often an order is looked at again when others change it meanwhile.
const TRIES: usize = 5;

/// What the books and an order came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// The order was as the books say.
    Already,
    /// It is now. Credits moved.
    Moved,
    /// The merchant has money for which nobody has credits: the order is none of ours, or its account is gone, or it was paid twice. Somebody must
    /// give it back.
    Ownerless,
}

#[derive(Clone, Copy)]
pub struct Settle<'a> {
    pub books: &'a dyn MerchantBooks,
    pub refunder: &'a dyn Refunder,
    pub orders: &'a dyn Orders,
    pub notices: &'a dyn CustomerNotices,
    pub clock: &'a dyn Clock,
}

impl Settle<'_> {
    /// Looks up an order in the books and follows it. The order here is read after the books, and written only over what was read: whoever has older books
    /// writes nothing.
    ///
    /// # Errors
    /// [`Failure::Busy`] when somebody could not be asked, or when the merchant does not know the order (yet).
    pub async fn run(&self, merchant_order: &str) -> Result<Settled, Failure> {
        for _ in 0..TRIES {
            let Some(books) = self.books.order(merchant_order).await? else {
                tracing::warn!(merchant_order, "the merchant knows no such order");
                return Err(later());
            };
            if let Some(settled) = self.follow(&books).await? {
                return Ok(settled);
            }
        }
        Err(later())
    }

    /// Follows these books; `None` when somebody changed the order meanwhile.
    pub(crate) async fn follow(&self, books: &MerchantOrder) -> Result<Option<Settled>, Failure> {
        let Some((account, id)) = books.account.zip(books.ours) else { return Ok(Some(nobodys(books))) };
        let Some(order) = self.orders.load(account, id).await? else { return Ok(Some(nobodys(books))) };
        let step = match order.follow(books, self.clock.now()) {
            Ok(step) => step,
            Err(contradiction) => {
                let contradiction: &dyn std::error::Error = &contradiction;
                tracing::error!(order_id = %id, failure = contradiction, "an order cannot be as the merchant's books say");
                return Ok(Some(nobodys(books)));
            }
        };
        let Some(Step { after, entries }) = step else { return self.finish(order, books, Settled::Already).await };
        let moved = if entries.is_empty() { Settled::Already } else { Settled::Moved };
        match self.orders.change(OrderChange::of(&order, &after, &entries)).await? {
            OrderWritten::Stored => self.finish(after, books, moved).await,
            OrderWritten::Overtaken | OrderWritten::Short => Ok(None),
            OrderWritten::Ownerless => self.note_ownerless(&order, books).await,
        }
    }

    /// What is left to do once the order is as the books say.
    async fn finish(&self, order: Order, books: &MerchantOrder, settled: Settled) -> Result<Option<Settled>, Failure> {
        let Some(order) = self.give_back(order, books).await? else { return Ok(None) };
        Ok(self.tell(order).await?.map(|_told| settled))
    }

    /// The row says that it is paid, as long as it is there.
    async fn note_ownerless(&self, order: &Order, books: &MerchantOrder) -> Result<Option<Settled>, Failure> {
        let noted = order.without_owner(books, self.clock.now());
        self.orders.change(OrderChange::of(order, &noted, &[])).await?;
        Ok(Some(nobodys(books)))
    }

    /// Asks the merchant for the money of a request that was begun, if that was not done yet; `None` when somebody changed the order meanwhile. The refunds
    /// that there are come first: the merchant has no idempotency key. A second request for the whole is refused, as nothing is left.
    pub(crate) async fn give_back(&self, order: Order, books: &MerchantOrder) -> Result<Option<Order>, Failure> {
        if order.refund.is_none_or(|refund| refund.state != RequestState::Begun) || self.is_under_way(&books.id).await? {
            return Ok(Some(order));
        }
        if books.refundable.minor > 0 {
            match self.refunder.refund(&books.id, books.refundable, order.id).await {
                Ok(refund) if is_alive(&refund) => return Ok(Some(order)),
                // Somebody else may have been quicker.
                Ok(_) | Err(Failure::Conflict(_)) if self.is_under_way(&books.id).await? => return Ok(Some(order)),
                Ok(_) | Err(Failure::Conflict(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        tracing::warn!(order_id = %order.id, "the merchant gives no money back: somebody must look at it");
        let Step { after, entries } = order.refund_failed(books, self.clock.now());
        let written = self.orders.change(OrderChange::of(&order, &after, &entries)).await?;
        Ok((written == OrderWritten::Stored).then_some(after))
    }

    /// Whether a refund of this order is done or about to be.
    async fn is_under_way(&self, merchant_order: &str) -> Result<bool, Failure> {
        Ok(self.books.refunds_of(merchant_order).await?.iter().any(is_alive))
    }

    /// Sends the mails that are due, each once; `None` when somebody changed the order meanwhile, who sends them then.
    pub(crate) async fn tell(&self, order: Order) -> Result<Option<Order>, Failure> {
        let Some(order) = self.send_receipt(order).await? else { return Ok(None) };
        self.send_confirmation(order).await
    }

    async fn send_receipt(&self, order: Order) -> Result<Option<Order>, Failure> {
        let due = order.payment.as_ref().filter(|payment| payment.receipt == Post::Due);
        let Some(payment) = due else { return Ok(Some(order)) };
        // The merchant may need a moment for it, and the mail says the rest without it.
        let link = receipt(self.books, &order).await;
        let notice = CustomerNotice::Receipt { order: order.id, credits: order.credits, total: payment.total, at: payment.paid_at, link };
        self.send(&order, order.receipt_sent(self.clock.now()), &notice).await
    }

    async fn send_confirmation(&self, order: Order) -> Result<Option<Order>, Failure> {
        let due = order.refund.filter(|refund| refund.confirmation == Post::Due);
        let (Some(refund), Some(payment)) = (due, &order.payment) else { return Ok(Some(order)) };
        let notice = match refund.state {
            RequestState::Waiting => CustomerNotice::RefundWaits { order: order.id },
            RequestState::Begun | RequestState::Done => {
                CustomerNotice::Refunded { order: order.id, credits: payment.taken_back, net: payment.net }
            }
        };
        self.send(&order, order.confirmation_sent(self.clock.now()), &notice).await
    }

    /// Notes a mail as sent and then sends it; where it certainly did not go, it is due again. Returns the order as it is then.
    async fn send(&self, before: &Order, sent: Order, notice: &CustomerNotice) -> Result<Option<Order>, Failure> {
        if self.orders.change(OrderChange::of(before, &sent, &[])).await? != OrderWritten::Stored {
            return Ok(None);
        }
        match self.notices.tell(before.account, notice).await {
            Ok(()) => Ok(Some(sent)),
            Err(busy @ Failure::Busy { .. }) => {
                let due = Order { version: sent.version.saturating_add(1), ..before.clone() };
                self.orders.change(OrderChange::of(&sent, &due, &[])).await?;
                Err(busy)
            }
            Err(unclear) => {
                tracing::error!(order_id = %before.id, failure = &unclear as &dyn std::error::Error, "a mail about an order may not have been sent");
                Ok(Some(sent))
            }
        }
    }
}

/// Of an order that nobody has here: money of it must go back, unless it did.
fn nobodys(books: &MerchantOrder) -> Settled {
    if !is_paid(books) || is_given_back(books) || books.net.minor == 0 {
        return Settled::Already;
    }
    // Both are ids alone.
    tracing::error!(merchant_order = books.id, "a payment belongs to nobody");
    Settled::Ownerless
}

fn is_alive(refund: &MerchantRefund) -> bool {
    matches!(refund.state, RefundState::Pending | RefundState::Succeeded)
}

pub(crate) fn later() -> Failure {
    Failure::unavailable(Duration::from_secs(1))
}
