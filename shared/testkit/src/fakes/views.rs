//! The reads of owners and of the mail.

use accounts::Recipients;
use async_trait::async_trait;
use kernel::{Email, Failure, GenerationId, Language, Owner, Principal, Recipient, Timestamp};
use studio::{OwnGeneration, OwnGenerations, Page, View, Views};

use super::FakeDatabase;

#[derive(Clone)]
pub struct FakeViews(pub FakeDatabase);

#[async_trait]
impl Views for FakeViews {
    async fn view(&self, principal: &Principal, id: GenerationId) -> Result<Option<View>, Failure> {
        self.0
            .read("views.view", |rows| {
                rows.ask_session(principal, self.0.now())?;
                let owner = principal.owner()?;
                let Some(generation) = rows.generations.get(&(owner, id)).cloned() else { return Ok(None) };
                Ok(Some(View { generation, delivered: rows.delivered.get(&id).cloned(), case: rows.cases.get(&id).cloned() }))
            })
            .await
    }

    async fn page(&self, principal: &Principal, after: Option<GenerationId>, limit: u16) -> Result<Page, Failure> {
        self.0
            .read("views.page", |rows| {
                rows.ask_session(principal, self.0.now())?;
                let owner = principal.owner()?;
                let own = rows.generations.values().rev().filter(|row| row.owner == owner);
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
    async fn own(&self, principal: &Principal, id: GenerationId) -> Result<Option<OwnGeneration>, Failure> {
        self.0
            .read("own_generations.own", |rows| {
                rows.ask_session(principal, self.0.now())?;
                let Some(generation) = rows.generations.get(&(principal.owner()?, id)).cloned() else { return Ok(None) };
                let attempts = (0..generation.count).map(|index| rows.history(&generation, index, self.0.now())).collect();
                Ok(Some(OwnGeneration { generation, attempts }))
            })
            .await
    }
}

#[derive(Clone)]
pub struct FakeRecipients(pub FakeDatabase);

#[async_trait]
impl Recipients for FakeRecipients {
    async fn recipient_of(&self, owner: Owner) -> Result<Option<Recipient>, Failure> {
        let Owner::Account(account) = owner else { return Ok(None) };
        let recipient =
            |(email, locale, _): &(Email, String, Timestamp)| Recipient { email: email.clone(), language: Language::of(locale) };
        self.0.read("recipients.recipient_of", |rows| Ok(rows.profiles.get(&account).map(recipient))).await
    }
}
