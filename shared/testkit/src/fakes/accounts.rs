//! Codes, sign-ins, sessions and profiles.

use accounts::{CodeHash, Codes, EmailKey, IssuedCode, Me, Profiles, Sessions, SignIn, SignIns};
use async_trait::async_trait;
use kernel::{AccountId, AccountSession, Failure, Reason, Timestamp, limits};
use wallet::Balance;

use super::placements::rate_limited;
use super::{FakeDatabase, SessionRow};

#[derive(Clone)]
pub struct FakeCodes(pub FakeDatabase);

#[async_trait]
impl Codes for FakeCodes {
    async fn issue(&self, code: &IssuedCode) -> Result<(), Failure> {
        self.0
            .transact("codes.issue", |rows| {
                if !rows.count_one("codes", code.key.as_str(), limits::CODES_PER_HOUR, code.at) {
                    return Err(rate_limited());
                }
                rows.codes.insert(code.key.clone(), (code.hash.clone(), 0, code.expires_at));
                Ok(())
            })
            .await
    }

    async fn attempt(&self, key: &EmailKey, now: Timestamp) -> Result<Option<CodeHash>, Failure> {
        self.0
            .transact("codes.attempt", |rows| {
                let Some((hash, attempts, expires_at)) = rows.codes.get_mut(key) else { return Ok(None) };
                if *attempts >= limits::CODE_ATTEMPTS || *expires_at <= now {
                    return Ok(None);
                }
                *attempts += 1;
                Ok(Some(hash.clone()))
            })
            .await
    }
}

#[derive(Clone)]
pub struct FakeSignIns(pub FakeDatabase);

#[async_trait]
impl SignIns for FakeSignIns {
    async fn account_of(&self, key: &EmailKey) -> Result<Option<AccountId>, Failure> {
        self.0.read("sign_ins.account_of", |rows| Ok(rows.email_index.get(key).copied())).await
    }

    async fn open(&self, sign_in: &SignIn) -> Result<(), Failure> {
        let SignIn { key, code, caller, expires_at, opening } = sign_in;
        self.0
            .transact("sign_ins.open", |rows| {
                if !rows.codes.get(key).is_some_and(|(hash, _, _)| hash.matches(code)) {
                    return Err(Failure::denied(Reason::CodeRefused, "This code is wrong or no longer works. Ask for a new one."));
                }
                rows.codes.remove(key);
                rows.sessions.insert(caller.session, SessionRow { account: caller.account, expires_at: *expires_at });
                let Some(new) = opening else { return Ok(()) };
                if rows.email_index.insert(key.clone(), caller.account).is_some() {
                    return Err(Failure::conflict(Reason::CodeRefused, "This account was opened meanwhile."));
                }
                rows.profiles.insert(caller.account, (new.email.clone(), new.locale.clone(), new.created_at));
                rows.wallets.insert(caller.owner(), Balance::default());
                if rows.move_credits(caller.owner(), &new.grant) { Ok(()) } else { Err(Failure::broken("the grant was refused")) }
            })
            .await
    }
}

#[derive(Clone)]
pub struct FakeSessions(pub FakeDatabase);

#[async_trait]
impl Sessions for FakeSessions {
    async fn close(&self, caller: &AccountSession) -> Result<(), Failure> {
        self.0
            .transact("sessions.close", |rows| {
                rows.sessions.remove(&caller.session);
                Ok(())
            })
            .await
    }
}

#[derive(Clone)]
pub struct FakeProfiles(pub FakeDatabase);

#[async_trait]
impl Profiles for FakeProfiles {
    async fn me(&self, caller: &AccountSession) -> Result<Me, Failure> {
        self.0
            .read("profiles.me", |rows| {
                rows.ask_session(&(*caller).into(), self.0.now())?;
                let (Some((email, locale, created_at)), Some(balance)) =
                    (rows.profiles.get(&caller.account), rows.wallets.get(&caller.owner()))
                else {
                    return Err(Failure::signed_out());
                };
                Ok(Me { email: email.as_str().to_owned(), locale: locale.clone(), created_at: *created_at, balance: *balance })
            })
            .await
    }
}
