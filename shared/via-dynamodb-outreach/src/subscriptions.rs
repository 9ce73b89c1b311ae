//! Subscriptions: a row an address.

use std::sync::Arc;
use std::time::Duration;

use accounts::{ChoiceOf, ChoiceState, ConsentRecord, EmailKey, MadeBy};
use async_trait::async_trait;
use dynamo::{Attributes, Batch, Database, Read, TRIES, Transaction, Write, parse_name, text};
use kernel::{AccountId, AccountSession, Clock, Email, Failure, Timestamp, limits};
use outreach::{Subscribers, Subscription, Subscriptions};
use policy::Class;
use via_dynamodb_accounts::{count, keys, protections, record, sessions};

pub struct DynamoSubscriptions {
    database: Database,
    accounts: String,
    /// The table of rights, for a function that changes what is chosen.
    rights: Option<String>,
    /// The table in which what somebody allows is counted.
    fleeting: Option<String>,
}

/// What is known of an address.
struct Known {
    subscription: Option<Subscription>,
    account: Option<AccountId>,
}

/// What came of a try.
enum Changed {
    Done,
    /// Something is not as it was read.
    Overtaken,
}

impl DynamoSubscriptions {
    #[must_use]
    pub fn new(database: Database, accounts: String) -> Self {
        Self { database, accounts, rights: None, fleeting: None }
    }

    /// For a function that changes what is chosen.
    #[must_use]
    pub fn changing(self, rights: String) -> Self {
        Self { rights: Some(rights), ..self }
    }

    /// For somebody who is signed in, and who may allow something a few times a day.
    #[must_use]
    pub fn counting(self, fleeting: String) -> Self {
        Self { fleeting: Some(fleeting), ..self }
    }

    async fn known(&self, address: &EmailKey) -> Result<Known, Failure> {
        let (marketing, index) = (keys::marketing(address), keys::email(address));
        let rows = self.database.read(Batch::default().of(&self.accounts, &marketing).of(&self.accounts, &index)).await?;
        Ok(Known {
            subscription: rows.get(&marketing).map(|row| subscription(address, row)).transpose()?,
            account: rows.get(&index).map(|row| row.parsed("account_id")).transpose()?,
        })
    }

    /// Writes a change of what is known of an address, with its record where there is an account.
    async fn change(&self, known: &Known, next: &Subscription) -> Result<Changed, Failure> {
        let made = next.choice().made.ok_or_else(|| Failure::broken("a subscription that nobody chose"))?;
        let before = known.subscription.as_ref().map_or(ChoiceState::NotGranted, |known| known.choice().state);
        let after = next.choice().state;
        let rights = self.rights.as_deref().ok_or_else(|| Failure::broken("this function changes no subscription"))?;
        let kept = protections::keep_marketing(rights, next.address(), &attributes(next), made.at);
        let transaction = Transaction::default()
            .part(self.written(known.subscription.as_ref(), next).or(|_| Ok(Changed::Overtaken)))
            .part(kept.or_broken("the protection of a subscription"));
        let transaction = match known.account {
            None => transaction,
            Some(account) => {
                let limit = self.fleeting.as_ref().filter(|_| after.allows());
                let still = keys::email(next.address())
                    .check(&self.accounts)
                    .only_if("account_id = :account")
                    .value(":account", text(account.to_string()));
                transaction
                    .part(still.or(|_| Ok(Changed::Overtaken)))
                    .parts(limit.map(|fleeting| count(fleeting, limits::CHOICES_PER_DAY, &account.to_string(), made.at)))
                    .part(record(&self.accounts, account, &ConsentRecord { of: ChoiceOf::Marketing, before, after, made }))
            }
        };
        transaction.write(&self.database, Changed::Done).await
    }

    /// Writes a subscription over the one before it.
    fn written(&self, before: Option<&Subscription>, next: &Subscription) -> Write {
        let key = keys::marketing(next.address());
        let update = match next.end() {
            None => key
                .update(
                    &self.accounts,
                    "SET #class = :class, text_version = :version, given_at = :at, given_by = :by REMOVE ended_at, ended_by",
                )
                .name("#class", "class")
                .value(":class", text(Class::MarketingConsent.id()))
                .value(":version", text(next.text_version()))
                .value(":at", text(next.given_at().to_string()))
                .value(":by", text(next.given_by().name())),
            Some((by, at)) => key
                .update(&self.accounts, "SET ended_at = :at, ended_by = :by")
                .value(":at", text(at.to_string()))
                .value(":by", text(by.name())),
        };
        match before.map(|before| (before, before.end())) {
            None => update.only_if("attribute_not_exists(pk)"),
            Some((before, None)) => update
                .only_if("given_at = :given AND text_version = :before AND attribute_not_exists(ended_at)")
                .value(":given", text(before.given_at().to_string()))
                .value(":before", text(before.text_version())),
            Some((_, Some((_, ended)))) => update.only_if("ended_at = :ended").value(":ended", text(ended.to_string())),
        }
    }

