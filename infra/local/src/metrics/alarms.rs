//! The states of the alarms.

use super::{Metrics, minute};
use crate::template::{Alarm, Missing};
use serde::Serialize;

/// The state of an alarm, in the words of CloudWatch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    Ok,
    Alarm,
    InsufficientData,
}

/// An alarm at this moment of the cloud's clock.
#[derive(Debug, Clone, Serialize)]
pub struct AlarmState {
    /// Its logical id.
    pub name: String,
    pub state: State,
    /// The statistic of the latest period; `None` without data.
    pub value: Option<f64>,
    pub description: String,
}

impl Metrics {
    /// The state of an alarm. Its latest period ends now: the real one waits for the end of a period by the clock, and is later.
    pub(crate) fn state(&self, alarm: &Alarm) -> AlarmState {
        let now = minute(self.clock.now());
        let period = |back: i64| (now - (back + 1) * alarm.period, now - back * alarm.period);
        let values: Vec<(bool, Option<f64>)> = (0..alarm.periods)
            .map(|back| {
                let (from, to) = period(back);
                let value = self.between(&alarm.metric, from, to).map(|minutes| minutes.statistic(alarm.statistic));
                (from >= minute(self.began), value)
            })
            .collect();
        let bad = values.iter().filter(|(known, value)| match value {
            Some(value) => alarm.is_breached_by(*value),
            // A schedule need not have run before the cloud was there.
            None => *known && alarm.missing == Missing::Breaching,
        });
        let is_unknown = values.iter().all(|(_, value)| value.is_none()) && alarm.missing != Missing::NotBreaching;
        let state = match bad.count() >= alarm.bad_periods {
            true => State::Alarm,
            false if is_unknown => State::InsufficientData,
            false => State::Ok,
        };
        AlarmState {
            name: alarm.name.clone(),
            state,
            value: values.first().and_then(|(_, value)| *value),
            description: alarm.description.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::CloudClock;
    use serde_json::json;

    fn alarm(more: serde_json::Value) -> Alarm {
        let mut properties = json!({ "Namespace": "AWS/Lambda", "MetricName": "Errors", "Statistic": "Sum", "Period": 300, "EvaluationPeriods": 1,
            "Threshold": 3, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching" });
        properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Alarm::read("A", &properties).unwrap()
    }

    #[test]
    fn an_alarm_rings_from_its_threshold_on_and_as_long_as_its_period() {
        let clock = CloudClock::default();
        let metrics = Metrics::new(clock.clone());
        let alarm = alarm(json!({}));
        let count = |times: usize| (0..times).for_each(|_| metrics.record("AWS/Lambda", "Errors", None, 1.0));
        assert_eq!(metrics.state(&alarm).state, State::Ok);
        count(2);
        assert_eq!((metrics.state(&alarm).state, metrics.state(&alarm).value), (State::Ok, Some(2.0)));
        count(1);
        assert_eq!(metrics.state(&alarm).state, State::Alarm);
        clock.set_offset(3 * 60);
        assert_eq!(metrics.state(&alarm).state, State::Alarm);
        clock.set_offset(6 * 60);
        assert_eq!(metrics.state(&alarm).state, State::Ok);
    }

    #[test]
    fn silence_is_bad_only_after_the_time_it_may_take() {
        let clock = CloudClock::default();
        let metrics = Metrics::new(clock.clone());
        let more =
            json!({ "Threshold": 1, "ComparisonOperator": "LessThanThreshold", "EvaluationPeriods": 2, "TreatMissingData": "breaching" });
        let alarm = alarm(more);
        assert_eq!(metrics.state(&alarm).state, State::InsufficientData);
        clock.set_offset(6 * 60);
        assert_eq!(metrics.state(&alarm).state, State::InsufficientData);
        clock.set_offset(10 * 60);
        assert_eq!(metrics.state(&alarm).state, State::Alarm);
        metrics.record("AWS/Lambda", "Errors", None, 1.0);
        assert_eq!(metrics.state(&alarm).state, State::Ok);
    }
}
