//! Generations past their deadline, by the index `deadline` of the table `Studio`.

use async_trait::async_trait;
use dynamo::{Answer, Attributes, Database, DuePages, Key, Read, number};
use kernel::{Failure, Timestamp};
use studio::stuck::setback;
use studio::{Due, Lane, Overdue, OverduePages};

use crate::generation_item::{self, DEADLINE};
use crate::keys;

/// Rows of each shard in a page: sixteen times as many are handled while the next is not yet asked for.
const EACH: usize = 25;

/// How often a row was put off since it was last written.
const SETBACKS: &str = "setbacks";

pub struct DynamoOverdue {
    database: Database,
    studio: String,
}

impl DynamoOverdue {
    #[must_use]
    pub fn new(database: Database, studio: String) -> Self {
        Self { database, studio }
    }
}

struct Pages<'a>(DuePages<'a>);

#[async_trait]
impl OverduePages for Pages<'_> {
    async fn next(&mut self) -> Result<Vec<Due>, Failure> {
        Ok(self.0.next().await?.iter().map(due).collect())
    }
}

/// A row that nobody can read is due as well: it is counted and put off, and no other is behind it.
fn due(row: &Attributes) -> Due {
    let text = |name| row.maybe_text(name).unwrap_or_default();
    let (pk, sk) = (text("pk"), text("sk"));
    let deadline = row.maybe_number(DEADLINE.instant).and_then(|seconds| Timestamp::from_second(seconds).ok());
    let id = sk.strip_prefix(keys::GENERATIONS).and_then(|id| id.parse().ok());
    Due {
        row: (pk.to_owned(), sk.to_owned()),
        deadline: deadline.unwrap_or(Timestamp::UNIX_EPOCH),
        generation: keys::owner_of(pk).ok().zip(id),
    }
}

#[async_trait]
impl Overdue for DynamoOverdue {
    fn of(&self, lane: Lane, now: Timestamp) -> Box<dyn OverduePages + '_> {
        Box::new(Pages(self.database.due_pages(&self.studio, DEADLINE, generation_item::lane(lane), now, EACH)))
    }

    /// The row's version stays, so that a worker on it is not overtaken.
    async fn put_off(&self, due: &Due, now: Timestamp) -> Result<(), Failure> {
        let key = Key::new(&due.row.0, &due.row.1);
        let row = self.database.get_some(&self.studio, &key, SETBACKS).await?.unwrap_or_default();
        let times = row.maybe_number::<u32>(SETBACKS).unwrap_or_default();
        let later = now.checked_add(setback(times)).unwrap_or(now);
        let update = key
            .update(&self.studio, "SET #deadline = :later, #setbacks = :times")
            .only_if("#deadline = :was")
            .name("#deadline", DEADLINE.instant)
            .name("#setbacks", SETBACKS)
            .value(":was", number(due.deadline.as_second()))
            .value(":later", number(later.as_second()))
            .value(":times", number(times.saturating_add(1)));
        match self.database.write(update).await? {
            Answer::Written(_) | Answer::Refused(_) => Ok(()),
        }
    }
}
