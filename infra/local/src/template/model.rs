//! The resources the local cloud knows how to run, with every property resolved.

use super::alarms::{Alarm, MetricFilter};
use super::distribution::Distribution;
use super::intrinsics::kebab;
use super::roles::{self, LambdaCall, Statement};
use super::rules::{self, Announced, EventRule};
use super::stack::{Stack, kind, text};
use super::urls::FunctionUrl;
use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// All resources of a set of stacks that the local cloud runs.
#[derive(Debug, Default)]
pub struct Model {
    /// The functions, by name.
    pub functions: BTreeMap<String, Function>,
    /// Routes of the HTTP API.
    pub routes: Vec<HttpRoute>,
    /// Cross-origin rules of the HTTP API.
    pub cors: Option<Cors>,
    /// What is in front of the HTTP API.
    pub distribution: Option<Distribution>,
    /// Functions that have a URL of their own.
    pub function_urls: Vec<FunctionUrl>,
    /// DynamoDB tables.
    pub tables: Vec<Table>,
    /// S3 buckets.
    pub buckets: Vec<Bucket>,
    /// SQS queues, each after the dead-letter queue it names.
    pub queues: Vec<Queue>,
    /// SQS event sources.
    pub queue_sources: Vec<QueueSource>,
    pub schedules: Vec<Schedule>,
    pub alarms: Vec<Alarm>,
    /// Metrics made of lines of logs.
    pub metric_filters: Vec<MetricFilter>,
    /// Rules of the event bus.
    pub rules: Vec<EventRule>,
    /// Verified SES identities: addresses or domains, which a template takes as given.
    pub identities: Vec<String>,
    /// SES configuration sets.
    pub configuration_sets: Vec<String>,
    /// The configuration sets of whose mails SES tells the event bus, and what.
    pub announced: Vec<Announced>,
    /// The statements of each function's deployed role, by the function's name.
    pub roles: BTreeMap<String, Vec<Statement>>,
    /// The queue of the events that a function failed on for good, by the function's name.
    pub given_up: BTreeMap<String, String>,
    /// What Lambda does with these roles by itself.
    pub lambda_calls: Vec<LambdaCall>,
}

/// A Lambda function.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name in this repository: folder, package and binary; the logical id in kebab case.
    pub name: String,
    pub aws_name: String,
    /// The group its log is in; empty without one of its own.
    pub log_group: String,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// Time one invocation may take.
    pub timeout: Duration,
    /// MiB of memory.
    pub memory: u32,
}

/// A route of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRoute {
    /// Method in capitals, or `ANY`.
    pub method: String,
    /// Path with `{name}` and `{name+}` parameters, or `$default`.
    pub path: String,
    /// Name of the function that answers.
    pub function: String,
}

/// Cross-origin rules as API Gateway knows them.
#[derive(Debug, Clone, Default)]
pub struct Cors {
    /// Allowed origins, perhaps `*`.
    pub origins: Vec<String>,
    /// Allowed methods.
    pub methods: Vec<String>,
    /// Allowed request headers.
    pub headers: Vec<String>,
    /// Response headers a page may read.
    pub expose: Vec<String>,
    /// Seconds a preflight may be cached.
    pub max_age: Option<u64>,
    pub credentials: bool,
}

/// A key attribute of a table or index.
#[derive(Debug, Clone)]
pub struct Key {
    /// Attribute name.
    pub name: String,
    /// `HASH` or `RANGE`.
    pub role: String,
    /// `S`, `N` or `B`.
    pub kind: String,
}

/// A global secondary index.
#[derive(Debug, Clone)]
pub struct Index {
    pub name: String,
    pub keys: Vec<Key>,
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    pub projection: String,
    /// Attributes an `INCLUDE` projection adds.
    pub include: Vec<String>,
}

/// A DynamoDB table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Logical id in the template.
    pub logical_id: String,
    /// Physical name.
    pub name: String,
    pub keys: Vec<Key>,
    /// Global secondary indexes.
    pub indexes: Vec<Index>,
    /// TTL attribute, when enabled.
    pub ttl: Option<String>,
    /// Whether point-in-time recovery is on.
    pub recovery: bool,
    /// Days point-in-time recovery reaches back, when the template says.
    pub recovery_days: Option<i32>,
    /// Whether server-side encryption is asked for.
    pub encrypted: bool,
    /// Whether deletion is refused.
    pub protected: bool,
}

