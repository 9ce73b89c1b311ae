//! Queues, the functions behind them, and the alarms.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use policy::{Class, Store};
use serde_json::json;

use super::functions::{dead_letters, events, functions, timeout};
use super::model::{Resource, kebab, named, of_kind, texts};
use super::profiles::{deployed, profiles};

/// Dead-letter queues without a queue: of schedules, whose events say nothing but their time, and of what SES tells of a mail, of which only the tags are
/// kept: the ids of a generation, or a keyed hash of the address.
fn of_no_queue() -> BTreeSet<String> {
    let without = functions().into_iter().filter(|function| ["Schedule", "Rule"].contains(&events(function)[0].0));
    without.map(|function| dead_letters(&function)).collect()
}

fn queues() -> (Vec<Resource>, Vec<Resource>) {
    of_kind("AWS::SQS::Queue").into_iter().partition(|queue| !queue.id.ends_with("Dlq"))
}

fn seconds(queue: &Resource, property: &str) -> SignedDuration {
    SignedDuration::from_secs(queue.property(property).as_i64().unwrap_or_else(|| panic!("{} has no {property}", queue.id)))
}

/// The inventory names them by hand: that the messages of a new queue are these ids is for a person to say, and follows from no manifest.
#[test]
fn every_queue_is_in_the_inventory_and_the_reverse() {
    let Store::Sqs { queues: declared } = &Class::QueueMessage.entry().store else { panic!("messages are in queues") };
    let deployed: BTreeSet<String> = queues().0.iter().map(|queue| kebab(&queue.id)).collect();
    assert_eq!(deployed, declared.iter().cloned().collect());
}

/// Invariant: Every queue has a dead-letter queue, one consumer, and a visibility of six times the timeout.
#[test]
fn every_queue_has_a_dead_letter_queue_of_its_own() {
    let (queues, dead) = queues();
    let mut targets: BTreeSet<String> = dead.iter().map(|queue| queue.id.clone()).collect();
    for queue in queues {
        let redrive = queue.property("RedrivePolicy");
        assert_eq!(redrive["deadLetterTargetArn"], json!(format!("${{{}Dlq.Arn}}", queue.id)));
        assert!((2..=10).contains(&redrive["maxReceiveCount"].as_i64().unwrap()), "{}", queue.id);
        assert!(targets.remove(&format!("{}Dlq", queue.id)));
    }
    assert_eq!(targets, of_no_queue());
}

#[test]
fn messages_end_when_the_inventory_says_and_a_dead_letter_outlives_its_queue() {
    let kept = Class::QueueMessage.entry().kept().unwrap().duration;
    for queue in queues().0 {
        let (alive, dead) =
            (seconds(&queue, "MessageRetentionPeriod"), seconds(&named(&format!("{}Dlq", queue.id)), "MessageRetentionPeriod"));
        assert!(alive <= SignedDuration::from_hours(4 * 24), "{}", queue.id);
        assert!(alive < dead, "{}: a message keeps its age when it moves", queue.id);
        assert!(dead <= kept, "{}", queue.id);
    }
    for id in of_no_queue() {
        assert!(seconds(&named(&id), "MessageRetentionPeriod") <= kept, "{id}");
    }
}

/// The queue a function reads, with the source that hands its messages over.
fn consumed(function: &Resource) -> Option<(String, Resource)> {
    let (_, source) = events(function).into_iter().find(|(kind, _)| *kind == "Queue")?;
    let arn = source.property("EventSourceArn").as_str().unwrap();
    let id = arn.strip_prefix("${").and_then(|rest| rest.strip_suffix(".Arn}")).expect("a queue of its own stack").to_owned();
    Some((id, source))
}

#[test]
fn every_queue_has_one_consumer_named_after_it() {
    let mut unread: BTreeSet<String> = queues().0.iter().map(|queue| queue.id.clone()).collect();
    for function in functions() {
        if let Some((queue, _)) = consumed(&function) {
            assert_eq!(function.id, format!("On{queue}"));
            assert!(unread.remove(&queue), "{queue} has two consumers");
        }
    }
    assert!(unread.is_empty(), "nobody reads {unread:?}");
}

/// Invariant: Every queue has a dead-letter queue, one consumer, and a visibility of six times the timeout.
#[test]
fn consumers_report_single_failures_and_are_bounded() {
    for function in functions() {
        if let Some((queue, source)) = consumed(&function) {
            assert_eq!(source.property("FunctionResponseTypes"), &json!(["ReportBatchItemFailures"]), "{}", function.id);
            assert_eq!(source.property("BatchSize"), 1, "{}: a message is seconds of pixels", function.id);
            let step = ["Screening", "Drawing", "Finishing"].map(|step| format!("${{{step}Concurrency}}"));
            let limit = &source.property("ScalingConfig")["MaximumConcurrency"];
            let bounded = step.iter().any(|step| limit == step.as_str()) || limit.as_i64().is_some_and(|limit| limit <= 20);
            assert!(bounded, "{} has no limit of its own: {limit}", function.id);
            let visible = seconds(&named(&queue), "VisibilityTimeout");
            assert!(visible >= timeout(&function) * 6, "{queue}: a message is handed out again while it is worked on");
        }
    }
}

/// The alarms of a deployment on one metric, by the dimension they watch.
fn watched(deployment: &[Resource], metric: &str) -> BTreeSet<String> {
    let alarms = deployment.iter().filter(|one| one.kind == "AWS::CloudWatch::Alarm" && one.property("MetricName") == metric);
    alarms
        .map(|alarm| {
            assert_eq!(texts(alarm.property("AlarmActions")), ["${AlarmTopic}"], "{}", alarm.id);
            alarm.property("Dimensions")[0]["Value"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn somebody_hears_of_what_fails_waits_or_does_not_run() {
    for profile in profiles() {
        let deployment = deployed(&profile);
        let names = |kind: &str| deployment.iter().filter(|one| one.kind == kind).map(|one| one.id.clone()).collect::<Vec<_>>();
        let physical = |ids: Vec<String>| ids.iter().map(|id| format!("${{Prefix}}-{}", kebab(id))).collect::<BTreeSet<_>>();
        let (dead, queues): (Vec<_>, Vec<_>) = names("AWS::SQS::Queue").into_iter().partition(|queue| queue.ends_with("Dlq"));
        assert_eq!(watched(&deployment, "ApproximateNumberOfMessagesVisible"), physical(dead), "{profile}");
        assert_eq!(watched(&deployment, "ApproximateAgeOfOldestMessage"), physical(queues), "{profile}");
        let all = physical(names("AWS::Lambda::Function"));
        assert_eq!(watched(&deployment, "Errors"), all, "{profile}");
        assert_eq!(watched(&deployment, "Invocations"), all.into_iter().filter(|name| name.contains("-every-")).collect(), "{profile}");
    }
}
