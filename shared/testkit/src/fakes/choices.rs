//! What accounts chose.

use accounts::{Choice, ChoiceOf, ChoiceState, ConsentRecord, EmailKey, Flags};
use async_trait::async_trait;
use choices::{Change, Choices, Chosen};
use kernel::{AccountId, AccountSession, Failure, limits};

use super::{FakeDatabase, Rows};

#[derive(Clone)]
pub struct FakeChoices(pub FakeDatabase);

#[async_trait]
impl Choices for FakeChoices {
    async fn of(&self, caller: &AccountSession) -> Result<Chosen, Failure> {
        self.0
            .read("choices.of", |rows| {
                rows.ask_session(&(*caller).into(), self.0.now())?;
                let email = rows.profiles.get(&caller.account).map(|(email, _, _)| email.clone()).ok_or_else(Failure::signed_out)?;
                let of = |of| choice(rows, caller.account, of);
                Ok(Chosen { email, analytics: of(ChoiceOf::Analytics), restriction: of(ChoiceOf::Restriction) })
            })
            .await
    }

    async fn make(&self, caller: &AccountSession, address: &EmailKey, change: &Change) -> Result<Choice, Failure> {
        self.0
            .transact("choices.make", |rows| {
                rows.ask_session(&(*caller).into(), self.0.now())?;
                let account = caller.account;
                let before = choice(rows, account, change.of);
                if before.state == change.state {
                    return Ok(before);
                }
                if change.state.allows() {
                    rows.count(limits::CHOICES_PER_DAY, &account.to_string(), change.made.at)?;
                }
                let known = rows.email_index.get_mut(address).filter(|known| known.id == account).ok_or_else(Failure::signed_out)?;
                known.flags = after(known.flags, change);
                let flags = known.flags;
                rows.sessions.values_mut().filter(|row| row.account == account).for_each(|row| row.flags = flags);
                let (of, made) = (change.of, change.made.clone());
                rows.consent_records.push((account, ConsentRecord { of, before: before.state, after: change.state, made: made.clone() }));
                let made = Choice { of, state: change.state, made: Some(made) };
                rows.choices.insert((account, of), made.clone());
                Ok(made)
            })
            .await
    }
}

fn choice(rows: &Rows, account: AccountId, of: ChoiceOf) -> Choice {
    let state = if of == ChoiceOf::Analytics { ChoiceState::NotObjected } else { ChoiceState::Unrestricted };
    rows.choices.get(&(account, of)).cloned().unwrap_or(Choice { of, state, made: None })
}

fn after(flags: Flags, change: &Change) -> Flags {
    match change.of {
        ChoiceOf::Analytics => Flags { uncounted: !change.state.allows(), ..flags },
        ChoiceOf::Restriction => Flags { restricted: !change.state.allows(), ..flags },
        ChoiceOf::Marketing => flags,
    }
}