/// An S3 bucket, with the raw properties its module applies.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// Logical id in the template.
    pub logical_id: String,
    /// Physical name.
    pub name: String,
    /// Resolved properties.
    pub properties: Value,
    /// Its bucket policy's document, when there is one.
    pub policy: Option<Value>,
}

/// An SQS queue.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Logical id in the template.
    pub logical_id: String,
    /// Physical name.
    pub name: String,
    /// URL as the functions know it.
    pub url: String,
    pub arn: String,
    /// Attributes in the API's spelling.
    pub attributes: BTreeMap<String, String>,
    /// ARN of the dead-letter queue, when there is one.
    pub dead_letters: Option<String>,
}

/// An SQS event source of a function.
#[derive(Debug, Clone)]
pub struct QueueSource {
    /// The function's name.
    pub function: String,
    pub queue_arn: String,
    /// Records an event may hold.
    pub batch_size: i32,
    /// Batches at once, when the template limits them.
    pub maximum_concurrency: Option<usize>,
    /// Whether the function names the records that failed.
    pub reports_failures: bool,
}

/// A schedule of a function.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// The function's name.
    pub function: String,
    pub name: String,
    /// `rate(…)`.
    pub expression: String,
}

impl Model {
    /// Reads the resources of the stack and all stacks nested in it.
    ///
    /// # Errors
    /// When a resource lacks a required property or has an unknown reference.
    pub fn read(root: &Stack) -> Result<Self> {
        let mut model = Self::default();
        for stack in root.all() {
            for (id, resource) in stack.resources() {
                model.add(stack, id, kind(resource)).with_context(|| format!("in the resource {id}"))?;
            }
        }
        model.queues.sort_by_key(|queue| queue.dead_letters.is_some());
        Ok(model)
    }

    fn add(&mut self, stack: &Stack, id: &str, kind: &str) -> Result<()> {
        match kind {
            "AWS::Lambda::Function" => self.add_function(stack, id)?,
            "AWS::Lambda::Url" => self.function_urls.push(FunctionUrl::read(stack, id)?),
            "AWS::Lambda::EventSourceMapping" => {
                let source = read_queue_source(stack, &stack.properties(id)?)?;
                self.lambda_calls.extend(LambdaCall::reading(&source.function, &source.queue_arn));
                self.queue_sources.push(source);
            }
            "AWS::Lambda::EventInvokeConfig" => {
                let properties = stack.properties(id)?;
                if let Some(queue) = properties.pointer("/DestinationConfig/OnFailure/Destination") {
                    let function = stack.function(&required(&properties, "FunctionName")?)?;
                    self.lambda_calls.push(LambdaCall::giving_up(&function, &text(queue)));
                    self.given_up.insert(function, text(queue));
                }
            }
            "AWS::ApiGatewayV2::Api" => self.cors = stack.properties(id)?.get("CorsConfiguration").map(Cors::read),
            "AWS::ApiGatewayV2::Route" => self.routes.push(read_route(stack, &stack.properties(id)?)?),
            "AWS::CloudFront::Distribution" => self.distribution = Some(Distribution::read(stack, id)?),
            "AWS::Scheduler::Schedule" => self.schedules.push(read_schedule(stack, id)?),
            "AWS::Events::Rule" => self.rules.push(EventRule::read(stack, &stack.properties(id)?)?),
            "AWS::CloudWatch::Alarm" => self.alarms.push(Alarm::read(id, &stack.properties(id)?)?),
            "AWS::Logs::MetricFilter" => self.metric_filters.push(MetricFilter::read(stack, id)?),
            "AWS::DynamoDB::Table" => self.tables.push(read_table(stack, id)?),
            "AWS::S3::Bucket" => self.add_bucket(stack, id)?,
            "AWS::SQS::Queue" => self.queues.push(read_queue(stack, id)?),
            "AWS::SES::ConfigurationSet" => self.configuration_sets.push(stack.physical_name(id)?),
            "AWS::SES::ConfigurationSetEventDestination" => self.announced.extend(rules::announced(stack, id)?),
            _ => {}
        }
        Ok(())
    }

