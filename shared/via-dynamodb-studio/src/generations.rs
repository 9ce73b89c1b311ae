//! Generations: each change is one transaction with its condition and all rows that change with it.

use async_trait::async_trait;
use dynamo::{Attributes, Database, EXPIRY, Item, Key, Part, Query, Read, TTL, Transaction, Write, number, text};
use kernel::{Failure, GenerationId, Owner, UploadId, limits};
use policy::Class;
use screening::Decision;
use studio::case::StatementOfReasons;
use studio::{Case, Change, Delivered, Generation, Generations, ModerationRecord, State, Written, object_keys};
use via_dynamodb_accounts::wallet_writes::move_credits;

use crate::uploads::refuse_upload;
use crate::{attempts, case_item, generation_item, keys};

/// The latest generations of an account, among which those are that run: none does for four hours.
const LATEST: usize = 4 * limits::GENERATIONS_PER_HOUR.most as usize;

/// Generations in the table `Studio`, with the wallet in `Accounts` and moderation records in `Screening`.
pub struct DynamoGenerations {
    database: Database,
    studio: String,
    accounts: Option<String>,
    screening: Option<String>,
}

impl DynamoGenerations {
    #[must_use]
    pub fn new(database: Database, studio: String) -> Self {
        Self { database, studio, accounts: None, screening: None }
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

    /// The generation and the history of a drawing may be overtaken; what else refuses is a contradiction.
    fn transaction(&self, change: Change<'_>) -> Result<Transaction<Written>, Failure> {
        let Change { before, after, entries, moderation, delivered, history, unchanged } = change;
        let mut transaction = Transaction::default().part(self.replace(before, after).or(|_| Ok(Written::Overtaken)));
        if let Some(history) = history {
            transaction = transaction.part(attempts::put(history, &self.studio)?.or(|_| Ok(Written::Overtaken)));
        }
        transaction =
            transaction.parts(unchanged.iter().map(|history| attempts::is_unchanged(history, &self.studio).or(|_| Ok(Written::Overtaken))));
        if !entries.is_empty() {
            transaction = transaction.parts(move_credits(table(self.accounts.as_ref(), "Accounts")?, after.owner, entries));
        }
        if let Some(record) = moderation {
            transaction = transaction.parts(self.moderation(record)?);
        }
        if let Some(delivered) = delivered {
            transaction = transaction.part(delivered_item(after, delivered)?.put(&self.studio).or_broken("a list of files"));
        }
        // Only the change into it refuses the upload: the sweeper settles the row later, without a grant on uploads, and the upload may be gone.
        if after.state == State::Blocked && before.state != State::Blocked {
            transaction = transaction.part(refuse_upload(&self.studio, after.owner, after.upload).or_broken("an upload that is gone"));
        }
        Ok(transaction)
    }

    /// The generation over what was read of it.
    fn replace(&self, before: &Generation, after: &Generation) -> Write {
        generation_item::write(after)
            .put(&self.studio)
            .only_if("version = :version AND #state = :state")
            .name("#state", "state")
            .value(":version", number(before.version))
            .value(":state", text(before.state.name()))
    }

    async fn remove_all(&self, keys: impl Iterator<Item = Key> + Send) -> Result<(), Failure> {
        let removals = keys.map(|key| key.delete(&self.studio).or_broken("a removal"));
        Transaction::default().parts(removals).write(&self.database, ()).await
    }

    fn moderation<T>(&self, record: &ModerationRecord) -> Result<Vec<Part<T>>, Failure> {
        let screening = table(self.screening.as_ref(), "Screening")?;
        let quarantine = record.quarantined_until.map(|until| {
            Item::new(Class::Quarantine.id(), keys::quarantine(record.owner, record.generation))
                .text("objects", object_keys::quarantine(record.owner, record.upload))
                .due(EXPIRY, until)
        });
        let case = Case::opened_by(record).map(|case| case_items(&case)).transpose()?;
        let items = std::iter::once(moderation_item(record)).chain(quarantine).chain(case.into_iter().flatten());
        Ok(items.map(|item| item.put(screening).or_broken("a moderation record")).collect())
    }
}

#[async_trait]
impl Generations for DynamoGenerations {
    async fn load(&self, owner: Owner, id: GenerationId) -> Result<Option<Generation>, Failure> {
        let row = self.database.get(&self.studio, &keys::generation(owner, id)).await?;
        row.as_ref().map(generation_item::read).transpose()
    }

    async fn change(&self, change: Change<'_>) -> Result<Written, Failure> {
        self.transaction(change)?.write(&self.database, Written::Stored).await
    }

    async fn is_in_use(&self, owner: Owner, upload: UploadId) -> Result<bool, Failure> {
        // Newest first: what runs is among the latest, of which an account starts a few in an hour.
        let latest = Query::of(&self.studio, "pk = :pk AND begins_with(sk, :generations)")
            .value(":pk", text(keys::of_owner(owner)))
            .value(":generations", text(keys::GENERATIONS))
            .backwards()
            .limit(LATEST);
        let upload = upload.to_string();
        let rows = self.database.query(latest).await?;
        let is_running = |row: &Attributes| row.named::<State>("state").is_ok_and(State::is_running);
        Ok(rows.iter().any(|row| row.maybe_text("upload_id") == Some(&upload) && is_running(row)))
    }

    async fn remove_beside(&self, generation: &Generation) -> Result<(), Failure> {
        self.remove_all(beside(generation)).await
    }

    async fn remove(&self, generation: &Generation) -> Result<(), Failure> {
        self.remove_all(beside(generation).chain([keys::generation(generation.owner, generation.id)])).await
    }
}

/// The keys of the rows beside that of a generation.
fn beside(generation: &Generation) -> impl Iterator<Item = Key> + Send {
    let Generation { owner, id, count, .. } = *generation;
    (0..count).map(move |index| keys::attempts(owner, id, index)).chain([keys::delivered(owner, id)])
}

fn delivered_item(generation: &Generation, delivered: &Delivered) -> Result<Item, Failure> {
    let files = serde_json::to_string(&delivered.files).map_err(Failure::broken)?;
    let bundle = serde_json::to_string(&delivered.bundle).map_err(Failure::broken)?;
    let class = if let Owner::Trial(_) = generation.owner { Class::TrialDeliverables } else { Class::Deliverables };
    Ok(Item::new(class.id(), keys::delivered(generation.owner, generation.id)).text("deliverables", files).text("bundle", bundle))
}

/// The case that a refused selfie opens, with the first statement of its reasons.
fn case_items(case: &Case) -> Result<[Item; 2], Failure> {
    let reasons = StatementOfReasons::of_block(case);
    Ok([case_item::write(case)?, case_item::statement(case, &reasons)?])
}

fn moderation_item(record: &ModerationRecord) -> Item {
    let key = match record.verdict.decision {
        Decision::Allowed => object_keys::selfie(record.owner, record.upload),
        Decision::Referred | Decision::Blocked => object_keys::quarantined_selfie(record.owner, record.upload),
    };
    Item::new(Class::ModerationRecord.id(), keys::moderation(record.owner, record.generation))
        .text("decision", record.verdict.decision.name())
        .text("screener", &record.verdict.screener)
        .numbers("scores", record.verdict.scores.clone())
        .text("object_key", key)
        .text("at", record.at.to_string())
        .due(EXPIRY, record.expires_at)
        .seconds(TTL, record.expires_at)
}

fn table<'a>(name: Option<&'a String>, which: &'static str) -> Result<&'a str, Failure> {
    name.map(String::as_str).ok_or_else(|| Failure::broken(format!("this function has no table {which}")))
}
