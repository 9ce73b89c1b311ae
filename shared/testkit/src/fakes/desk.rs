//! The desk: operators, their trails, and cases.

use accounts::code_refused;
use async_trait::async_trait;
use desk::{
    AuditEntry, CasePage, Cases, CredentialId, Decided, Deciding, Head, Opened, Opening, Operator, Operators, OwnCases, Passkey, Place,
    Signed, Standing, Subject,
};
use kernel::{AccountSession, DeskSession, Email, Failure, GenerationId, OperatorId, Reason, Timestamp};
use studio::Case;
use studio::case::StatementOfReasons;

use super::{FakeDatabase, Rows};

#[derive(Clone)]
pub struct FakeOperators(pub FakeDatabase);

impl FakeOperators {
    /// Makes somebody an operator.
    pub fn appoint(&self, email: &Email, operator: Operator) {
        self.0.rows().operators.insert(operator.id, (email.clone(), operator));
    }
}

#[async_trait]
impl Operators for FakeOperators {
    async fn of_email(&self, email: &Email, credential: Option<&CredentialId>) -> Result<Option<(Operator, Option<Passkey>)>, Failure> {
        self.0
            .read("operators.of_email", |rows| {
                let known = rows.operators.values().find(|(known, _)| known == email).map(|(_, operator)| operator.clone());
                Ok(known.map(|operator| {
                    let passkey = credential.and_then(|id| rows.passkeys.get(&(operator.id, id.clone()))).cloned();
                    (operator, passkey)
                }))
            })
            .await
    }

    async fn open(&self, opening: &Opening) -> Result<(), Failure> {
        let Opening { slot, code, session, opened, signed, expires_at, .. } = opening;
        self.0
            .transact("operators.open", |rows| {
                rows.codes.remove(slot).filter(|(hash, _, _)| hash.matches(code)).ok_or_else(code_refused)?;
                if let Some(signed) = signed {
                    rows.spend(session.operator, signed.action)?;
                    rows.count_passkey(session.operator, &signed.credential, signed.counter)?;
                }
                rows.desk_sessions.insert((session.operator, session.secret), (*opened, *expires_at));
                Ok(())
            })
            .await
    }

    async fn standing(&self, session: &DeskSession, credential: Option<&CredentialId>, now: Timestamp) -> Result<Standing, Failure> {
        self.0
            .read("operators.standing", |rows| {
                let opened = rows.desk_session(session, now)?;
                let (_, operator) = rows.operators.get(&session.operator).cloned().ok_or_else(Failure::signed_out)?;
                let passkey = credential.and_then(|id| rows.passkeys.get(&(operator.id, id.clone()))).cloned();
                Ok(Standing { session: *session, opened, passkey, head: rows.head(operator.id)?, operator })
            })
            .await
    }

    async fn register(&self, standing: &Standing, passkey: &Passkey, signed: Option<&Signed>, at: Timestamp) -> Result<(), Failure> {
        let id = standing.operator.id;
        self.0
            .transact("operators.register", |rows| {
                rows.desk_session(&standing.session, at)?;
                match signed {
                    Some(signed) => rows.note(signed)?,
                    None => {
                        let (_, operator) = rows.operators.get_mut(&id).ok_or_else(Failure::signed_out)?;
                        if operator.passkeys != standing.operator.passkeys {
                            return Err(meanwhile());
                        }
                        operator.passkeys += 1;
                        if let Some(session) = rows.desk_sessions.get_mut(&(id, standing.session.secret)) {
                            session.0 = Opened::ByPasskey;
                        }
                    }
                }
                if rows.passkeys.insert((id, passkey.id.clone()), passkey.clone()).is_some() {
                    return Err(Failure::denied(Reason::PasskeyRefused, "This passkey was not accepted: it is registered already."));
                }
                Ok(())
            })
            .await
    }

    async fn note(&self, signed: &Signed) -> Result<(), Failure> {
        self.0.transact("operators.note", |rows| rows.note(signed)).await
    }

    async fn trail(&self, operator: OperatorId, after: u64, limit: u16) -> Result<Vec<AuditEntry>, Failure> {
        self.0
            .read("operators.trail", |rows| {
                let own = rows.trails.get(&operator).into_iter().flatten().filter(|entry| entry.number > after);
                Ok(own.take(usize::from(limit)).cloned().collect())
            })
            .await
    }
}

impl Rows {
    fn desk_session(&self, session: &DeskSession, now: Timestamp) -> Result<Opened, Failure> {
        let row = self.desk_sessions.get(&(session.operator, session.secret)).filter(|(_, end)| *end > now);
        row.map(|(opened, _)| *opened).ok_or_else(Failure::signed_out)
    }

    fn head(&self, operator: OperatorId) -> Result<Head, Failure> {
        let last = self.trails.get(&operator).and_then(|trail| trail.last());
        last.map_or_else(|| Ok(Head::default()), |last| Ok(Head { length: last.number, hash: last.hash()? }))
    }

    fn spend(&mut self, operator: OperatorId, action: [u8; 32]) -> Result<(), Failure> {
        let again = || Failure::denied(Reason::PasskeyRefused, "This passkey was not accepted: this was done already.");
        if self.spent.insert((operator, action)) { Ok(()) } else { Err(again()) }
    }

