//! Sign-ins: the code is used up, the session opened and, the first time, the account with its wallet and grant, in one transaction.

use accounts::{EmailKey, NewAccount, SignIn, SignIns};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::Delete;
use dynamo::{Item, Key, Outcome, Read, Transaction, failure, text};
use kernel::{AccountId, Failure, Reason};
use policy::Class;

use crate::wallet_writes::entry_item;

/// Sign-ins in the tables `Fleeting` and `Accounts`.
pub struct DynamoSignIns {
    client: Client,
    fleeting: String,
    accounts: String,
}

impl DynamoSignIns {
    /// Sign-ins in the tables of these names.
    #[must_use]
    pub fn new(client: Client, fleeting: String, accounts: String) -> Self {
        Self { client, fleeting, accounts }
    }

    fn use_up(&self, sign_in: &SignIn) -> Result<Delete, Failure> {
        Delete::builder()
            .table_name(&self.fleeting)
            .set_key(Some(Key::code(sign_in.key.as_str()).attributes()))
            .condition_expression("code_hash = :hash")
            .expression_attribute_values(":hash", text(sign_in.code.as_str()))
            .build()
            .map_err(Failure::broken)
    }

    fn open_account(&self, transaction: Transaction, sign_in: &SignIn, new: &NewAccount) -> Result<Transaction, Failure> {
        let account = sign_in.caller.account;
        let index = Item::new(Class::EmailIndex, Key::email(sign_in.key.as_str())).text("account_id", account.to_string());
        let profile = Item::new(Class::Account, Key::profile(account))
            .text("email", new.email.as_str())
            .text("locale", &new.locale)
            .text("created_at", new.created_at.to_string());
        let wallet = Item::new(Class::Wallet, Key::wallet(account))
            .number("available", new.grant.available_delta())
            .number("held", new.grant.held_delta());
        Ok(transaction
            .put(index.put_new(&self.accounts)?)
            .put(profile.put_new(&self.accounts)?)
            .put(wallet.put_new(&self.accounts)?)
            .put(entry_item(account, &new.grant).put_new(&self.accounts)?))
    }
}

#[async_trait]
impl SignIns for DynamoSignIns {
    async fn account_of(&self, key: &EmailKey) -> Result<Option<AccountId>, Failure> {
        let key = Key::email(key.as_str()).attributes();
        let found =
            self.client.get_item().table_name(&self.accounts).set_key(Some(key)).consistent_read(true).send().await.map_err(failure)?;
        found.item.map(|item| item.parsed("account_id")).transpose()
    }

    async fn open(&self, sign_in: &SignIn) -> Result<(), Failure> {
        let session = Item::new(Class::Session, Key::session(sign_in.caller.session))
            .text("account_id", sign_in.caller.account.to_string())
            .seconds("expires_at", sign_in.expires_at);
        let mut transaction = Transaction::default().delete(self.use_up(sign_in)?).put(session.put_new(&self.fleeting)?);
        if let Some(new) = &sign_in.opening {
            transaction = self.open_account(transaction, sign_in, new)?;
        }
        match transaction.write(&self.client).await? {
            Outcome::Written => Ok(()),
            Outcome::Refused(refusals) if refusals.first().is_some_and(dynamo::Refusal::is_condition) => {
                Err(Failure::denied(Reason::CodeRefused, "This code is wrong or no longer works. Ask for a new one."))
            }
            Outcome::Refused(_) => Err(Failure::conflict(Reason::CodeRefused, "This account was opened meanwhile.")),
        }
    }
}
