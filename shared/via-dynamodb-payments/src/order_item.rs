//! An order as an item.

use dynamo::{Attributes, Item, Read, name_of};
use kernel::{Failure, OrderId, Owner, Timestamp};
use payments::{Checkout, Money, OfferId, Order, Payment, RefundRequest};
use policy::Class;

use crate::keys;

pub(crate) fn write(order: &Order) -> Item {
    let item = Item::new(Class::Order.id(), keys::order(order.account, order.id))
        .text("state", name_of(&order.state))
        .number("version", order.version)
        .text("offer", &order.offer.0)
        .number("credits", order.credits)
        .number("price", order.price.minor)
        .text("currency", order.price.currency())
        .text("created_at", order.created_at.to_string())
        .text("updated_at", order.updated_at.to_string());
    let item = match &order.checkout {
        Some(checkout) => item
            .text("checkout_id", &checkout.id)
            .text("checkout_url", &checkout.url)
            .text("checkout_expires_at", checkout.expires_at.to_string()),
        None => item,
    };
    let item = match &order.payment {
        Some(payment) => with_payment(item, payment),
        None => item,
    };
    match order.refund {
        Some(refund) => item
            .text("refund_state", name_of(&refund.state))
            .text("refund_reason", name_of(&refund.reason))
            .text("refund_asked_at", refund.asked_at.to_string())
            .text("refund_confirmation", name_of(&refund.confirmation)),
        None => item,
    }
}

fn with_payment(item: Item, payment: &Payment) -> Item {
    item.text("merchant_order", &payment.merchant_order)
        .number("net", payment.net.minor)
        .number("total", payment.total.minor)
        .number("refunded", payment.refunded.minor)
        .text("paid_currency", payment.net.currency())
        .text("as_of", payment.as_of.to_string())
        .text("paid_at", payment.paid_at.to_string())
        .number("taken_back", payment.taken_back)
        .number("refund_changes", payment.changes)
        .text("receipt", name_of(&payment.receipt))
}

pub(crate) fn read(row: &Attributes) -> Result<Order, Failure> {
    let Owner::Account(account) = keys::owner_of(row.required_text("pk")?)? else { return Err(Failure::broken("an order of no account")) };
    Ok(Order {
        id: id(row)?,
        account,
        offer: OfferId(row.required_text("offer")?.to_owned()),
        credits: row.required_number("credits")?,
        price: money(row, "price", "currency")?,
        state: row.named("state")?,
        checkout: row.maybe_text("checkout_id").map(|id| checkout(row, id)).transpose()?,
        payment: row.maybe_text("merchant_order").map(|id| payment(row, id)).transpose()?,
        refund: row.maybe_text("refund_state").map(|_| refund(row)).transpose()?,
        created_at: row.parsed("created_at")?,
        updated_at: row.parsed("updated_at")?,
        version: row.required_number("version")?,
    })
}

fn id(row: &Attributes) -> Result<OrderId, Failure> {
    let sk = row.required_text("sk")?;
    sk.strip_prefix(keys::ORDERS).unwrap_or(sk).parse().map_err(Failure::broken)
}

fn checkout(row: &Attributes, id: &str) -> Result<Checkout, Failure> {
    let (url, expires_at): (_, Timestamp) = (row.required_text("checkout_url")?.to_owned(), row.parsed("checkout_expires_at")?);
    Ok(Checkout { id: id.to_owned(), url, expires_at })
}

fn payment(row: &Attributes, merchant_order: &str) -> Result<Payment, Failure> {
    let paid = |name| money(row, name, "paid_currency");
    Ok(Payment {
        merchant_order: merchant_order.to_owned(),
        net: paid("net")?,
        total: paid("total")?,
        refunded: paid("refunded")?,
        as_of: row.parsed("as_of")?,
        paid_at: row.parsed("paid_at")?,
        taken_back: row.required_number("taken_back")?,
        changes: row.required_number("refund_changes")?,
        receipt: row.named("receipt")?,
    })
}

fn refund(row: &Attributes) -> Result<RefundRequest, Failure> {
    Ok(RefundRequest {
        state: row.named("refund_state")?,
        reason: row.named("refund_reason")?,
        asked_at: row.parsed("refund_asked_at")?,
        confirmation: row.named("refund_confirmation")?,
    })
}

fn money(row: &Attributes, amount: &'static str, currency: &'static str) -> Result<Money, Failure> {
    Money::of(row.required_number(amount)?, row.required_text(currency)?).ok_or_else(|| Failure::broken("an amount that is none"))
}
