//! Codes, sign-ins, sessions and profiles.

use accounts::{
    Codes, EmailKey, Found, Grant, Guess, Guesses, Issued, IssuedCode, KnownAccount, Lead, Leads, Me, Networks, NewAccount, Profiles, Salt,
    Salts, Sessions, SignIn, SignIns, account_closing, code_refused,
};
use async_trait::async_trait;
use kernel::{AccountSession, Failure, Limit, Reason, Timestamp, Window, limits};
use wallet::{Balance, Entry};

use super::{FakeDatabase, Rows, SessionRow};

#[derive(Clone)]
pub struct FakeSalts(pub FakeDatabase);

#[async_trait]
impl Salts for FakeSalts {
    async fn of_day(&self, fresh: Salt, now: Timestamp) -> Result<Salt, Failure> {
        self.0.transact("salts.of_day", |rows| Ok(rows.salts.entry(Window::Day.start(now)).or_insert(fresh).clone())).await
    }
}

pub(super) fn count_networks(rows: &mut Rows, of_a_line: Limit, networks: &Networks, now: Timestamp) -> Result<(), Failure> {
    networks.iter().try_for_each(|(reach, network)| rows.count(of_a_line.of(*reach), network.as_str(), now))
}

pub(super) fn spend(rows: &mut Rows, what: &'static str, amount: u64, per_day: u64, now: Timestamp) -> Result<(), Failure> {
    if rows.add(Window::Day, "budget", what, amount, per_day, now) { Ok(()) } else { Err(Failure::budget_spent(Window::Day.left(now))) }
}

#[derive(Clone)]
pub struct FakeCodes(pub FakeDatabase);

#[async_trait]
impl Codes for FakeCodes {
    async fn issue(&self, code: &IssuedCode) -> Result<Issued, Failure> {
        let (address, block, at) = (code.slot.key.as_str(), code.networks.block_and_address.as_str(), code.at);
        self.0
            .transact("codes.issue", |rows| {
                rows.count(limits::CODES_PER_DAY_FROM_A_BLOCK, block, at)?;
                rows.count(limits::CODES_PER_DAY, address, at)?;
                rows.count(limits::CODES_PER_HOUR_FROM_A_BLOCK, block, at)?;
                rows.count(limits::CODES_PER_HOUR, address, at)?;
                count_networks(rows, limits::CODES_PER_HOUR_FROM_A_LINE, &code.networks.each, at)?;
                spend(rows, "mails", 1, code.mails_per_day, at)?;
                rows.codes.insert(code.slot.clone(), (code.hash.clone(), 0, code.expires_at));
                code.lead.iter().for_each(|lead| note_lead(rows, lead));
                Ok(if rows.is_suppressed(&code.slot.key, at) { Issued::Suppressed } else { Issued::ToBeMailed })
            })
            .await
    }
}

#[derive(Clone)]
pub struct FakeGuesses(pub FakeDatabase);

#[async_trait]
impl Guesses for FakeGuesses {
    async fn attempt(&self, guess: &Guess) -> Result<bool, Failure> {
        let (address, block, at) = (guess.slot.key.as_str(), guess.networks.block_and_address.as_str(), guess.at);
        self.0
            .transact("guesses.attempt", |rows| {
                let code = rows.codes.get_mut(&guess.slot);
                let code = code.filter(|(_, attempts, expires_at)| *attempts < limits::CODE_ATTEMPTS && *expires_at > at);
                let has_code = code.is_some();
                if let Some((_, attempts, _)) = code {
                    *attempts += 1;
                    rows.count(limits::GUESSES_PER_DAY_FROM_A_BLOCK, block, at)?;
                    rows.count(limits::GUESSES_PER_DAY, address, at)?;
                }
                count_networks(rows, limits::GUESSES_PER_HOUR_FROM_A_LINE, &guess.networks.each, at)?;
                Ok(has_code)
            })
            .await
    }

    async fn find(&self, slot: &accounts::CodeSlot, now: Timestamp) -> Result<Found, Failure> {
        self.0
            .read("guesses.find", |rows| {
                let code = rows.codes.get(slot).filter(|(_, _, expires_at)| *expires_at > now);
                Ok(Found { code: code.map(|(hash, _, _)| hash.clone()), account: rows.email_index.get(&slot.key).cloned() })
            })
            .await
    }
}

