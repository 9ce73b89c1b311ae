//! Every consumer killed before and after every AWS call it makes, and its message delivered again.
//!
//! Between two calls of a worker nothing observable happens, so that dying after a call equals dying before the next: one death before each call, and
//! one after the last, cover all.

use std::cell::Cell;

use local_cloud::{Action, Call, Cloud, Fault};
use serde_json::{Value, json};

use super::{TIMEOUT, assert_delivered_once, assert_no_dead_letters, assert_nothing_waits, delivery, settle, sweep};
use crate::harness::pictures::small;
use crate::harness::{Person, TestCloud, ledger_and_inventory, run};
use crate::promises::catalogue::{Differences, differences};

/// A consumer, its queue, and the state of a generation whose message waits in it.
struct Consumer {
    function: &'static str,
    queue: &'static str,
    state: &'static str,
    /// The queue that holds its generations afterwards.
    next: Option<&'static str>,
    /// The minutes by which the clock is ahead: each death is followed by the time after which a worker's turn is over.
    ahead: Cell<i64>,
    /// Credits that were spent on generations that were cancelled.
    paid: Cell<u64>,
}

/// The longest time of a consumer, and a minute more.
const TURN_ENDS: i64 = 5;

/// A time of death: at the `nth` call, counted from 1.
#[derive(Debug, Clone, Copy)]
struct Point {
    nth: u32,
    after: bool,
}

/// Generations that continue to the end; the others are cancelled after the step.
const FOLLOWED: usize = 3;

/// Credits of a generation: a drawing and its bubble.
const PRICE: u64 = 2;

/// The first call that changes the generation: a worker that dies before it leaves the same calls to the next one.
const TURN: &str = "TransactWriteItems";

#[test]
fn on_generation_queued_may_die_at_every_step() {
    run(async {
        let consumer = Consumer {
            function: "on-generation-queued",
            queue: "GenerationQueued",
            state: "queued",
            next: Some("ScreeningPassed"),
            ahead: Cell::new(0),
            paid: Cell::new(0),
        };
        let cloud = stage(&consumer).await;
        let person = Person::signed_in(&cloud).await;
        let generations = kill_everywhere(&cloud, &consumer, &person).await;
        follow(&cloud, &consumer, &person, generations).await;
        cloud.stop().await;
    });
}

#[test]
fn on_screening_passed_may_die_at_every_step() {
    run(async {
        let consumer = Consumer {
            function: "on-screening-passed",
            queue: "ScreeningPassed",
            state: "drawing",
            next: Some("DrawingReady"),
            ahead: Cell::new(0),
            paid: Cell::new(0),
        };
        let cloud = stage(&consumer).await;
        let person = Person::signed_in(&cloud).await;
        // Drawing takes time, so the artist works only where its work is lost, or stored and not recorded; otherwise the drawing is there already.
        let mut generations = Vec::new();
        for (service, operation) in [("s3", "PutObject"), ("dynamodb", TURN)] {
            let generation = person.start_with(&person.upload(&small()).await, "soft-anime", 1, extras()).await;
            person.reaches(&generation, &[consumer.state]).await;
            let fault = Fault::new(Action::KillBefore).of(consumer.function).on(service, operation);
            die(&cloud, &consumer, &person, &generation, fault, operation).await;
            handle(&cloud, &consumer, &person, &generation).await;
            generations.push(generation);
        }
        generations.extend(kill_everywhere(&cloud, &consumer, &person).await);
        follow(&cloud, &consumer, &person, generations).await;
        cloud.stop().await;
    });
}

#[test]
fn on_drawing_ready_may_die_at_every_step() {
    run(async {
        let consumer = Consumer {
            function: "on-drawing-ready",
            queue: "DrawingReady",
            state: "finishing",
            next: None,
            ahead: Cell::new(0),
            paid: Cell::new(0),
        };
        let cloud = stage(&consumer).await;
        let person = Person::signed_in(&cloud).await;
        let generations = kill_everywhere(&cloud, &consumer, &person).await;
        follow(&cloud, &consumer, &person, generations).await;
        cloud.stop().await;
    });
}

/// A cloud in which the generations wait before the consumer and after it.
async fn stage(consumer: &Consumer) -> TestCloud {
    let cloud = TestCloud::rich().await;
    for queue in [Some(consumer.queue), consumer.next].into_iter().flatten() {
        cloud.pause_queue(queue).await.unwrap();
    }
    cloud
}

