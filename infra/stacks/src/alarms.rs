//! Alarms: a function that fails, a message that waits or was given up, a schedule that did not run.

use serde_json::{Value, json};

use crate::document::{reference, sub};
use crate::function::Resources;
use crate::manifest::Trigger;
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
        Trigger::Route(_) | Trigger::Url(_) | Trigger::Event(_) => {}
    }
    if !matches!(function.manifest.on, Trigger::Route(_) | Trigger::Url(_)) {
        let dead = format!("{}-dlq", function.fact());
        let depth = Alarm { metric: "ApproximateNumberOfMessagesVisible", ..Alarm::of_queue(&dead) };
        let text = sentence(&format!("{name} failed for good"), because.dead.as_deref());
        all.insert(format!("{}Depth", pascal(&dead)), depth.resource(&text));
    }
    all.extend(warning(function));
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

/// A line of the log becomes a metric, and the metric an alarm.
fn warning(function: &Function) -> Resources {
    let Some(warning) = &function.manifest.warning else { return Resources::new() };
    let id = format!("{}{}", function.id(), warning.metric);
    let filter = json!({
        "Type": "AWS::Logs::MetricFilter",
        "Properties": {
            "LogGroupName": reference(&format!("{}Logs", function.id())),
            "FilterPattern": format!("{{ $.message = {:?} }}", warning.message),
            "MetricTransformations": [{ "MetricNamespace": reference("Prefix"), "MetricName": warning.metric, "MetricValue": "1" }],
        },
    });
    let alarm = Alarm {
        namespace: reference("Prefix"),
        metric: &warning.metric,
        dimension: None,
        statistic: "Sum",
        period: 86_400,
        periods: 1,
        threshold: 1,
        silent: false,
    };
    Resources::from_iter([(format!("{id}Metric"), filter), (id, alarm.resource(&warning.alarm))])
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

impl Alarm<'_> {
    fn of_function(name: &str) -> Self {
        Self::of("AWS/Lambda", "FunctionName", name, "Sum")
    }

    fn of_queue(name: &str) -> Self {
        Self::of("AWS/SQS", "QueueName", name, "Maximum")
    }

    fn of(namespace: &str, dimension: &str, name: &str, statistic: &'static str) -> Self {
        let dimension = json!({ "Name": dimension, "Value": sub(format!("${{Prefix}}-{name}")) });
        Self {
            namespace: json!(namespace),
            metric: "",
            dimension: Some(dimension),
            statistic,
            period: 300,
            periods: 1,
            threshold: 1,
            silent: false,
        }
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
