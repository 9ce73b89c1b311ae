//! The rows of a person, in whatever table.

use accounts::EmailKey;
use async_trait::async_trait;
use dynamo::{Attributes, Database, Key, Query, Read, text};
use kernel::{AccountId, Failure, Timestamp};
use policy::{Class, Table};
use rights::{Belongings, Found, FoundPage, RowPlace};
use via_dynamodb_accounts::keys as account_keys;

/// Rows of a page: each is at most a few kilobytes.
const PAGE: usize = 250;

/// The tables of a deployment that hold rows of persons.
#[derive(Debug, Clone)]
pub struct Tables {
    pub accounts: String,
    pub studio: String,
    pub screening: String,
    pub fleeting: String,
    pub insights: String,
    pub leads: String,
    pub rights: String,
}

impl Tables {
    fn name(&self, table: Table) -> Result<&str, Failure> {
        match table {
            Table::Accounts => Ok(&self.accounts),
            Table::Studio => Ok(&self.studio),
            Table::Screening => Ok(&self.screening),
            Table::Fleeting => Ok(&self.fleeting),
            Table::Insights => Ok(&self.insights),
            Table::Leads => Ok(&self.leads),
            Table::Rights => Ok(&self.rights),
            Table::RateKeys | Table::Desk => Err(Failure::broken("no row of a person is in this table")),
        }
    }
}

pub struct DynamoBelongings {
    database: Database,
    tables: Tables,
}

impl DynamoBelongings {
    #[must_use]
    pub fn new(database: Database, tables: Tables) -> Self {
        Self { database, tables }
    }
}

#[async_trait]
impl Belongings for DynamoBelongings {
    async fn rows(&self, table: Table, pk: &str, after: Option<&str>) -> Result<FoundPage, Failure> {
        let query = Query::of(self.tables.name(table)?, "pk = :pk").value(":pk", text(pk)).limit(PAGE).consistently();
        let page = self.database.query_page(query.after(after.map(|sk| Key::new(pk, sk).attributes()))).await?;
        let rows = page.rows.iter().map(|row| found(table, row)).collect::<Result<_, _>>()?;
        Ok(FoundPage { rows, more: page.next.is_some() })
    }

    async fn remove(&self, rows: &[RowPlace]) -> Result<(), Failure> {
        let deletion = |row: &RowPlace| Ok(Key::new(&row.pk, &row.sk).delete(self.tables.name(row.table)?));
        let deletions = rows.iter().map(deletion).collect::<Result<Vec<_>, Failure>>()?;
        // One after another: whoever calls has several of these at the same time.
        for deletion in deletions {
            self.database.write(deletion).await.map(drop)?;
        }
        Ok(())
    }

    async fn account_of(&self, address: &EmailKey) -> Result<Option<AccountId>, Failure> {
        let row = self.database.get(&self.tables.accounts, &account_keys::email(address)).await?;
        row.map(|row| row.parsed("account_id")).transpose()
    }
}

fn found(table: Table, row: &Attributes) -> Result<Found, Failure> {
    let (pk, sk) = (row.required_text("pk")?.to_owned(), row.required_text("sk")?.to_owned());
    let class = row.maybe_text("class").and_then(Class::from_id).ok_or_else(|| Failure::broken("a row of no class"))?;
    Ok(Found { place: RowPlace { table, pk, sk }, class, vendors: vendors(class, row) })
}

/// Who was sent something for this row: an artist for each attempt, who looked at the selfie, and the merchant of an order.
fn vendors(class: Class, row: &Attributes) -> Vec<(String, Timestamp)> {
    let at = |name| row.maybe_text(name).and_then(|at| at.parse().ok());
    let asked: Vec<(String, Timestamp)> = match class {
        Class::Attempt => attempts(row.maybe_text("attempts").unwrap_or_default()),
        Class::ModerationRecord => row.maybe_text("screener").map(str::to_owned).zip(at("at")).into_iter().collect(),
        Class::Order => at("updated_at").map(|at| ("polar".to_owned(), at)).into_iter().collect(),
        _ => Vec::new(),
    };
    // What runs in our own functions is nobody else.
    let is_third = |id: &str| policy::inventory().processor(id).is_some_and(policy::Processor::is_provider);
    asked.into_iter().filter(|(id, _)| is_third(id)).collect()
}

fn attempts(written: &str) -> Vec<(String, Timestamp)> {
    let all: Vec<serde_json::Value> = serde_json::from_str(written).unwrap_or_default();
    let one = |attempt: &serde_json::Value| Some((attempt["artist"].as_str()?.to_owned(), attempt["began_at"].as_str()?.parse().ok()?));
    all.iter().filter_map(one).collect()
}