    fn count_passkey(&mut self, operator: OperatorId, id: &CredentialId, counter: (u32, u32)) -> Result<(), Failure> {
        let passkey = self.passkeys.get_mut(&(operator, id.clone())).filter(|passkey| passkey.counter == counter.0);
        passkey.ok_or_else(meanwhile)?.counter = counter.1;
        Ok(())
    }

    /// What every signed deed writes.
    fn note(&mut self, signed: &Signed) -> Result<(), Failure> {
        let operator = signed.entry.operator_id;
        self.spend(operator, signed.action)?;
        self.desk_session(&signed.session, signed.entry.at)?;
        if self.operators.get(&operator).is_none_or(|(_, known)| known.role != signed.role) {
            return Err(Failure::signed_out());
        }
        self.count_passkey(operator, &signed.entry.assertion.credential_id, signed.counter)?;
        if self.head(operator)? != signed.before {
            return Err(meanwhile());
        }
        self.trails.entry(operator).or_default().push(signed.entry.clone());
        Ok(())
    }
}

#[derive(Clone)]
pub struct FakeCases(pub FakeDatabase);

#[async_trait]
impl Cases for FakeCases {
    async fn open(&self, after: Option<Place>, limit: u16) -> Result<CasePage, Failure> {
        self.0
            .read("cases.open", |rows| {
                let mut open: Vec<(Place, Case)> =
                    rows.cases.values().filter_map(|case| Some(((case.due_at?, case.generation), case.clone()))).collect();
                open.sort_by_key(|(place, _)| *place);
                open.retain(|(place, _)| after.is_none_or(|after| *place > after));
                let more = open.len() > usize::from(limit);
                open.truncate(usize::from(limit));
                let next = open.last().filter(|_| more).map(|(place, _)| *place);
                Ok(CasePage { cases: open.into_iter().map(|(_, case)| case).collect(), next })
            })
            .await
    }

    async fn get(&self, id: GenerationId) -> Result<Option<(Case, Vec<StatementOfReasons>)>, Failure> {
        self.0
            .read("cases.get", |rows| {
                let reasons = rows.reasons.iter().filter(|((of, _), _)| *of == id).map(|(_, reasons)| reasons.clone()).collect();
                Ok(rows.cases.get(&id).cloned().map(|case| (case, reasons)))
            })
            .await
    }

    async fn subject(&self, case: &Case) -> Result<Subject, Failure> {
        self.0
            .read("cases.subject", |rows| {
                Ok(Subject {
                    generation: rows.generations.get(&(case.owner, case.generation)).cloned(),
                    available: rows.wallets.get(&case.owner).map(|wallet| wallet.available).unwrap_or_default(),
                    has_upload: rows.uploads.contains_key(&case.upload),
                })
            })
            .await
    }

    async fn decide(&self, deciding: &Deciding<'_>) -> Result<Decided, Failure> {
        let Deciding { before, after, reasons, signed, reopening, at } = deciding;
        let decided = self
            .0
            .transact("cases.decide", |rows| {
                rows.note(signed)?;
                if rows.cases.get(&before.generation) != Some(before) {
                    return Err(overtaken());
                }
                if let Some(reopening) = reopening {
                    let key = (before.owner, before.generation);
                    let photo = rows.moderation.get(&before.generation).and_then(|record| record.quarantined_until);
                    if photo.is_none_or(|until| until <= *at) || rows.generations.get(&key) != Some(&reopening.before) {
                        return Err(overtaken());
                    }
                    rows.uploads.get_mut(&before.upload).ok_or_else(overtaken)?.refused = false;
                    if !rows.move_credits(before.owner, &reopening.entries) {
                        return Err(overtaken());
                    }
                    rows.generations.insert(key, reopening.after.clone());
                }
                rows.cases.insert(before.generation, (*after).clone());
                rows.reasons.insert((before.generation, reasons.at), (*reasons).clone());
                Ok(Decided::Written)
            })
            .await;
        // A transaction leaves nothing behind only where it fails.
        match decided {
            Err(Failure::Conflict(problem)) if problem.reason == Reason::CaseDecided => Ok(Decided::Overtaken),
            other => other,
        }
    }

    async fn told(&self, case: &Case) -> Result<(), Failure> {
        self.0
            .transact("cases.told", |rows| {
                if rows.cases.get(&case.generation).is_some_and(|known| known.version == case.version) {
                    rows.cases.insert(case.generation, case.told());
                }
                Ok(())
            })
            .await
    }
}

#[async_trait]
impl OwnCases for FakeCases {
    async fn own(&self, session: &AccountSession, id: GenerationId) -> Result<Option<Case>, Failure> {
        self.0
            .read("own_cases.own", |rows| {
                rows.ask_session(&(*session).into(), self.0.now())?;
                Ok(rows.cases.get(&id).cloned())
            })
            .await
    }

    async fn appeal(&self, session: &AccountSession, before: &Case, after: &Case, at: Timestamp) -> Result<Decided, Failure> {
        self.0
            .transact("own_cases.appeal", |rows| {
                rows.ask_session(&(*session).into(), at)?;
                if rows.cases.get(&before.generation).is_none_or(|known| known.version != before.version) {
                    return Ok(Decided::Overtaken);
                }
                rows.cases.insert(before.generation, after.clone());
                Ok(Decided::Written)
            })
            .await
    }
}

fn meanwhile() -> Failure {
    Failure::unavailable(std::time::Duration::from_secs(1))
}

fn overtaken() -> Failure {
    Failure::conflict(Reason::CaseDecided, "The case is not as it was read.")
}
