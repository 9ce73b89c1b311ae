//! What browsers do, a row a browser and day; and whose browsers they are.

use async_trait::async_trait;
use dynamo::{Database, Key, Part, Query, Read, Transaction, Write, number, shard_of, text, texts};
use insights::{Seen, Usage};
use kernel::{AccountId, AccountSession, Failure, Timestamp, limits};
use policy::Class;
use via_dynamodb_accounts::{count, count_networks, keys::of_owner, sessions};

use crate::keys;

pub struct DynamoUsage {
    database: Database,
    fleeting: String,
    insights: String,
}

impl DynamoUsage {
    #[must_use]
    pub fn new(database: Database, fleeting: String, insights: String) -> Self {
        Self { database, fleeting, insights }
    }

    /// That the session is open, that its account lets itself be counted, and whose browser it is.
    fn of_account(&self, seen: &Seen, session: &AccountSession) -> [Part<()>; 2] {
        let key = keys::link(session.account, seen.device);
        [
            sessions::check_counted(&self.fleeting, session, seen.at, ()),
            self.due(&key, Class::DeviceLink, seen.linked_until, "").or_broken("whose browser it is"),
        ]
    }

    /// Writes a row whether there is one or not: the end it has is that of the first write.
    fn due(&self, key: &Key, class: Class, at: Timestamp, more: &str) -> Write {
        key.update(
            &self.insights,
            &format!("SET #class = :class, expires_at = if_not_exists(expires_at, :expires), expiry_shard = :shard{more}"),
        )
        .name("#class", "class")
        .value(":class", text(class.id()))
        .value(":expires", number(at.as_second()))
        .value(":shard", text(shard_of(class.id(), key)))
    }

    async fn links(&self, account: AccountId) -> Result<Vec<Key>, Failure> {
        let (mut links, mut after) = (Vec::new(), None);
        loop {
            let own = Query::of(&self.insights, "pk = :pk AND begins_with(sk, :device)")
                .value(":pk", text(of_owner(account.into())))
                .value(":device", text(keys::DEVICE))
                // What was linked a moment ago is forgotten as well.
                .consistently()
                .after(after);
            let page = self.database.query_page(own).await?;
            for row in &page.rows {
                links.push(Key::new(row.required_text("pk")?, row.required_text("sk")?));
            }
            match page.next {
                None => return Ok(links),
                next => after = next,
            }
        }
    }
}

#[async_trait]
impl Usage for DynamoUsage {
    async fn add(&self, seen: &Seen) -> Result<(), Failure> {
        let transaction = match &seen.session {
            Some(session) => Transaction::default().parts(self.of_account(seen, session)),
            None => Transaction::default(),
        };
        let actions = texts(seen.actions.iter().map(ToString::to_string));
        let day = self.due(&keys::device_day(seen.day, seen.device), Class::DeviceDay, seen.expires_at, " ADD actions :actions");
        transaction
            .part(count(&self.fleeting, limits::EVENTS_PER_HOUR, &seen.device.to_string(), seen.at))
            .parts(count_networks(&self.fleeting, limits::EVENTS_PER_HOUR_FROM_A_LINE, &seen.networks, seen.at))
            .part(day.value(":actions", actions).or_broken("the day of a browser"))
            .write(&self.database, ())
            .await
    }

    async fn detach(&self, account: AccountId) -> Result<(), Failure> {
        for link in self.links(account).await? {
            let _gone = self.database.write(link.delete(&self.insights)).await?;
        }
        Ok(())
    }
}
