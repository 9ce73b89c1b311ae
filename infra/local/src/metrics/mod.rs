//! What CloudWatch would know of this cloud: metrics by the minute, by the cloud's clock, and the alarms that the template sets on them.

mod alarms;
mod logs;
mod queues;

pub use alarms::{AlarmState, State};
pub(crate) use logs::Logs;

use crate::clock::CloudClock;
use crate::template::{Alarm, Metric, MetricFilter, Statistic};
use anyhow::{Result, ensure};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Minutes of a metric that are kept: more than the longest alarm looks at, so that a cloud that is up for weeks does not grow.
const KEPT: usize = 6_000;

/// The metrics of AWS that are kept here, by namespace.
const KNOWN: [(&str, &[&str]); 4] = [
    ("AWS/ApiGateway", &["4xx", "5xx", "Count", "Latency"]),
    ("AWS/Lambda", &["Duration", "Errors", "Invocations", "Throttles", "Url4xxCount", "Url5xxCount", "UrlRequestCount"]),
    ("AWS/SES", &["Reputation.BounceRate", "Reputation.ComplaintRate"]),
    ("AWS/SQS", &["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"]),
];

/// The values of one minute.
#[derive(Debug, Clone, Copy)]
struct Minute {
    count: f64,
    sum: f64,
    least: f64,
    most: f64,
}

impl Minute {
    fn of(value: f64) -> Self {
        Self { count: 1.0, sum: value, least: value, most: value }
    }

    fn and(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            sum: self.sum + other.sum,
            least: self.least.min(other.least),
            most: self.most.max(other.most),
        }
    }

    fn statistic(&self, statistic: Statistic) -> f64 {
        match statistic {
            Statistic::Average => self.sum / self.count,
            Statistic::Maximum => self.most,
            Statistic::Minimum => self.least,
            Statistic::SampleCount => self.count,
            Statistic::Sum => self.sum,
        }
    }
}

/// The number of a minute since 1970.
fn minute(time: Timestamp) -> i64 {
    time.as_second().div_euclid(60)
}

/// The metrics of a cloud.
#[derive(Debug)]
pub(crate) struct Metrics {
    clock: CloudClock,
    /// Before this, nothing is known.
    began: Timestamp,
    series: Mutex<BTreeMap<Metric, BTreeMap<i64, Minute>>>,
}

impl Metrics {
    /// None yet, by this clock.
    pub(crate) fn new(clock: CloudClock) -> Self {
        Self { began: clock.now(), clock, series: Mutex::default() }
    }

    /// A value of now.
    pub(crate) fn record(&self, namespace: &str, name: &str, dimension: Option<(&str, &str)>, value: f64) {
        let dimensions = dimension.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        self.add(&Metric { namespace: namespace.to_owned(), name: name.to_owned(), dimensions }, value);
    }

    /// A value of a function; without a dimension, Lambda's metrics are those of all functions.
    pub(crate) fn of_function(&self, aws_name: &str, name: &str, value: f64) {
        self.record("AWS/Lambda", name, Some(("FunctionName", aws_name)), value);
        self.record("AWS/Lambda", name, None, value);
    }

    /// A value of now.
    pub(crate) fn add(&self, metric: &Metric, value: f64) {
        let now = minute(self.clock.now());
        let mut all = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(metric) {
            all.insert(metric.clone(), BTreeMap::new());
        }
        let Some(minutes) = all.get_mut(metric) else { return };
        minutes.entry(now).and_modify(|minute| *minute = minute.and(Minute::of(value))).or_insert(Minute::of(value));
        if minutes.len() > KEPT {
            minutes.pop_first();
        }
    }

    /// The values of the minutes after `from` and until `to`.
    fn between(&self, metric: &Metric, from: i64, to: i64) -> Option<Minute> {
        let all = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(metric)?.range(from + 1..=to).map(|(_, minute)| *minute).reduce(Minute::and)
    }
}

/// Each alarm watches a metric that there is: one without data would never ring.
///
/// # Errors
/// Names an alarm whose metric neither AWS nor a filter of the template makes.
pub(crate) fn check(alarms: &[Alarm], filters: &[MetricFilter]) -> Result<()> {
    for Alarm { name, metric, .. } in alarms {
        let by_aws = KNOWN.iter().any(|(namespace, names)| metric.namespace == *namespace && names.contains(&metric.name.as_str()));
        let by_filter = filters.iter().any(|filter| filter.metric == *metric);
        ensure!(by_aws || by_filter, "the alarm {name} watches {} of {}, which nothing makes", metric.name, metric.namespace);
    }
    Ok(())
}
