//! What each profile deploys, and that it needs nothing of another's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::functions::{grants, variables};
use crate::model::{Resource, TEMPLATES, named, template, text};

pub(crate) const PROFILES: [&str; 2] = ["wallet", "ephemeral"];

/// The nested stacks and their files.
const STACKS: [(&str, &str); 5] = [
    ("Data", "infra/data.yaml"),
    ("Queues", "infra/queues.yaml"),
    ("Ephemeral", "infra/ephemeral.yaml"),
    ("Alarms", "infra/alarms.yaml"),
    ("Signing", "infra/signing.yaml"),
];

/// What every profile has: the questions that anybody may ask.
const OF_EVERY_PROFILE: &[&str] = &["PrivacyGet", "VerificationsCreate"];

/// What a profile deploys of each kind that holds, carries or runs something.
fn table(profile: &str) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let rows: &[(&str, &[&str])] = match profile {
        "wallet" => &[
            (
                "AWS::Serverless::Function",
                &[
                    "AuthCodesCreate",
                    "AuthSessionsCreate",
                    "AuthSessionsDelete",
                    "EveryDayCheckModels",
                    "EveryHourDeleteExpired",
                    "EveryMinuteEndStuck",
                    "GenerationsCreate",
                    "GenerationsDelete",
                    "GenerationsGet",
                    "GenerationsList",
                    "MeGet",
                    "OnDrawingReady",
                    "OnGenerationQueued",
                    "OnMailSent",
                    "OnScreeningPassed",
                    "StylesList",
                    "UploadsCreate",
                ],
            ),
            ("AWS::CloudFormation::Stack", &["Alarms", "Data", "Queues", "Signing"]),
            ("AWS::DynamoDB::Table", &["AccountsTable", "FleetingTable", "ScreeningTable", "StudioTable"]),
            (
                "AWS::SQS::Queue",
                &[
                    "DrawingReady",
                    "DrawingReadyDlq",
                    "GenerationQueued",
                    "GenerationQueuedDlq",
                    "MailSentDlq",
                    "SchedulesDlq",
                    "ScreeningPassed",
                    "ScreeningPassedDlq",
                ],
            ),
            ("AWS::S3::Bucket", &["Pictures"]),
            ("AWS::SecretsManager::Secret", &["PepperSecret", "SessionSecret"]),
        ],
        "ephemeral" => &[
            ("AWS::Serverless::Function", &["InstantCreate"]),
            ("AWS::CloudFormation::Stack", &["Alarms", "Ephemeral", "Signing"]),
            ("AWS::DynamoDB::Table", &["RateKeysTable"]),
            ("AWS::SQS::Queue", &[]),
            ("AWS::S3::Bucket", &[]),
            ("AWS::SecretsManager::Secret", &["RateSaltSecret"]),
        ],
        other => panic!("there is no profile {other}"),
    };
    let mut table: BTreeMap<_, BTreeSet<_>> = rows.iter().map(|(kind, ids)| (*kind, ids.iter().copied().collect())).collect();
    table.entry("AWS::Serverless::Function").or_default().extend(OF_EVERY_PROFILE);
    table
}

/// What may be beside the functions of the real-time profile: nothing that could hold a picture.
const HARMLESS: [&str; 9] = [
    "AWS::CloudFormation::Stack",
    "AWS::CloudWatch::Alarm",
    "AWS::IAM::Role",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::Serverless::HttpApi",
];

/// A stack's conditions with its parameters, as CloudFormation would evaluate them.
struct Stack {
    template: Value,
    parameters: Map<String, Value>,
}

impl Stack {
    /// A template with these parameters; the others have their defaults.
    fn new(path: &str, given: &Map<String, Value>) -> Self {
        let template = template(path);
        let mut parameters = Map::new();
        for (name, declared) in template["Parameters"].as_object().into_iter().flatten() {
            parameters.insert(name.clone(), given.get(name).cloned().unwrap_or_else(|| declared["Default"].clone()));
        }
        Self { template, parameters }
    }

    fn condition(&self, name: &str) -> bool {
        let condition = &self.template["Conditions"][name];
        assert!(!condition.is_null(), "there is no condition {name}");
        self.holds(condition)
    }

