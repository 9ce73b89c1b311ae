//! Prefixed identifiers: `gen_` and 32 hexadecimal digits of a UUID v7 (RFC 9562), which sorts by time.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::{Clock, Randomness, Timestamp};

pub trait Kind {
    /// The prefix with its underscore, such as `gen_`.
    const PREFIX: &'static str;
}

/// An identifier of one kind of thing; ids of different kinds do not mix.
pub struct Id<K> {
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

pub enum Account {}
pub enum Upload {}
pub enum Generation {}
pub enum Session {}
/// Names a purchase of credits.
pub enum Order {}
/// Names what a visitor without an account tries.
pub enum Trial {}
/// Names a browser, as it named itself; it may take another name at any time.
pub enum Device {}
/// Names a message to the operator.
pub enum Feedback {}
/// Names a change of the address of an account.
pub enum EmailChange {}
/// Names a copy of everything of an account.
pub enum Export {}
/// Names an installed app by its key.
pub enum Install {}
/// Names somebody who runs the service.
pub enum Operator {}

impl Kind for Account {
    const PREFIX: &'static str = "acc_";
}
impl Kind for Upload {
    const PREFIX: &'static str = "upl_";
}
impl Kind for Generation {
    const PREFIX: &'static str = "gen_";
}
impl Kind for Session {
    const PREFIX: &'static str = "ses_";
}
impl Kind for Order {
    const PREFIX: &'static str = "ord_";
}
impl Kind for Trial {
    const PREFIX: &'static str = "tri_";
}
impl Kind for Device {
    const PREFIX: &'static str = "dev_";
}
impl Kind for Feedback {
    const PREFIX: &'static str = "fbk_";
}
impl Kind for EmailChange {
    const PREFIX: &'static str = "ech_";
}

impl Kind for Export {
    const PREFIX: &'static str = "exp_";
}
impl Kind for Install {
    const PREFIX: &'static str = "ins_";
}
impl Kind for Operator {
    const PREFIX: &'static str = "opr_";
}

pub type AccountId = Id<Account>;
pub type UploadId = Id<Upload>;
pub type GenerationId = Id<Generation>;
pub type SessionId = Id<Session>;
pub type OrderId = Id<Order>;
pub type TrialId = Id<Trial>;
pub type DeviceId = Id<Device>;
pub type FeedbackId = Id<Feedback>;
pub type EmailChangeId = Id<EmailChange>;
pub type ExportId = Id<Export>;
pub type InstallId = Id<Install>;
pub type OperatorId = Id<Operator>;

impl<K> Id<K> {
    /// A new id: the clock's milliseconds, then random bits.
    #[must_use]
    pub fn new(clock: &dyn Clock, randomness: &dyn Randomness) -> Self {
        let mut random = [0; 10];
        randomness.fill(&mut random);
        let millis = u64::try_from(clock.now().as_millisecond()).unwrap_or_default();
        let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
        Self { uuid, kind: PhantomData }
    }

    /// When it was made, to the millisecond: a UUID v7 begins with that.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        i64::try_from(self.uuid.as_u128() >> 80).ok().and_then(|millis| Timestamp::from_millisecond(millis).ok()).unwrap_or(Timestamp::MAX)
    }
}

impl<K: Kind> Id<K> {
    /// What every id of this kind begins with, such as `gen_`.
    pub const PREFIX: &'static str = K::PREFIX;
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<K> std::hash::Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", K::PREFIX, self.uuid.simple())
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of this kind")]
pub struct NotAnId;

impl<K: Kind> FromStr for Id<K> {
    type Err = NotAnId;

    /// Accepts the spelling of `Display` alone, so that a key built from an id is unique.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let digits = text.strip_prefix(K::PREFIX).ok_or(NotAnId)?;
        let lower_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if digits.len() != 32 || !digits.bytes().all(lower_hex) {
            return Err(NotAnId);
        }
        let uuid = Uuid::try_parse(digits).map_err(|_| NotAnId)?;
        Ok(Self { uuid, kind: PhantomData })
    }
}

impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(|_| de::Error::custom(format_args!("expected an id like {}0199…", K::PREFIX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FixedClock, SeededRandomness};
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn an_id_survives_its_text_and_refuses_other_kinds() {
        let id = UploadId::new(&FixedClock::at(Timestamp::UNIX_EPOCH), &SeededRandomness::new(1));
        let text = id.to_string();
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(text.parse::<GenerationId>(), Err(NotAnId));
        assert_eq!(text.to_uppercase().parse::<UploadId>(), Err(NotAnId));
        assert_eq!("upl_".parse::<UploadId>(), Err(NotAnId));
        assert_eq!("upl_../../x".parse::<UploadId>(), Err(NotAnId));
    }

    #[test]
    fn later_ids_sort_later() {
        let clock = FixedClock::at(Timestamp::UNIX_EPOCH);
        let randomness = SeededRandomness::new(1);
        let first = GenerationId::new(&clock, &randomness);
        clock.advance(SignedDuration::from_millis(1));
        assert!(first.to_string() < GenerationId::new(&clock, &randomness).to_string());
    }
}
