//! The resources of each profile, which need nothing of another's.

use std::collections::BTreeSet;

use policy::{Profile, Table};
use serde_json::{Map, Value, json};

use super::functions::{grants, table_arn, variables};
use super::model::{Resource, manifests, named, pascal, read, template, templates, text, texts};

/// The profiles a deployment may have.
pub(crate) fn profiles() -> Vec<String> {
    texts(&template("template.yaml")["Parameters"]["Profile"]["AllowedValues"])
}

/// The resources beside the functions of the profile `ephemeral` that cannot hold a picture.
const HARMLESS: [&str; 18] = [
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudFormation::Stack",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Url",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
];

/// A stack's conditions with its parameters, as CloudFormation would evaluate them.
struct Stack {
    template: Value,
    parameters: Map<String, Value>,
}

impl Stack {
    /// A template with these parameters and the defaults of the others.
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

    /// The value with its conditions resolved; references keep their text.
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

    /// A parameter's value where the value is a reference to one; otherwise the value itself.
    fn value(&self, value: &Value) -> Value {
        let name = value.as_str().and_then(|text| text.strip_prefix("${")).and_then(|rest| rest.strip_suffix('}'));
        name.and_then(|name| self.parameters.get(name)).unwrap_or(value).clone()
    }

    /// Its deployed resources.
    fn resources(&self) -> Vec<Resource> {
        let all = self.template["Resources"].as_object().unwrap().iter();
        all.filter(|(_, body)| body["Condition"].as_str().is_none_or(|name| self.condition(name)))
            .map(|(id, body)| Resource { id: id.clone(), kind: text(&body["Type"]), body: body.clone() })
            .collect()
    }
}

/// The stacks of a deployment by their files, the root first.
fn stacks(profile: &str) -> Vec<(String, Stack)> {
    let root = Stack::new("template.yaml", &Map::from_iter([("Profile".to_owned(), json!(profile))]));
    let mut all = Vec::new();
    nested("template.yaml".to_owned(), root, &mut all);
    all
}

/// A stack and its nested stacks. Each is given exactly its parameters.
fn nested(path: String, stack: Stack, all: &mut Vec<(String, Stack)>) {
    let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let mut children = Vec::new();
    for resource in stack.resources().into_iter().filter(|one| one.kind == "AWS::CloudFormation::Stack") {
        let path = format!("{folder}{}", text(resource.property("TemplateURL")));
        let given = stack.chosen(resource.property("Parameters"));
        let given: Map<String, Value> =
            given.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), stack.value(value))).collect();
        let declared: BTreeSet<String> =
            template(&path)["Parameters"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        assert_eq!(given.keys().cloned().collect::<BTreeSet<_>>(), declared, "{path}: left is what it is given, right what it declares");
        children.push((path.clone(), Stack::new(&path, &given)));
    }
    all.push((path, stack));
    children.into_iter().for_each(|(path, stack)| nested(path, stack, all));
}

/// Every resource that a profile deploys.
pub(crate) fn deployed(profile: &str) -> Vec<Resource> {
    stacks(profile).iter().flat_map(|(_, stack)| stack.resources()).collect()
}

#[test]
fn each_profile_deploys_the_functions_that_name_it_and_the_tables_of_its_inventory() {
    for profile in profiles() {
        let deployment = deployed(&profile);
        let ids = |kind: &str| deployment.iter().filter(|one| one.kind == kind).map(|one| one.id.clone()).collect::<BTreeSet<_>>();
        let functions = manifests().into_iter().filter(|(_, manifest)| manifest.profiles.contains(&profile));
        assert_eq!(ids("AWS::Lambda::Function"), functions.map(|(name, _)| pascal(&name)).collect(), "{profile}");
        let tables = Table::of(profile.parse().unwrap()).map(|table| format!("{}Table", pascal(table.id())));
        assert_eq!(ids("AWS::DynamoDB::Table"), tables.collect(), "{profile}");
    }
}

