//! Whether generations are taken, in the table `Fleeting`.
//!
//! Every generation's transaction checks it. One row would be in the way of transactions at the same moment, so there are sixteen, and an owner's key decides
//! which one is asked.

use std::sync::Arc;

use async_trait::async_trait;
use dynamo::{Database, EXPIRY, Item, Part, Read, number};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Clock, Failure, Owner, SignedDuration, Timestamp};
use policy::Class;
use studio::Admission;

use crate::keys;

/// Rows written at the same time.
const AT_ONCE: usize = 4;

pub struct DynamoAdmission {
    database: Database,
    fleeting: String,
    clock: Arc<dyn Clock>,
}

impl DynamoAdmission {
    #[must_use]
    pub fn new(database: Database, fleeting: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, clock }
    }
}

#[async_trait]
impl Admission for DynamoAdmission {
    async fn close(&self, until: Timestamp) -> Result<(), Failure> {
        let expires_at = Class::ADMISSION.expires_at(self.clock.now());
        let item = |key| Item::new(Class::Admission.id(), key).seconds("closed_until", until).due(EXPIRY, expires_at);
        let puts: Vec<_> = keys::admissions().map(|key| item(key).put(&self.fleeting)).collect();
        stream::iter(puts).map(|put| self.database.write(put)).buffer_unordered(AT_ONCE).try_for_each(|_| async { Ok(()) }).await
    }
}

/// The part of a generation's transaction that refuses it while none are taken.
pub(crate) fn check<T>(fleeting: &str, owner: Owner, now: Timestamp) -> Part<T> {
    let open = keys::admission(owner).check(fleeting).only_if("attribute_not_exists(closed_until) OR closed_until <= :now");
    open.value(":now", number(now.as_second())).showing().or(move |row| {
        let until = row.and_then(|row| row.maybe_number::<i64>("closed_until")).unwrap_or_default();
        Err(Failure::overloaded(SignedDuration::from_secs(until - now.as_second()).max(SignedDuration::from_secs(1)).unsigned_abs()))
    })
}
