//! Triggers: a route, a URL, a queue, a schedule or an event, with their resources.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::document::{arn, attribute, reference, sub};
use crate::function::Resources;
use crate::manifest::{Caller, EventPattern, Input, Retry, Route, Trigger};
use crate::role::{allow, queue_arn, role};
use crate::workspace::Function;

/// Runs at once of a consumer without a parameter for them: the vendors and the tables behind it are shared, so it always has a limit.
const CONCURRENCY: u32 = 20;

/// The resources behind the trigger.
pub(crate) fn resources(function: &Function) -> Resources {
    let retry = function.manifest.retry.unwrap_or(Retry { runs: 0, deliveries: 0, seconds: 60 });
    match &function.manifest.on {
        Trigger::Route(route) => routed(function, route),
        Trigger::Url(route) => with_url(function, route),
        Trigger::Queue(queue) => consuming(function, queue),
        Trigger::Rate(rate) => scheduled(function, rate, retry),
        Trigger::Event(pattern) => told(function, pattern, retry),
    }
}

fn routed(function: &Function, route: &Route) -> Resources {
    let id = function.id();
    let integration = json!({
        "Type": "AWS::ApiGatewayV2::Integration",
        "Properties": {
            "ApiId": reference("Api"),
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": attribute(&id, "Arn"),
            "PayloadFormatVersion": "2.0",
        },
    });
    let mut all = way(&id, "", &route.method, &route.path);
    if has_head(function, route) {
        all.extend(way(&id, "Head", "HEAD", &route.path));
    }
    all.insert(format!("{id}Integration"), integration);
    all
}

/// An HTTP API does not take `HEAD` for `GET`: what everybody may get has a route for it.
fn has_head(function: &Function, route: &Route) -> bool {
    route.method == "GET" && function.manifest.caller == Some(Caller::Anyone)
}

/// The methods that a path takes, by the functions that answer it.
pub(crate) fn methods(functions: &[&Function]) -> Vec<String> {
    let mut methods = BTreeSet::new();
    for function in functions {
        let Trigger::Route(route) = &function.manifest.on else { continue };
        methods.insert(route.method.clone());
        methods.extend(has_head(function, route).then(|| "HEAD".to_owned()));
    }
    methods.into_iter().collect()
}

/// The route by which a function answers the methods that its path does not take.
pub(crate) fn other_methods(function: &Function, path: &str) -> Resources {
    way(&function.id(), "OtherMethods", "ANY", path)
}

/// A route to the function's integration, and its permission.
fn way(id: &str, name: &str, method: &str, path: &str) -> Resources {
    let route = json!({
        "Type": "AWS::ApiGatewayV2::Route",
        "Properties": {
            "ApiId": reference("Api"),
            "RouteKey": format!("{method} {path}"),
            "Target": sub(format!("integrations/${{{id}Integration}}")),
        },
    });
    // The stage, the method and the path; a parameter of the path may be anything.
    let path: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "*" } else { part }).collect();
    let method = if method == "ANY" { "*" } else { method };
    let source = arn("execute-api", &format!("${{Api}}/*/{method}{}", path.join("/")));
    let permission = permission(id, "apigateway.amazonaws.com", source);
    Resources::from_iter([(format!("{id}{name}Route"), route), (format!("{id}{name}Permission"), permission)])
}

/// The permission of a service to start the function for one source.
fn permission(id: &str, service: &str, source: Value) -> Value {
    json!({
        "Type": "AWS::Lambda::Permission",
        "Properties": { "FunctionName": reference(id), "Action": "lambda:InvokeFunction", "Principal": service, "SourceArn": source },
    })
}

/// A function URL has no routes: `Route` in its metadata is the one it stands for, for the API's document and the local cloud.
fn with_url(function: &Function, route: &Route) -> Resources {
    let id = function.id();
    let url = json!({
        "Type": "AWS::Lambda::Url",
        "Metadata": { "Route": route.to_string() },
        "Properties": {
            "TargetFunctionArn": attribute(&id, "Arn"),
            // A URL has no authentication: the function checks its callers.
            "AuthType": "NONE",
            "InvokeMode": reference("InstantInvokeMode"),
            "Cors": {
                "AllowOrigins": [reference("PublicOrigin")],
                "AllowMethods": [route.method],
                "AllowHeaders": ["accept", "age-attestation", "content-type", "provider-consent"],
                "ExposeHeaders": ["allow", "digital-source-type", "ratelimit", "ratelimit-policy", "retry-after"],
                "MaxAge": 3600,
            },
        },
    });
    // A public URL needs both: the URL is open to everybody, and the function may be started by its URL alone.
    let open = json!({
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": reference(&id), "Action": "lambda:InvokeFunctionUrl", "Principal": "*", "FunctionUrlAuthType": "NONE",
        },
    });
    let invoke = json!({
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": reference(&id), "Action": "lambda:InvokeFunction", "Principal": "*", "InvokedViaFunctionUrl": true,
        },
    });
    Resources::from_iter([(format!("{id}Url"), url), (format!("{id}UrlPermission"), open), (format!("{id}InvokePermission"), invoke)])
}

