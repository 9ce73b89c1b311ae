//! Sign-ins: the code is used up, the session opened and, the first time, the account with its wallet and grant, in one transaction.

use accounts::{EmailKey, NewAccount, SignIn, SignIns};
use async_trait::async_trait;
use dynamo::{Database, Item, Part, Read, Transaction, text};
use kernel::{AccountId, Failure, Reason};
use policy::Class;

use crate::keys;
use crate::wallet_writes::entry_item;

pub struct DynamoSignIns {
    database: Database,
    fleeting: String,
    accounts: String,
}

impl DynamoSignIns {
    #[must_use]
    pub fn new(database: Database, fleeting: String, accounts: String) -> Self {
        Self { database, fleeting, accounts }
    }

    fn use_up(&self, sign_in: &SignIn) -> Part<()> {
        keys::code(&sign_in.key)
            .delete(&self.fleeting)
            .only_if("code_hash = :hash")
            .value(":hash", text(sign_in.code.as_str()))
            .or(|_| Err(Failure::denied(Reason::CodeRefused, "This code is wrong or no longer works. Ask for a new one.")))
    }

    fn open_account(&self, sign_in: &SignIn, new: &NewAccount) -> [Part<()>; 4] {
        let account = sign_in.caller.account;
        let index = Item::new(Class::EmailIndex.id(), keys::email(&sign_in.key)).text("account_id", account.to_string());
        let profile = Item::new(Class::Account.id(), keys::profile(account))
            .text("email", new.email.as_str())
            .text("locale", &new.locale)
            .text("created_at", new.created_at.to_string());
        let wallet = Item::new(Class::Wallet.id(), keys::wallet(account.into()))
            .number("available", new.grant.available_delta())
            .number("held", new.grant.held_delta());
        [index, profile, wallet, entry_item(account.into(), &new.grant)]
            .map(|item| item.put_new(&self.accounts).or(|_| Err(opened_meanwhile())))
    }
}

#[async_trait]
impl SignIns for DynamoSignIns {
    async fn account_of(&self, key: &EmailKey) -> Result<Option<AccountId>, Failure> {
        let found = self.database.get(&self.accounts, &keys::email(key)).await?;
        found.map(|item| item.parsed("account_id")).transpose()
    }

    async fn open(&self, sign_in: &SignIn) -> Result<(), Failure> {
        let session = Item::new(Class::Session.id(), keys::session(&sign_in.caller)).seconds("expires_at", sign_in.expires_at);
        let mut transaction =
            Transaction::default().part(self.use_up(sign_in)).part(session.put_new(&self.fleeting).or(|_| Err(opened_meanwhile())));
        if let Some(new) = &sign_in.opening {
            transaction = transaction.parts(self.open_account(sign_in, new));
        }
        transaction.write(&self.database, ()).await
    }
}

fn opened_meanwhile() -> Failure {
    Failure::conflict(Reason::CodeRefused, "This account was opened meanwhile.")
}
