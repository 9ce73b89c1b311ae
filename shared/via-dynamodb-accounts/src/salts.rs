//! The salt of the day: one row, made by whoever needs it first, and kept by the process until the day ends.

use std::sync::{Mutex, PoisonError};

use accounts::{Salt, Salts};
use async_trait::async_trait;
use dynamo::{Answer, Database, EXPIRY, Item, Read};
use kernel::{Failure, Timestamp, Window};
use policy::Class;

use crate::keys;

pub struct DynamoSalts {
    database: Database,
    fleeting: String,
    /// The beginning of a day, and its salt.
    known: Mutex<Option<(i64, Salt)>>,
}

impl DynamoSalts {
    #[must_use]
    pub fn new(database: Database, fleeting: String) -> Self {
        Self { database, fleeting, known: Mutex::default() }
    }
}

#[async_trait]
impl Salts for DynamoSalts {
    async fn of_day(&self, fresh: Salt, now: Timestamp) -> Result<Salt, Failure> {
        let day = Window::Day.start(now);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, salt)) = known.filter(|(of, _)| *of == day) {
            return Ok(salt);
        }
        let row = Item::new(Class::NetworkSalt.id(), keys::salt(day))
            .text("salt", fresh.as_str())
            .due(EXPIRY, Class::NETWORK_SALT.expires_at(Window::Day.end(now)));
        let salt = match self.database.write(row.put_new(&self.fleeting)).await? {
            Answer::Written(_) => fresh,
            Answer::Refused(Some(row)) => Salt::stored(row.required_text("salt")?.to_owned()),
            Answer::Refused(None) => return Err(Failure::broken("the salt of the day is there and is not")),
        };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((day, salt.clone()));
        Ok(salt)
    }
}
