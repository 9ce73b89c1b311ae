//! What follows a payment, killed before and after every AWS call, and done again.

use std::time::Duration;

use local_cloud::{Action, Fault};
use stand_ins::polar::Mischief;

use crate::harness::person::expect;
use crate::harness::{Person, TestCloud, ledger_and_inventory, mailbox, run};

/// More calls than any of these functions makes.
const MOST_CALLS: u32 = 20;

async fn mails(cloud: &TestCloud, order: &str) -> usize {
    mailbox::all(cloud).await.iter().filter(|mail| mail.text.contains(order)).count()
}

/// Runs `scene` with the function killed before and after its first call, its second, and so on, until it lives. The scene says whether it died.
async fn at_every_call(cloud: &TestCloud, function: &str, least: u32, scene: impl AsyncFn() -> bool) {
    for action in [Action::KillBefore, Action::KillAfter] {
        let mut deaths = 0;
        for nth in 1..=MOST_CALLS {
            cloud.inject(Fault::new(action.clone()).of(function).nth(nth));
            if !scene().await {
                break;
            }
            deaths += 1;
        }
        assert!((least..MOST_CALLS).contains(&deaths), "{function} died {deaths} times, {action:?}");
    }
    ledger_and_inventory::assert_ledger_and_inventory(cloud).await;
}

#[test]
fn a_payment_whose_function_dies_anywhere_is_credited_once() {
    run(async {
        let cloud = TestCloud::start().await;
        at_every_call(&cloud, "on-payment-event", 4, async || {
            let person = Person::signed_in(&cloud).await;
            let order = person.order().await;
            cloud.pay(&order);
            person.order_reaches(&order, "/state", "credited").await;
            cloud.settle_queue("PaymentEvent", Duration::from_secs(60)).await.unwrap();
            assert_eq!(person.available().await, 13);
            assert!(mails(&cloud, &order).await <= 1);
            cloud.clear_faults() == 0
        })
        .await;
        cloud.stop().await;
    });
}

/// The merchant sends a notice again that was not taken, some seconds later; the hourly comparison is sooner here.
#[test]
fn a_notice_whose_function_dies_is_sent_again_or_made_good() {
    run(async {
        let cloud = TestCloud::start().await;
        // What waits to be sent again holds up nothing behind it.
        cloud.merchant().vendor().books().set_mischief(Mischief { shuffled: true, ..Mischief::default() });
        at_every_call(&cloud, "webhooks-polar", 1, async || {
            let person = Person::signed_in(&cloud).await;
            let order = person.order().await;
            cloud.pay(&order);
            cloud.merchant().vendor().deliver().await;
            assert!(!cloud.fire_schedule("every-hour-reconcile-payments").await.unwrap().failed);
            person.order_reaches(&order, "/state", "credited").await;
            cloud.settle_queue("PaymentEvent", Duration::from_secs(60)).await.unwrap();
            assert_eq!((person.available().await, mails(&cloud, &order).await), (13, 1));
            cloud.clear_faults() == 0
        })
        .await;
        cloud.stop().await;
    });
}

#[test]
fn a_comparison_that_dies_anywhere_is_finished_by_the_next() {
    run(async {
        let cloud = TestCloud::start().await;
        cloud.merchant().vendor().tell(None);
        let function = "every-hour-reconcile-payments";
        // Of older orders, which it compares before, it reads the rows alone.
        let writes = [("dynamodb", "TransactWriteItems", 1), ("dynamodb", "TransactWriteItems", 2), ("sesv2", "SendEmail", 1)];
        for action in [Action::KillBefore, Action::KillAfter] {
            for (service, operation, nth) in [("dynamodb", "GetItem", 1)].into_iter().chain(writes) {
                let person = Person::signed_in(&cloud).await;
                let order = person.order().await;
                cloud.pay(&order);
                cloud.inject(Fault::new(action.clone()).of(function).on(service, operation).nth(nth));
                assert!(cloud.fire_schedule(function).await.unwrap().failed, "{operation} {nth}");
                assert_eq!(cloud.clear_faults(), 0);
                assert!(!cloud.fire_schedule(function).await.unwrap().failed);
                let credited = expect(person.get(&format!("/v1/orders/{order}")).await, 200);
                assert_eq!((credited["state"].as_str(), person.available().await), (Some("credited"), 13));
                assert!(mails(&cloud, &order).await <= 1);
            }
        }
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_74_a_request_whose_function_dies_anywhere_gives_the_money_back_once() {
    run(async {
        let cloud = TestCloud::start().await;
        at_every_call(&cloud, "refunds-create", 4, async || {
            let person = Person::signed_in(&cloud).await;
            let (order, theirs) = cloud.bought(&person).await;
            cloud.settle_queue("PaymentEvent", Duration::from_secs(60)).await.unwrap();
            person.ask_for_refund(&order).await;
            let died = cloud.clear_faults() == 0;
            expect(person.ask_for_refund(&order).await, 202);
            person.order_reaches(&order, "/refund/state", "done").await;
            assert_eq!(person.available().await, 3);
            let refunds = cloud.merchant().vendor().books().refunds.iter().filter(|refund| refund.order == theirs).count();
            assert_eq!(refunds, 1);
            assert!(mails(&cloud, &order).await <= 2);
            died
        })
        .await;
        cloud.stop().await;
    });
}
