//! Schedules: the events they send, and when.

use crate::pool::{Pool, request_id};
use crate::template::{Schedule, ScheduleKind};
use anyhow::{Context, Result, anyhow, bail};
use bytes::Bytes;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// When a schedule fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum When {
    /// Again and again after this time.
    Every(Duration),
    /// In each minute these fields allow: minute, hour, day of month, month, day of week, year.
    Cron(Box<[Field; 6]>),
}

/// The values one cron field allows; `None` allows all.
pub(crate) type Field = Option<Vec<u16>>;

/// Reads `rate(5 minutes)` or `cron(0 12 * * ? *)`.
pub(crate) fn parse(expression: &str) -> Result<When> {
    let inner = |name: &str| expression.strip_prefix(name).and_then(|rest| rest.strip_prefix('(')).and_then(|rest| rest.strip_suffix(')'));
    if let Some(rate) = inner("rate") {
        return parse_rate(rate).with_context(|| format!("in {expression}"));
    }
    if let Some(cron) = inner("cron") {
        return parse_cron(cron).with_context(|| format!("in {expression}"));
    }
    bail!("{expression} is neither rate(…) nor cron(…)")
}

fn parse_rate(rate: &str) -> Result<When> {
    let (count, unit) = rate.split_once(' ').ok_or_else(|| anyhow!("a rate is a number and a unit"))?;
    let count: u64 = count.parse()?;
    let unit = match (count, unit) {
        (1, "minute") | (2.., "minutes") => 60,
        (1, "hour") | (2.., "hours") => 3600,
        (1, "day") | (2.., "days") => 86_400,
        _ => bail!("AWS refuses this number with this unit"),
    };
    Ok(When::Every(Duration::from_secs(count * unit)))
}

fn parse_cron(cron: &str) -> Result<When> {
    /// Lowest and highest value per field.
    const RANGES: [(u16, u16); 6] = [(0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199)];
    let words: Vec<&str> = cron.split_whitespace().collect();
    if words.len() != 6 {
        bail!("a cron expression has six fields");
    }
    let mut fields: [Field; 6] = Default::default();
    for ((field, word), (low, high)) in fields.iter_mut().zip(words).zip(RANGES) {
        *field = parse_field(word, low, high)?;
    }
    Ok(When::Cron(Box::new(fields)))
}

fn parse_field(word: &str, low: u16, high: u16) -> Result<Field> {
    if word == "*" || word == "?" {
        return Ok(None);
    }
    let mut values = Vec::new();
    for part in word.split(',') {
        let (span, step) = match part.split_once('/') {
            Some((span, step)) => (span, Some(step.parse::<u16>()?)),
            None => (part, None),
        };
        let (from, to) = match span.split_once('-') {
            Some((from, to)) => (number(from)?, number(to)?),
            None if span == "*" => (low, high),
            None => (number(span)?, if step.is_some() { high } else { number(span)? }),
        };
        if from < low || to > high || step == Some(0) {
            bail!("{part} is out of range");
        }
        values.extend((from..=to).step_by(usize::from(step.unwrap_or(1))));
    }
    Ok(Some(values))
}

/// A number, or the name of a month or day as AWS writes it.
fn number(text: &str) -> Result<u16> {
    const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    let upper = text.to_uppercase();
    let named = MONTHS.iter().position(|name| *name == upper).or_else(|| DAYS.iter().position(|name| *name == upper));
    match named {
        Some(index) => Ok(u16::try_from(index)? + 1),
        None => text.parse().with_context(|| format!("{text} is no value the local cloud knows")),
    }
}

fn allows(fields: &[Field; 6], at: DateTime) -> bool {
    let weekday = u16::from(at.weekday().to_sunday_one_offset().unsigned_abs());
    let values = [at.minute().unsigned_abs(), at.hour().unsigned_abs(), at.day().unsigned_abs(), at.month().unsigned_abs()].map(u16::from);
    let year = at.year().unsigned_abs();
    let all = [values[0], values[1], values[2], values[3], weekday, year];
    fields.iter().zip(all).all(|(field, value)| field.as_ref().is_none_or(|allowed| allowed.contains(&value)))
}

/// How long to wait before the next time.
fn wait(when: &When, now: Timestamp) -> Duration {
    match when {
        When::Every(period) => *period,
        When::Cron(fields) => {
            // A year of minutes at most; what lies further is looked at again then.
            let start = now.as_second() / 60 + 1;
            let minute = (start..start + 366 * 24 * 60)
                .find(|minute| Timestamp::from_second(minute * 60).is_ok_and(|at| allows(fields, at.to_zoned(TimeZone::UTC).datetime())))
                .unwrap_or(start + 366 * 24 * 60);
            let seconds = SignedDuration::from_secs(minute * 60 - now.as_second());
            Duration::try_from(seconds).unwrap_or(Duration::from_secs(60))
        }
    }
}

/// Fires a schedule by the clock until it is dropped.
#[derive(Debug)]
pub(crate) struct Timer {
    task: JoinHandle<()>,
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Timer {
    /// Starts the clock of one schedule.
    pub(crate) fn start(schedule: Schedule, pool: Arc<Pool>, region: &str) -> Result<Self> {
        let when = parse(&schedule.expression)?;
        let region = region.to_owned();
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(wait(&when, Timestamp::now())).await;
                pool.invoke(event(&schedule, &region, Timestamp::now())).await;
            }
        });
        Ok(Self { task })
    }
}

/// The event a schedule sends.
pub(crate) fn event(schedule: &Schedule, region: &str, now: Timestamp) -> Bytes {
    if let Some(input) = &schedule.input {
        return Bytes::from(input.clone());
    }
    let account = "000000000000";
    let time = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let event = match schedule.kind {
        ScheduleKind::Rule => json!({
            "version": "0", "id": request_id(), "detail-type": "Scheduled Event", "source": "aws.events", "account": account,
            "time": time, "region": region, "resources": [format!("arn:aws:events:{region}:{account}:rule/{}", schedule.name)], "detail": {},
        }),
        ScheduleKind::Scheduler => json!({
            "version": "0", "id": request_id(), "detail-type": "Scheduled Event", "source": "aws.scheduler", "account": account,
            "time": time, "region": region, "resources": [format!("arn:aws:scheduler:{region}:{account}:schedule/default/{}", schedule.name)],
            "detail": "{}",
        }),
    };
    Bytes::from(event.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(expression: &str, now: &str) -> String {
        let now: Timestamp = now.parse().unwrap();
        let pause = wait(&parse(expression).unwrap(), now);
        now.checked_add(SignedDuration::try_from(pause).unwrap()).unwrap().to_string()
    }

    #[test]
    fn rates_are_read_as_strictly_as_aws_does() {
        assert_eq!(parse("rate(1 minute)").unwrap(), When::Every(Duration::from_secs(60)));
        assert_eq!(parse("rate(12 hours)").unwrap(), When::Every(Duration::from_secs(43_200)));
        for wrong in ["rate(1 hours)", "rate(5 minute)", "rate(0 minutes)", "rat(1 hour)", "rate(1 week)"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn cron_finds_its_next_minute() {
        assert_eq!(next("cron(0 12 * * ? *)", "2026-11-21T11:59:30Z"), "2026-11-21T12:00:00Z");
        assert_eq!(next("cron(0/15 * ? * MON-FRI *)", "2026-11-21T12:01:00Z"), "2026-11-23T00:00:00Z");
        assert_eq!(next("cron(30 2 1 * ? *)", "2026-11-21T00:00:00Z"), "2026-12-01T02:30:00Z");
    }
}
