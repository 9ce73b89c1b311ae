//! Everybody with an account, by a walk through the table of accounts.

use async_trait::async_trait;
use dynamo::{Attributes, Database, Key, Read, Scan, text};
use kernel::{Failure, Language, Recipient};
use outreach::{Audience, AudiencePage, Person};

/// The sort key of the rows that have an address.
const PROFILE: &str = "PROFILE";

/// Rows looked at for a page, three of each of whose people are asked for in one call. An account has some beside its profile: a page has a quarter as many.
const ROWS: usize = 33;

pub struct DynamoAudience {
    database: Database,
    accounts: String,
}

impl DynamoAudience {
    #[must_use]
    pub fn new(database: Database, accounts: String) -> Self {
        Self { database, accounts }
    }
}

/// A place is the key of a row, its two parts with a space between them.
fn place(row: &Attributes) -> Result<String, Failure> {
    Ok(format!("{} {}", row.required_text("pk")?, row.required_text("sk")?))
}

fn key(place: &str) -> Option<Key> {
    let (pk, sk) = place.split_once(' ')?;
    Some(Key::new(pk, sk))
}

fn person(row: &Attributes) -> Result<Person, Failure> {
    let language = Language::of(row.required_text("locale")?);
    Ok(Person { recipient: Recipient { email: row.parsed("email")?, language }, place: place(row)? })
}

#[async_trait]
impl Audience for DynamoAudience {
    async fn page(&self, after: Option<&str>) -> Result<AudiencePage, Failure> {
        let scan = Scan::of(&self.accounts, "pk, sk, email, locale", "sk = :profile", ROWS).value(":profile", text(PROFILE));
        let page = self.database.scan_page(scan.after(after.and_then(key))).await?;
        let people = page.rows.iter().map(person).collect::<Result<_, _>>()?;
        Ok(AudiencePage { people, next: page.next.as_ref().map(place).transpose()? })
    }
}
