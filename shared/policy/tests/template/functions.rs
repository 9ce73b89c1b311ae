//! What the functions are, when they run and what they may do.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use policy::{Class, Mechanism, inventory};
use serde_json::{Value, json};

use crate::model::{Resource, kebab, named, of_kind, pascal, template, text, texts};

/// The functions that send mail (AN-36).
const MAILERS: [&str; 2] = ["AuthCodesCreate", "OnDrawingReady"];

/// What may stand before the `/*` of an object pattern: `s3:GetObject` and the like work on keys.
const OBJECTS: &str = "${Data.Outputs.PicturesArn}/";

pub(crate) fn functions() -> Vec<Resource> {
    of_kind("AWS::Serverless::Function")
}

/// A property of a function, its own or the one of `Globals`.
fn setting(function: &Resource, name: &str) -> Value {
    match function.property(name) {
        Value::Null => template("template.yaml")["Globals"]["Function"][name].clone(),
        own => own.clone(),
    }
}

/// How long a function may run.
pub(crate) fn timeout(function: &Resource) -> SignedDuration {
    SignedDuration::from_secs(setting(function, "Timeout").as_i64().unwrap())
}

/// The events of a function by type: its properties. A URL of its own is one as well: it stands for the route that the metadata names.
pub(crate) fn events(function: &Resource) -> Vec<(String, Value)> {
    if !function.property("FunctionUrlConfig").is_null() {
        assert_eq!(function.property("Events"), &Value::Null, "{} has one event", function.id);
        let route = text(&function.body["Metadata"]["Route"]);
        let (method, path) = route.split_once(' ').unwrap_or_else(|| panic!("{} has a URL and says no Route in its metadata", function.id));
        return vec![("FunctionUrl".to_owned(), json!({ "Method": method, "Path": path }))];
    }
    let events = function.property("Events").as_object().unwrap_or_else(|| panic!("nothing starts {}", function.id));
    events.values().map(|event| (text(&event["Type"]), event["Properties"].clone())).collect()
}

/// The one event of a function, as its doc line writes it: `GET /v1/styles`, `generation-queued`, `Email Sent` or `rate(1 hour)`.
pub(crate) fn trigger(function: &Resource) -> String {
    let events = events(function);
    assert_eq!(events.len(), 1, "{} has one event", function.id);
    let (kind, event) = &events[0];
    match kind.as_str() {
        "HttpApi" | "FunctionUrl" => format!("{} {}", text(&event["Method"]), text(&event["Path"])),
        "SQS" => kebab(text(&event["Queue"]).trim_start_matches("${Queues.Outputs.").trim_end_matches("Arn}")),
        "EventBridgeRule" => texts(&event["Pattern"]["detail-type"]).join(", "),
        "ScheduleV2" => text(&event["ScheduleExpression"]),
        other => panic!("{}: {other}", function.id),
    }
}

/// What a function's role allows: actions and the texts of their resources.
fn statements(function: &Resource) -> Vec<(Vec<String>, Vec<String>, Value)> {
    let role = named(&format!("{}Role", function.id));
    assert_eq!(role.property("ManagedPolicyArns"), &Value::Null, "{}: a managed policy holds `*`", role.id);
    let policies = role.property("Policies").as_array().unwrap();
    assert_eq!(policies.len(), 1, "{}", role.id);
    let statements = policies[0]["PolicyDocument"]["Statement"].as_array().unwrap().clone();
    statements
        .into_iter()
        .map(|statement| {
            assert_eq!(statement["Effect"], "Allow", "{}", role.id);
            (texts(&statement["Action"]), texts(&statement["Resource"]), statement["Condition"].clone())
        })
        .collect()
}

/// Every action a function may do, with each resource.
pub(crate) fn grants(function: &Resource) -> BTreeSet<(String, String)> {
    let pairs = statements(function).into_iter().flat_map(|(actions, resources, _)| {
        actions.into_iter().flat_map(move |action| resources.clone().into_iter().map(move |resource| (action.clone(), resource)))
    });
    pairs.collect()
}

