//! The role of a function: its grants, written out. Policies that others write allow logging to `*`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::document::{arn, attribute, reference, sub};
use crate::function::Resources;
use crate::manifest::{NarrowGrant, ObjectAction, TableGrant, Trigger};
use crate::workspace::{Function, pascal};

/// The role.
pub(crate) fn resources(function: &Function) -> Resources {
    let role = role("lambda.amazonaws.com", "own", &statements(function));
    Resources::from_iter([(format!("{}Role", function.id()), role)])
}

/// A role that one service of AWS takes on, with one inline policy.
pub(crate) fn role(service: &str, policy: &str, statements: &[Value]) -> Value {
    let trust = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": service } });
    json!({
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [trust] },
            "Policies": [{ "PolicyName": policy, "PolicyDocument": { "Version": "2012-10-17", "Statement": statements } }],
        },
    })
}

/// A statement that allows actions on resources: a single one is not written as a list.
pub(crate) fn allow(actions: &[impl AsRef<str>], mut resources: Vec<Value>) -> Value {
    let actions: Vec<&str> = actions.iter().map(AsRef::as_ref).collect();
    let resource = if resources.len() == 1 { resources.remove(0) } else { Value::Array(resources) };
    json!({ "Effect": "Allow", "Action": actions, "Resource": resource })
}

fn allow_if(actions: &[impl AsRef<str>], resources: Vec<Value>, condition: Value) -> Value {
    let mut statement = allow(actions, resources);
    statement["Condition"] = condition;
    statement
}

/// The ARN of a queue of this deployment.
pub(crate) fn queue_arn(queue: &str) -> Value {
    arn("sqs", &format!("${{Prefix}}-{queue}"))
}

