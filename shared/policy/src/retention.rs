//! How long something is kept, and what ends it.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// A retention: a number, or the life of what it belongs to. There is no third (AN, IM-17: "as necessary" is not a duration).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "Written", rename_all = "kebab-case")]
pub enum Retention {
    /// A duration from an event.
    For(Kept),
    /// As long as something else lives.
    While(While),
}

/// A retention of a fixed length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// How long.
    pub duration: SignedDuration,
    /// From when.
    pub from: Since,
    /// What ends it; never empty.
    pub mechanisms: Vec<Mechanism>,
    /// The promise this duration keeps, such as `AN-40`; `None` where no text promises a number.
    pub promise: Option<String>,
}

/// A retention without a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct While {
    /// What must live.
    pub owner: Owner,
    /// The promise behind it.
    pub promise: Option<String>,
}

/// The event a duration counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Since {
    /// It was written for the first time.
    Created,
    /// The screening decided.
    Decided,
}

/// What something lives and dies with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// The account (or an earlier wish of its owner).
    Account,
    /// The work on a generation: it ends at `done` or any other end.
    Generation,
}

/// What ends a retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mechanism {
    /// The hourly deletion, to the hour.
    Sweep,
    /// DynamoDB's TTL: the net, days late.
    Ttl,
    /// The row that names these objects takes them with it.
    Row,
    /// S3's lifecycle: the net, days early.
    Lifecycle,
    /// The queue's message retention.
    QueueRetention,
    /// The log group's retention.
    LogRetention,
}

/// The TOML form of [`Retention`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    r#for: Option<Period>,
    from: Option<Since>,
    mechanisms: Option<Vec<Mechanism>>,
    r#while: Option<Owner>,
    promise: Option<String>,
}

impl TryFrom<Written> for Retention {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let promise = written.promise;
        match (written.r#for, written.from, written.mechanisms, written.r#while) {
            (Some(period), Some(from), Some(mechanisms), None) if !mechanisms.is_empty() => {
                Ok(Self::For(Kept { duration: period.0, from, mechanisms, promise }))
            }
            (None, None, None, Some(owner)) => Ok(Self::While(While { owner, promise })),
            _ => Err("a retention needs `for`, `from` and `mechanisms`, or `while` alone"),
        }
    }
}

/// A duration as the inventory writes it: a whole number above zero and `d`, `h` or `m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "SignedDuration")]
pub(crate) struct Period(pub(crate) SignedDuration);

impl From<Period> for SignedDuration {
    fn from(period: Period) -> Self {
        period.0
    }
}

/// A duration as people say it: `30 days`, `24 hours`, `1 hour`, `10 minutes`.
pub(crate) fn in_words(duration: SignedDuration) -> String {
    let minutes = duration.as_mins();
    let (number, unit) = match minutes {
        _ if minutes % 1440 == 0 => (minutes / 1440, "day"),
        _ if minutes % 60 == 0 => (minutes / 60, "hour"),
        _ => (minutes, "minute"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

impl TryFrom<String> for Period {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let refusal = || format!("`{text}` is no duration: write a number above zero and d, h or m");
        let unit = text.chars().last().ok_or_else(refusal)?;
        let seconds = match unit {
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            _ => return Err(refusal()),
        };
        let number: u32 = text[..text.len() - 1].parse().map_err(|_| refusal())?;
        if number == 0 {
            return Err(refusal());
        }
        Ok(Self(SignedDuration::from_secs(i64::from(number) * seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_said_in_its_largest_whole_unit() {
        let said = |minutes| in_words(SignedDuration::from_mins(minutes));
        assert_eq!([said(10), said(60), said(1440), said(43_200)], ["10 minutes", "1 hour", "1 day", "30 days"]);
        assert_eq!(said(90), "90 minutes");
    }

    #[test]
    fn a_period_is_a_number_and_a_unit() {
        let parse = |text: &str| Period::try_from(text.to_owned()).map(|period| period.0);
        assert_eq!(parse("30d"), Ok(SignedDuration::from_hours(720)));
        assert_eq!(parse("59m"), Ok(SignedDuration::from_mins(59)));
        assert_eq!(parse("24h"), Ok(SignedDuration::from_hours(24)));
        for wrong in ["", "d", "0d", "-1d", "30", "30s", "1.5h", "30 d", "3€"] {
            assert!(parse(wrong).is_err(), "{wrong} must be refused");
        }
    }
}
