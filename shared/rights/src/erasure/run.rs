//! Going on with an erasure, step by step.

use std::time::Duration;

use kernel::message::Queue;
use kernel::{Clock, Failure, SignedDuration, Timestamp};
use policy::deletion::Objects;
use policy::{Table, inventory};

use super::place::Belongings;
use super::purge::Everything;
use super::statement::statement_of;
use super::{Erasure, ErasureDue, ErasureId, Erasures, Person, Step};
use crate::ObjectList;

/// How long after the first look everything is listed again, at the earliest: longer than a worker that began before lives. The schedule tells it.
const AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// What a backup gets beside its time: the database deletes it when it gets to it.
const MARGIN: SignedDuration = SignedDuration::from_hours(24);

/// When an alarm rings for a request that is not done: five days before the deadline.
const LATE: SignedDuration = SignedDuration::from_hours(25 * 24);

/// Goes on with one request as far as it is due.
#[derive(Clone, Copy)]
pub struct GoOnErasing<'a> {
    pub erasures: &'a dyn Erasures,
    pub belongings: &'a dyn Belongings,
    pub list: &'a dyn ObjectList,
    pub objects: &'a dyn Objects,
    pub queue: &'a dyn Queue<ErasureDue>,
    pub clock: &'a dyn Clock,
    /// The end of this worker's time.
    pub until: Timestamp,
}

/// What comes after a step.
enum Next {
    /// The step after it may be due already.
    Goes(Box<Erasure>),
    /// The time was up: the same message goes on.
    Continues,
    /// Nothing is due now.
    Waits,
}

impl GoOnErasing<'_> {
    /// Does what is due, however often it is told to: each step is written over the one before, by the first that gets there.
    ///
    /// # Errors
    /// Those of the ports: the message comes again.
    pub async fn run(&self, id: ErasureId) -> Result<(), Failure> {
        loop {
            // A request that is not there was never written whole.
            let Some(erasure) = self.erasures.find(id).await? else { return Ok(()) };
            let now = self.clock.now();
            let (Some(person), Some(due)) = (erasure.person.clone(), erasure.due) else { return Ok(()) };
            if now < due {
                return Ok(());
            }
            match self.step(&erasure, &person, now).await? {
                Next::Waits => return Ok(()),
                Next::Continues => return self.queue.send(&ErasureDue { erasure_id: id }, Duration::ZERO).await,
                // Where another worker was faster, its result is read.
                Next::Goes(next) => drop(self.erasures.advance(&next).await?),
            }
        }
    }

    async fn step(&self, erasure: &Erasure, person: &Person, now: Timestamp) -> Result<Next, Failure> {
        let Self { belongings, list, objects, clock, until, .. } = *self;
        let everything = Everything { person, belongings, list, objects, clock, until };
        let next = Erasure { version: erasure.version + 1, ..erasure.clone() };
        match erasure.step {
            Step::Closing => {
                let Some(salt) = &erasure.salt else { return Err(Failure::broken("an erasure without its salt")) };
                let (counted, vendors) = everything.count(salt).await?;
                Ok(goes(Erasure { step: Step::Purging, counted: Some(counted), vendors, due: Some(now), ..next }))
            }
            Step::Purging | Step::Verifying if everything.is_there().await? => self.purge(&everything, next).await,
            // Nothing is there: for the first time, or for the second.
            Step::Purging => Ok(goes(Erasure { step: Step::Verifying, purged_at: Some(now), due: later(now, AGAIN), ..next })),
            Step::Verifying => Ok(goes(Erasure { step: Step::Backups, verified_at: Some(now), due: later(now, backups()), ..next })),
            Step::Backups => {
                let done = Erasure { step: Step::Done, done_at: Some(now), person: None, salt: None, due: None, ..next };
                let statement = statement_of(&done).map_err(Failure::broken)?;
                Ok(goes(Erasure { statement: Some(statement), ..done }))
            }
            Step::Done | Step::TakenBack => Ok(Next::Waits),
        }
    }

    /// What a worker stored after the first look is deleted like everything else, and all is looked at twice again.
    async fn purge(&self, everything: &Everything<'_>, next: Erasure) -> Result<Next, Failure> {
        if !everything.delete().await? {
            return Ok(Next::Continues);
        }
        let now = self.clock.now();
        Ok(goes(Erasure { step: Step::Purging, due: Some(now), ..next }))
    }
}

fn goes(next: Erasure) -> Next {
    Next::Goes(Box::new(next))
}

fn later(now: Timestamp, by: SignedDuration) -> Option<Timestamp> {
    Some(now.checked_add(by).unwrap_or(now))
}

/// Until when a deleted row may be restored.
fn backups() -> SignedDuration {
    inventory().backup(Table::Accounts).unwrap_or_default() + MARGIN
}

/// Queues the requests whose next step is due.
#[derive(Clone, Copy)]
pub struct TellDueErasures<'a> {
    pub erasures: &'a dyn Erasures,
    pub queue: &'a dyn Queue<ErasureDue>,
    pub clock: &'a dyn Clock,
}

impl TellDueErasures<'_> {
    /// One message for each; returns their number. One that is asked for long ago and not done rings an alarm while there is time (AN-63).
    ///
    /// # Errors
    /// Those of [`Erasures::due`] and the queue; a repetition is harmless.
    pub async fn run(&self) -> Result<usize, Failure> {
        let now = self.clock.now();
        let due = self.erasures.due(now).await?;
        for id in &due {
            let Some(erasure) = self.erasures.find(*id).await? else { continue };
            if now.duration_since(erasure.asked_at) >= LATE {
                tracing::error!(step = erasure.step.name(), "erasure is late");
            }
            self.queue.send(&ErasureDue { erasure_id: *id }, Duration::ZERO).await?;
        }
        Ok(due.len())
    }
}