fn statements(function: &Function) -> Vec<Value> {
    let (id, manifest) = (function.id(), &function.manifest);
    let mut all = vec![allow(&["logs:CreateLogStream", "logs:PutLogEvents"], vec![attribute(&format!("{id}Logs"), "Arn")])];
    match &manifest.on {
        Trigger::Queue(queue) => {
            all.push(allow(&["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], vec![queue_arn(queue)]));
        }
        // Lambda writes events it gives up to the dead-letter queue, as the function.
        Trigger::Rate(_) | Trigger::Event(_) => {
            all.push(allow(&["sqs:SendMessage"], vec![queue_arn(&format!("{}-dlq", function.fact()))]));
        }
        Trigger::Route(_) | Trigger::Url(_) => {}
    }
    for (table, grants) in &manifest.tables {
        all.extend(table_statements(table, grants));
    }
    all.extend(object_statements(&manifest.objects));
    if !manifest.sends.is_empty() {
        all.push(allow(&["sqs:SendMessage"], manifest.sends.iter().map(|queue| queue_arn(queue)).collect()));
    }
    if !manifest.measures.is_empty() {
        all.push(allow(&["sqs:GetQueueAttributes"], manifest.measures.iter().map(|queue| queue_arn(queue)).collect()));
    }
    if manifest.signs {
        all.push(allow(&["kms:Sign"], vec![reference("SigningKeyArn")]));
    }
    if manifest.proves {
        all.push(allow(&["kms:GetPublicKey", "kms:Sign"], vec![reference("ProofsKeyArn")]));
    }
    if manifest.mails {
        let set = format!("configuration-set/${{Prefix}}-{}", manifest.mails_with());
        let resources = vec![arn("ses", "identity/${MailIdentity}"), arn("ses", &set)];
        let actions = if manifest.raw_mails { &["ses:SendEmail", "ses:SendRawEmail"][..] } else { &["ses:SendEmail"] };
        all.push(allow_if(actions, resources, json!({ "StringEquals": { "ses:FromAddress": reference("MailFrom") } })));
    }
    all
}

/// One statement for the whole table, one for each index, one for each narrow grant on one of them.
fn table_statements(table: &str, grants: &[TableGrant]) -> Vec<Value> {
    let whole = grants.iter().filter_map(|grant| match grant {
        TableGrant::Action(action) => Some(action.clone()),
        TableGrant::Narrow(_) => None,
    });
    let whole = NarrowGrant { actions: whole.collect(), keys: Vec::new(), attributes: Vec::new() };
    let narrow = grants.iter().filter_map(|grant| match grant {
        TableGrant::Narrow(narrow) => Some(narrow),
        TableGrant::Action(_) => None,
    });
    std::iter::once(&whole).chain(narrow).flat_map(|grant| narrow_statements(table, grant)).collect()
}

fn narrow_statements(table: &str, grant: &NarrowGrant) -> Vec<Value> {
    let mut by_index: BTreeMap<Option<&str>, Vec<String>> = BTreeMap::new();
    for action in &grant.actions {
        let (action, index) = action.split_once(':').map_or((action.as_str(), None), |(action, index)| (action, Some(index)));
        by_index.entry(index).or_default().push(format!("dynamodb:{action}"));
    }
    let conditions = [
        ("ForAllValues:StringLike", "dynamodb:LeadingKeys", &grant.keys),
        ("ForAllValues:StringEquals", "dynamodb:Attributes", &grant.attributes),
    ];
    let narrowed = || conditions.iter().filter(|(.., values)| !values.is_empty());
    let mut condition: Map<String, Value> =
        narrowed().map(|(operator, key, values)| ((*operator).to_owned(), json!({ *key: values }))).collect();
    let keys: Map<String, Value> = narrowed().map(|(_, key, _)| ((*key).to_owned(), json!("false"))).collect();
    if !keys.is_empty() {
        // A request without the key has no value that `ForAllValues` could refuse: the key must be there.
        condition.insert("Null".to_owned(), Value::Object(keys));
    }
    let resource = |index: Option<&str>| {
        let index = index.map(|index| format!("/index/{index}")).unwrap_or_default();
        vec![arn("dynamodb", &format!("table/${{{}Table}}{index}", pascal(table)))]
    };
    by_index
        .into_iter()
        .map(|(index, actions)| match condition.is_empty() {
            true => allow(&actions, resource(index)),
            false => allow_if(&actions, resource(index), Value::Object(condition.clone())),
        })
        .collect()
}

fn object_statements(objects: &BTreeMap<String, BTreeSet<ObjectAction>>) -> Vec<Value> {
    let lists = [(ObjectAction::List, "s3:ListBucket"), (ObjectAction::Abort, "s3:ListBucketMultipartUploads")];
    let mut all = Vec::new();
    for (wanted, action) in lists {
        let having = objects.iter().filter(|(_, actions)| actions.contains(&wanted));
        let listed: Vec<String> = having.map(|(prefix, _)| format!("{prefix}/*")).collect();
        if !listed.is_empty() {
            let condition = json!({ "StringLike": { "s3:prefix": listed } });
            all.push(allow_if(&[action], vec![sub("arn:${AWS::Partition}:s3:::${Pictures}")], condition));
        }
    }
    for (prefix, actions) in objects {
        let actions: Vec<&str> = actions.iter().filter_map(|action| s3_action(*action)).collect();
        if !actions.is_empty() {
            all.push(allow(&actions, vec![sub(format!("arn:${{AWS::Partition}}:s3:::${{Pictures}}/{prefix}/*"))]));
        }
    }
    all
}

/// The action on the objects themselves; listing is one on the bucket.
fn s3_action(action: ObjectAction) -> Option<&'static str> {
    match action {
        ObjectAction::List => None,
        ObjectAction::Get => Some("s3:GetObject"),
        ObjectAction::Put => Some("s3:PutObject"),
        ObjectAction::Delete => Some("s3:DeleteObject"),
        ObjectAction::Abort => Some("s3:AbortMultipartUpload"),
    }
}
