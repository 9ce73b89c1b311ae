//! Orders, their readers, and the ledger as its owner reads it.

use futures_util::future::join_all;
use kernel::{AccountSession, Clock, OrderId, Owner, Reason, SignedDuration, limits};
use payments::{
    BegunOrder, Checkout, Contradiction, MerchantOrder, MerchantOrderState, Money, NewOrder, Offer, OfferId, Order, OrderChange,
    OrderState, OrderWritten, RefundReason, RequestState, Step,
};
use policy::Class;
use wallet::{Entry, Kind, Place};

use super::Stores;
use super::stores::reason;

const CREDITS: u32 = 10;
const PRICE: Money = Money { minor: 500, currency: *b"USD" };

fn new_order(stores: &Stores, caller: AccountSession, key: &str) -> NewOrder {
    let now = stores.clock.now();
    NewOrder {
        caller,
        id: OrderId::new(&*stores.clock, &stores.randomness),
        offer: Offer { id: OfferId("pack".into()), name: "10 credits".into(), credits: CREDITS, price: PRICE },
        created_at: now,
        key_hash: key.to_owned(),
        payload_hash: "payload".to_owned(),
        key_expires_at: Class::IDEMPOTENCY_RECORD.expires_at(now),
    }
}

/// A new order that is stored.
async fn placed(stores: &Stores, caller: AccountSession, key: &str) -> Order {
    let new = new_order(stores, caller, key);
    assert_eq!(stores.checkouts.begin(&new).await.unwrap(), BegunOrder::New);
    stores.orders.load(caller.account, new.id).await.unwrap().unwrap()
}

fn checkout(stores: &Stores, name: &str) -> Checkout {
    Checkout { id: name.to_owned(), url: format!("https://merchant.example/{name}"), expires_at: stores.clock.now() }
}

/// The books of a merchant that was paid for `order`, and gave so much back.
fn books(order: &Order, refunded: i64) -> MerchantOrder {
    let money = |minor| Money { minor, ..PRICE };
    MerchantOrder {
        id: "0190a7c2-0000-4000-8000-000000000001".into(),
        ours: Some(order.id),
        account: Some(order.account),
        offer: Some(order.offer.clone()),
        state: if refunded == 0 { MerchantOrderState::Paid } else { MerchantOrderState::PartiallyRefunded },
        net: PRICE,
        total: money(550),
        refunded: money(refunded),
        refundable: money(PRICE.minor - refunded),
        created_at: order.created_at,
        modified_at: order.created_at,
    }
}

async fn write(stores: &Stores, order: &Order, step: &Step) -> OrderWritten {
    stores.orders.change(OrderChange::of(order, &step.after, &step.entries)).await.unwrap()
}

/// The order after following the books.
async fn followed(stores: &Stores, order: &Order, refunded: i64) -> Result<Order, Contradiction> {
    let step = order.follow(&books(order, refunded), stores.clock.now())?.unwrap();
    assert_eq!(write(stores, order, &step).await, OrderWritten::Stored);
    let stored = stores.orders.load(order.account, order.id).await.unwrap().unwrap();
    assert_eq!(stored, step.after, "every field of it is stored");
    Ok(stored)
}

/// An order begins once a key, for who is signed in, so often in an hour, and is paid at one place (AN-69).
pub async fn checkouts(stores: &Stores) {
    let caller = stores.customer(0).await;
    let new = new_order(stores, caller, "key");
    assert_eq!(reason(stores.checkouts.begin(&new_order(stores, stores.nobody(), "key")).await), Some(Reason::SignedOut));
    assert_eq!(stores.checkouts.begun(caller.account, new.id).await.unwrap(), None);
    assert_eq!(stores.checkouts.begin(&new).await.unwrap(), BegunOrder::New);
    let replayed = BegunOrder::Replayed { payload_hash: "payload".into(), order: new.id };
    assert_eq!(stores.checkouts.begin(&new_order(stores, caller, "key")).await.unwrap(), replayed);
    let (first, second) = (checkout(stores, "first"), checkout(stores, "second"));
    assert_eq!(stores.checkouts.opened(caller.account, new.id, &first).await.unwrap(), first);
    assert_eq!(stores.checkouts.opened(caller.account, new.id, &second).await.unwrap(), first, "the one that is noted");
    let open = stores.checkouts.begun(caller.account, new.id).await.unwrap().unwrap();
    assert_eq!((open.offer, open.checkout), (new.offer.id.clone(), Some(first.clone())));
    let order = stores.orders.load(caller.account, new.id).await.unwrap().unwrap();
    assert_eq!(order, Order { checkout: Some(first), ..Order::placed(&new) });
    followed(stores, &order, 0).await.unwrap();
    assert_eq!(reason(stores.checkouts.opened(caller.account, new.id, &second).await), Some(Reason::NotFound), "it is paid");
    for index in 1..limits::CHECKOUTS_PER_HOUR.most {
        placed(stores, caller, &index.to_string()).await;
    }
    assert_eq!(reason(stores.checkouts.begin(&new_order(stores, caller, "more")).await), Some(Reason::RateLimited));
    stores.later(SignedDuration::from_hours(1));
    placed(stores, caller, "more").await;
}

