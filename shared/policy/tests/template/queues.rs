//! Queues, the functions behind them, and the alarms.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use policy::{Class, Store};
use serde_json::{Value, json};

use crate::functions::{functions, timeout};
use crate::model::{Resource, kebab, named, of_kind, texts};
use crate::profiles::{PROFILES, deployed};

/// Dead-letter queues without a queue: of schedules, whose events say nothing but their time, and of SES's word that it has a mail, of which only the tags
/// are kept, the ids of an order.
const OF_NO_QUEUE: [&str; 2] = ["MailSentDlq", "SchedulesDlq"];

fn queues() -> (Vec<Resource>, Vec<Resource>) {
    of_kind("AWS::SQS::Queue").into_iter().partition(|queue| !queue.id.ends_with("Dlq"))
}

fn seconds(queue: &Resource, property: &str) -> SignedDuration {
    SignedDuration::from_secs(queue.property(property).as_i64().unwrap_or_else(|| panic!("{} has no {property}", queue.id)))
}

#[test]
fn every_queue_is_in_the_inventory_and_the_reverse() {
    let Store::Sqs { queues: declared } = &Class::QueueMessage.entry().store else { panic!("messages are in queues") };
    let deployed: BTreeSet<String> = queues().0.iter().map(|queue| kebab(&queue.id)).collect();
    assert_eq!(deployed, declared.iter().cloned().collect());
}

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
    assert_eq!(targets, BTreeSet::from(OF_NO_QUEUE.map(str::to_owned)));
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
    for id in OF_NO_QUEUE {
        assert!(seconds(&named(id), "MessageRetentionPeriod") <= kept, "{id}");
    }
}

/// The queue events of a function: the queue's id and the event.
fn consumed(function: &Resource) -> Vec<(String, Value)> {
    let Some(events) = function.property("Events").as_object() else { return Vec::new() };
    let queues = events.values().filter(|event| event["Type"] == "SQS").map(|event| event["Properties"].clone());
    queues
        .map(|event| {
            let arn = event["Queue"].as_str().unwrap();
            let id = arn.strip_prefix("${Queues.Outputs.").and_then(|rest| rest.strip_suffix("Arn}")).expect("a queue of ours");
            (id.to_owned(), event)
        })
        .collect()
}

#[test]
fn every_queue_has_one_consumer_named_after_it() {
    let mut unread: BTreeSet<String> = queues().0.iter().map(|queue| queue.id.clone()).collect();
    for function in functions() {
        for (queue, _) in consumed(&function) {
            assert_eq!(function.id, format!("On{queue}"));
            assert!(unread.remove(&queue), "{queue} has two consumers");
        }
    }
    assert!(unread.is_empty(), "nobody reads {unread:?}");
}

#[test]
fn consumers_report_single_failures_and_are_bounded() {
    for function in functions() {
        for (queue, event) in consumed(&function) {
            assert_eq!(event["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]), "{}", function.id);
            assert_eq!(event["BatchSize"], 1, "{}: a message is seconds of pixels", function.id);
            assert!(event["ScalingConfig"]["MaximumConcurrency"].as_i64().unwrap() >= 2, "{}", function.id);
            let visible = seconds(&named(&queue), "VisibilityTimeout");
            assert!(visible >= timeout(&function) * 6, "{queue}: a message is handed out again while it is worked on");
        }
    }
}

#[test]
fn outputs_of_the_nested_stacks_are_there() {
    let root = crate::model::read("template.yaml");
    for (stack, path) in [
        ("Data", "infra/data.yaml"),
        ("Queues", "infra/queues.yaml"),
        ("Ephemeral", "infra/ephemeral.yaml"),
        ("Signing", "infra/signing.yaml"),
    ] {
        let outputs = crate::model::template(path)["Outputs"].clone();
        for part in root.split(&format!("{stack}.Outputs.")).skip(1) {
            let name: String = part.chars().take_while(char::is_ascii_alphanumeric).collect();
            assert!(!outputs[&name].is_null(), "{path} has no output {name}");
        }
    }
}

/// The alarms of a deployment on one metric, by the dimension they watch.
fn watched(deployment: &[Resource], metric: &str) -> BTreeSet<String> {
    let alarms = deployment.iter().filter(|one| one.kind == "AWS::CloudWatch::Alarm" && one.property("MetricName") == metric);
    alarms
        .map(|alarm| {
            assert_eq!(texts(alarm.property("AlarmActions")), ["${Topic}"], "{}", alarm.id);
            alarm.property("Dimensions")[0]["Value"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn somebody_hears_of_what_fails_waits_or_does_not_run() {
    for profile in PROFILES {
        let deployment = deployed(profile);
        let names = |kind: &str| deployment.iter().filter(|one| one.kind == kind).map(|one| one.id.clone()).collect::<Vec<_>>();
        let (dead, queues): (Vec<_>, Vec<_>) = names("AWS::SQS::Queue").into_iter().partition(|queue| queue.ends_with("Dlq"));
        let names_of = |queues: Vec<String>| queues.into_iter().map(|queue| format!("${{{queue}Name}}")).collect::<BTreeSet<_>>();
        assert_eq!(watched(&deployment, "ApproximateNumberOfMessagesVisible"), names_of(dead), "{profile}");
        assert_eq!(watched(&deployment, "ApproximateAgeOfOldestMessage"), names_of(queues), "{profile}");
        let functions = names("AWS::Serverless::Function");
        let all: BTreeSet<String> = functions.iter().map(|id| format!("${{FunctionPrefix}}-{}", kebab(id))).collect();
        assert_eq!(watched(&deployment, "Errors"), all, "{profile}");
        assert_eq!(watched(&deployment, "Invocations"), all.into_iter().filter(|name| name.contains("-every-")).collect(), "{profile}");
    }
}
