//! Who acts, and to whom things belong.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::id::NotAnId;
use crate::{AccountId, Failure, InstallId, OperatorId, SessionId, TrialId};

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Principal {
    /// Somebody who signed in to an account.
    Session(AccountSession),
    /// An installed app that proved its key; nobody knows whose it is.
    Install(InstallId),
    /// A visitor without an account, whose browser holds the pass of a trial.
    Trial(TrialHolder),
    /// Somebody who runs the service.
    Operator(OperatorId),
    /// Anybody: nothing is known and nothing can belong to them.
    Nobody,
}

impl Principal {
    /// Whose the things are that this principal makes.
    ///
    /// # Errors
    /// [`Failure::Denied`] where nothing can belong to them.
    pub fn owner(&self) -> Result<Owner, Failure> {
        match self {
            Self::Session(session) => Ok(Owner::Account(session.account)),
            Self::Install(install) => Ok(Owner::Install(*install)),
            Self::Trial(holder) => Ok(holder.owner()),
            Self::Operator(_) | Self::Nobody => Err(Failure::signed_out()),
        }
    }
}

impl From<AccountSession> for Principal {
    fn from(session: AccountSession) -> Self {
        Self::Session(session)
    }
}

/// The account and the session of a token whose signature was checked.
///
/// The session may have been closed since, so every store checks it in the same call that reads or writes for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccountSession {
    pub account: AccountId,
    pub session: SessionId,
}

impl AccountSession {
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner::Account(self.account)
    }
}

/// Who claims to hold the pass of a trial.
///
/// Nothing of it was checked yet: every store compares the hash in the same call that reads or writes for it, as it checks a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TrialHolder {
    pub trial: TrialId,
    pub pass: SecretHash,
}

impl TrialHolder {
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner::Trial(self.trial)
    }
}

/// Who claims to be at the desk of those who run the service.
///
/// Nothing of it was checked yet: every store compares the hash in the same call that reads or writes for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeskSession {
    pub operator: OperatorId,
    pub secret: SecretHash,
}

impl From<TrialHolder> for Principal {
    fn from(holder: TrialHolder) -> Self {
        Self::Trial(holder)
    }
}

/// The SHA-256 of a secret of 256 random bits, which is all that is stored of it: nobody finds such a secret by its hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    #[must_use]
    pub fn new(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for SecretHash {
    /// 64 hex digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

/// To whom something belongs. Written as the id alone: its prefix says which kind of owner it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    Account(AccountId),
    Install(InstallId),
    /// A trial; what is its own ends with it.
    Trial(TrialId),
}

impl From<AccountId> for Owner {
    fn from(account: AccountId) -> Self {
        Self::Account(account)
    }
}

impl From<TrialId> for Owner {
    fn from(trial: TrialId) -> Self {
        Self::Trial(trial)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => id.fmt(f),
            Self::Install(id) => id.fmt(f),
            Self::Trial(id) => id.fmt(f),
        }
    }
}

impl FromStr for Owner {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        text.parse().map(Self::Account).or_else(|_| text.parse().map(Self::Install)).or_else(|_| text.parse().map(Self::Trial))
    }
}

impl Serialize for Owner {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Owner {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(|_| de::Error::custom("expected the id of an owner"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FixedClock, SeededRandomness, Timestamp};

    #[test]
    fn an_owner_is_written_as_its_id_and_read_by_its_prefix() {
        let (clock, randomness) = (FixedClock::at(Timestamp::UNIX_EPOCH), SeededRandomness::new(1));
        let (account, install) = (AccountId::new(&clock, &randomness), InstallId::new(&clock, &randomness));
        for owner in [Owner::Account(account), Owner::Install(install), Owner::Trial(TrialId::new(&clock, &randomness))] {
            assert_eq!(owner.to_string().parse(), Ok(owner));
            assert_eq!(serde_json::from_value::<Owner>(serde_json::to_value(owner).unwrap()).unwrap(), owner);
        }
        assert_eq!(Owner::Account(account).to_string(), account.to_string());
        assert_eq!(SessionId::new(&clock, &randomness).to_string().parse::<Owner>(), Err(NotAnId));
    }

    #[test]
    fn only_who_is_known_can_own_something() {
        let (clock, randomness) = (FixedClock::at(Timestamp::UNIX_EPOCH), SeededRandomness::new(1));
        let session = AccountSession { account: AccountId::new(&clock, &randomness), session: SessionId::new(&clock, &randomness) };
        assert_eq!(Principal::from(session).owner().unwrap(), session.owner());
        let holder = TrialHolder { trial: TrialId::new(&clock, &randomness), pass: SecretHash::new([0xab; 32]) };
        assert_eq!(Principal::from(holder).owner().unwrap(), Owner::Trial(holder.trial));
        assert_eq!((holder.pass.to_string(), format!("{:?}", holder.pass)), ("ab".repeat(32), "SecretHash(…)".to_owned()));
        for principal in [Principal::Operator(OperatorId::new(&clock, &randomness)), Principal::Nobody] {
            assert!(matches!(principal.owner(), Err(Failure::Denied(_))), "{principal:?}");
        }
    }
}
