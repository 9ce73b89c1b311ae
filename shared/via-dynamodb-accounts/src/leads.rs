//! Addresses that were given to us: one row an address, in the table `Leads`, which has no TTL (AN-50).

use accounts::{EmailKey, Lead, Leads};
use async_trait::async_trait;
use dynamo::{Database, Read, Write, text};
use kernel::Failure;
use policy::Class;

use crate::keys;

pub struct DynamoLeads {
    database: Database,
    leads: String,
}

impl DynamoLeads {
    #[must_use]
    pub fn new(database: Database, leads: String) -> Self {
        Self { database, leads }
    }
}

#[async_trait]
impl Leads for DynamoLeads {
    async fn note(&self, lead: &Lead) -> Result<(), Failure> {
        self.database.write(note(&self.leads, lead)).await.map(drop)
    }

    async fn find(&self, key: &EmailKey) -> Result<Option<Lead>, Failure> {
        let Some(row) = self.database.get(&self.leads, &keys::lead(key)).await? else { return Ok(None) };
        Ok(Some(Lead { key: key.clone(), email: row.parsed("email")?, page: row.parsed("page")?, at: row.parsed("created_at")? }))
    }

    async fn forget(&self, key: &EmailKey) -> Result<(), Failure> {
        self.database.write(keys::lead(key).delete(&self.leads)).await.map(drop)
    }
}

/// The write that notes an address. What is there stays: the database compares and writes in one step, however many ask at once (AN-03).
pub fn note(leads: &str, lead: &Lead) -> Write {
    let first = "SET #class = :class, #email = if_not_exists(#email, :email), #page = if_not_exists(#page, :page), \
                 #created_at = if_not_exists(#created_at, :at)";
    keys::lead(&lead.key)
        .update(leads, first)
        .name("#class", "class")
        .name("#email", "email")
        .name("#page", "page")
        .name("#created_at", "created_at")
        .value(":class", text(Class::Lead.id()))
        .value(":email", text(lead.email.as_str()))
        .value(":page", text(lead.page.name()))
        .value(":at", text(lead.at.to_string()))
}