/// A change is written over what it was made from, with its movement, or not at all.
pub async fn changes(stores: &Stores) {
    let caller = stores.customer(3).await;
    let order = placed(stores, caller, "key").await;
    let step = order.follow(&books(&order, 0), stores.clock.now()).unwrap().unwrap();
    let outcomes = join_all((0..10).map(|_| write(stores, &order, &step))).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == OrderWritten::Stored).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == OrderWritten::Overtaken).count(), 9);
    assert_eq!(stores.balance(&caller).await, (13, 0));
    let paid = stores.orders.load(caller.account, order.id).await.unwrap().unwrap();
    // The same entry under a later version is a contradiction, and writes nothing.
    let again = Step { after: paid.receipt_sent(stores.clock.now()), entries: step.entries.clone() };
    assert!(stores.orders.change(OrderChange::of(&paid, &again.after, &again.entries)).await.is_err());
    assert_eq!(stores.balance(&caller).await, (13, 0));
    let part = followed(stores, &paid, 100).await.unwrap();
    assert_eq!(stores.balance(&caller).await, (11, 0));
    let less = followed(stores, &part, 50).await.unwrap();
    assert_eq!(stores.balance(&caller).await, (12, 0));

    let asked = less.refund_asked(RefundReason::Other, true, stores.clock.now());
    let needing = |needed| OrderChange { needed: Some(needed), ..OrderChange::of(&less, &asked.after, &asked.entries) };
    assert_eq!(stores.orders.change(needing(13)).await.unwrap(), OrderWritten::Short);
    assert_eq!(stores.orders.change(needing(12)).await.unwrap(), OrderWritten::Stored);
    assert_eq!(stores.balance(&caller).await, (3, 0));
    let begun = stores.orders.load(caller.account, order.id).await.unwrap().unwrap();
    let failed = begun.refund_failed(&books(&order, 50), stores.clock.now());
    assert_eq!(write(stores, &begun, &failed).await, OrderWritten::Stored);
    assert_eq!((failed.after.refund.unwrap().state, stores.balance(&caller).await), (RequestState::Waiting, (12, 0)));
}

/// A claw-back alone leaves a wallet below zero, and then nothing begins on it (AN-74).
pub async fn below_zero(stores: &Stores) {
    let caller = stores.customer(0).await;
    let order = followed(stores, &placed(stores, caller, "key").await, 0).await.unwrap();
    let running = stores.placed(caller, 8).await;
    assert_eq!(stores.balance(&caller).await, (2, 8));
    let order = followed(stores, &order, 500).await.unwrap();
    assert_eq!(stores.balance(&caller).await, (-8, 8));
    assert_eq!(order.payment.as_ref().map(|payment| payment.taken_back), Some(CREDITS));
    let upload = stores.upload(caller).await;
    assert_eq!(reason(stores.placements.place(&stores.new_generation(&upload, 1, "short")).await), Some(Reason::WalletShort));
    // What runs ends as ever.
    let cancelled = running.cancel(stores.clock.now()).unwrap();
    let entries: Vec<_> = running.charge.release(running.id, stores.clock.now()).into_iter().collect();
    let change = studio::Change { entries: &entries, ..studio::Change::of(&running, &cancelled) };
    assert_eq!(stores.generations.change(change).await.unwrap(), studio::Written::Stored);
    assert_eq!(stores.balance(&caller).await, (0, 0));
    // Where there is no wallet, nothing is written.
    let gone = Order { account: stores.nobody().account, ..order.clone() };
    assert_eq!(stores.orders.load(gone.account, gone.id).await.unwrap(), None);
}

