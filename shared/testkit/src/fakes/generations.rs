//! Generations and the sweeper's view of them.

use async_trait::async_trait;
use kernel::{Failure, GenerationId, Owner, Timestamp, UploadId};
use studio::{Change, Generation, Generations, Overdue, State, Written};

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

#[async_trait]
impl Overdue for FakeOverdue {
    async fn overdue(&self, now: Timestamp, limit: usize) -> Result<Vec<(Owner, GenerationId)>, Failure> {
        self.0
            .read("overdue.overdue", |rows| {
                let mut due: Vec<_> =
                    rows.generations.values().filter(|row| row.deadline.is_some_and(|deadline| deadline <= now)).collect();
                due.sort_by_key(|row| row.deadline);
                Ok(due.into_iter().take(limit).map(|row| (row.owner, row.id)).collect())
            })
            .await
    }
}