#[derive(Clone)]
pub struct FakeSignIns(pub FakeDatabase);

#[async_trait]
impl SignIns for FakeSignIns {
    async fn open(&self, sign_in: &SignIn) -> Result<(), Failure> {
        self.0
            .transact("sign_ins.open", |rows| {
                if !rows.codes.remove(&sign_in.slot).is_some_and(|(hash, _, _)| hash.matches(&sign_in.code)) {
                    return Err(code_refused());
                }
                match &sign_in.opening {
                    Some(new) => open_account(rows, sign_in, new)?,
                    None if !rows.profiles.contains_key(&sign_in.session.account) => return Err(code_refused()),
                    None if rows.closing.contains_key(&sign_in.session.account) => return Err(account_closing()),
                    None => {}
                }
                open_session(rows, sign_in)
            })
            .await
    }
}

fn open_account(rows: &mut Rows, sign_in: &SignIn, new: &NewAccount) -> Result<(), Failure> {
    let (account, owner, now) = (sign_in.session.account, sign_in.session.owner(), sign_in.at);
    let known = KnownAccount { id: account, latest: sign_in.latest.clone(), flags: sign_in.flags };
    if rows.email_index.insert(sign_in.slot.key.clone(), known).is_some() {
        return Err(Failure::conflict(Reason::CodeRefused, "This account was opened meanwhile."));
    }
    count_networks(rows, limits::ACCOUNTS_PER_DAY_FROM_A_LINE, &new.networks.each, now)?;
    rows.profiles.insert(account, (new.email.clone(), new.locale.clone(), new.created_at));
    rows.wallets.insert(owner, Balance::default());
    note_lead(rows, &new.lead);
    let had = |grant: &Grant| rows.mailboxes.get(&grant.mailbox).is_some_and(|until| *until > now);
    let grant = new.grant.as_ref().filter(|grant| !had(grant));
    if let Some(grant) = grant {
        rows.mailboxes.insert(grant.mailbox.clone(), grant.known_until);
        spend(rows, "starter-credits", grant.credits.into(), grant.credits_per_day, now)?;
    }
    let entry = grant.map_or_else(|| Entry::starter_grant(0, now), |grant| grant.entry);
    if rows.move_credits(owner, &[entry]) { Ok(()) } else { Err(Failure::broken("the grant was refused")) }
}

/// Opens the session; where there are too many now, the oldest end.
fn open_session(rows: &mut Rows, sign_in: &SignIn) -> Result<(), Failure> {
    let SignIn { session, at, expires_at, .. } = sign_in;
    let known = rows.email_index.get_mut(&sign_in.slot.key).filter(|known| known.id == session.account).ok_or_else(code_refused)?;
    let (latest, ended) = known.latest.opening(session.session, *expires_at, *at);
    known.latest = latest;
    let flags = known.flags;
    for session in ended {
        rows.sessions.remove(&session);
    }
    rows.sessions.insert(session.session, SessionRow { account: session.account, expires_at: *expires_at, flags });
    Ok(())
}

/// What is there stays.
pub(super) fn note_lead(rows: &mut Rows, lead: &Lead) {
    rows.leads.entry(lead.key.clone()).or_insert_with(|| lead.clone());
}

#[derive(Clone)]
pub struct FakeLeads(pub FakeDatabase);

#[async_trait]
impl Leads for FakeLeads {
    async fn note(&self, lead: &Lead) -> Result<(), Failure> {
        self.0
            .transact("leads.note", |rows| {
                note_lead(rows, lead);
                Ok(())
            })
            .await
    }

    async fn find(&self, key: &EmailKey) -> Result<Option<Lead>, Failure> {
        self.0.read("leads.find", |rows| Ok(rows.leads.get(key).cloned())).await
    }

    async fn forget(&self, key: &EmailKey) -> Result<(), Failure> {
        self.0
            .transact("leads.forget", |rows| {
                rows.leads.remove(key);
                Ok(())
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

    async fn set_locale(&self, caller: &AccountSession, locale: &str) -> Result<(), Failure> {
        self.0
            .transact("profiles.set_locale", |rows| {
                rows.ask_session(&(*caller).into(), self.0.now())?;
                rows.profiles.get_mut(&caller.account).ok_or_else(Failure::signed_out)?.1 = locale.to_owned();
                Ok(())
            })
            .await
    }
}
