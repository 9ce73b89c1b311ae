//! Messages to the operator.

use async_trait::async_trait;
use dynamo::{Attributes, Database, EXPIRY, Item, Key, Read, Transaction};
use insights::{Feedback, FeedbackBox};
use kernel::{Failure, Timestamp, limits};
use policy::Class;
use via_dynamodb_accounts::{count_networks, sessions};

use crate::keys;

/// Keys that are read from the index at once.
const PAGE: usize = 100;

pub struct DynamoInbox {
    database: Database,
    fleeting: String,
    insights: String,
}

/// A message as the operator reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub at: Timestamp,
    pub words: String,
    pub contact: Option<String>,
}

impl DynamoInbox {
    /// Where messages are only read, the table of counters is not asked.
    #[must_use]
    pub fn new(database: Database, fleeting: String, insights: String) -> Self {
        Self { database, fleeting, insights }
    }

    /// Every message that is kept, the oldest first.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn messages(&self) -> Result<Vec<Message>, Failure> {
        let mut messages = Vec::new();
        let mut pages = self.database.due_pages(&self.insights, EXPIRY, Class::Feedback.id(), Timestamp::MAX, PAGE);
        loop {
            let rows = pages.next().await?;
            if rows.is_empty() {
                messages.sort_by_key(|message: &Message| message.at);
                return Ok(messages);
            }
            for row in rows {
                let key = Key::new(row.required_text("pk")?, row.required_text("sk")?);
                messages.extend(self.database.get(&self.insights, &key).await?.as_ref().map(message).transpose()?);
            }
        }
    }
}

fn message(row: &Attributes) -> Result<Message, Failure> {
    let (words, contact) = (row.required_text("words")?.to_owned(), row.maybe_text("contact").map(str::to_owned));
    Ok(Message { at: row.parsed("at")?, words, contact })
}

#[async_trait]
impl FeedbackBox for DynamoInbox {
    async fn put(&self, feedback: &Feedback) -> Result<(), Failure> {
        let (session, at) = (feedback.session, feedback.at);
        let row = Item::new(Class::Feedback.id(), keys::feedback(session.map(|session| session.account), feedback.id))
            .text("words", feedback.words.as_str())
            .maybe_text("contact", feedback.contact.as_ref().map(kernel::Email::as_str))
            .text("at", at.to_string())
            .due(EXPIRY, feedback.expires_at);
        let open = session.map(|session| sessions::check(&self.fleeting, &session.into(), at)).transpose()?;
        Transaction::default()
            .parts(open)
            .parts(count_networks(&self.fleeting, limits::FEEDBACK_PER_DAY_FROM_A_LINE, &feedback.networks, at))
            .part(row.put_new(&self.insights).or_broken("a new message"))
            .write(&self.database, ())
            .await
    }
}
