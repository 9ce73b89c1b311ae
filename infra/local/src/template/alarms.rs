//! CloudWatch's part of a template: alarms, and the metrics that lines of a log make.

use super::stack::{Stack, text};
use anyhow::{Context, Result, anyhow, bail, ensure};
use regex_lite::Regex;
use serde_json::Value;

/// A metric: its namespace, its name, and the dimensions that tell it from others of this name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Metric {
    pub namespace: String,
    pub name: String,
    pub dimensions: Vec<(String, String)>,
}

/// What a period's values become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    Average,
    Maximum,
    Minimum,
    SampleCount,
    Sum,
}

/// What a period without values is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// As bad as a bad value.
    Breaching,
    /// As good as a good one.
    NotBreaching,
    /// Unknown.
    Missing,
}

/// The comparison of a value with the threshold that is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// An alarm on one metric.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// Its logical id.
    pub name: String,
    pub description: String,
    pub metric: Metric,
    pub statistic: Statistic,
    /// Minutes.
    pub period: i64,
    /// How many periods are looked at.
    pub periods: i64,
    /// How many of them must be bad.
    pub bad_periods: usize,
    pub threshold: f64,
    pub comparison: Comparison,
    pub missing: Missing,
}

impl Alarm {
    /// Reads the resolved properties of an `AWS::CloudWatch::Alarm`.
    ///
    /// # Errors
    /// When it lacks something, or watches more than one metric.
    pub(crate) fn read(id: &str, properties: &Value) -> Result<Self> {
        let of = |name: &str| properties.get(name).map(text);
        let required = |name: &str| of(name).ok_or_else(|| anyhow!("{name} is missing"));
        let number = |name: &str| -> Result<i64> { required(name)?.parse().with_context(|| format!("{name} is no whole number")) };
        let dimension = |one: &Value| (text(&one["Name"]), text(&one["Value"]));
        let dimensions = properties["Dimensions"].as_array().into_iter().flatten().map(dimension).collect();
        let (seconds, periods) = (number("Period")?, number("EvaluationPeriods")?);
        ensure!(seconds > 0 && seconds % 60 == 0 && periods > 0, "an alarm looks at whole minutes here");
        Ok(Self {
            name: id.to_owned(),
            description: of("AlarmDescription").unwrap_or_default(),
            metric: Metric { namespace: required("Namespace")?, name: required("MetricName")?, dimensions },
            statistic: statistic(&required("Statistic")?)?,
            period: seconds / 60,
            periods,
            bad_periods: of("DatapointsToAlarm").unwrap_or(periods.to_string()).parse().context("DatapointsToAlarm")?,
            threshold: required("Threshold")?.parse().context("Threshold is no number")?,
            comparison: comparison(&required("ComparisonOperator")?)?,
            missing: missing(of("TreatMissingData").as_deref())?,
        })
    }

    /// Whether a period with this value is bad.
    pub fn is_breached_by(&self, value: f64) -> bool {
        match self.comparison {
            Comparison::Greater => value > self.threshold,
            Comparison::GreaterOrEqual => value >= self.threshold,
            Comparison::Less => value < self.threshold,
            Comparison::LessOrEqual => value <= self.threshold,
        }
    }
}

fn statistic(name: &str) -> Result<Statistic> {
    Ok(match name {
        "Average" => Statistic::Average,
        "Maximum" => Statistic::Maximum,
        "Minimum" => Statistic::Minimum,
        "SampleCount" => Statistic::SampleCount,
        "Sum" => Statistic::Sum,
        _ => bail!("{name} is no statistic that the local cloud knows"),
    })
}

fn comparison(name: &str) -> Result<Comparison> {
    Ok(match name {
        "GreaterThanThreshold" => Comparison::Greater,
        "GreaterThanOrEqualToThreshold" => Comparison::GreaterOrEqual,
        "LessThanThreshold" => Comparison::Less,
        "LessThanOrEqualToThreshold" => Comparison::LessOrEqual,
        _ => bail!("{name} is no comparison that the local cloud knows"),
    })
}

fn missing(name: Option<&str>) -> Result<Missing> {
    Ok(match name {
        Some("breaching") => Missing::Breaching,
        Some("notBreaching") => Missing::NotBreaching,
        None | Some("missing") => Missing::Missing,
        Some(other) => bail!("TreatMissingData: {other} is not supported by the local cloud"),
    })
}

/// A filter that makes a metric of lines of a log.
#[derive(Debug, Clone)]
pub struct MetricFilter {
    pub log_group: String,
    /// The field of the lines, and the text it has.
    pub matches: (String, String),
    pub metric: Metric,
    /// The field that is the value; without one, each line counts one.
    pub value: Option<String>,
}

impl MetricFilter {
    /// Reads an `AWS::Logs::MetricFilter` whose pattern asks for one field: `{ $.level = "ERROR" }`.
    ///
    /// # Errors
    /// When its pattern or its value is of another kind.
    pub(super) fn read(stack: &Stack, id: &str) -> Result<Self> {
        let properties = stack.properties(id)?;
        let pattern = text(&properties["FilterPattern"]);
        let shape = Regex::new(r#"^\{ \$\.([a-z_]+) = "([^"\\*]+)" \}$"#)?;
        let found = shape.captures(&pattern).ok_or_else(|| anyhow!("the pattern {pattern} is not supported by the local cloud"))?;
        let transformations = properties["MetricTransformations"].as_array().map(Vec::as_slice).unwrap_or_default();
        let [transformation] = transformations else { bail!("a filter makes one metric here, not {}", transformations.len()) };
        let value = text(&transformation["MetricValue"]);
        let field = value.strip_prefix("$.").map(str::to_owned);
        ensure!(field.is_some() || value == "1", "the value {value} is not supported by the local cloud");
        Ok(Self {
            log_group: text(&properties["LogGroupName"]),
            matches: (found[1].to_owned(), found[2].to_owned()),
            metric: Metric {
                namespace: text(&transformation["MetricNamespace"]),
                name: text(&transformation["MetricName"]),
                dimensions: Vec::new(),
            },
            value: field,
        })
    }

    /// The value that a line of the log gives to the metric.
    pub fn value_of(&self, line: &Value) -> Option<f64> {
        let (field, wanted) = &self.matches;
        if line[field].as_str() != Some(wanted) {
            return None;
        }
        self.value.as_ref().map_or(Some(1.0), |field| line[field].as_f64())
    }
}
