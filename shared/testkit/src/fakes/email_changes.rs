//! Changes of addresses.

use std::collections::hash_map::Entry;

use accounts::{
    Choice, ChoiceOf, ChoiceState, ConsentRecord, EmailChange, EmailChanges, Lead, LeadPage, Move, Progress, StoredChange, address_taken,
    code_refused,
};
use async_trait::async_trait;
use kernel::{AccountSession, EmailChangeId, Failure, Language, Recipient, Timestamp, limits};
use outreach::Subscription;

use super::accounts::{note_lead, spend};
use super::{FakeDatabase, Rows};

#[derive(Clone)]
pub struct FakeEmailChanges(pub FakeDatabase);

/// A stored change.
#[derive(Clone)]
pub struct ChangeRow {
    pub change: EmailChange,
    pub attempts: u32,
    pub progress: Progress,
}

#[async_trait]
impl EmailChanges for FakeEmailChanges {
    async fn recipient(&self, caller: &AccountSession) -> Result<Recipient, Failure> {
        self.0
            .read("email_changes.recipient", |rows| {
                rows.ask_session(&(*caller).into(), self.0.now())?;
                let (email, locale, _) = rows.profiles.get(&caller.account).ok_or_else(Failure::signed_out)?;
                Ok(Recipient { email: email.clone(), language: Language::of(locale) })
            })
            .await
    }

    async fn ask(&self, change: &EmailChange) -> Result<(), Failure> {
        self.0
            .transact("email_changes.ask", |rows| {
                rows.ask_session(&change.caller.into(), change.at)?;
                rows.count(limits::EMAIL_CHANGES_PER_DAY, &change.caller.account.to_string(), change.at)?;
                rows.count(limits::CODES_PER_DAY, change.to_key.as_str(), change.at)?;
                rows.count(limits::CODES_PER_HOUR, change.to_key.as_str(), change.at)?;
                spend(rows, "mails", 2, change.mails_per_day, change.at)?;
                let row = ChangeRow { change: change.clone(), attempts: 0, progress: Progress::Asked };
                rows.email_changes.insert((change.caller.account, change.id), row);
                Ok(())
            })
            .await
    }

    async fn attempt(&self, caller: &AccountSession, id: EmailChangeId, now: Timestamp) -> Result<StoredChange, Failure> {
        self.0
            .transact("email_changes.attempt", |rows| {
                rows.ask_session(&(*caller).into(), now)?;
                let locale = rows.profiles.get(&caller.account).map(|(_, locale, _)| locale.clone()).unwrap_or_default();
                let row = rows.email_changes.get_mut(&(caller.account, id)).filter(|row| row.change.expires_at > now);
                let row = row.ok_or_else(|| Failure::missing("change of the address"))?;
                if row.attempts >= limits::CODE_ATTEMPTS {
                    return Err(code_refused());
                }
                row.attempts += 1;
                let recipient = |email: &kernel::Email| Recipient { email: email.clone(), language: Language::of(&locale) };
                let EmailChange { from, to, codes, .. } = &row.change;
                Ok(StoredChange { from: recipient(from), to: recipient(to), codes: codes.clone(), progress: row.progress })
            })
            .await
    }

    async fn make(&self, caller: &AccountSession, change: &Move) -> Result<(), Failure> {
        self.0
            .transact("email_changes.make", |rows| {
                rows.ask_session(&(*caller).into(), change.at)?;
                let profile = rows.profiles.get_mut(&caller.account).filter(|(email, _, _)| *email == change.from);
                profile.ok_or_else(code_refused)?.0 = change.to.clone();
                let mut known =
                    rows.email_index.remove(&change.from_key).filter(|known| known.id == caller.account).ok_or_else(code_refused)?;
                let (kept, ended) = known.latest.keeping(caller.session);
                known.latest = kept;
                match rows.email_index.entry(change.to_key.clone()) {
                    Entry::Occupied(_) => return Err(address_taken()),
                    Entry::Vacant(free) => drop(free.insert(known)),
                }
                for session in ended {
                    rows.sessions.remove(&session);
                }
                let row = rows.email_changes.get_mut(&(caller.account, change.id)).filter(|row| row.progress == Progress::Asked);
                row.ok_or_else(code_refused)?.progress = Progress::Made;
                let left = rows.leads.remove(&change.from_key);
                let (page, at) = left.map_or((LeadPage::SignIn, change.at), |lead| (lead.page, lead.at));
                note_lead(rows, &Lead { key: change.to_key.clone(), email: change.to.clone(), page, at });
                move_marketing(rows, caller, change);
                Ok(())
            })
            .await
    }

    async fn note_told(&self, caller: &AccountSession, id: EmailChangeId) -> Result<(), Failure> {
        self.0
            .transact("email_changes.note_told", |rows| {
                if let Some(row) = rows.email_changes.get_mut(&(caller.account, id)).filter(|row| row.progress == Progress::Made) {
                    row.progress = Progress::Told;
                }
                Ok(())
            })
            .await
    }
}

/// What the new address chose before stays; else it is what the old one chose.
fn move_marketing(rows: &mut Rows, caller: &AccountSession, change: &Move) {
    let left = rows.subscriptions.remove(&change.from_key);
    let state = |known: Option<&Subscription>| known.map_or(ChoiceState::NotGranted, |known| known.choice().state);
    let before = state(left.as_ref());
    if let (Some(left), None) = (left, rows.subscriptions.get(&change.to_key)) {
        let given = Subscription::given(change.to_key.clone(), left.text_version().to_owned(), left.given_at(), left.given_by());
        let moved = left.end().map_or(given.clone(), |(by, at)| given.clone().ended(by, at));
        rows.subscriptions.insert(change.to_key.clone(), moved);
    }
    let now = rows.subscriptions.get(&change.to_key).map(Subscription::choice);
    if let Some(Choice { state: after, made: Some(made), .. }) = now
        && after != before
    {
        let made = accounts::Made { at: change.at, by: accounts::MadeBy::Settings, ..made };
        rows.consent_records.push((caller.account, ConsentRecord { of: ChoiceOf::Marketing, before, after, made }));
    }
}
