//! Every consumer killed before and after every AWS call it makes, and its message delivered again.
//!
//! Between two calls of a worker nothing happens that anyone could see, so to die after a call is to die before the next: one death before each
//! call, and one after the last, are all there are.

use futures_util::future::join_all;
use local_cloud::{Action, Call, Cloud, Fault};
use serde_json::json;

use super::{PATIENCE, assert_delivered_once, assert_no_dead_letters, assert_nothing_waits, delivery, settle, sweep};
use crate::harness::pictures::small;
use crate::harness::{Person, TestCloud, books, run};
use crate::promises::catalogue::{Differences, differences};

/// A consumer, its queue, and the state of an order whose message waits in it.
struct Consumer {
    function: &'static str,
    queue: &'static str,
    state: &'static str,
    /// The queue its orders are held back in afterwards.
    next: Option<&'static str>,
}

/// A moment to die: at the `nth` call, counted from 1.
#[derive(Debug, Clone, Copy)]
struct Point {
    nth: u32,
    after: bool,
}

/// Orders that go on to the end; of the others enough is seen when the step is over, and they are cancelled.
const FOLLOWED: usize = 3;

#[test]
fn on_generation_queued_may_die_at_every_step() {
    run(kill_everywhere(&Consumer {
        function: "on-generation-queued",
        queue: "GenerationQueued",
        state: "queued",
        next: Some("ScreeningPassed"),
    }));
}

#[test]
fn on_screening_passed_may_die_at_every_step() {
    run(kill_everywhere(&Consumer {
        function: "on-screening-passed",
        queue: "ScreeningPassed",
        state: "drawing",
        next: Some("DrawingReady"),
    }));
}

#[test]
fn on_drawing_ready_may_die_at_every_step() {
    run(kill_everywhere(&Consumer { function: "on-drawing-ready", queue: "DrawingReady", state: "finishing", next: None }));
}

async fn kill_everywhere(consumer: &Consumer) {
    let cloud = TestCloud::rich().await;
    cloud.pause_queue(consumer.queue).await.unwrap();
    if let Some(next) = consumer.next {
        cloud.pause_queue(next).await.unwrap();
    }
    let person = Person::signed_in(&cloud).await;

    let clean = order(&person, consumer).await;
    person.reaches(&clean, &[consumer.state]).await;
    cloud.reset_calls();
    handle(&cloud, consumer, &person, &clean).await;
    let calls: Vec<Call> = cloud.calls().into_iter().filter(|call| call.function.as_deref() == Some(consumer.function)).collect();
    let points = points(&calls);
    assert!(points.len() >= 8, "{calls:?}");

    let mut orders = Vec::new();
    for _ in &points {
        orders.push(order(&person, consumer).await);
    }
    for order in &orders {
        person.reaches(order, &[consumer.state]).await;
    }
    for (point, order) in points.iter().zip(&orders) {
        die(&cloud, consumer, &person, order, *point, &calls).await;
        handle(&cloud, consumer, &person, order).await;
    }
    // The messages of all these orders are still in the queue, and are delivered once more.
    orders.push(clean);
    follow(&cloud, consumer, &person, orders).await;
    cloud.stop().await;
}

/// An order of an upload of its own; only where drawing is what dies, it is drawn.
async fn order(person: &Person<'_>, consumer: &Consumer) -> String {
    match consumer.function {
        "on-screening-passed" => person.order(&person.upload(&small()).await).await,
        _ => person.quick_order().await,
    }
}

/// The moment before each call, and the one after the last. Of many calls of one kind in a row the first, a middle and the last.
fn points(calls: &[Call]) -> Vec<Point> {
    let name = |index: usize| calls.get(index).map(|call| call.operation.as_str());
    let mut points = Vec::new();
    for index in 0..calls.len() {
        let start = (0..=index).rev().take_while(|before| name(*before) == name(index)).last().unwrap_or(index);
        let end = (index..calls.len()).take_while(|after| name(*after) == name(index)).last().unwrap_or(index);
        if end - start > 4 && ![start, usize::midpoint(start, end), end].contains(&index) {
            continue;
        }
        points.push(Point { nth: u32::try_from(index + 1).unwrap(), after: false });
    }
    points.push(Point { nth: u32::try_from(calls.len()).unwrap(), after: true });
    points
}

/// Delivers the message to a consumer that dies at this point.
async fn die(cloud: &Cloud, consumer: &Consumer, person: &Person<'_>, order: &str, point: Point, calls: &[Call]) {
    let action = if point.after { Action::KillAfter } else { Action::KillBefore };
    cloud.inject(Fault::new(action).of(consumer.function).nth(point.nth));
    let answer = cloud.invoke(consumer.function, &delivery(&person.account, order)).await.unwrap();
    let names: Vec<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
    assert_eq!((answer.failed, cloud.clear_faults()), (true, 0), "{point:?} of {names:?}: {}", answer.json());
}

/// Delivers the message to a consumer that lives.
async fn handle(cloud: &Cloud, consumer: &Consumer, person: &Person<'_>, order: &str) {
    let answer = cloud.invoke(consumer.function, &delivery(&person.account, order)).await.unwrap();
    assert_eq!((answer.failed, &answer.json()["batchItemFailures"]), (false, &json!([])), "{}", answer.json());
}

/// Lets the queues go on, and looks at the end of every order.
async fn follow(cloud: &Cloud, consumer: &Consumer, person: &Person<'_>, mut orders: Vec<String>) {
    cloud.resume_queue(consumer.queue).unwrap();
    cloud.drain_queue(consumer.queue, PATIENCE).await.unwrap();
    if let Some(next) = consumer.next {
        let cancelled = orders.drain(..orders.len() - FOLLOWED).map(|order| format!("/v1/generations/{order}")).collect::<Vec<_>>();
        let replies = join_all(cancelled.iter().map(|path| person.delete(path))).await;
        assert!(replies.iter().all(|reply| reply.status == 204));
        assert_eq!(person.wallet().await, (1000 - FOLLOWED as u64, FOLLOWED as u64), "credits were held once each");
        cloud.resume_queue(next).unwrap();
    }
    settle(cloud).await;
    // A mail that was claimed and that SES does not have is sent by another worker, after the time in which SES would have said so.
    sweep(cloud, 11).await;
    settle(cloud).await;
    for order in &orders {
        assert_delivered_once(cloud, person, order).await;
    }
    sweep(cloud, 30).await;
    assert_nothing_waits(cloud).await;
    assert_eq!(differences(cloud).await, Differences::default(), "no object without a row, no row without an object");
    assert_no_dead_letters(cloud).await;
    assert_eq!(person.wallet().await, (1000 - orders.len() as u64, 0));
    books::assert_books(cloud).await;
}