    fn holds(&self, condition: &Value) -> bool {
        let (kind, argument) = condition.as_object().and_then(|map| map.iter().next()).unwrap_or_else(|| panic!("{condition}"));
        let parts = || argument.as_array().unwrap_or_else(|| panic!("{condition}"));
        match kind.as_str() {
            "Condition" => self.condition(argument.as_str().unwrap()),
            "Fn::Equals" => text(&self.value(&parts()[0])) == text(&self.value(&parts()[1])),
            "Fn::Not" => !self.holds(&parts()[0]),
            "Fn::And" => parts().iter().all(|part| self.holds(part)),
            "Fn::Or" => parts().iter().any(|part| self.holds(part)),
            other => panic!("{other} is no condition"),
        }
    }

    /// The value with its choices made; references stay the texts they are.
    fn chosen(&self, value: &Value) -> Value {
        match value {
            Value::Object(map) if map.len() == 1 && map.contains_key("Fn::If") => {
                let parts = map["Fn::If"].as_array().unwrap();
                self.chosen(if self.condition(parts[0].as_str().unwrap()) { &parts[1] } else { &parts[2] })
            }
            Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), self.chosen(value))).collect(),
            Value::Array(items) => items.iter().map(|item| self.chosen(item)).collect(),
            other => other.clone(),
        }
    }

    /// A parameter's value where the value is a reference to one; else the value itself.
    fn value(&self, value: &Value) -> Value {
        let name = value.as_str().and_then(|text| text.strip_prefix("${")).and_then(|rest| rest.strip_suffix('}'));
        name.and_then(|name| self.parameters.get(name)).unwrap_or(value).clone()
    }

    /// What it deploys, as it is written.
    fn resources(&self) -> Vec<Resource> {
        let all = self.template["Resources"].as_object().unwrap().iter();
        all.filter(|(_, body)| body["Condition"].as_str().is_none_or(|name| self.condition(name)))
            .map(|(id, body)| Resource { id: id.clone(), kind: text(&body["Type"]), body: body.clone() })
            .collect()
    }
}

/// The stacks of a deployment by their files, the root first.
fn stacks(profile: &str) -> Vec<(&'static str, Stack)> {
    let root = Stack::new(TEMPLATES[0], &Map::from_iter([("Profile".to_owned(), json!(profile))]));
    let mut nested = Vec::new();
    for resource in root.resources().into_iter().filter(|one| one.kind == "AWS::CloudFormation::Stack") {
        let (_, path) = STACKS.iter().find(|(id, _)| *id == resource.id).unwrap_or_else(|| panic!("{} has no file", resource.id));
        assert_eq!(resource.property("TemplateURL"), path);
        let given = root.chosen(resource.property("Parameters"));
        let given = given.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), root.value(value))).collect();
        nested.push((*path, Stack::new(path, &given)));
    }
    [(TEMPLATES[0], root)].into_iter().chain(nested).collect()
}

/// Every resource that a profile deploys.
pub(crate) fn deployed(profile: &str) -> Vec<Resource> {
    stacks(profile).iter().flat_map(|(_, stack)| stack.resources()).collect()
}

#[test]
fn each_profile_deploys_what_the_table_says() {
    for profile in PROFILES {
        let deployment = deployed(profile);
        for (kind, wanted) in table(profile) {
            let found: BTreeSet<&str> = deployment.iter().filter(|one| one.kind == kind).map(|one| one.id.as_str()).collect();
            assert_eq!(found, wanted, "{profile}: {kind}");
        }
    }
}

#[test]
fn every_profile_of_the_template_is_in_the_table_and_the_wallet_is_the_default() {
    let profile = template("template.yaml")["Parameters"]["Profile"].clone();
    assert_eq!((&profile["AllowedValues"], &profile["Default"]), (&json!(PROFILES), &json!("wallet")));
    assert_eq!(template("infra/alarms.yaml")["Parameters"]["Profile"]["AllowedValues"], json!(PROFILES));
}

#[test]
fn a_function_its_role_and_its_log_share_one_condition() {
    for function in crate::functions::functions() {
        for part in ["Role", "Logs"] {
            let part = named(&format!("{}{part}", function.id));
            assert_eq!(part.body["Condition"], function.body["Condition"], "{}", part.id);
        }
    }
}

