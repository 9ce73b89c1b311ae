//! Placements: each change is written with its condition, and with everything that must change along.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use dynamo::{Item, Key, Outcome, Refusal, Transaction, failure, number, text};
use kernel::{AccountId, Failure, GenerationId};
use policy::Class;
use screening::Decision;
use studio::{Change, Delivered, Generation, Generations, ModerationRecord, State, Written};
use via_dynamodb_accounts::wallet_writes::move_credits;

use crate::uploads::refuse_upload;
use crate::{attempts, generation_item};

/// Generations in the table `Studio`, with the wallet in `Accounts` and moderation records in `Screening`.
pub struct DynamoGenerations {
    client: Client,
    studio: String,
    accounts: Option<String>,
    screening: Option<String>,
}

impl DynamoGenerations {
    /// Generations in the table named `studio`.
    #[must_use]
    pub fn new(client: Client, studio: String) -> Self {
        Self { client, studio, accounts: None, screening: None }
    }

    /// With the table of the wallet, for functions that end generations.
    #[must_use]
    pub fn with_wallet(self, accounts: String) -> Self {
        Self { accounts: Some(accounts), ..self }
    }

    /// With the table of moderation records, for the function that screens.
    #[must_use]
    pub fn with_moderation(self, screening: String) -> Self {
        Self { screening: Some(screening), ..self }
    }

    fn transaction(&self, change: Change<'_>) -> Result<Transaction, Failure> {
        let Change { before, after, entry, moderation, delivered, history } = change;
        let condition = "version = :version AND #state = :state";
        let values = [(":version", number(before.version)), (":state", text(before.state.name()))];
        let mut put = generation_item::write(after).put_if(&self.studio, condition, values)?;
        put.expression_attribute_names = Some([("#state".to_owned(), "state".to_owned())].into());
        let mut transaction = Transaction::default().put(put);
        if let Some(history) = history {
            transaction = transaction.put(attempts::put(history, &self.studio)?);
        }
        if let Some(entry) = entry {
            transaction = move_credits(transaction, table(self.accounts.as_ref(), "Accounts")?, after.account, entry)?;
        }
        if let Some(record) = moderation {
            transaction = self.record_moderation(transaction, record)?;
        }
        if let Some(delivered) = delivered {
            transaction = transaction.put(delivered_item(after, delivered)?.put(&self.studio)?);
        }
        if after.state == State::Blocked {
            transaction = transaction.update(refuse_upload(&self.studio, after.account, after.upload)?);
        }
        Ok(transaction)
    }

    fn record_moderation(&self, transaction: Transaction, record: &ModerationRecord) -> Result<Transaction, Failure> {
        let screening = table(self.screening.as_ref(), "Screening")?;
        let mut transaction = transaction.put(moderation_item(record).put(screening)?);
        if let Some(until) = record.quarantined_until {
            let clock = Item::new(Class::Quarantine, Key::quarantine(record.generation))
                .text("objects", format!("quarantine/{}/{}/", record.account, record.upload))
                .seconds("expires_at", until);
            transaction = transaction.put(clock.put(screening)?);
        }
        Ok(transaction)
    }
}

#[async_trait]
impl Generations for DynamoGenerations {
    async fn load(&self, account: AccountId, id: GenerationId) -> Result<Option<Generation>, Failure> {
        let key = Key::generation(account, id).attributes();
        let read = self.client.get_item().table_name(&self.studio).set_key(Some(key)).consistent_read(true).send();
        read.await.map_err(failure)?.item.as_ref().map(generation_item::read).transpose()
    }

    async fn change(&self, change: Change<'_>) -> Result<Written, Failure> {
        // The generation and the history of a drawing, which stand first, may be overtaken; what else refuses is a contradiction.
        let versioned = 1 + usize::from(change.history.is_some());
        match self.transaction(change)?.write(&self.client).await? {
            Outcome::Written => Ok(Written::Stored),
            Outcome::Refused(refusals) if refusals.iter().take(versioned).any(Refusal::is_condition) => Ok(Written::Overtaken),
            Outcome::Refused(refusals) => Err(Failure::broken(format!("a change was refused beside its generation: {refusals:?}"))),
        }
    }

    async fn remove(&self, generation: &Generation) -> Result<(), Failure> {
        let Generation { account, id, .. } = *generation;
        let mut rows = Transaction::default();
        for index in 0..generation.count {
            rows = rows.delete(Key::attempts(account, id, index).delete(&self.studio)?);
        }
        rows = rows.delete(Key::delivered(account, id).delete(&self.studio)?);
        match rows.delete(Key::generation(account, id).delete(&self.studio)?).write(&self.client).await? {
            Outcome::Written => Ok(()),
            Outcome::Refused(refusals) => Err(Failure::broken(format!("a removal was refused: {refusals:?}"))),
        }
    }
}

fn delivered_item(generation: &Generation, delivered: &Delivered) -> Result<Item, Failure> {
    let files = serde_json::to_string(&delivered.files).map_err(Failure::broken)?;
    let bundle = serde_json::to_string(&delivered.bundle).map_err(Failure::broken)?;
    Ok(Item::new(Class::Deliverables, Key::delivered(generation.account, generation.id)).text("deliverables", files).text("bundle", bundle))
}

fn moderation_item(record: &ModerationRecord) -> Item {
    let folder = match record.verdict.decision {
        Decision::Allowed => "uploads",
        Decision::Referred | Decision::Blocked => "quarantine",
    };
    Item::new(Class::ModerationRecord, Key::moderation(record.generation))
        .text("decision", record.verdict.decision.name())
        .text("screener", &record.verdict.screener)
        .numbers("scores", record.verdict.scores.clone())
        .text("object_key", format!("{folder}/{}/{}/selfie.png", record.account, record.upload))
        .text("account_id", record.account.to_string())
        .text("at", record.at.to_string())
        .seconds("expires_at", record.expires_at)
}

fn table<'a>(name: Option<&'a String>, which: &'static str) -> Result<&'a str, Failure> {
    name.map(String::as_str).ok_or_else(|| Failure::broken(format!("this function has no table {which}")))
}