/// The queue, its dead-letter queue, and the source that hands its messages to the function one at a time.
///
/// Visibility is six times the timeout, so that no message is handed out twice while one runs. A message keeps its age when it moves to the
/// dead-letter queue: 14 days end it wherever it is (`queue-message` of the inventory).
fn consuming(function: &Function, queue: &str) -> Resources {
    let (id, queue_id) = (function.id(), crate::workspace::pascal(queue));
    let properties = json!({
        "VisibilityTimeout": function.manifest.timeout * 6,
        "MessageRetentionPeriod": 345_600,
        "ReceiveMessageWaitTimeSeconds": 20,
        "RedrivePolicy": { "deadLetterTargetArn": attribute(&format!("{queue_id}Dlq"), "Arn"), "maxReceiveCount": 5 },
    });
    let concurrency = function.manifest.concurrency.as_deref().map_or(json!(CONCURRENCY), reference);
    let source = json!({
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "FunctionName": reference(&id),
            "EventSourceArn": attribute(&queue_id, "Arn"),
            "BatchSize": 1,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ScalingConfig": { "MaximumConcurrency": concurrency },
        },
    });
    let mut all = queue_with_policy(queue, properties);
    all.extend(dead_letters(queue));
    all.insert(format!("{id}Messages"), source);
    all
}

fn dead_letters(fact: &str) -> Resources {
    queue_with_policy(&format!("{fact}-dlq"), json!({ "MessageRetentionPeriod": 1_209_600 }))
}

/// A queue that is encrypted and reached over TLS alone.
fn queue_with_policy(queue: &str, mut properties: Value) -> Resources {
    let id = crate::workspace::pascal(queue);
    properties["QueueName"] = sub(format!("${{Prefix}}-{queue}"));
    properties["SqsManagedSseEnabled"] = json!(true);
    let refusal = json!({
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": attribute(&id, "Arn"),
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    });
    let policy = json!({
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": { "Queues": [reference(&id)], "PolicyDocument": { "Version": "2012-10-17", "Statement": [refusal] } },
    });
    let queue = json!({ "Type": "AWS::SQS::Queue", "DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete", "Properties": properties });
    Resources::from_iter([(id.clone(), queue), (format!("{id}Policy"), policy)])
}

/// Lambda's handling of a failed event: it retries, then sends the event to the dead-letter queue.
fn retries(function: &Function, retry: Retry) -> Value {
    let dead = crate::workspace::pascal(&format!("{}-dlq", function.fact()));
    json!({
        "Type": "AWS::Lambda::EventInvokeConfig",
        "Properties": {
            "FunctionName": reference(&function.id()),
            "Qualifier": "$LATEST",
            "MaximumRetryAttempts": retry.runs,
            "MaximumEventAgeInSeconds": retry.seconds,
            "DestinationConfig": { "OnFailure": { "Destination": attribute(&dead, "Arn") } },
        },
    })
}

fn deliveries(retry: Retry) -> Value {
    json!({ "MaximumRetryAttempts": retry.deliveries, "MaximumEventAgeInSeconds": retry.seconds })
}

/// The dead-letter queue of a schedule holds no ids: a schedule says nothing but its time.
fn scheduled(function: &Function, rate: &str, retry: Retry) -> Resources {
    let (id, fact) = (function.id(), function.fact());
    let dead = queue_arn(&format!("{fact}-dlq"));
    let statements = [allow(&["lambda:InvokeFunction"], vec![attribute(&id, "Arn")]), allow(&["sqs:SendMessage"], vec![dead.clone()])];
    let schedule = json!({
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {
            "ScheduleExpression": format!("rate({rate})"),
            "FlexibleTimeWindow": { "Mode": "OFF" },
            "Target": {
                "Arn": attribute(&id, "Arn"),
                "RoleArn": attribute(&format!("{id}ScheduleRole"), "Arn"),
                "RetryPolicy": deliveries(retry),
                "DeadLetterConfig": { "Arn": dead },
            },
        },
    });
    let mut all = dead_letters(fact);
    all.insert(format!("{id}Schedule"), schedule);
    all.insert(format!("{id}ScheduleRole"), role("scheduler.amazonaws.com", "invoke", &statements));
    all.insert(format!("{id}Retries"), retries(function, retry));
    all
}

/// An event of another service. Lambda stores failed events, and those hold the rule's input alone. The rule has no dead-letter queue:
/// there the whole event would lie, with the address in it.
fn told(function: &Function, pattern: &EventPattern, retry: Retry) -> Resources {
    let id = function.id();
    let mut target = json!({ "Id": "function", "Arn": attribute(&id, "Arn"), "RetryPolicy": deliveries(retry) });
    match &pattern.input {
        Input::Part(path) => target["InputPath"] = json!(path),
        Input::Parts(paths) => target["InputTransformer"] = json!({ "InputPathsMap": paths, "InputTemplate": object_of(paths.keys()) }),
    }
    let rule = json!({
        "Type": "AWS::Events::Rule",
        "Properties": { "EventPattern": with_substitutions(&pattern.event), "Targets": [target] },
    });
    let mut all = dead_letters(function.fact());
    all.insert(format!("{id}Permission"), permission(&id, "events.amazonaws.com", attribute(&format!("{id}Rule"), "Arn")));
    all.insert(format!("{id}Rule"), rule);
    all.insert(format!("{id}Retries"), retries(function, retry));
    all
}

/// The template of an object of these values: EventBridge puts each in as JSON, a text with its quotes.
fn object_of<'n>(names: impl Iterator<Item = &'n String>) -> String {
    let fields: Vec<String> = names.map(|name| format!("\"{name}\": <{name}>")).collect();
    format!("{{{}}}", fields.join(", "))
}

/// Texts with `${…}` in them become `!Sub`.
fn with_substitutions(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains("${") => sub(text.clone()),
        Value::Array(items) => items.iter().map(with_substitutions).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), with_substitutions(value))).collect(),
        other => other.clone(),
    }
}