#[test]
fn functions_run_on_the_os_only_runtime() {
    for function in functions() {
        assert_eq!(setting(&function, "Runtime"), "provided.al2023", "{}", function.id);
        assert_eq!(setting(&function, "Handler"), "bootstrap", "{}", function.id);
        assert_eq!(setting(&function, "Architectures"), json!(["${Architecture}"]), "{}", function.id);
        assert_eq!(function.property("CodeUri"), &json!(format!("target/lambda/{}/", kebab(&function.id))));
        assert_eq!(function.property("FunctionName"), &json!(format!("${{AWS::StackName}}-{}", kebab(&function.id))));
        assert_eq!(function.property("Role"), &json!(format!("${{{}Role.Arn}}", function.id)));
    }
}

#[test]
fn every_name_says_what_starts_it() {
    for function in functions() {
        let (kind, _) = &events(&function)[0];
        let wanted: &[&str] = match kebab(&function.id).split('-').next().unwrap() {
            "on" => &["SQS", "EventBridgeRule"],
            "every" => &["ScheduleV2"],
            _ => &["HttpApi", "FunctionUrl"],
        };
        assert!(wanted.contains(&kind.as_str()), "{}: {kind}", function.id);
    }
}

#[test]
fn routes_are_absolute_versioned_and_unique() {
    let mut seen = BTreeSet::new();
    for function in functions() {
        for (kind, route) in events(&function).into_iter().filter(|(kind, _)| ["HttpApi", "FunctionUrl"].contains(&kind.as_str())) {
            let path = text(&route["Path"]);
            assert!(
                (path.starts_with("/v1/") || path == "/privacy") && !path.ends_with('/') && !path.contains("//"),
                "{}: {path}",
                function.id
            );
            assert!(["GET", "POST", "DELETE"].contains(&text(&route["Method"]).as_str()), "{}", function.id);
            assert!(seen.insert(trigger(&function)), "{} is there twice", trigger(&function));
            if kind == "FunctionUrl" {
                continue;
            }
            assert_eq!((&route["ApiId"], &route["PayloadFormatVersion"]), (&json!("${Api}"), &json!("2.0")), "{}", function.id);
            assert!(timeout(&function) < SignedDuration::from_secs(30), "{}: the API gives up at 30 s", function.id);
        }
    }
    let api = named("Api");
    assert_eq!(api.property("StageName"), "$default", "another stage would add a segment to every path");
    assert!(api.property("DefaultRouteSettings")["ThrottlingRateLimit"].as_i64().unwrap() > 0);
    assert!(api.property("DefaultRouteSettings")["ThrottlingBurstLimit"].as_i64().unwrap() > 0);
}

/// Whether EventBridge Scheduler takes the expression: the unit is singular for one and plural for more.
fn is_rate(expression: &str) -> bool {
    let Some((number, unit)) =
        expression.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')).and_then(|rest| rest.split_once(' '))
    else {
        return false;
    };
    let units = if number == "1" { ["minute", "hour", "day"] } else { ["minutes", "hours", "days"] };
    number.parse::<u32>().is_ok_and(|number| number > 0) && units.contains(&unit)
}

#[test]
fn schedules_are_valid_and_lose_nothing_in_silence() {
    assert!(is_rate("rate(1 hour)") && is_rate("rate(5 minutes)"));
    assert!(!is_rate("rat(1 hour)") && !is_rate("rate(1 hours)") && !is_rate("rate(0 minutes)"));
    for function in functions() {
        for (_, schedule) in events(&function).into_iter().filter(|(kind, _)| kind == "ScheduleV2") {
            let period = kebab(&function.id).split('-').nth(1).unwrap().to_owned();
            assert!(is_rate(&trigger(&function)), "{}", function.id);
            assert_eq!(trigger(&function), format!("rate(1 {period})"), "{}", function.id);
            assert!(schedule["RetryPolicy"]["MaximumRetryAttempts"].is_i64(), "{}", function.id);
            assert_eq!(schedule["DeadLetterConfig"]["Arn"], "${Queues.Outputs.SchedulesDlqArn}", "{}", function.id);
            let failed = &function.property("EventInvokeConfig")["DestinationConfig"]["OnFailure"]["Destination"];
            assert_eq!(failed, "${Queues.Outputs.SchedulesDlqArn}", "{}", function.id);
        }
    }
}

