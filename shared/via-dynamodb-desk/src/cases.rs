//! Cases: the queue, and decisions with everything that changes with them.

use std::sync::Arc;

use async_trait::async_trait;
use desk::{CasePage, Cases, Decided, Deciding, OwnCases, Place, Reopening, Subject};
use dynamo::{Attributes, Batch, Database, Part, Query, Read, Transaction, number, text};
use kernel::{AccountSession, Clock, Failure, GenerationId, Timestamp};
use studio::Case;
use studio::case::StatementOfReasons;
use via_dynamodb_accounts::{sessions, wallet_writes::move_credits};
use via_dynamodb_studio::case_item::{self, DEADLINE, OPEN};
use via_dynamodb_studio::{generation_item, keys, uploads};

use crate::signed;

/// Rows of a case: itself and its statements, of which there are three at most.
const ROWS: usize = 20;

pub struct DynamoCases {
    database: Database,
    screening: String,
    desk: Option<String>,
    studio: Option<String>,
    accounts: Option<String>,
}

impl DynamoCases {
    #[must_use]
    pub fn new(database: Database, screening: String) -> Self {
        Self { database, screening, desk: None, studio: None, accounts: None }
    }

    /// With the tables of what a decision changes.
    #[must_use]
    pub fn deciding(self, desk: String, studio: String, accounts: String) -> Self {
        Self { desk: Some(desk), studio: Some(studio), accounts: Some(accounts), ..self }
    }

    /// The case over what was read of it.
    fn replace<T>(&self, before: &Case, after: &Case, overtaken: fn() -> T) -> Result<Part<T>, Failure>
    where
        T: Send + 'static,
    {
        let put = case_item::write(after)?.put(&self.screening).only_if("version = :version").value(":version", number(before.version));
        Ok(put.or(move |_| Ok(overtaken())))
    }

    /// A generation begins again: itself, its upload, and its credits, as long as its photo is there.
    fn reopen(&self, case: &Case, reopening: &Reopening, at: Timestamp) -> Result<Vec<Part<Decided>>, Failure> {
        let Reopening { before, after, entries } = reopening;
        let studio = table(self.studio.as_ref(), "Studio")?;
        let overtaken = |_| Ok(Decided::Overtaken);
        let photo = keys::quarantine(case.owner, case.generation).check(&self.screening);
        let photo = photo.only_if("expires_at > :now").value(":now", number(at.as_second()));
        let generation = generation_item::write(after)
            .put(studio)
            .only_if("version = :version AND #state = :state")
            .name("#state", "state")
            .value(":version", number(before.version))
            .value(":state", text(before.state.name()));
        let parts =
            vec![photo.or(overtaken), generation.or(overtaken), uploads::admit_upload(studio, case.owner, case.upload, at).or(overtaken)];
        let moved = move_credits(table(self.accounts.as_ref(), "Accounts")?, case.owner, entries);
        Ok(parts.into_iter().chain(moved).collect())
    }
}

#[async_trait]
impl Cases for DynamoCases {
    async fn open(&self, after: Option<Place>, limit: u16) -> Result<CasePage, Failure> {
        let start = after.map(|(due_at, id)| {
            let mut start = keys::case(id).attributes();
            start.insert(DEADLINE.shard.to_owned(), text(OPEN));
            start.insert(DEADLINE.instant.to_owned(), number(due_at.as_second()));
            start
        });
        let range = Query::of(&self.screening, "#shard = :open")
            .by(DEADLINE.name)
            .name("#shard", DEADLINE.shard)
            .value(":open", text(OPEN))
            .after(start)
            .limit(usize::from(limit));
        let page = self.database.query_page(range).await?;
        let cases = page.rows.iter().map(case_item::read).collect::<Result<Vec<_>, _>>()?;
        let next = cases.last().filter(|_| page.next.is_some()).and_then(|last| Some((last.due_at?, last.generation)));
        Ok(CasePage { cases, next })
    }

