//! Retentions and the mechanisms that end them.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::inventory::Table;

/// A retention: a duration, or the life of an owner. There is no third (AN, IM-17: "as necessary" is not a duration).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "Written", rename_all = "kebab-case")]
pub enum Retention {
    /// A duration from an event.
    For(Kept),
    /// As long as something else lives.
    While(While),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Kept {
    pub duration: SignedDuration,
    pub from: Since,
    /// The windows of counts, where the duration is counted from the end of one.
    pub windows: Vec<SignedDuration>,
    /// Never empty.
    pub mechanisms: Vec<Mechanism>,
    /// The id of the promised duration, such as `AN-40`; `None` without a promise.
    pub promise: Option<String>,
}

/// A retention without a date.
impl Kept {
    /// How long something may be there from its first write, the longest of its windows included.
    #[must_use]
    pub fn at_most(&self) -> SignedDuration {
        let window = self.windows.iter().max().copied().unwrap_or_default();
        self.duration.checked_add(window).unwrap_or(SignedDuration::MAX)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct While {
    pub owner: Owner,
    /// The id of the promise.
    pub promise: Option<String>,
}

/// The event a duration counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Since {
    /// The first write.
    Created,
    /// The decision of the screening.
    Decided,
    /// The end of the window in which it counted.
    Window,
}

/// The owner whose end also ends the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// The account (or an earlier request of its owner).
    Account,
    /// The work on a generation: it ends at `done` or any other end.
    Generation,
    /// The trial, which ends when [`crate::Class::Trial`] says.
    Trial,
    /// An address of mail that was given to us: until its erasure is asked for (AN-50).
    Address,
    /// The service itself: what says nothing of anybody, and proves something for as long as there is anything to prove.
    Service,
    /// Somebody who runs the service, until they do no more.
    Operator,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mechanism {
    /// The hourly deletion, to the hour.
    Sweep,
    /// DynamoDB's TTL: the safety net, days late.
    Ttl,
    /// The deletion of the row that names these objects.
    Row,
    /// S3's lifecycle: the safety net, days early.
    Lifecycle,
    QueueRetention,
    LogRetention,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    r#for: Option<Period>,
    from: Option<Since>,
    windows: Option<Vec<Period>>,
    mechanisms: Option<Vec<Mechanism>>,
    r#while: Option<Owner>,
    promise: Option<String>,
}

impl TryFrom<Written> for Retention {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let promise = written.promise;
        let windows: Vec<_> = written.windows.unwrap_or_default().into_iter().map(|window| window.0).collect();
        match (written.r#for, written.from, written.mechanisms, written.r#while) {
            (Some(period), Some(from), Some(mechanisms), None) if !mechanisms.is_empty() => {
                if (from == Since::Window) == windows.is_empty() {
                    return Err("what is kept from the end of a window names its `windows`, and nothing else does");
                }
                Ok(Self::For(Kept { duration: period.0, from, windows, mechanisms, promise }))
            }
            (None, None, None, Some(owner)) if windows.is_empty() => Ok(Self::While(While { owner, promise })),
            _ => Err("a retention needs `for`, `from` and `mechanisms`, or `while` alone"),
        }
    }
}

/// The period in which a table's deleted rows can be restored.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    pub table: Table,
    pub(crate) kept: Period,
}

/// The rule that keeps lifecycle rules within the promises.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    pub(crate) margin: Period,
}

/// A duration in the inventory's form: a whole number above zero and `d`, `h` or `m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "SignedDuration")]
pub(crate) struct Period(pub(crate) SignedDuration);

impl From<Period> for SignedDuration {
    fn from(period: Period) -> Self {
        period.0
    }
}

/// A duration in words: `30 days`, `24 hours`, `1 hour`, `10 minutes`.
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