/// Kills the consumer at every step of generations whose drawing is stored already; returns the generations.
async fn kill_everywhere(cloud: &Cloud, consumer: &Consumer, person: &Person<'_>) -> Vec<String> {
    let clean = person.quick_generation_with(1, extras()).await;
    person.reaches(&clean, &[consumer.state]).await;
    cloud.reset_calls();
    handle(cloud, consumer, person, &clean).await;
    let calls: Vec<Call> = cloud.calls().into_iter().filter(|call| call.function.as_deref() == Some(consumer.function)).collect();
    let (names, deaths): (Vec<&str>, _) = (calls.iter().map(|call| call.operation.as_str()).collect(), deaths(&calls));
    assert!(calls.len() >= 5, "{names:?}");

    let mut generations: Vec<String> = Vec::new();
    for points in &deaths {
        // An account runs a few at once.
        if consumer.next.is_some() && generations.len() > FOLLOWED {
            cancel(cloud, consumer, person, &generations.remove(0)).await;
        }
        let generation = person.quick_generation_with(1, extras()).await;
        person.reaches(&generation, &[consumer.state]).await;
        for point in points {
            let action = if point.after { Action::KillAfter } else { Action::KillBefore };
            let fault = Fault::new(action).of(consumer.function).nth(point.nth);
            die(cloud, consumer, person, &generation, fault, &format!("{point:?} of {names:?}")).await;
        }
        handle(cloud, consumer, person, &generation).await;
        generations.push(generation);
    }
    // The messages of all these generations are still in the queue, and are delivered once more.
    generations.push(clean);
    generations
}

/// The add-ons of every generation here.
fn extras() -> Value {
    json!({ "stickers": ["whatsapp"], "bubble": { "text": "Hello again!" } })
}

/// The points of death for each generation: all those before its first change one after the other, each later one alone.
fn deaths(calls: &[Call]) -> Vec<Vec<Point>> {
    let turn = calls.iter().position(|call| call.operation == TURN).map_or(0, |index| u32::try_from(index + 1).unwrap());
    let (before, after): (Vec<Point>, Vec<Point>) = points(calls).into_iter().partition(|point| point.nth <= turn && !point.after);
    [before].into_iter().chain(after.into_iter().map(|point| vec![point])).collect()
}

/// The moment before each call, and the one after the last. Of many consecutive calls of one kind the first, a middle and the last.
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

/// Delivers the message to a consumer that this fault kills.
async fn die(cloud: &Cloud, consumer: &Consumer, person: &Person<'_>, generation: &str, fault: Fault, at: &str) {
    cloud.inject(fault);
    let answer = cloud.invoke(consumer.function, &delivery(&person.account, generation)).await.unwrap();
    assert_eq!((answer.failed, cloud.clear_faults()), (true, 0), "{at}: {}", answer.json());
    consumer.ahead.set(consumer.ahead.get() + TURN_ENDS);
    cloud.set_clock_offset(consumer.ahead.get() * 60);
}

/// Delivers the message to a healthy consumer.
async fn handle(cloud: &Cloud, consumer: &Consumer, person: &Person<'_>, generation: &str) {
    let answer = cloud.invoke(consumer.function, &delivery(&person.account, generation)).await.unwrap();
    assert_eq!((answer.failed, &answer.json()["batchItemFailures"]), (false, &json!([])), "{}", answer.json());
}

/// Cancels a generation, whose credits were held once and are spent where its drawing was made.
async fn cancel(cloud: &Cloud, consumer: &Consumer, person: &Person<'_>, generation: &str) {
    assert_eq!(person.delete(&format!("/v1/generations/{generation}")).await.status, 204);
    let entries = async |kind| ledger_and_inventory::entries(cloud, kind, generation).await;
    let paid = entries("capture").await;
    assert_eq!((entries("hold").await, paid + entries("release").await), (1, 1), "{generation}");
    consumer.paid.set(consumer.paid.get() + PRICE * paid as u64);
}

/// Resumes the queues, and checks the end of every generation.
async fn follow(cloud: &Cloud, consumer: &Consumer, person: &Person<'_>, mut generations: Vec<String>) {
    cloud.resume_queue(consumer.queue).unwrap();
    cloud.drain_queue(consumer.queue, TIMEOUT).await.unwrap();
    if let Some(next) = consumer.next {
        for generation in generations.drain(..generations.len() - FOLLOWED) {
            cancel(cloud, consumer, person, &generation).await;
        }
        let held = PRICE * FOLLOWED as u64;
        assert_eq!(person.wallet().await, (1000 - consumer.paid.get() - held, held), "credits were held once each");
        cloud.resume_queue(next).unwrap();
    }
    settle(cloud).await;
    // A claimed mail that SES did not accept is sent by another worker, after the time for SES's event.
    sweep(cloud, consumer.ahead.get() + 11).await;
    settle(cloud).await;
    for generation in &generations {
        assert_delivered_once(cloud, person, generation).await;
    }
    sweep(cloud, consumer.ahead.get() + 30).await;
    assert_nothing_waits(cloud).await;
    assert_eq!(differences(cloud).await, Differences::default(), "no object without a row, no row without an object");
    assert_no_dead_letters(cloud).await;
    assert_eq!(person.wallet().await, (1000 - consumer.paid.get() - PRICE * generations.len() as u64, 0));
    ledger_and_inventory::assert_ledger_and_inventory(cloud).await;
}