    async fn get(&self, id: GenerationId) -> Result<Option<(Case, Vec<StatementOfReasons>)>, Failure> {
        let all = Query::of(&self.screening, "pk = :pk").value(":pk", text(keys::of_case(id))).limit(ROWS);
        let rows = self.database.query(all).await?;
        let statements = rows.iter().filter_map(|row| row.maybe_text("reasons"));
        let mut reasons = statements.map(serde_json::from_str).collect::<Result<Vec<StatementOfReasons>, _>>().map_err(Failure::broken)?;
        reasons.sort_by_key(|reasons| reasons.at);
        let case = rows.iter().find(|row| row.maybe_text("sk") == Some("CASE")).map(case_item::read).transpose()?;
        Ok(case.map(|case| (case, reasons)))
    }

    async fn subject(&self, case: &Case) -> Result<Subject, Failure> {
        let (studio, accounts) = (table(self.studio.as_ref(), "Studio")?, table(self.accounts.as_ref(), "Accounts")?);
        let (generation, upload) = (keys::generation(case.owner, case.generation), keys::upload(case.owner, case.upload));
        let wallet = via_dynamodb_accounts::keys::wallet(case.owner);
        let rows = self.database.read(Batch::default().of(studio, &generation).of(studio, &upload).of(accounts, &wallet)).await?;
        Ok(Subject {
            generation: rows.get(&generation).map(generation_item::read).transpose()?,
            available: rows.get(&wallet).and_then(|wallet| wallet.maybe_number("available")).unwrap_or_default(),
            has_upload: rows.get(&upload).is_some(),
        })
    }

    async fn decide(&self, deciding: &Deciding<'_>) -> Result<Decided, Failure> {
        let Deciding { before, after, reasons, signed, reopening, at } = deciding;
        let reopened = reopening.map(|reopening| self.reopen(before, reopening, *at)).transpose()?;
        let said = case_item::statement(after, reasons)?.put(&self.screening);
        let written = Transaction::default()
            .parts(signed::parts(table(self.desk.as_ref(), "Desk")?, signed)?)
            .part(self.replace(before, after, || Decided::Overtaken)?)
            .part(said.or_broken("a statement of reasons"))
            .parts(reopened.into_iter().flatten())
            .write(&self.database, Decided::Written)
            .await;
        match written {
            // The wallet is another than the one that was read.
            Err(Failure::Conflict(_) | Failure::Denied(_)) if is_short(&written) => Ok(Decided::Overtaken),
            other => other,
        }
    }

    async fn told(&self, case: &Case) -> Result<(), Failure> {
        let told = case_item::write(&case.told())?.put(&self.screening);
        let told = told.only_if("version = :version").value(":version", number(case.version));
        // Who changed it meanwhile told them as well.
        self.database.write(told).await.map(drop)
    }
}

fn is_short<T>(written: &Result<T, Failure>) -> bool {
    matches!(written, Err(Failure::Conflict(problem) | Failure::Denied(problem)) if problem.reason == kernel::Reason::WalletShort)
}

/// What a person sees of their own case.
pub struct DynamoOwnCases {
    database: Database,
    fleeting: String,
    screening: String,
    clock: Arc<dyn Clock>,
}

impl DynamoOwnCases {
    #[must_use]
    pub fn new(database: Database, fleeting: String, screening: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, screening, clock }
    }
}

#[async_trait]
impl OwnCases for DynamoOwnCases {
    async fn own(&self, session: &AccountSession, id: GenerationId) -> Result<Option<Case>, Failure> {
        let (standing, case) = (via_dynamodb_accounts::keys::session(session), keys::case(id));
        let rows = self.database.read(Batch::default().of(&self.fleeting, &standing).of(&self.screening, &case)).await?;
        sessions::verify(rows.get(&standing), self.clock.now())?;
        rows.get(&case).filter(|row: &&Attributes| row.is_alive(self.clock.now())).map(case_item::read).transpose()
    }

    async fn appeal(&self, session: &AccountSession, before: &Case, after: &Case, at: Timestamp) -> Result<Decided, Failure> {
        let put = case_item::write(after)?.put(&self.screening).only_if("version = :version").value(":version", number(before.version));
        Transaction::default()
            .part(sessions::check(&self.fleeting, &(*session).into(), at)?)
            .part(put.or(|_| Ok(Decided::Overtaken)))
            .write(&self.database, Decided::Written)
            .await
    }
}

fn table<'a>(name: Option<&'a String>, which: &'static str) -> Result<&'a str, Failure> {
    name.map(String::as_str).ok_or_else(|| Failure::broken(format!("this function has no table {which}")))
}