/// Lambda keeps what a function could not handle, and that is the rule's input: ids. The rule itself would keep the whole event, with the address in it.
#[test]
fn facts_of_other_services_come_without_addresses_and_are_not_lost_in_silence() {
    for function in functions() {
        for (_, rule) in events(&function).into_iter().filter(|(kind, _)| kind == "EventBridgeRule") {
            assert_eq!(rule["Pattern"]["source"], json!(["aws.ses"]), "{}", function.id);
            assert_eq!(rule["InputPath"], "$.detail.mail.tags", "{}: the rest of a mail's event holds the address", function.id);
            assert_eq!((&rule["InputTransformer"], &rule["DeadLetterConfig"]), (&Value::Null, &Value::Null), "{}", function.id);
            let dead = format!("${{Queues.Outputs.{}DlqArn}}", function.id.trim_start_matches("On"));
            assert_eq!(function.property("EventInvokeConfig")["DestinationConfig"]["OnFailure"]["Destination"], json!(dead));
            assert!(grants(&function).contains(&("sqs:SendMessage".to_owned(), dead)), "{}", function.id);
        }
    }
}

#[test]
fn an_02_ses_tells_of_every_ready_mail() {
    let sets = of_kind("AWS::SES::ConfigurationSet");
    let destinations = of_kind("AWS::SES::ConfigurationSetEventDestination");
    assert_eq!((sets.len(), destinations.len()), (1, 1));
    let set = format!("${{{}}}", sets[0].id);
    assert_eq!(destinations[0].property("ConfigurationSetName"), &json!(set));
    let destination = destinations[0].property("EventDestination");
    assert_eq!((&destination["Enabled"], &destination["MatchingEventTypes"]), (&json!(true), &json!(["send"])));
    assert!(destination["EventBridgeDestination"]["EventBusArn"].as_str().unwrap().ends_with(":event-bus/default"));
    assert_eq!(named("OnDrawingReady").property("Environment")["Variables"]["MAIL_CONFIGURATION_SET"], json!(set));
    let (_, rule) = events(&named("OnMailSent")).remove(0);
    let tags = &rule["Pattern"]["detail"]["mail"]["tags"];
    assert_eq!((&tags["kind"], &tags["ses:configuration-set"]), (&json!(["ready"]), &json!([set])));
    let studio: BTreeSet<String> = grants(&named("OnMailSent"))
        .into_iter()
        .filter(|(action, _)| !action.starts_with("logs:") && !action.starts_with("sqs:"))
        .map(|(action, resource)| format!("{action} {resource}"))
        .collect();
    let wanted = ["dynamodb:GetItem", "dynamodb:PutItem"].map(|action| format!("{action} ${{Data.Outputs.StudioTableArn}}"));
    assert_eq!(studio, BTreeSet::from(wanted));
}

#[test]
fn the_deletion_runs_as_often_as_the_inventory_says_and_may_delete_all_it_must() {
    let job = named("EveryHourDeleteExpired");
    assert_eq!(inventory().sweep().every(), SignedDuration::from_hours(1));
    let grants = grants(&job);
    let may = |action: &str, resource: String| assert!(grants.contains(&(action.to_owned(), resource.clone())), "{action} {resource}");
    for entry in inventory().sweeps() {
        let table = pascal(entry.table().unwrap().id());
        may("dynamodb:Query", format!("${{Data.Outputs.{table}TableArn}}/index/expiry"));
        may("dynamodb:DeleteItem", format!("${{Data.Outputs.{table}TableArn}}"));
        if let Some(prefix) = entry.objects.and_then(|class| class.entry().prefix()) {
            may("s3:DeleteObject", format!("{OBJECTS}{prefix}*"));
        }
    }
    for class in Class::ALL.iter().filter(|class| !class.entry().has(Mechanism::Row)) {
        let Some(prefix) = class.entry().prefix() else { continue };
        assert!(!grants.contains(&("s3:DeleteObject".to_owned(), format!("{OBJECTS}{prefix}*"))), "AN-46: {class}");
    }
}

