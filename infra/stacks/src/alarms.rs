//! Alarms: a function that fails or logs an error, a message that waits or was given up, a schedule that did not run, and what a manifest counts.

use serde_json::{Value, json};

use crate::document::{reference, sub};
use crate::function::Resources;
use crate::manifest::{LogMetric, Trigger};
use crate::workspace::{Function, pascal};

/// The alarms of one function.
pub(crate) fn resources(function: &Function) -> Resources {
    let (name, id, because) = (&function.name, function.id(), &function.manifest.alarms);
    let mut all = Resources::new();
    let scheduled = matches!(function.manifest.on, Trigger::Rate(_));
    let (threshold, failed) = if scheduled { (1, "failed") } else { (3, "fails again and again") };
    let errors = Alarm { metric: "Errors", threshold, ..Alarm::of_function(name) };
    all.insert(format!("{id}Errors"), errors.resource(&sentence(&format!("{name} {failed}"), because.errors.as_deref())));
    match &function.manifest.on {
        Trigger::Queue(queue) => {
            let age = Alarm { metric: "ApproximateAgeOfOldestMessage", threshold: 900, ..Alarm::of_queue(queue) };
            let text = format!("The oldest message of {queue} waits for over 15 minutes.");
            all.insert(format!("{}Age", pascal(queue)), age.resource(&text));
        }
        Trigger::Rate(rate) => all.extend(silence(function, rate)),
        // The requests of a route are counted for the whole API, in template.yaml.
        Trigger::Route(_) | Trigger::Event(_) => {}
        Trigger::Url(_) => {
            let answers = Alarm { metric: "Url5xxCount", threshold: 3, ..Alarm::of_function(name) };
            all.insert(format!("{id}Url5xx"), answers.resource(&format!("{name} answers with 5xx again and again.")));
        }
    }
    if !matches!(function.manifest.on, Trigger::Route(_) | Trigger::Url(_)) {
        let dead = format!("{}-dlq", function.fact());
        let depth = Alarm { metric: "ApproximateNumberOfMessagesVisible", ..Alarm::of_queue(&dead) };
        let text = sentence(&format!("{name} failed for good"), because.dead.as_deref());
        all.insert(format!("{}Depth", pascal(&dead)), depth.resource(&text));
    }
    all.extend(error_lines(function));
    for metric in &function.manifest.metrics {
        all.extend(counted(function, metric));
    }
    all
}

fn sentence(fact: &str, because: Option<&str>) -> String {
    because.map_or_else(|| format!("{fact}."), |because| format!("{fact}; {because}."))
}

/// A schedule that did not run: after 15 minutes, two hours or two days.
fn silence(function: &Function, rate: &str) -> Resources {
    let (period, periods, words) = match rate {
        "1 minute" => (900, 1, "15 minutes"),
        "1 hour" => (3600, 2, "two hours"),
        _ => (86_400, 2, "two days"),
    };
    let alarm = Alarm { metric: "Invocations", period, periods, silent: true, ..Alarm::of_function(&function.name) };
    let text = sentence(&format!("{} did not run for {words}", function.name), function.manifest.alarms.silent.as_deref());
    Resources::from_iter([(format!("{}Silent", function.id()), alarm.resource(&text))])
}

/// The metric of a stack's lines that tell of a fault of ours. Most of these faults are successes to Lambda: a request that is answered with 500, a
/// message that fails alone. One metric a stack costs a twentieth of one a function, and the log says which function it was.
pub(crate) fn error_metric(stack: &str) -> String {
    format!("{}ErrorLines", pascal(stack))
}

fn error_lines(function: &Function) -> Resources {
    let stack = &function.manifest.stack;
    let metric = error_metric(stack);
    let filter = filter(function, "{ $.level = \"ERROR\" }", json!({ "MetricName": metric, "MetricValue": "1", "Unit": "Count" }));
    let alarm = Alarm::of_log(&metric, "Sum");
    let text = format!("A function of the stack {stack} logged an error, which is a fault of ours whatever the caller was told.");
    Resources::from_iter([(format!("{}ErrorLines", function.id()), filter), (metric.clone(), alarm.resource(&text))])
}

/// Lines of the log become a metric, and the metric an alarm.
fn counted(function: &Function, metric: &LogMetric) -> Resources {
    let value = metric.value.as_deref().unwrap_or("1");
    let transformation = json!({ "MetricName": metric.metric, "MetricValue": value, "Unit": metric.unit });
    let filter = filter(function, &format!("{{ $.message = {:?} }}", metric.message), transformation);
    let mut all = Resources::from_iter([(format!("{}{}Metric", function.id(), metric.metric), filter)]);
    if let Some(text) = &metric.alarm {
        let statistic = if metric.value.is_some() { "Maximum" } else { "Sum" };
        let alarm = Alarm { period: metric.period, threshold: metric.threshold, ..Alarm::of_log(&metric.metric, statistic) };
        all.insert(metric.metric.clone(), alarm.resource(text));
    }
    all
}

fn filter(function: &Function, pattern: &str, mut transformation: Value) -> Value {
    transformation["MetricNamespace"] = reference("Prefix");
    json!({
        "Type": "AWS::Logs::MetricFilter",
        "Properties": {
            "LogGroupName": reference(&format!("{}Logs", function.id())),
            "FilterPattern": pattern,
            "MetricTransformations": [transformation],
        },
    })
}

struct Alarm<'a> {
    namespace: Value,
    metric: &'a str,
    dimension: Option<Value>,
    statistic: &'static str,
    period: u32,
    periods: u32,
    threshold: u32,
    /// Whether it goes off below the threshold, and without any data.
    silent: bool,
}

impl<'a> Alarm<'a> {
    /// Of a metric made of lines, once in five minutes.
    fn of_log(metric: &'a str, statistic: &'static str) -> Self {
        let namespace = reference("Prefix");
        Self { namespace, metric, dimension: None, statistic, period: 300, periods: 1, threshold: 1, silent: false }
    }

    fn of_function(name: &str) -> Self {
        Self::of("AWS/Lambda", "FunctionName", name, "Sum")
    }

    fn of_queue(name: &str) -> Self {
        Self::of("AWS/SQS", "QueueName", name, "Maximum")
    }

    fn of(namespace: &str, dimension: &str, name: &str, statistic: &'static str) -> Self {
        let dimension = json!({ "Name": dimension, "Value": sub(format!("${{Prefix}}-{name}")) });
        Self { namespace: json!(namespace), dimension: Some(dimension), ..Self::of_log("", statistic) }
    }

    fn resource(self, text: &str) -> Value {
        let (comparison, missing) =
            if self.silent { ("LessThanThreshold", "breaching") } else { ("GreaterThanOrEqualToThreshold", "notBreaching") };
        let mut properties = json!({
            "AlarmDescription": text,
            "Namespace": self.namespace,
            "MetricName": self.metric,
            "Statistic": self.statistic,
            "Period": self.period,
            "EvaluationPeriods": self.periods,
            "Threshold": self.threshold,
            "ComparisonOperator": comparison,
            "TreatMissingData": missing,
            "AlarmActions": [reference("AlarmTopic")],
        });
        if let Some(dimension) = self.dimension {
            properties["Dimensions"] = json!([dimension]);
        }
        json!({ "Type": "AWS::CloudWatch::Alarm", "Properties": properties })
    }
}
