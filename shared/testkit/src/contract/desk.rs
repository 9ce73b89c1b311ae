//! The desk: who is let in, what is signed, and what becomes of cases.

use ::accounts::{Guesses, Pass, ProveAddress};
use ::desk::{
    Action, Cases, Decided, Deciding, Deed, Entered, OpenDeskSession, Opened, Operator, Operators, OwnCases, RegisterPasskey, RelyingParty,
    Reopening, Role, Signed, Signing, is_unbroken,
};
use kernel::{AccountSession, DeskSession, Email, Failure, OperatorId, Reason, SignedDuration};
use screening::Decision;
use studio::case::{Ground, Outcome, Ruling, StatementOfReasons};
use studio::{Case, Change, Generation};

use super::Stores;
use super::stores::reason;
use crate::authenticator::{Authenticator, ORIGIN};
use crate::builders;

/// The ports of one implementation, beside its [`Stores`].
pub struct Desk {
    pub operators: Box<dyn Operators>,
    pub guesses: Box<dyn Guesses>,
    pub cases: Box<dyn Cases>,
    pub own: Box<dyn OwnCases>,
}

/// Somebody at the desk, with the passkey that they signed in with.
pub struct AtTheDesk {
    pub session: DeskSession,
    pub passkey: Authenticator,
}

impl Desk {
    /// A sign-in with a code that was mailed to this address.
    async fn sign_in(&self, stores: &Stores, email: &Email, passkey: Option<&mut Authenticator>) -> Result<(DeskSession, Opened), Failure> {
        let (nonce, code) = stores.mailed(email).await;
        let at = stores.now();
        let assertion = passkey.map(|passkey| passkey.sign(&Action { deed: Deed::SignIn, at }));
        let site = RelyingParty::new(ORIGIN);
        let prove = ProveAddress {
            guesses: &*self.guesses,
            salts: &*stores.salts,
            pepper: &builders::pepper(),
            clock: &*stores.clock,
            randomness: &stores.randomness,
        };
        let open = OpenDeskSession { operators: &*self.operators, prove, site: &site };
        let signed = assertion.as_ref().map(|assertion| (at, assertion));
        let opened = open.run(&Entered { email, code: &code, nonces: &[nonce], address: stores.network(), signed }).await?;
        Ok((DeskSession { operator: opened.operator.id, secret: Pass::hash(&opened.secret) }, opened.opened))
    }

    fn signing<'a>(&'a self, stores: &'a Stores, site: &'a RelyingParty) -> Signing<'a> {
        Signing { operators: &*self.operators, site, clock: &*stores.clock }
    }

    async fn signed(&self, stores: &Stores, at_the_desk: &mut AtTheDesk, deed: Deed) -> Result<Signed, Failure> {
        // Two deeds of a second would be one and the same.
        stores.later(SignedDuration::from_secs(1));
        let (site, action) = (RelyingParty::new(ORIGIN), Action { deed, at: stores.now() });
        let assertion = at_the_desk.passkey.sign(&action);
        self.signing(stores, &site).check(&at_the_desk.session, Role::Moderator, &action, &assertion).await
    }

    /// An operator with a passkey, at the desk.
    pub async fn operator(&self, stores: &Stores, appoint: impl AsyncFn(Email, Operator), seed: u64) -> AtTheDesk {
        let (email, mut passkey) = (stores.address(), Authenticator::new(seed));
        let id = OperatorId::new(&*stores.clock, &stores.randomness);
        let registers_until = stores.now() + SignedDuration::from_hours(24);
        appoint(email.clone(), Operator { id, role: Role::Lead, passkeys: 0, registers_until }).await;
        let (session, opened) = self.sign_in(stores, &email, None).await.unwrap();
        assert_eq!(opened, Opened::ByCode);
        let (site, at) = (RelyingParty::new(ORIGIN), stores.now());
        let registration = passkey.register(&Action { deed: Deed::RegisterPasskey { operator_id: id }, at });
        let register = RegisterPasskey { signing: self.signing(stores, &site) };
        register.run(&session, at, &registration, None).await.unwrap();
        let again = register.run(&session, at, &registration, None).await;
        assert_eq!(reason(again), Some(Reason::PasskeyRefused), "the second is signed by the first");
        AtTheDesk { session, passkey }
    }
}

