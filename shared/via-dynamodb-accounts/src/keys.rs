//! The primary keys of accounts, and what else is found by an account.

use accounts::{ChoiceOf, CodeSlot, EmailKey, MailboxKey};
use dynamo::Key;
use kernel::{AccountId, AccountSession, EmailChangeId, Failure, Owner, SecretHash, Timestamp, TrialHolder, TrialId};
use wallet::Entry;

use crate::wallet_writes::instant;

#[must_use]
pub fn profile(account: AccountId) -> Key {
    Key::new(of_owner(account.into()), "PROFILE")
}

#[must_use]
pub fn wallet(owner: Owner) -> Key {
    Key::new(of_owner(owner), "WALLET")
}

#[must_use]
pub fn ledger(owner: Owner, entry: &Entry) -> Key {
    movement(owner, &entry.key())
}

/// The entry of this key within its wallet.
pub(crate) fn movement(owner: Owner, key: &str) -> Key {
    Key::new(of_owner(owner), format!("LEDGER#{key}"))
}

/// What an account objects to, and whether it is restricted.
#[must_use]
pub fn choices(account: AccountId) -> Key {
    Key::new(of_owner(account.into()), "CHOICES")
}

/// What was chosen then.
pub(crate) fn consent_record(account: AccountId, choice: ChoiceOf, at: Timestamp) -> Key {
    Key::new(of_owner(account.into()), format!("CONSENT#{}#{}", instant(at), choice.name()))
}

#[must_use]
pub fn email(key: &EmailKey) -> Key {
    Key::new(format!("EMAIL#{}", key.as_str()), "ACCOUNT")
}

/// Whether an address gets marketing: beside the row that leads to its account.
#[must_use]
pub fn marketing(key: &EmailKey) -> Key {
    Key::new(format!("EMAIL#{}", key.as_str()), "MARKETING")
}

/// Where a row is kept once more that a restored backup must not undo.
#[must_use]
pub fn kept(row: &Key) -> Key {
    Key::new(format!("KEPT#{}", row.pk), &row.sk)
}

/// That an address gets no mail.
#[must_use]
pub fn suppression(key: &EmailKey) -> Key {
    Key::new(format!("MAIL#{}", key.as_str()), "SUPPRESSED")
}

#[must_use]
pub fn lead(key: &EmailKey) -> Key {
    Key::new(format!("LEAD#{}", key.as_str()), "LEAD")
}

#[must_use]
pub fn code(slot: &CodeSlot) -> Key {
    Key::new(format!("CODE#{}", slot.key.as_str()), format!("CODE#{}", slot.nonce.as_str()))
}

#[must_use]
pub fn mailbox(key: &MailboxKey) -> Key {
    Key::new(format!("GRANT#{}", key.as_str()), "MAILBOX")
}

/// The salt of the day that begins then, in epoch seconds.
#[must_use]
pub fn salt(day: i64) -> Key {
    Key::new(format!("SALT#{day}"), "SALT")
}

#[must_use]
pub fn session(AccountSession { account, session }: &AccountSession) -> Key {
    Key::new(of_owner((*account).into()), format!("SES#{session}"))
}

/// That the account is to have another address.
#[must_use]
pub(crate) fn email_change(account: AccountId, change: EmailChangeId) -> Key {
    Key::new(of_owner(account.into()), format!("CHANGE#{change}"))
}

#[must_use]
pub fn idempotency(owner: Owner, key_hash: &str) -> Key {
    Key::new(of_owner(owner), format!("IDEM#{key_hash}"))
}

#[must_use]
pub fn trial(trial: TrialId) -> Key {
    Key::new(of_owner(trial.into()), "TRIAL")
}

/// What a browser holds of a trial.
#[must_use]
pub fn trial_pass(TrialHolder { trial, pass }: &TrialHolder) -> Key {
    Key::new(of_owner((*trial).into()), format!("PASS#{pass}"))
}

#[must_use]
pub fn trial_link(trial: TrialId, secret: SecretHash) -> Key {
    Key::new(of_owner(trial.into()), format!("LINK#{secret}"))
}

#[must_use]
pub fn trial_proof(proof: SecretHash) -> Key {
    Key::new(format!("PROOF#{proof}"), "TRIAL")
}

/// The partition of everything of an owner.
#[must_use]
pub fn of_owner(owner: Owner) -> String {
    match owner {
        Owner::Account(account) => format!("{ACCOUNTS}{account}"),
        Owner::Install(install) => format!("{INSTALLS}{install}"),
        Owner::Trial(trial) => format!("{TRIALS}{trial}"),
    }
}

/// The owner of such a partition.
///
/// # Errors
/// [`Failure::Broken`] for any other partition.
pub fn owner_of(pk: &str) -> Result<Owner, Failure> {
    let id = [ACCOUNTS, INSTALLS, TRIALS].iter().find_map(|prefix| pk.strip_prefix(prefix)).unwrap_or(pk);
    id.parse().map_err(Failure::broken)
}

const ACCOUNTS: &str = "ACC#";
const INSTALLS: &str = "INS#";
const TRIALS: &str = "TRI#";
