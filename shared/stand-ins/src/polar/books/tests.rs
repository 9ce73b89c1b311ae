//! What the books do with money.

use super::*;

fn sold(price_of: usize) -> (Books, Order) {
    let now = Timestamp::UNIX_EPOCH;
    let mut books = Books::new(1, now);
    let product = books.products[price_of].id.clone();
    let checkout = books.open(&product, "http://127.0.0.1:1", now, |_| {});
    let order = books.pay(&checkout.id, Buyer::default(), now).unwrap();
    (books, order)
}

fn kinds(books: &Books) -> Vec<&str> {
    books.letters.all().iter().map(|letter| letter.kind.as_str()).collect()
}

#[test]
fn a_page_is_paid_once_and_told_in_the_order_of_the_real_one() {
    let (mut books, order) = sold(0);
    assert_eq!((order.net, order.tax, order.total(), order.status()), (500, 50, 550, "paid"));
    assert_eq!(kinds(&books), ["checkout.created", "order.created", "order.updated", "order.paid", "checkout.updated"]);
    assert!(books.pay(&order.checkout, Buyer::default(), Timestamp::UNIX_EPOCH).is_none());
}

#[test]
fn a_page_ends_after_a_day() {
    let mut books = Books::new(1, Timestamp::UNIX_EPOCH);
    let product = books.products[0].id.clone();
    let checkout = books.open(&product, "http://127.0.0.1:1", Timestamp::UNIX_EPOCH, |_| {});
    assert!(books.pay(&checkout.id, Buyer::default(), checkout.expires_at).is_none());
    assert_eq!(books.checkout(&checkout.id).unwrap().status, CheckoutStatus::Expired);
}

#[test]
fn parts_of_an_order_add_up_to_the_cent() {
    let (mut books, order) = sold(2);
    let mut left = order.net;
    for amount in [1, 33, 1_999, 7] {
        books.give_back(&NewRefund::of(&order.id, amount), order.created_at).unwrap();
        left -= amount;
    }
    assert_eq!(books.order(&order.id).unwrap().status(), "partially_refunded");
    assert_eq!(books.give_back(&NewRefund::of(&order.id, left + 1), order.created_at).unwrap_err(), NoRefund::TooMuch);
    books.give_back(&NewRefund::of(&order.id, left), order.created_at).unwrap();
    let totals = books.totals()["usd"];
    assert_eq!((totals.refunded, totals.refunded_tax), (totals.net, totals.tax));
    assert_eq!(books.order(&order.id).unwrap().status(), "refunded");
    assert_eq!(books.give_back(&NewRefund::of(&order.id, 1), order.created_at).unwrap_err(), NoRefund::RefundedAlready);
}

#[test]
fn a_refund_that_fails_after_all_gives_the_amounts_back_and_tells_of_the_refund_alone() {
    let (mut books, order) = sold(0);
    let refund = books.give_back(&NewRefund::of(&order.id, 200), order.created_at).unwrap();
    assert_eq!(books.order(&order.id).unwrap().refunded, 200);
    let before = books.letters.all().len();
    assert!(books.settle(&refund.id, RefundStatus::Failed, order.created_at).is_some());
    assert_eq!((books.order(&order.id).unwrap().refunded, books.order(&order.id).unwrap().refunded_tax), (0, 0));
    assert_eq!(kinds(&books)[before..], ["refund.updated"]);
    assert!(books.settle(&refund.id, RefundStatus::Succeeded, order.created_at).is_none(), "it has ended");
}

#[test]
fn a_pending_refund_moves_nothing_until_it_succeeds() {
    let (mut books, order) = sold(0);
    let pending = NewRefund { is_pending: true, ..NewRefund::of(&order.id, 500) };
    let refund = books.give_back(&pending, order.created_at).unwrap();
    assert_eq!((refund.status, books.order(&order.id).unwrap().refunded), (RefundStatus::Pending, 0));
    books.settle(&refund.id, RefundStatus::Succeeded, order.created_at).unwrap();
    assert_eq!(books.order(&order.id).unwrap().refunded, 500);
}

#[test]
fn a_disputed_order_is_refunded_by_the_merchant_and_by_nobody_else() {
    let (mut books, order) = sold(0);
    books.give_back(&NewRefund::of(&order.id, 100), order.created_at).unwrap();
    let refund = books.dispute(&order.id, order.created_at).unwrap();
    assert_eq!((refund.amount, refund.reason.as_str()), (400, "dispute_prevention"));
    books.settle(&refund.id, RefundStatus::Failed, order.created_at).unwrap();
    let asked = books.give_back(&NewRefund::of(&order.id, 1), order.created_at);
    assert_eq!(asked.unwrap_err(), NoRefund::RefundDisputedPayment);
    books.block_refunds(&order.id, true);
    assert_eq!(books.give_back(&NewRefund::of(&order.id, 1), order.created_at).unwrap_err(), NoRefund::RefundsBlocked);
}