/// The first passkey comes with a code, and from then on nobody comes without one.
pub async fn sign_ins(stores: &Stores, desk: &Desk, appoint: impl AsyncFn(Email, Operator)) {
    let (email, id) = (stores.address(), OperatorId::new(&*stores.clock, &stores.randomness));
    let refused = desk.sign_in(stores, &email, None).await;
    assert_eq!(reason(refused), Some(Reason::CodeRefused), "who is no operator has a code as anybody has");
    let registers_until = stores.now() + SignedDuration::from_hours(24);
    appoint(email.clone(), Operator { id, role: Role::Moderator, passkeys: 0, registers_until }).await;
    let (session, _) = desk.sign_in(stores, &email, None).await.unwrap();
    let standing = desk.operators.standing(&session, None, stores.now()).await.unwrap();
    assert_eq!(reason(standing.needs(Role::Support)), Some(Reason::PasskeyRefused), "it may register one and nothing else");

    let (site, at, mut passkey) = (RelyingParty::new(ORIGIN), stores.now(), Authenticator::new(stores.now().as_second().unsigned_abs()));
    let registration = passkey.register(&Action { deed: Deed::RegisterPasskey { operator_id: id }, at });
    RegisterPasskey { signing: desk.signing(stores, &site) }.run(&session, at, &registration, None).await.unwrap();
    let standing = desk.operators.standing(&session, Some(&passkey.credential()), stores.now()).await.unwrap();
    assert!(standing.needs(Role::Moderator).is_ok() && standing.needs(Role::Lead).is_err());
    assert_eq!(standing.passkey.map(|passkey| passkey.counter), Some(0));

    assert_eq!(reason(desk.sign_in(stores, &email, None).await), Some(Reason::PasskeyRefused), "a code alone does no more");
    let mut stranger = Authenticator::new(7);
    assert_eq!(reason(desk.sign_in(stores, &email, Some(&mut stranger)).await), Some(Reason::PasskeyRefused));
    stores.later(SignedDuration::from_secs(1));
    let (other, opened) = desk.sign_in(stores, &email, Some(&mut passkey)).await.unwrap();
    assert_eq!(opened, Opened::ByPasskey);
    let closed = DeskSession { secret: Pass::new(&stores.randomness).hash(), ..other };
    assert_eq!(reason(desk.operators.standing(&closed, None, stores.now()).await), Some(Reason::SignedOut));
    stores.later(SignedDuration::from_hours(12));
    assert_eq!(reason(desk.operators.standing(&other, None, stores.now()).await), Some(Reason::SignedOut), "twelve hours");
}