#[test]
fn ip_28_no_role_holds_a_star() {
    let roles: BTreeSet<String> = of_kind("AWS::IAM::Role").into_iter().map(|role| role.id).collect();
    let wanted: BTreeSet<String> = functions().iter().map(|function| format!("{}Role", function.id)).collect();
    assert_eq!(roles, wanted, "each function has its own role, and there is no other");
    for function in functions() {
        assert_eq!(function.property("Policies"), &Value::Null, "{}: its role says it all", function.id);
        for (actions, resources, condition) in statements(&function) {
            assert!(!actions.is_empty() && !resources.is_empty(), "{}", function.id);
            for action in &actions {
                assert!(action.contains(':') && !action.contains('*'), "{}: {action}", function.id);
                assert!(!action.starts_with("lambda:"), "{}: a function never invokes a function", function.id);
            }
            for resource in resources {
                let exact = resource.strip_prefix(OBJECTS).and_then(|rest| rest.strip_suffix("/*")).unwrap_or(&resource);
                assert!(!exact.contains('*') && exact != "/", "{}: {resource}", function.id);
            }
            if actions.contains(&"s3:ListBucket".to_owned()) {
                let reads = grants(&function).iter().any(|(action, _)| action == "s3:GetObject");
                let listed = if reads && condition["StringLike"].is_null() { "StringLikeIfExists" } else { "StringLike" };
                let prefixes = texts(&condition[listed]["s3:prefix"]);
                assert!(!prefixes.is_empty() && prefixes.iter().all(|prefix| prefix.ends_with("/*")), "{}", function.id);
            }
        }
    }
}

#[test]
fn an_36_only_what_mails_may_mail() {
    for function in functions() {
        let mails = statements(&function).into_iter().filter(|(actions, ..)| actions.iter().any(|action| action.starts_with("ses:")));
        let mails: Vec<_> = mails.collect();
        assert_eq!(mails.len(), usize::from(MAILERS.contains(&function.id.as_str())), "{}", function.id);
        for (_, resources, condition) in mails {
            let set = |resource: &&String| resource.ends_with(":configuration-set/${ReadyMails}");
            let (sets, identities): (Vec<_>, Vec<_>) = resources.iter().partition(set);
            assert!(!identities.is_empty(), "{}", function.id);
            assert!(identities.iter().all(|resource| resource.contains(":identity/${MailIdentity}")), "{}", function.id);
            assert_eq!(sets.len(), usize::from(variables(&function).contains("MAIL_CONFIGURATION_SET")), "{}", function.id);
            assert_eq!(condition["StringEquals"]["ses:FromAddress"], "${MailFrom}", "{}", function.id);
        }
    }
}

/// The variable that gives a function the name of what the resource is.
fn variable(action: &str, resource: &str) -> Option<String> {
    let stacks = ["${Data.Outputs.", "${Queues.Outputs.", "${Ephemeral.Outputs.", "${Signing.Outputs."];
    let output = stacks.iter().find_map(|stack| resource.strip_prefix(stack));
    let output = output.map(|rest| rest.split("Arn}").next().unwrap_or_default());
    match (action.split(':').next().unwrap_or_default(), output) {
        ("dynamodb", Some(table)) => Some(kebab(table).replace('-', "_").to_uppercase()),
        ("s3", _) => Some("PICTURES_BUCKET".into()),
        ("ses", _) if resource.contains(":configuration-set/") => Some("MAIL_CONFIGURATION_SET".into()),
        ("ses", _) => Some("MAIL_FROM".into()),
        ("kms", Some(_)) => Some("SIGNING_KEY_ID".into()),
        ("sqs", Some(queue)) if action == "sqs:SendMessage" && !queue.ends_with("Dlq") => {
            Some(format!("{}_QUEUE_URL", kebab(queue).replace('-', "_").to_uppercase()))
        }
        _ => None,
    }
}