    fn add_function(&mut self, stack: &Stack, id: &str) -> Result<()> {
        let properties = stack.properties(id)?;
        let name = kebab(id);
        let mut env = BTreeMap::new();
        for (key, value) in properties.pointer("/Environment/Variables").and_then(Value::as_object).into_iter().flatten() {
            env.insert(key.clone(), stack.with_local_queues(&text(value)));
        }
        let function = Function {
            name: name.clone(),
            aws_name: stack.physical_name(id)?,
            log_group: properties.pointer("/LoggingConfig/LogGroup").map(text).unwrap_or_default(),
            env,
            timeout: Duration::from_secs(properties.get("Timeout").and_then(number).unwrap_or(3)),
            memory: properties.get("MemorySize").and_then(number).and_then(|mib| u32::try_from(mib).ok()).unwrap_or(128),
        };
        self.roles.insert(name.clone(), roles::of(stack, properties.get("Role"))?);
        if let Some(group) = properties.pointer("/LoggingConfig/LogGroup") {
            self.lambda_calls.extend(LambdaCall::logging(stack, &name, &text(group)));
        }
        self.functions.insert(name, function);
        Ok(())
    }

    fn add_bucket(&mut self, stack: &Stack, id: &str) -> Result<()> {
        let name = stack.physical_name(id)?;
        let mut policy = None;
        for (policy_id, resource) in stack.resources() {
            if kind(resource) == "AWS::S3::BucketPolicy" {
                let properties = stack.properties(policy_id)?;
                if properties["Bucket"] == name.as_str() {
                    policy = Some(properties["PolicyDocument"].clone());
                }
            }
        }
        self.buckets.push(Bucket { logical_id: id.to_owned(), name, properties: stack.properties(id)?, policy });
        Ok(())
    }
}

fn optional(properties: &Value, key: &str) -> Option<String> {
    properties.get(key).map(text)
}

fn required(properties: &Value, key: &str) -> Result<String> {
    optional(properties, key).ok_or_else(|| anyhow!("{key} is missing"))
}

fn number(value: &Value) -> Option<u64> {
    text(value).parse().ok()
}

fn flag(value: Option<&Value>) -> bool {
    value.is_some_and(|value| text(value) == "true")
}

pub(super) fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items.iter().map(text).collect(),
        Some(other) => vec![text(other)],
        None => Vec::new(),
    }
}

impl Cors {
    /// The rules of an HTTP API or of a function URL: both spell them alike.
    pub(super) fn read(rules: &Value) -> Self {
        Self {
            origins: strings(rules.get("AllowOrigins")),
            methods: strings(rules.get("AllowMethods")),
            headers: strings(rules.get("AllowHeaders")),
            expose: strings(rules.get("ExposeHeaders")),
            max_age: rules.get("MaxAge").and_then(number),
            credentials: flag(rules.get("AllowCredentials")),
        }
    }
}

/// A route leads to its integration, and that one to the function.
fn read_route(stack: &Stack, properties: &Value) -> Result<HttpRoute> {
    let key = required(properties, "RouteKey")?;
    let (method, path) = key.split_once(' ').ok_or_else(|| anyhow!("{key} is no route"))?;
    let target = required(properties, "Target")?;
    for (id, _) in stack.resources().filter(|(_, resource)| kind(resource) == "AWS::ApiGatewayV2::Integration") {
        if target == format!("integrations/{}", stack.physical_name(id)?) {
            let function = stack.function(&required(&stack.properties(id)?, "IntegrationUri")?)?;
            return Ok(HttpRoute { method: method.to_owned(), path: path.to_owned(), function });
        }
    }
    bail!("no integration of this stack is {target}")
}