    /// Changes what is there by `next`, which answers `None` where nothing is to be changed, though others change it at the same time.
    async fn change_by<N>(&self, address: &EmailKey, next: N) -> Result<Option<Subscription>, Failure>
    where
        N: Fn(Option<&Subscription>) -> Option<Subscription> + Send + Sync,
    {
        for tried in 0..TRIES {
            let known = self.known(address).await?;
            let Some(next) = next(known.subscription.as_ref()) else { return Ok(known.subscription) };
            match self.change(&known, &next).await? {
                Changed::Done => return Ok(Some(next)),
                Changed::Overtaken => self.database.pause(tried).await,
            }
        }
        Err(Failure::unavailable(Duration::from_secs(1)))
    }
}

/// A subscription as it is stored.
fn attributes(subscription: &Subscription) -> Attributes {
    let mut attributes = Attributes::from([
        ("text_version".to_owned(), text(subscription.text_version())),
        ("given_at".to_owned(), text(subscription.given_at().to_string())),
        ("given_by".to_owned(), text(subscription.given_by().name())),
    ]);
    if let Some((by, at)) = subscription.end() {
        attributes.extend([("ended_at".to_owned(), text(at.to_string())), ("ended_by".to_owned(), text(by.name()))]);
    }
    attributes
}

/// A stored subscription.
pub(crate) fn subscription(address: &EmailKey, row: &Attributes) -> Result<Subscription, Failure> {
    let given = Subscription::given(
        address.clone(),
        row.required_text("text_version")?.to_owned(),
        row.parsed("given_at")?,
        row.named("given_by")?,
    );
    let Some(by) = row.maybe_text("ended_by") else { return Ok(given) };
    Ok(given.ended(parse_name(by)?, row.parsed("ended_at")?))
}

#[async_trait]
impl Subscriptions for DynamoSubscriptions {
    async fn of(&self, address: &EmailKey) -> Result<Option<Subscription>, Failure> {
        let row = self.database.get(&self.accounts, &keys::marketing(address)).await?;
        row.map(|row| subscription(address, &row)).transpose()
    }

    async fn subscribe(&self, address: &EmailKey, text_version: &str, by: MadeBy, at: Timestamp) -> Result<Subscription, Failure> {
        let next = |known: Option<&Subscription>| {
            let runs = known.is_some_and(|known| known.end().is_none() && known.text_version() == text_version);
            (!runs).then(|| Subscription::given(address.clone(), text_version.to_owned(), at, by))
        };
        self.change_by(address, next).await?.ok_or_else(|| Failure::broken("a subscription that began is not there"))
    }

    async fn end(&self, address: &EmailKey, by: MadeBy, at: Timestamp) -> Result<Option<Subscription>, Failure> {
        let next = |known: Option<&Subscription>| known.filter(|known| known.end().is_none()).map(|known| known.clone().ended(by, at));
        self.change_by(address, next).await
    }
}

/// The addresses of those who are signed in.
pub struct DynamoSubscribers {
    database: Database,
    fleeting: String,
    accounts: String,
    clock: Arc<dyn Clock>,
}

impl DynamoSubscribers {
    #[must_use]
    pub fn new(database: Database, fleeting: String, accounts: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, accounts, clock }
    }
}

#[async_trait]
impl Subscribers for DynamoSubscribers {
    async fn email(&self, caller: &AccountSession) -> Result<Email, Failure> {
        let (session, profile) = (keys::session(caller), keys::profile(caller.account));
        let rows = self.database.read(Batch::default().of(&self.fleeting, &session).of(&self.accounts, &profile)).await?;
        sessions::verify(rows.get(&session), self.clock.now())?;
        rows.get(&profile).ok_or_else(Failure::signed_out)?.parsed("email")
    }
}
