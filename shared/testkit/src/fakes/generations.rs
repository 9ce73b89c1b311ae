//! Generations and the sweeper's view of them.

use async_trait::async_trait;
use kernel::{Failure, GenerationId, Owner, Timestamp, UploadId};
use studio::stuck::setback;
use studio::{Admission, Change, Due, Generation, Generations, Lane, Overdue, OverduePages, State, Written};

use super::FakeDatabase;

#[derive(Clone)]
pub struct FakeGenerations(pub FakeDatabase);

#[async_trait]
impl Generations for FakeGenerations {
    async fn load(&self, owner: Owner, id: GenerationId) -> Result<Option<Generation>, Failure> {
        self.0.read("generations.load", |rows| Ok(rows.generations.get(&(owner, id)).cloned())).await
    }

    async fn change(&self, change: Change<'_>) -> Result<Written, Failure> {
        let Change { before, after, entries, moderation, delivered, history, unchanged } = change;
        let key = (before.owner, before.id);
        self.0
            .transact("generations.change", |rows| {
                let current = rows.generations.get(&key).is_some_and(|row| row.version == before.version && row.state == before.state);
                if !unchanged.iter().all(|history| rows.is_unchanged(history)) {
                    return Ok(Written::Overtaken);
                }
                if !current || history.is_some_and(|history| !rows.note_attempts(history)) {
                    return Ok(Written::Overtaken);
                }
                if !rows.move_credits(after.owner, entries) {
                    return Err(Failure::broken("a change was refused beside its generation"));
                }
                if after.state == State::Blocked {
                    let upload = rows.uploads.get_mut(&after.upload).ok_or_else(|| Failure::broken("a blocked upload has no row"))?;
                    upload.refused = true;
                }
                rows.generations.insert(key, after.clone());
                rows.setbacks.remove(&after.id);
                if let Some(case) = moderation.and_then(studio::Case::opened_by) {
                    rows.reasons.insert((case.generation, case.opened_at), studio::case::StatementOfReasons::of_block(&case));
                    rows.cases.insert(case.generation, case);
                }
                rows.moderation.extend(moderation.map(|record| (record.generation, record.clone())));
                rows.delivered.extend(delivered.map(|delivered| (after.id, delivered.clone())));
                Ok(Written::Stored)
            })
            .await
    }

    async fn is_in_use(&self, owner: Owner, upload: UploadId) -> Result<bool, Failure> {
        let uses = |generation: &Generation| generation.owner == owner && generation.upload == upload && generation.state.is_running();
        self.0.read("generations.is_in_use", |rows| Ok(rows.generations.values().any(uses))).await
    }

    async fn remove_beside(&self, generation: &Generation) -> Result<(), Failure> {
        self.0
            .transact("generations.remove_beside", |rows| {
                rows.delivered.remove(&generation.id);
                rows.attempts.retain(|(id, _), _| *id != generation.id);
                Ok(())
            })
            .await
    }

    async fn remove(&self, generation: &Generation) -> Result<(), Failure> {
        self.0
            .transact("generations.remove", |rows| {
                rows.generations.remove(&(generation.owner, generation.id));
                rows.delivered.remove(&generation.id);
                rows.attempts.retain(|(id, _), _| *id != generation.id);
                Ok(())
            })
            .await
    }
}

#[derive(Clone)]
pub struct FakeOverdue(pub FakeDatabase);

/// Rows of a page.
const PAGE: usize = 50;

struct FakeOverduePages<'a> {
    database: &'a FakeDatabase,
    lane: Lane,
    now: Timestamp,
    /// The row after which the next page begins.
    after: Option<(Timestamp, GenerationId)>,
}

#[async_trait]
impl OverduePages for FakeOverduePages<'_> {
    async fn next(&mut self) -> Result<Vec<Due>, Failure> {
        let page = self
            .database
            .read("overdue.next", |rows| {
                let all = rows.generations.values().filter(|row| Lane::of(row.state) == self.lane);
                let mut due: Vec<_> = all.filter_map(|row| Some((row.deadline?, row.id, row.owner))).collect();
                due.retain(|(deadline, id, _)| *deadline <= self.now && self.after.is_none_or(|after| (*deadline, *id) > after));
                due.sort();
                Ok(due.into_iter().take(PAGE).collect::<Vec<_>>())
            })
            .await?;
        self.after = page.last().map(|(deadline, id, _)| (*deadline, *id)).or(self.after);
        let due = |(deadline, id, owner): (Timestamp, GenerationId, Owner)| Due {
            row: (owner.to_string(), id.to_string()),
            deadline,
            generation: Some((owner, id)),
        };
        Ok(page.into_iter().map(due).collect())
    }
}

#[async_trait]
impl Overdue for FakeOverdue {
    fn of(&self, lane: Lane, now: Timestamp) -> Box<dyn OverduePages + '_> {
        Box::new(FakeOverduePages { database: &self.0, lane, now, after: None })
    }

    async fn put_off(&self, due: &Due, now: Timestamp) -> Result<(), Failure> {
        self.0
            .transact("overdue.put_off", |rows| {
                let Some(key) = due.generation else { return Ok(()) };
                let times = rows.setbacks.entry(key.1).or_default();
                let later = now.checked_add(setback(*times)).map_err(Failure::broken)?;
                if let Some(row) = rows.generations.get_mut(&key).filter(|row| row.deadline == Some(due.deadline)) {
                    row.deadline = Some(later);
                    *times += 1;
                }
                Ok(())
            })
            .await
    }
}

#[derive(Clone)]
pub struct FakeAdmission(pub FakeDatabase);

#[async_trait]
impl Admission for FakeAdmission {
    async fn close(&self, until: Timestamp) -> Result<(), Failure> {
        self.0
            .transact("admission.close", |rows| {
                rows.closed_until = Some(until);
                Ok(())
            })
            .await
    }
}
