//! Codes, sign-ins, sessions and profiles.

use accounts::{CodeHash, Codes, EmailKey, IssuedCode, KnownAccount, Me, NewAccount, Profiles, Sessions, SignIn, SignIns, code_refused};
use async_trait::async_trait;
use kernel::{AccountSession, Failure, Reason, Timestamp, limits};
use wallet::Balance;

use super::placements::rate_limited;
use super::{FakeDatabase, Rows, SessionRow};

#[derive(Clone)]
pub struct FakeCodes(pub FakeDatabase);

#[async_trait]
impl Codes for FakeCodes {
    async fn issue(&self, code: &IssuedCode) -> Result<(), Failure> {
        self.0
            .transact("codes.issue", |rows| {
                if !rows.count_one("codes", code.key.as_str(), limits::CODES_PER_HOUR, code.at) {
                    return Err(rate_limited(limits::CODES_PER_HOUR));
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
    async fn account_of(&self, key: &EmailKey) -> Result<Option<KnownAccount>, Failure> {
        self.0.read("sign_ins.account_of", |rows| Ok(rows.email_index.get(key).cloned())).await
    }

    async fn open(&self, sign_in: &SignIn) -> Result<(), Failure> {
        self.0
            .transact("sign_ins.open", |rows| {
                if !rows.codes.remove(&sign_in.key).is_some_and(|(hash, _, _)| hash.matches(&sign_in.code)) {
                    return Err(code_refused());
                }
                match &sign_in.opening {
                    Some(new) => open_account(rows, sign_in, new)?,
                    None if !rows.profiles.contains_key(&sign_in.session.account) => return Err(code_refused()),
                    None => {}
                }
                open_session(rows, sign_in)
            })
            .await
    }
}

fn open_account(rows: &mut Rows, sign_in: &SignIn, new: &NewAccount) -> Result<(), Failure> {
    let (account, owner) = (sign_in.session.account, sign_in.session.owner());
    let known = KnownAccount { id: account, latest: sign_in.latest.clone() };
    if rows.email_index.insert(sign_in.key.clone(), known).is_some() {
        return Err(Failure::conflict(Reason::CodeRefused, "This account was opened meanwhile."));
    }
    rows.profiles.insert(account, (new.email.clone(), new.locale.clone(), new.created_at));
    rows.wallets.insert(owner, Balance::default());
    if rows.move_credits(owner, &[new.grant]) { Ok(()) } else { Err(Failure::broken("the grant was refused")) }
}

/// Opens the session; where there are too many now, the oldest end.
fn open_session(rows: &mut Rows, sign_in: &SignIn) -> Result<(), Failure> {
    let SignIn { session, at, expires_at, .. } = sign_in;
    let known = rows.email_index.get_mut(&sign_in.key).filter(|known| known.id == session.account).ok_or_else(code_refused)?;
    let (latest, ended) = known.latest.opening(session.session, *expires_at, *at);
    known.latest = latest;
    for session in ended {
        rows.sessions.remove(&session);
    }
    rows.sessions.insert(session.session, SessionRow { account: session.account, expires_at: *expires_at });
    Ok(())
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
