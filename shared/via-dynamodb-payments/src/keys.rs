//! The primary keys of orders.

use dynamo::Key;
use kernel::{AccountId, OrderId};
pub(crate) use via_dynamodb_accounts::keys::{idempotency, of_owner, owner_of};

pub(crate) fn order(account: AccountId, order: OrderId) -> Key {
    Key::new(of_owner(account.into()), format!("{ORDERS}{order}"))
}

/// Of those whose refund waits for somebody, in one partition, so that who looks at them finds them.
pub(crate) fn waiting(order: OrderId) -> Key {
    Key::new("REFUNDS#WAITING", format!("{ORDERS}{order}"))
}

/// The prefix of the sort keys of orders.
pub(crate) const ORDERS: &str = "ORD#";
