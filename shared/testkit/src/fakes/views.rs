//! What owners and the mail see.

use accounts::Caller;
use async_trait::async_trait;
use kernel::{AccountId, Email, Failure, GenerationId};
use studio::{Generation, OwnGenerations, Page, Recipients, View, Views};

use super::FakeDatabase;

/// Owners' reads in memory.
#[derive(Clone)]
pub struct FakeViews(pub FakeDatabase);

#[async_trait]
impl Views for FakeViews {
    async fn view(&self, caller: &Caller, id: GenerationId) -> Result<Option<View>, Failure> {
        self.0
            .read("views.view", |rows| {
                rows.ask_session(caller, self.0.now())?;
                let Some(generation) = rows.generations.get(&(caller.account, id)).cloned() else { return Ok(None) };
                Ok(Some(View { generation, delivered: rows.delivered.get(&id).cloned() }))
            })
            .await
    }

    async fn page(&self, caller: &Caller, after: Option<GenerationId>, limit: u16) -> Result<Page, Failure> {
        self.0
            .read("views.page", |rows| {
                rows.ask_session(caller, self.0.now())?;
                let own = rows.generations.values().rev().filter(|row| row.account == caller.account);
                let older: Vec<_> = own.filter(|row| after.is_none_or(|after| row.id < after)).cloned().collect();
                let more = older.len() > usize::from(limit);
                let generations: Vec<_> = older.into_iter().take(usize::from(limit)).collect();
                let next = generations.last().filter(|_| more).map(|last| last.id);
                Ok(Page { generations, next })
            })
            .await
    }
}

#[async_trait]
impl OwnGenerations for FakeViews {
    async fn own(&self, caller: &Caller, id: GenerationId) -> Result<Option<Generation>, Failure> {
        self.0
            .read("own_generations.own", |rows| {
                rows.ask_session(caller, self.0.now())?;
                Ok(rows.generations.get(&(caller.account, id)).cloned())
            })
            .await
    }
}

/// Addresses in memory.
#[derive(Clone)]
pub struct FakeRecipients(pub FakeDatabase);

#[async_trait]
impl Recipients for FakeRecipients {
    async fn email_of(&self, account: AccountId) -> Result<Option<Email>, Failure> {
        self.0.read("recipients.email_of", |rows| Ok(rows.profiles.get(&account).map(|(email, _, _)| email.clone()))).await
    }
}