/// Nobody but the owner reads an order, and a list has all of them once, the newest first.
pub async fn pages(stores: &Stores) {
    let (caller, other) = (stores.customer(0).await, stores.customer(0).await);
    let mut orders = Vec::new();
    for index in 0..5 {
        stores.later(SignedDuration::from_secs(1));
        orders.push(placed(stores, caller, &index.to_string()).await);
    }
    let principal = caller.into();
    assert_eq!(stores.order_views.view(&principal, orders[2].id).await.unwrap().as_ref(), Some(&orders[2]));
    assert_eq!(stores.order_views.view(&other.into(), orders[2].id).await.unwrap(), None);
    assert_eq!(reason(stores.order_views.view(&stores.nobody().into(), orders[2].id).await), Some(Reason::SignedOut));
    assert_eq!(reason(stores.order_views.page(&stores.nobody().into(), None, 2).await), Some(Reason::SignedOut));
    assert!(stores.order_views.page(&other.into(), None, 100).await.unwrap().orders.is_empty());
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = stores.order_views.page(&principal, after, 2).await.unwrap();
        assert!(page.orders.len() <= 2);
        seen.extend(page.orders);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    orders.reverse();
    assert_eq!(seen, orders);
}

/// The owner reads every entry once, the newest first.
pub async fn statements(stores: &Stores) {
    let caller = stores.customer(3).await;
    let mut wanted = vec![Entry::starter_grant(3, stores.clock.now())];
    for index in 0..3 {
        stores.later(SignedDuration::from_micros(1_500));
        let order = followed(stores, &placed(stores, caller, &index.to_string()).await, 0).await.unwrap();
        wanted.push(Entry::purchase(order.id, CREDITS, stores.clock.now()));
        stores.later(SignedDuration::from_millis(100));
        followed(stores, &order, 250).await.unwrap();
        wanted.push(Entry::claw_back(order.id, 1, 5, stores.clock.now()));
        stores.later(SignedDuration::from_secs(1));
        let generation = stores.placed(caller, 1).await;
        wanted.push(Entry::hold(generation.id, 1, stores.clock.now()));
    }
    wanted.reverse();
    assert_eq!(reason(stores.statements.page(&stores.nobody(), None, 10).await), Some(Reason::SignedOut));
    let (mut seen, mut after): (Vec<Entry>, Option<Place>) = (Vec::new(), None);
    loop {
        let page = stores.statements.page(&caller, after, 3).await.unwrap();
        assert!(page.entries.len() <= 3);
        seen.extend(page.entries);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, wanted);
    let sum: i64 = seen.iter().map(Entry::available_delta).sum();
    assert_eq!(sum, stores.balance(&caller).await.0);
    assert!(seen.iter().any(|entry| entry.kind() == Kind::ClawBack) && caller.owner() == Owner::Account(caller.account));
    let other = stores.customer(0).await;
    assert_eq!(stores.statements.page(&other, after, 100).await.unwrap().entries.len(), 1, "nobody else's");
}

/// A wallet that is gone takes no credits, and the order says that nobody is there.
pub async fn ownerless(stores: &Stores, erase_wallet: impl AsyncFn(AccountSession)) {
    let caller = stores.customer(0).await;
    let order = placed(stores, caller, "key").await;
    erase_wallet(caller).await;
    let step = order.follow(&books(&order, 0), stores.clock.now()).unwrap().unwrap();
    assert_eq!(write(stores, &order, &step).await, OrderWritten::Ownerless);
    let noted = Step { after: order.without_owner(&books(&order, 0), stores.clock.now()), entries: Vec::new() };
    assert_eq!(write(stores, &order, &noted).await, OrderWritten::Stored);
    assert_eq!(stores.orders.load(caller.account, order.id).await.unwrap().map(|order| order.state), Some(OrderState::Paid));
}
