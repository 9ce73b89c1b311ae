//! The manifest of a function: `[package.metadata.function]` in its `Cargo.toml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// Everything the stacks know of one function.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The domain, and so the stack, it belongs to.
    pub stack: String,
    /// The policy profiles that deploy it.
    pub profiles: BTreeSet<String>,
    /// What starts it.
    pub on: Trigger,
    /// The allowed callers; the events of our own deployment have none.
    pub caller: Option<Caller>,
    pub about: String,
    /// Seconds one run may take.
    #[serde(default = "ten")]
    pub timeout: u32,
    /// MB it runs with, or the parameter that says how many.
    #[serde(default)]
    pub memory: Memory,
    /// The parameter that says how many runs of a consumer there are at once.
    pub concurrency: Option<String>,
    /// The parameter that says for how many runs at once the account keeps room, which no other function takes; 0 for none.
    pub reserved: Option<String>,
    /// The most AWS calls one run makes when nothing fails.
    pub calls: u32,
    /// Variables besides those that follow from its grants: each is the parameter of the same name (`PUBLIC_ORIGIN` is `PublicOrigin`).
    #[serde(default)]
    pub env: BTreeSet<String>,
    /// Functions with a URL of their own, whose address it is given where they are deployed, and else an empty text.
    #[serde(default)]
    pub urls: BTreeSet<String>,
    /// Generated secrets it is given (`session` is `SESSION_SECRET`).
    #[serde(default)]
    pub secrets: BTreeSet<String>,
    /// DynamoDB actions, by table.
    #[serde(default)]
    pub tables: BTreeMap<String, Vec<TableGrant>>,
    /// The actions on objects of the pictures' bucket, by prefix.
    #[serde(default)]
    pub objects: BTreeMap<String, BTreeSet<ObjectAction>>,
    /// What a route counts of the table of limits.
    #[serde(default)]
    pub counts: BTreeSet<String>,
    /// Queues it sends to.
    #[serde(default)]
    pub sends: BTreeSet<String>,
    /// Queues it asks how much waits in them.
    #[serde(default)]
    pub measures: BTreeSet<String>,
    /// Whether it signs pictures with the deployment's key.
    #[serde(default)]
    pub signs: bool,
    /// Whether it signs the log of receipts.
    #[serde(default)]
    pub proves: bool,
    /// Whether it sends mail as the deployment's sender.
    #[serde(default)]
    pub mails: bool,
    /// Whether it also sends whole messages, which SES has an action of its own for.
    #[serde(default)]
    pub raw_mails: bool,
    /// The SES configuration set its mails go with; by default `mails`.
    pub configuration_set: Option<String>,
    /// Whether it may start itself again through a queue: Lambda's detection of loops would stop it.
    #[serde(default)]
    pub recursive: bool,
    /// How often a schedule or an event is tried again.
    pub retry: Option<Retry>,
    /// The consequence of a failure, for the text of the alarm.
    #[serde(default)]
    pub alarms: Alarms,
    /// Metrics made of lines of its log.
    #[serde(default)]
    pub metrics: Vec<LogMetric>,
}

impl Manifest {
    /// The SES configuration set its mails go with.
    pub(crate) fn mails_with(&self) -> &str {
        self.configuration_set.as_deref().unwrap_or("mails")
    }
}

fn ten() -> u32 {
    10
}

/// The trigger of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// A route of the HTTP API: method and path.
    Route(Route),
    /// A URL of its own, which stands for one route. An HTTP API gives up after 30 seconds and cannot stream.
    Url(Route),
    /// The messages of a queue, which belongs to it.
    Queue(String),
    /// The clock: a period such as `1 minute`.
    Rate(String),
    /// An event of another AWS service on the default bus.
    Event(EventPattern),
}

/// `GET /v1/me`
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// In capitals.
    pub method: String,
    /// With parameters in braces.
    pub path: String,
}

impl std::fmt::Display for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Which events, and the part of them that the function gets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventPattern {
    /// The pattern of the rule. `${Prefix}` stands for the name of the deployment.
    pub event: serde_json::Value,
    /// What the function gets of it.
    pub input: Input,
}

/// What a function gets of an event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Input {
    /// The part under this path.
    Part(String),
    /// An object of the parts under these paths.
    Parts(BTreeMap<String, String>),
}