#[test]
fn every_profile_may_be_deployed_and_the_wallet_is_the_default() {
    let profile = template("template.yaml")["Parameters"]["Profile"].clone();
    let known: Vec<&str> = Profile::ALL.iter().map(|profile| profile.id()).collect();
    assert_eq!((&profile["AllowedValues"], &profile["Default"]), (&json!(known), &json!("wallet")));
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
    for profile in profiles() {
        for (path, stack) in stacks(&profile) {
            let there: BTreeSet<String> = stack.resources().into_iter().map(|one| one.id).collect();
            let known = |name: &str| there.contains(name) || stack.parameters.contains_key(name) || name.starts_with("AWS::");
            let mut parts: Vec<(String, Value)> = stack.resources().into_iter().map(|one| (one.id, one.body)).collect();
            for (name, output) in stack.template["Outputs"].as_object().into_iter().flatten() {
                if output["Condition"].as_str().is_none_or(|condition| stack.condition(condition)) {
                    parts.push((name.clone(), output.clone()));
                }
            }
            for (id, body) in parts {
                for name in references(&stack.chosen(&body)) {
                    assert!(known(&name), "{profile}: {id} in {path} refers to {name}, which is not there");
                }
            }
        }
    }
}

/// The functions of the real-time profile.
fn ephemeral() -> Vec<Resource> {
    deployed("ephemeral").into_iter().filter(|one| one.kind == "AWS::Lambda::Function").collect()
}

/// Invariant: The real-time profile keeps nothing.
#[test]
fn rt_02_what_the_real_time_profile_runs_writes_to_its_log_and_counts_rate_keys_and_no_more() {
    assert!(ephemeral().iter().any(|function| function.id == "InstantCreate"));
    for function in ephemeral() {
        let log = format!("${{{}Logs.Arn}}", function.id);
        let mut allowed: BTreeSet<(String, String)> =
            ["logs:CreateLogStream", "logs:PutLogEvents"].into_iter().map(|action| (action.to_owned(), log.clone())).collect();
        if function.id == "InstantCreate" {
            allowed.insert(("dynamodb:UpdateItem".into(), table_arn("RateKeys")));
            // A signature is over a hash: nothing is stored.
            allowed.insert(("kms:Sign".into(), "${SigningKeyArn}".into()));
        }
        assert_eq!(grants(&function), allowed, "{}: left is what it may do, right all it may do", function.id);
    }
}

/// Invariant: The real-time profile keeps nothing.
#[test]
fn rt_14_the_real_time_profile_has_no_place_that_could_hold_a_picture() {
    let holds = ["AWS::Lambda::Function", "AWS::DynamoDB::Table", "AWS::SecretsManager::Secret"];
    // No role touches the bucket of the site: see `no_role_touches_the_bucket_of_the_site`.
    let of_the_site = ["Pages", "PagesPolicy"];
    for resource in deployed("ephemeral") {
        let (id, kind) = (resource.id.as_str(), resource.kind.as_str());
        assert!(HARMLESS.contains(&kind) || holds.contains(&kind) || of_the_site.contains(&id), "{}: {}", resource.id, resource.kind);
    }
    let counters = named("RateKeysTable");
    assert_eq!(counters.property("TimeToLiveSpecification"), &json!({ "AttributeName": "expires_at", "Enabled": true }));
    assert_eq!(counters.property("PointInTimeRecoverySpecification"), &json!({ "PointInTimeRecoveryEnabled": false }));
    for copy in ["StreamSpecification", "KinesisStreamSpecification", "GlobalSecondaryIndexes"] {
        assert_eq!(counters.property(copy), &Value::Null, "{copy}");
    }
    for function in ephemeral() {
        for place in ["EphemeralStorage", "FileSystemConfigs", "DeadLetterConfig", "TracingConfig", "Layers"] {
            assert_eq!(function.property(place), &Value::Null, "{}: {place}", function.id);
        }
        let places = ["_BUCKET", "_QUEUE_URL"];
        assert!(!variables(&function).iter().any(|name| places.iter().any(|end| name.ends_with(end))), "{}", function.id);
    }
}

/// Every `${Stack.Outputs.Name}` of a template that a profile deploys names an output of that stack.
#[test]
fn outputs_of_the_nested_stacks_are_there() {
    for path in templates() {
        let (stack, folder) = (template(&path), path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/")));
        for part in read(&path).split(".Outputs.").zip(read(&path).split(".Outputs.").skip(1)) {
            let id: String = part.0.chars().rev().take_while(char::is_ascii_alphanumeric).collect::<Vec<_>>().into_iter().rev().collect();
            let name: String = part.1.chars().take_while(char::is_ascii_alphanumeric).collect();
            let nested = format!("{folder}{}", text(&stack["Resources"][&id]["Properties"]["TemplateURL"]));
            assert!(!template(&nested)["Outputs"][&name].is_null(), "{nested} has no output {name}");
        }
    }
}
