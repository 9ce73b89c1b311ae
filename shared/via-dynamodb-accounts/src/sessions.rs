//! Sessions: a row per sign-in, which every private request checks within its own call.

use accounts::Sessions;
use async_trait::async_trait;
use dynamo::{Attributes, Database, Key, Part, Read, number};
use kernel::{AccountSession, Failure, Principal, Timestamp};

use crate::keys;

pub struct DynamoSessions {
    database: Database,
    fleeting: String,
}

impl DynamoSessions {
    #[must_use]
    pub fn new(database: Database, fleeting: String) -> Self {
        Self { database, fleeting }
    }
}

#[async_trait]
impl Sessions for DynamoSessions {
    async fn close(&self, session: &AccountSession) -> Result<(), Failure> {
        self.database.write(keys::session(session).delete(&self.fleeting)).await.map(drop)
    }
}

/// The row whose life says that `principal` may still act. Sessions and passes of trials have one; of others these tables know nothing, so they may not act here.
///
/// # Errors
/// [`Failure::Denied`] for a principal without such a row.
pub fn standing(principal: &Principal) -> Result<Key, Failure> {
    match principal {
        Principal::Session(session) => Ok(keys::session(session)),
        Principal::Trial(holder) => Ok(keys::trial_pass(holder)),
        Principal::Install(_) | Principal::Operator(_) | Principal::Nobody => Err(Failure::signed_out()),
    }
}

/// The part of a transaction that asks for it, and says that the session is closed.
///
/// # Errors
/// Those of [`standing`].
pub fn check<T>(fleeting: &str, principal: &Principal, now: Timestamp) -> Result<Part<T>, Failure> {
    let asked = standing(principal)?.check(fleeting).only_if("expires_at > :now").value(":now", number(now.as_second()));
    Ok(asked.or(|_| Err(Failure::signed_out())))
}

/// The same where something new is made of what is the account's, which a restriction forbids (AN-57): it is in the same row.
///
/// # Errors
/// Those of [`standing`].
pub fn check_unrestricted<T>(fleeting: &str, principal: &Principal, now: Timestamp) -> Result<Part<T>, Failure> {
    let asked = standing(principal)?.check(fleeting).only_if("expires_at > :now AND attribute_not_exists(restricted)");
    let refused = move |row: Option<Attributes>| match row.filter(|row| row.is_alive(now)) {
        Some(_) => Err(accounts::restricted()),
        None => Err(Failure::signed_out()),
    };
    Ok(asked.value(":now", number(now.as_second())).showing().or(refused))
}

/// The same where a browser is counted: where the account does not want that, `uncounted` is said instead (AN-59).
pub fn check_counted<T: Send + 'static>(fleeting: &str, session: &AccountSession, now: Timestamp, uncounted: T) -> Part<T> {
    let willing = "expires_at > :now AND attribute_not_exists(uncounted) AND attribute_not_exists(restricted)";
    let asked = keys::session(session).check(fleeting).only_if(willing).value(":now", number(now.as_second())).showing();
    asked.or(move |row| row.filter(|row| row.is_alive(now)).map(|_| uncounted).ok_or_else(Failure::signed_out))
}

/// The same for a row that was read.
///
/// # Errors
/// [`Failure::Denied`] when it is not alive.
pub fn verify(row: Option<&Attributes>, now: Timestamp) -> Result<(), Failure> {
    if row.is_some_and(|row| row.is_alive(now)) { Ok(()) } else { Err(Failure::signed_out()) }
}