/// A deed is done once, and the trail goes on from where it was.
pub async fn trails(stores: &Stores, desk: &Desk, appoint: impl AsyncFn(Email, Operator)) {
    let mut operator = desk.operator(stores, appoint, stores.now().as_second().unsigned_abs() + 11).await;
    let case_id = stores.placed(stores.customer(1).await, 1).await.id;
    let first = desk.signed(stores, &mut operator, Deed::View { case_id }).await.unwrap();
    let beside = desk.signed(stores, &mut operator, Deed::View { case_id }).await.unwrap();
    desk.operators.note(&first).await.unwrap();
    assert_eq!(reason(desk.operators.note(&first).await), Some(Reason::PasskeyRefused), "twice is once");
    assert_eq!(reason(desk.operators.note(&beside).await), Some(Reason::Unavailable), "the trail went on meanwhile");
    for _ in 0..2 {
        let next = desk.signed(stores, &mut operator, Deed::View { case_id }).await.unwrap();
        desk.operators.note(&next).await.unwrap();
    }
    let trail = desk.operators.trail(operator.session.operator, 0, 10).await.unwrap();
    assert_eq!(trail.iter().map(|entry| entry.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(is_unbroken(&::desk::Head::default(), &trail).unwrap());
    assert_eq!(desk.operators.trail(operator.session.operator, 1, 1).await.unwrap(), trail[1..2]);
    assert!(trail.iter().all(|entry| entry.case_id == Some(case_id) && !entry.action.contains("acc_")), "no account");
    let mut changed = trail.clone();
    changed[1].at = stores.now();
    assert!(!is_unbroken(&::desk::Head::default(), &changed).unwrap() && !is_unbroken(&::desk::Head::default(), &trail[1..]).unwrap());
}

/// A generation that the screening blocked, with its case.
async fn blocked(stores: &Stores, decision: Decision) -> (AccountSession, Generation, Case) {
    let caller = stores.customer(3).await;
    let queued = stores.placed(caller, 2).await;
    let now = stores.now();
    let screening = queued.begin_screening(now, now).unwrap();
    assert_eq!(stores.generations.change(Change::of(&queued, &screening)).await.unwrap(), studio::Written::Stored);
    let (after, record) = (screening.block(now).unwrap(), builders::moderation(&screening, decision, now));
    let release = screening.release(now);
    let change = Change { entries: release.as_slice(), moderation: Some(&record), ..Change::of(&screening, &after) };
    assert_eq!(stores.generations.change(change).await.unwrap(), studio::Written::Stored);
    (caller, after, Case::opened_by(&record).unwrap())
}

fn ruling(outcome: Outcome, operator: OperatorId, signed: &Signed, resumed: bool) -> Ruling {
    let ground = if outcome == Outcome::Overturn { Ground::Allowed } else { Ground::Violence };
    Ruling { outcome, ground, operator, at: signed.entry.at, action: hex::encode(signed.action), resumed, told: false }
}

/// A block opens a case, and an overturn sets its generation going once, with its credits (AN-42, AN-44).
pub async fn overturned(stores: &Stores, desk: &Desk, appoint: impl AsyncFn(Email, Operator)) {
    let mut operator = desk.operator(stores, appoint, stores.now().as_second().unsigned_abs() + 22).await;
    let (caller, generation, opened) = blocked(stores, Decision::Referred).await;
    let (case, reasons) = desk.cases.get(generation.id).await.unwrap().unwrap();
    assert_eq!((&case, reasons.len()), (&opened, 1), "every field survives");
    assert_eq!(stores.views.view(&caller.into(), generation.id).await.unwrap().unwrap().generation, generation);

    let case_id = generation.id;
    let deed = Deed::Decide { case_id, outcome: Outcome::Overturn, ground: Ground::Allowed };
    let signed = desk.signed(stores, &mut operator, deed).await.unwrap();
    let subject = desk.cases.subject(&case).await.unwrap();
    assert_eq!((subject.generation.as_ref(), subject.available, subject.has_upload), (Some(&generation), 3, true));
    let at = signed.entry.at;
    let after = generation.reopen(at).unwrap();
    let reopening = Reopening { before: generation.clone(), entries: after.hold_again(subject.available, at), after: after.clone() };
    let decided = case.decided(ruling(Outcome::Overturn, operator.session.operator, &signed, true));
    let reasons = StatementOfReasons::of_ruling(&decided, decided.last().unwrap());
    let deciding = Deciding { before: &case, after: &decided, reasons: &reasons, signed: &signed, reopening: Some(&reopening), at };
    assert_eq!(desk.cases.decide(&deciding).await.unwrap(), Decided::Written);
    assert_eq!(stores.balance(&caller).await, (1, 2));
    assert_eq!(stores.generations.load(caller.owner(), case_id).await.unwrap(), Some(after));
    assert_eq!(reason(desk.cases.decide(&deciding).await), Some(Reason::PasskeyRefused), "twice is once");
    let again =
        desk.signed(stores, &mut operator, Deed::Decide { case_id, outcome: Outcome::Overturn, ground: Ground::Allowed }).await.unwrap();
    let stale = Deciding { signed: &again, ..deciding };
    assert_eq!(desk.cases.decide(&stale).await.unwrap(), Decided::Overtaken);
    assert_eq!(stores.balance(&caller).await, (1, 2), "held once");
    desk.cases.told(&decided).await.unwrap();
    let (case, reasons) = desk.cases.get(case_id).await.unwrap().unwrap();
    assert!(case.last().unwrap().told && !case.is_open() && reasons.len() == 2);
}

/// A case is appealed once, by its owner in an open session; the queue has what is to be decided.
pub async fn appealed(stores: &Stores, desk: &Desk, appoint: impl AsyncFn(Email, Operator)) {
    let mut operator = desk.operator(stores, appoint, stores.now().as_second().unsigned_abs() + 33).await;
    let (caller, generation, case) = blocked(stores, Decision::Blocked).await;
    let queue = async || {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = desk.cases.open(after, 2).await.unwrap();
            all.extend(page.cases);
            after = page.next;
            if after.is_none() {
                assert!(all.is_sorted_by_key(|case| case.due_at));
                return all;
            }
        }
    };
    let is_queued = async || queue().await.iter().any(|case| case.generation == generation.id);
    assert!(is_queued().await);
    let deed = Deed::Decide { case_id: case.generation, outcome: Outcome::Uphold, ground: Ground::Violence };
    let signed = desk.signed(stores, &mut operator, deed).await.unwrap();
    let upheld = case.decided(ruling(Outcome::Uphold, operator.session.operator, &signed, false));
    let reasons = StatementOfReasons::of_ruling(&upheld, upheld.last().unwrap());
    let deciding = Deciding { before: &case, after: &upheld, reasons: &reasons, signed: &signed, reopening: None, at: signed.entry.at };
    assert_eq!(desk.cases.decide(&deciding).await.unwrap(), Decided::Written);
    assert!(!is_queued().await);
    assert_eq!(stores.balance(&caller).await, (3, 0));

    assert_eq!(desk.own.own(&caller, generation.id).await.unwrap().as_ref(), Some(&upheld));
    let appeal = upheld.appealed("It is a drawing.".into(), stores.now()).unwrap();
    assert_eq!(desk.own.appeal(&caller, &upheld, &appeal, stores.now()).await.unwrap(), Decided::Written);
    assert_eq!(desk.own.appeal(&caller, &upheld, &appeal, stores.now()).await.unwrap(), Decided::Overtaken);
    assert_eq!(desk.own.own(&caller, generation.id).await.unwrap(), Some(appeal));
    assert!(is_queued().await);
    stores.sessions.close(&caller).await.unwrap();
    assert_eq!(reason(desk.own.own(&caller, generation.id).await), Some(Reason::SignedOut));
    assert_eq!(reason(desk.own.appeal(&caller, &upheld, &upheld, stores.now()).await), Some(Reason::SignedOut));
}