impl Trigger {
    /// The route, of the HTTP API or of a URL of its own.
    #[must_use]
    pub fn route(&self) -> Option<&Route> {
        match self {
            Self::Route(route) | Self::Url(route) => Some(route),
            Self::Queue(_) | Self::Rate(_) | Self::Event(_) => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenTrigger {
    Text(String),
    Url { url: String },
    Event(EventPattern),
}

impl<'de> Deserialize<'de> for Trigger {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bad = |text: &str| serde::de::Error::custom(format!("{text:?} is no route"));
        match WrittenTrigger::deserialize(deserializer)? {
            WrittenTrigger::Event(event) => Ok(Self::Event(event)),
            WrittenTrigger::Url { url } => Route::parse(&url).map(Self::Url).ok_or_else(|| bad(&url)),
            WrittenTrigger::Text(text) => match text.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')) {
                Some(rate) => Ok(Self::Rate(rate.to_owned())),
                None if text.contains(' ') => Route::parse(&text).map(Self::Route).ok_or_else(|| bad(&text)),
                None => Ok(Self::Queue(text)),
            },
        }
    }
}

impl Route {
    /// Reads `GET /v1/me`: one of the methods the API uses, and an absolute path.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (method, path) = text.split_once(' ')?;
        let known = ["DELETE", "GET", "PATCH", "POST", "PUT"].contains(&method);
        let plain = path.starts_with('/') && path.len() > 1 && !path.ends_with('/') && !path.contains("//") && !path.contains(' ');
        (known && plain).then(|| Self { method: method.to_owned(), path: path.to_owned() })
    }
}

/// The allowed callers of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Caller {
    /// A signed-in account.
    Session,
    /// An installation, by its key.
    Install,
    /// A visitor who holds the pass of a trial.
    Trial,
    /// The operator of the deployment.
    Operator,
    /// No authentication.
    Anyone,
}

/// MB of memory, which also buys CPU.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Memory {
    /// A fixed number.
    Mb(u32),
    /// A parameter of the template.
    Parameter(String),
}

impl Default for Memory {
    fn default() -> Self {
        Self::Mb(256)
    }
}

/// The actions on a table. `Query:expiry` is the action on the index `expiry` alone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum TableGrant {
    /// An action on every row and attribute: a query on an index, whose partitions are not those of the table.
    Action(String),
    /// Actions on some rows or attributes.
    Narrow(NarrowGrant),
}

/// Actions that IAM allows on some rows or attributes alone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NarrowGrant {
    /// The actions, as in [`TableGrant::Action`].
    pub actions: Vec<String>,
    /// Patterns of the partition keys (`dynamodb:LeadingKeys`); any key without one.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Attributes the action may name (`dynamodb:Attributes`); any without one.
    #[serde(default)]
    pub attributes: Vec<String>,
}

/// The actions on objects under a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectAction {
    /// List the keys, and learn that an object to be read is absent: S3 says so only to those who may list.
    List,
    /// Read.
    Get,
    /// Write.
    Put,
    Delete,
    /// End what was begun in parts, by whomever: find it below the prefix, and abort it.
    Abort,
}

/// How often a schedule or an event is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// Runs after the first that failed.
    pub runs: u32,
    /// Deliveries to Lambda after the first that was refused.
    pub deliveries: u32,
    /// Seconds after which an event is given up.
    pub seconds: u32,
}

/// The consequence of a failure: the end of an alarm's text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alarms {
    pub errors: Option<String>,
    /// When its schedule did not run.
    pub silent: Option<String>,
    /// When an event was given up.
    pub dead: Option<String>,
}

/// A metric made of lines of the log: their number, or a number in them. Functions of a stack that name the same metric share its alarm.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogMetric {
    /// Its name, in Pascal case.
    pub metric: String,
    /// The `message` of the lines.
    pub message: String,
    /// The field that is the value, such as `$.oldest_seconds`; without it, each line counts one.
    pub value: Option<String>,
    /// CloudWatch's unit of the value.
    #[serde(default = "count")]
    pub unit: String,
    /// The text of its alarm; a metric without one is for the dashboard alone.
    pub alarm: Option<String>,
    /// The number of lines in a period, or the highest value in it, at which the alarm rings.
    #[serde(default = "one")]
    pub threshold: u32,
    /// Seconds of a period: not less than the time between two lines, where a schedule writes them.
    #[serde(default = "five_minutes")]
    pub period: u32,
}

fn count() -> String {
    "Count".to_owned()
}

fn one() -> u32 {
    1
}

fn five_minutes() -> u32 {
    300
}

impl LogMetric {
    /// Whether CloudWatch takes it.
    pub(crate) fn is_sound(&self) -> bool {
        let is_name = self.metric.starts_with(|letter: char| letter.is_ascii_uppercase())
            && self.metric.chars().all(|letter| letter.is_ascii_alphanumeric());
        let is_field = |path: &String| {
            path.strip_prefix("$.").is_some_and(|field| field.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'))
        };
        is_name
            && self.value.as_ref().is_none_or(is_field)
            && ["Count", "Seconds", "None"].contains(&self.unit.as_str())
            && self.period > 0
            && self.period.is_multiple_of(60)
    }
}