/// The variables a function is given, those of `Globals` left out.
pub(crate) fn variables(function: &Resource) -> BTreeSet<String> {
    function.property("Environment")["Variables"].as_object().map(|variables| variables.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn a_function_knows_what_it_may_use_and_nothing_else() {
    for function in functions() {
        let allowed: BTreeSet<String> = grants(&function).iter().filter_map(|(action, resource)| variable(action, resource)).collect();
        let variables = variables(&function);
        let resources = |name: &String| {
            ["_TABLE", "_BUCKET", "_QUEUE_URL", "MAIL_FROM", "MAIL_CONFIGURATION_SET", "SIGNING_KEY_ID"]
                .iter()
                .any(|end| name.ends_with(end))
        };
        let known: BTreeSet<String> = variables.into_iter().filter(resources).collect();
        assert_eq!(known, allowed, "{}", function.id);
    }
}

#[test]
fn a_role_writes_its_own_log_and_a_consumer_reads_its_own_queue() {
    for function in functions() {
        let logs: Vec<String> =
            grants(&function).into_iter().filter(|(action, _)| action.starts_with("logs:")).map(|(_, resource)| resource).collect();
        assert!(!logs.is_empty() && logs.iter().all(|log| *log == format!("${{{}Logs.Arn}}", function.id)), "{}", function.id);
        let read: Vec<String> =
            grants(&function).into_iter().filter(|(action, _)| action == "sqs:ReceiveMessage").map(|(_, queue)| queue).collect();
        let consumed: Vec<String> =
            events(&function).into_iter().filter(|(kind, _)| kind == "SQS").map(|(_, event)| text(&event["Queue"])).collect();
        assert_eq!(read, consumed, "{}", function.id);
    }
}

/// Who could sign could sign anything in our name.
#[test]
fn only_what_hands_out_pictures_may_sign_and_with_the_one_key_alone() {
    let key = named("SigningKey");
    assert_eq!((key.property("KeyUsage"), key.body["UpdateReplacePolicy"].as_str()), (&json!("SIGN_VERIFY"), Some("Retain")));
    for function in functions() {
        let kms: Vec<_> = grants(&function).into_iter().filter(|(action, _)| action.starts_with("kms:")).collect();
        let wanted = ("kms:Sign".to_owned(), "${Signing.Outputs.SigningKeyArn}".to_owned());
        let signs = ["InstantCreate", "OnDrawingReady"].contains(&function.id.as_str());
        assert_eq!(kms, if signs { vec![wanted] } else { Vec::new() }, "{}", function.id);
    }
}

#[test]
fn who_verifies_can_write_nothing_but_its_log() {
    let grants = grants(&named("VerificationsCreate"));
    assert!(grants.iter().all(|(action, _)| action.starts_with("logs:")), "{grants:?}");
}

#[test]
fn production_wants_every_choice_made() {
    let root = template("template.yaml");
    let rules =
        root["Rules"]["ProductionIsConfigured"]["Assertions"].to_string() + &root["Rules"]["ProductionOfTheWalletIsConfigured"].to_string();
    for parameter in ["Artist", "Screener", "Signer", "MailFrom", "PublicOrigin", "PolicyContact"] {
        assert!(rules.contains(&format!("${{{parameter}}}")), "{parameter}");
    }
    let defaults: BTreeMap<String, Value> =
        root["Parameters"].as_object().unwrap().iter().map(|(name, parameter)| (name.clone(), parameter["Default"].clone())).collect();
    assert!(defaults.values().all(|default| !default.is_null()), "the local cloud needs no parameters");
    assert_eq!((&defaults["Artist"], &defaults["Screener"], &defaults["StarterCredits"]), (&json!(""), &json!(""), &json!(3)));
}