fn read_table(stack: &Stack, id: &str) -> Result<Table> {
    let properties = stack.properties(id)?;
    let kinds: BTreeMap<String, String> = items(&properties, "AttributeDefinitions")
        .map(|attribute| (text(&attribute["AttributeName"]), text(&attribute["AttributeType"])))
        .collect();
    let indexes = items(&properties, "GlobalSecondaryIndexes")
        .map(|index| {
            Ok(Index {
                name: required(index, "IndexName")?,
                keys: read_keys(index, &kinds)?,
                projection: index.pointer("/Projection/ProjectionType").map_or_else(|| "ALL".into(), text),
                include: strings(index.pointer("/Projection/NonKeyAttributes")),
            })
        })
        .collect::<Result<_>>()?;
    let recovery = properties.get("PointInTimeRecoverySpecification");
    Ok(Table {
        logical_id: id.to_owned(),
        name: stack.physical_name(id)?,
        keys: read_keys(&properties, &kinds)?,
        indexes,
        ttl: properties
            .get("TimeToLiveSpecification")
            .filter(|ttl| flag(ttl.get("Enabled")))
            .and_then(|ttl| optional(ttl, "AttributeName")),
        recovery: flag(recovery.and_then(|spec| spec.get("PointInTimeRecoveryEnabled"))),
        recovery_days: recovery.and_then(|spec| spec.get("RecoveryPeriodInDays")).and_then(number).and_then(|n| i32::try_from(n).ok()),
        encrypted: flag(properties.pointer("/SSESpecification/SSEEnabled")),
        protected: flag(properties.get("DeletionProtectionEnabled")),
    })
}

fn items<'a>(properties: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    properties.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn read_keys(properties: &Value, kinds: &BTreeMap<String, String>) -> Result<Vec<Key>> {
    items(properties, "KeySchema")
        .map(|key| {
            let name = required(key, "AttributeName")?;
            let kind = kinds.get(&name).cloned().ok_or_else(|| anyhow!("the key {name} has no AttributeDefinition"))?;
            Ok(Key { name, role: required(key, "KeyType")?, kind })
        })
        .collect()
}

/// Properties that the API takes as attributes of the same name.
const QUEUE_ATTRIBUTES: &[&str] = &[
    "VisibilityTimeout",
    "MessageRetentionPeriod",
    "DelaySeconds",
    "MaximumMessageSize",
    "ReceiveMessageWaitTimeSeconds",
    "KmsMasterKeyId",
    "SqsManagedSseEnabled",
    "FifoQueue",
    "ContentBasedDeduplication",
];

fn read_queue(stack: &Stack, id: &str) -> Result<Queue> {
    let properties = stack.properties(id)?;
    let name = stack.physical_name(id)?;
    let mut attributes: BTreeMap<String, String> =
        QUEUE_ATTRIBUTES.iter().filter_map(|key| properties.get(*key).map(|value| ((*key).to_owned(), text(value)))).collect();
    let redrive = properties.get("RedrivePolicy");
    if let Some(policy) = redrive {
        attributes.insert("RedrivePolicy".to_owned(), policy.to_string());
    }
    Ok(Queue {
        logical_id: id.to_owned(),
        url: stack.queue_url(&name),
        arn: stack.arn("sqs", &name),
        dead_letters: redrive.and_then(|policy| optional(policy, "deadLetterTargetArn")),
        attributes,
        name,
    })
}

fn read_queue_source(stack: &Stack, properties: &Value) -> Result<QueueSource> {
    let reports = strings(properties.get("FunctionResponseTypes"));
    Ok(QueueSource {
        function: stack.function(&required(properties, "FunctionName")?)?,
        queue_arn: required(properties, "EventSourceArn")?,
        batch_size: properties.get("BatchSize").and_then(number).and_then(|n| i32::try_from(n).ok()).unwrap_or(10),
        maximum_concurrency: properties.pointer("/ScalingConfig/MaximumConcurrency").and_then(number).and_then(|n| usize::try_from(n).ok()),
        reports_failures: reports.iter().any(|kind| kind == "ReportBatchItemFailures"),
    })
}

fn read_schedule(stack: &Stack, id: &str) -> Result<Schedule> {
    let properties = stack.properties(id)?;
    Ok(Schedule {
        function: stack.function(&required(&properties["Target"], "Arn")?)?,
        name: stack.physical_name(id)?,
        expression: required(&properties, "ScheduleExpression")?,
    })
}