/// The names in `${…}` of every text below a value, up to the first dot.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => map.values().flat_map(references).collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::String(text) => {
            let names = text.split("${").skip(1).map(|rest| rest.split(['}', '.']).next().unwrap_or_default().to_owned());
            names.collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn what_a_profile_deploys_refers_to_nothing_it_does_not_deploy() {
    for profile in PROFILES {
        for (path, stack) in stacks(profile) {
            let there: BTreeSet<String> = stack.resources().into_iter().map(|one| one.id).collect();
            let known = |name: &str| there.contains(name) || stack.parameters.contains_key(name) || name.starts_with("AWS::");
            // SAM makes this one for a function with a URL.
            let made = |name: &str| name.strip_suffix("Url").is_some_and(|function| there.contains(function));
            let mut parts: Vec<(String, Value)> = stack.resources().into_iter().map(|one| (one.id, one.body)).collect();
            for (name, output) in stack.template["Outputs"].as_object().into_iter().flatten() {
                if output["Condition"].as_str().is_none_or(|condition| stack.condition(condition)) {
                    parts.push((name.clone(), output.clone()));
                }
            }
            for (id, body) in parts {
                for name in references(&stack.chosen(&body)) {
                    assert!(known(&name) || made(&name), "{profile}: {id} in {path} refers to {name}, which is not there");
                }
            }
        }
    }
}

/// The functions of the real-time profile.
fn ephemeral() -> Vec<Resource> {
    deployed("ephemeral").into_iter().filter(|one| one.kind == "AWS::Serverless::Function").collect()
}

#[test]
fn rt_02_what_the_real_time_profile_runs_writes_to_its_log_and_counts_rate_keys_and_no_more() {
    assert!(ephemeral().iter().any(|function| function.id == "InstantCreate"));
    for function in ephemeral() {
        let log = format!("${{{}Logs.Arn}}", function.id);
        let mut allowed: BTreeSet<(String, String)> =
            ["logs:CreateLogStream", "logs:PutLogEvents"].into_iter().map(|action| (action.to_owned(), log.clone())).collect();
        if function.id == "InstantCreate" {
            allowed.insert(("dynamodb:UpdateItem".into(), "${Ephemeral.Outputs.RateKeysTableArn}".into()));
            // A signature is of a hash: it stores nothing.
            allowed.insert(("kms:Sign".into(), "${Signing.Outputs.SigningKeyArn}".into()));
        }
        assert_eq!(grants(&function), allowed, "{}: left is what it may do, right all it may do", function.id);
    }
}

#[test]
fn rt_14_the_real_time_profile_has_no_place_that_could_hold_a_picture() {
    let holds = ["AWS::Serverless::Function", "AWS::DynamoDB::Table", "AWS::SecretsManager::Secret"];
    for resource in deployed("ephemeral") {
        assert!(
            HARMLESS.contains(&resource.kind.as_str()) || holds.contains(&resource.kind.as_str()),
            "{}: {}",
            resource.id,
            resource.kind
        );
    }
    let counters = named("RateKeysTable");
    assert_eq!(counters.property("TimeToLiveSpecification"), &json!({ "AttributeName": "expires_at", "Enabled": true }));
    assert_eq!(counters.property("PointInTimeRecoverySpecification"), &json!({ "PointInTimeRecoveryEnabled": false }));
    for copy in ["StreamSpecification", "KinesisStreamSpecification", "GlobalSecondaryIndexes"] {
        assert_eq!(counters.property(copy), &Value::Null, "{copy}");
    }
    for function in ephemeral() {
        for place in ["EphemeralStorage", "FileSystemConfigs", "EventInvokeConfig", "DeadLetterQueue", "Tracing", "Layers"] {
            assert_eq!(function.property(place), &Value::Null, "{}: {place}", function.id);
        }
        let places = ["_BUCKET", "_QUEUE_URL"];
        assert!(!variables(&function).iter().any(|name| places.iter().any(|end| name.ends_with(end))), "{}", function.id);
    }
}
