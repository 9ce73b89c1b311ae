//! Mail: who may send it, and what hears of it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::functions::{dead_letters, events, functions, grants, queue_arn, retries, role, statements, table_arn, variables};
use super::model::{kebab, manifests, named, of_kind, texts};

/// Lambda stores events that a function could not handle, and their input is that of the rule: ids, or a keyed hash. The rule itself would store the whole
/// event, with the address in it.
#[test]
fn facts_of_other_services_come_without_addresses_and_are_not_lost_in_silence() {
    for function in functions() {
        let (kind, rule) = events(&function).remove(0);
        if kind != "Rule" {
            continue;
        }
        let target = &rule.property("Targets")[0];
        assert_eq!(rule.property("EventPattern")["source"], json!(["aws.ses"]), "{}", function.id);
        let parts: Vec<&Value> = match &target["InputTransformer"]["InputPathsMap"] {
            Value::Object(paths) => paths.values().collect(),
            _ => vec![&target["InputPath"]],
        };
        let harmless = [json!("$.detail.mail.tags"), json!("$.detail.eventType")];
        assert!(parts.iter().all(|part| harmless.contains(part)), "{}: the rest of a mail's event holds the address", function.id);
        assert_eq!(target["DeadLetterConfig"], Value::Null, "{}", function.id);
        let dead = dead_letters(&function);
        let failed = retries(&function).property("DestinationConfig")["OnFailure"]["Destination"].clone();
        assert_eq!(failed, json!(format!("${{{dead}.Arn}}")));
        assert!(grants(&function).contains(&("sqs:SendMessage".to_owned(), queue_arn(&dead))), "{}", function.id);
        let permission = named(&format!("{}Permission", function.id));
        assert_eq!(permission.property("SourceArn"), &json!(format!("${{{}.Arn}}", rule.id)), "{}", function.id);
    }
}

#[test]
fn an_02_ses_tells_of_every_ready_mail() {
    let ready = named("ReadyMails");
    let destination = named("ReadyMailsEvents");
    assert_eq!(destination.property("ConfigurationSetName"), &json!(format!("${{{}}}", ready.id)));
    let destination = destination.property("EventDestination");
    assert!(texts(&destination["MatchingEventTypes"]).contains(&"send".to_owned()) && destination["Enabled"] == true);
    let name = ready.property("Name");
    assert_eq!(&named("OnDrawingReady").property("Environment")["Variables"]["MAIL_CONFIGURATION_SET"], name);
    let (_, rule) = events(&named("OnMailSent")).remove(0);
    let tags = &rule.property("EventPattern")["detail"]["mail"]["tags"];
    assert_eq!((&tags["kind"], &tags["ses:configuration-set"]), (&json!(["ready"]), &json!([name])));
    let studio: BTreeSet<String> = grants(&named("OnMailSent"))
        .into_iter()
        .filter(|(action, _)| !action.starts_with("logs:") && !action.starts_with("sqs:"))
        .map(|(action, resource)| format!("{action} {resource}"))
        .collect();
    let wanted = ["dynamodb:GetItem", "dynamodb:PutItem"].map(|action| format!("{action} {}", table_arn("Studio")));
    assert_eq!(studio, BTreeSet::from(wanted));
}

/// Whatever is mailed is mailed with a set of which SES tells bounces and complaints, and by which it holds back mail to such addresses.
#[test]
fn an_36_ses_tells_of_every_mail_that_comes_back() {
    let destinations = of_kind("AWS::SES::ConfigurationSetEventDestination");
    let sets = of_kind("AWS::SES::ConfigurationSet");
    assert_eq!(sets.len(), destinations.len());
    let (_, rule) = events(&named("OnMailEvent")).remove(0);
    let detail = &rule.property("EventPattern")["detail"];
    let heard = texts(&detail["mail"]["tags"]["ses:configuration-set"]);
    for set in &sets {
        assert_eq!(set.property("SuppressionOptions")["SuppressedReasons"], json!(["BOUNCE", "COMPLAINT"]), "{}", set.id);
        let of_set = destinations.iter().find(|one| one.property("ConfigurationSetName") == &json!(format!("${{{}}}", set.id))).unwrap();
        let destination = of_set.property("EventDestination");
        let types = texts(&destination["MatchingEventTypes"]);
        assert!(
            ["bounce", "complaint"].iter().all(|kind| types.contains(&(*kind).to_owned())) && destination["Enabled"] == true,
            "{}",
            set.id
        );
        assert!(destination["EventBridgeDestination"]["EventBusArn"].as_str().unwrap().ends_with(":event-bus/default"));
        assert!(heard.contains(&set.property("Name").as_str().unwrap().to_owned()), "{} is not heard", set.id);
    }
    let names: BTreeSet<String> = sets.iter().map(|set| set.property("Name").as_str().unwrap().to_owned()).collect();
    for function in functions() {
        if let Some(set) = function.property("Environment")["Variables"]["MAIL_CONFIGURATION_SET"].as_str() {
            assert!(names.contains(set), "{}", function.id);
        }
    }
}

/// A mail that may yet arrive, or one that went and is of no campaign, is no reason to start a function.
#[test]
fn an_36_what_is_no_end_of_a_mail_is_not_heard() {
    let (_, rule) = events(&named("OnMailEvent")).remove(0);
    let either = &rule.property("EventPattern")["detail"]["$or"];
    assert_eq!(
        either,
        &json!([
            { "bounce": { "bounceType": ["Permanent"] } },
            { "eventType": ["Complaint"] },
            { "eventType": ["Send"], "mail": { "tags": { "kind": ["marketing", "notice"] } } },
        ])
    );
}

/// Invariant: Only functions that mail may mail.
#[test]
fn an_36_only_what_mails_may_mail() {
    let manifests = manifests();
    for function in functions() {
        let mails =
            statements(&role(&function)).into_iter().filter(|(actions, ..)| actions.iter().any(|action| action.starts_with("ses:")));
        let mails: Vec<_> = mails.collect();
        assert_eq!(mails.len(), usize::from(manifests[&kebab(&function.id)].mails), "{}", function.id);
        for (_, resources, condition) in mails {
            let set = |resource: &&String| resource.contains(":configuration-set/${Prefix}-");
            let (sets, identities): (Vec<_>, Vec<_>) = resources.iter().partition(set);
            assert!(!identities.is_empty(), "{}", function.id);
            assert!(identities.iter().all(|resource| resource.contains(":identity/${MailIdentity}")), "{}", function.id);
            assert_eq!(sets.len(), usize::from(variables(&function).contains("MAIL_CONFIGURATION_SET")), "{}", function.id);
            assert_eq!(condition["StringEquals"]["ses:FromAddress"], "${MailFrom}", "{}", function.id);
        }
    }
}
