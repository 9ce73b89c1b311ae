//! Decisions: once, by somebody else on an appeal, and with everything that follows from them made good.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use desk::{
    Action, DecideCase, Deed, LookAtPhoto, MakeAppeal, Operator, Operators, Passkey, RelyingParty, Role, Signing, Telling, Verdict,
};
use kernel::{
    AccountSession, Clock, DeskSession, Failure, FixedClock, GenerationId, OperatorId, Randomness, Reason, SecretHash, SeededRandomness,
    SignedDuration,
};
use screening::Decision;
use studio::case::{AppealStanding, Ground, Outcome};
use studio::{Case, Change, Generation, Generations, Quarantine, State, Step};
use testkit::authenticator::{Authenticator, ORIGIN};
use testkit::fakes::{
    FakeBucket, FakeCases, FakeDatabase, FakeGenerations, FakeMailer, FakeOperators, FakeQuarantine, FakeRecipients, FakeSteps, SessionRow,
    UploadRow,
};
use testkit::{Faults, builders};
use wallet::{Balance, Entry};

struct World {
    database: FakeDatabase,
    bucket: FakeBucket,
    clock: Arc<FixedClock>,
    faults: Faults,
    randomness: SeededRandomness,
    steps: FakeSteps,
    mailer: FakeMailer,
    site: RelyingParty,
}

struct Person {
    session: DeskSession,
    passkey: Authenticator,
}

impl World {
    fn new() -> Self {
        let (clock, faults) = (Arc::new(FixedClock::at(builders::midnight())), Faults::default());
        Self {
            database: FakeDatabase::new(clock.clone(), faults.clone()),
            bucket: FakeBucket::new(faults.clone()),
            randomness: SeededRandomness::new(1),
            steps: FakeSteps::new(faults.clone()),
            mailer: FakeMailer::new(faults.clone()),
            site: RelyingParty::new(ORIGIN),
            clock,
            faults,
        }
    }

    /// An operator at the desk.
    fn operator(&self, role: Role) -> Person {
        let (id, mut seed) = (OperatorId::new(&*self.clock, &self.randomness), [0; 8]);
        self.randomness.fill(&mut seed);
        let mut passkey = Authenticator::new(u64::from_be_bytes(seed));
        let action = Action { deed: Deed::RegisterPasskey { operator_id: id }, at: self.clock.now() };
        let stored: Passkey = self.site.register(&passkey.register(&action), &action.written().unwrap().hash).unwrap();
        let mut rows = self.database.rows();
        let session = DeskSession { operator: id, secret: SecretHash::new([seed[0]; 32]) };
        let end = self.clock.now() + SignedDuration::from_hours(24 * 30);
        rows.operators
            .insert(id, (builders::email(&id.to_string()), Operator { id, role, passkeys: 1, registers_until: self.clock.now() }));
        rows.passkeys.insert((id, stored.id.clone()), stored);
        rows.desk_sessions.insert((id, session.secret), (desk::Opened::ByPasskey, end));
        Person { session, passkey }
    }

    /// A generation of two credits that was blocked, of somebody who has this many credits.
    async fn blocked(&self, credits: u32) -> (AccountSession, Generation) {
        let (now, caller) = (self.clock.now(), builders::caller(&*self.clock, &self.randomness));
        let upload = builders::upload(caller, &*self.clock, &self.randomness);
        let generation = builders::generation(caller.owner(), upload.id, 2, now, GenerationId::new(&*self.clock, &self.randomness));
        let screening = generation.begin_screening(now, now).unwrap();
        {
            let mut rows = self.database.rows();
            let grant = Entry::starter_grant(credits, now);
            let hold = Entry::hold(generation.id, 2, now);
            rows.wallets.insert(caller.owner(), Balance::default().after(&[grant]).unwrap().after(&[hold]).unwrap());
            rows.ledger.extend([(caller.owner(), grant), (caller.owner(), hold)]);
            rows.profiles.insert(caller.account, (builders::email("ada"), "en".into(), now));
            rows.sessions.insert(
                caller.session,
                SessionRow { account: caller.account, expires_at: now + SignedDuration::from_hours(24 * 30), flags: Default::default() },
            );
            rows.uploads.insert(upload.id, UploadRow { upload, used: true, refused: false });
            rows.generations.insert((caller.owner(), generation.id), screening.clone());
        }
        FakeQuarantine(self.bucket.clone()).isolate(caller.owner(), screening.upload, b"png".to_vec()).await.unwrap();
        let after = screening.block(now).unwrap();
        let (release, record) = (screening.release(now), builders::moderation(&screening, Decision::Referred, now));
        let change = Change { entries: release.as_slice(), moderation: Some(&record), ..Change::of(&screening, &after) };
        assert_eq!(FakeGenerations(self.database.clone()).change(change).await.unwrap(), studio::Written::Stored);
        (caller, after)
    }

    fn signing<'a>(&'a self, operators: &'a dyn Operators) -> Signing<'a> {
        Signing { operators, site: &self.site, clock: &*self.clock }
    }

    /// One request, which may be sent again.
    async fn send(&self, session: &DeskSession, verdict: Verdict<'_>) -> Result<Case, Failure> {
        let (operators, cases, recipients) =
            (FakeOperators(self.database.clone()), FakeCases(self.database.clone()), FakeRecipients(self.database.clone()));
        let telling = Telling { recipients: &recipients, mailer: &self.mailer, origin: ORIGIN };
        DecideCase { signing: self.signing(&operators), cases: &cases, steps: &self.steps, telling }.run(session, verdict).await
    }

    async fn decide(&self, by: &mut Person, case: GenerationId, outcome: Outcome) -> Result<Case, Failure> {
        self.clock.advance(SignedDuration::from_secs(1));
        let (at, ground) = (self.clock.now(), if outcome == Outcome::Overturn { Ground::Allowed } else { Ground::Violence });
        let assertion = by.passkey.sign(&Action { deed: Deed::Decide { case_id: case, outcome, ground }, at });
        self.send(&by.session, Verdict { case, outcome, ground, at, assertion: &assertion }).await
    }

    async fn appeal(&self, caller: &AccountSession, id: GenerationId, text: &str) -> Result<Case, Failure> {
        MakeAppeal { cases: &FakeCases(self.database.clone()), clock: &*self.clock }.run(caller, id, text).await
    }

    fn generation(&self, caller: &AccountSession, id: GenerationId) -> Generation {
        self.database.rows().generations[&(caller.owner(), id)].clone()
    }

    fn balance(&self, caller: &AccountSession) -> Balance {
        self.database.rows().wallets[&caller.owner()]
    }

    fn told(&self) -> usize {
        self.steps.queue().iter().filter(|(step, _)| *step == Step::GenerationQueued).count()
    }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, Failure>, reason: Reason) {
    match outcome {
        Err(Failure::Invalid(p) | Failure::Denied(p) | Failure::Missing(p) | Failure::Conflict(p) | Failure::Busy { problem: p, .. }) => {
            assert_eq!(p.reason, reason, "{}", p.detail);
        }
        other => panic!("{other:?} is not refused for {reason:?}"),
    }
}

#[tokio::test]
async fn an_44_an_overturn_holds_the_credits_again_and_sets_the_generation_going_once() {
    let world = World::new();
    let (mut operator, (caller, blocked)) = (world.operator(Role::Moderator), world.blocked(3).await);
    let case = world.decide(&mut operator, blocked.id, Outcome::Overturn).await.unwrap();
    assert!(case.last().unwrap().resumed && !case.is_open());
    let going = world.generation(&caller, blocked.id);
    assert_eq!((going.state, going.cleared, going.reason), (State::Queued, true, None));
    assert_eq!(world.balance(&caller), Balance { available: 1, held: 2, running: 1 });
    assert_eq!((world.told(), world.mailer.sent().len()), (1, 1));
    assert!(!world.database.rows().uploads[&blocked.upload].refused);
    refused(world.decide(&mut operator, blocked.id, Outcome::Overturn).await, Reason::CaseDecided);
    refused(world.decide(&mut operator, blocked.id, Outcome::Uphold).await, Reason::CaseDecided);
    assert_eq!((world.balance(&caller), world.told()), (Balance { available: 1, held: 2, running: 1 }, 1));
}

#[tokio::test]
async fn an_44_credits_that_were_spent_since_are_granted() {
    for (left, made_up) in [(0, 2), (1, 1), (2, 0)] {
        let world = World::new();
        let (mut operator, (caller, blocked)) = (world.operator(Role::Moderator), world.blocked(2).await);
        world.database.rows().wallets.insert(caller.owner(), Balance { available: left, held: 0, running: 0 });
        world.decide(&mut operator, blocked.id, Outcome::Overturn).await.unwrap();
        assert_eq!(world.balance(&caller), Balance { available: 0, held: 2, running: 1 });
        let rows = world.database.rows();
        let granted: i64 = rows
            .ledger
            .iter()
            .filter(|(_, entry)| entry.key().starts_with("grant#reopened"))
            .map(|(_, entry)| entry.available_delta())
            .sum();
        assert_eq!(granted, made_up);
    }
}

#[tokio::test]
async fn an_44_whatever_dies_the_same_request_again_makes_it_good_and_nothing_twice() {
    let calls = {
        let world = World::new();
        let (mut operator, (_, blocked)) = (world.operator(Role::Moderator), world.blocked(3).await);
        let before = world.faults.calls().len();
        world.decide(&mut operator, blocked.id, Outcome::Overturn).await.unwrap();
        world.faults.calls().len() - before
    };
    assert!(calls >= 7, "{calls}");
    for call in 0..calls {
        for when in [testkit::When::Before, testkit::When::After] {
            let world = World::new();
            let (mut operator, (caller, blocked)) = (world.operator(Role::Moderator), world.blocked(3).await);
            let (at, outcome, ground) = (world.clock.now(), Outcome::Overturn, Ground::Allowed);
            let assertion = operator.passkey.sign(&Action { deed: Deed::Decide { case_id: blocked.id, outcome, ground }, at });
            let verdict = Verdict { case: blocked.id, outcome, ground, at, assertion: &assertion };
            world.faults.fail(call, when, testkit::Kind::Crash);
            let _dead = testkit::survive(world.send(&operator.session, verdict)).await;
            world.faults.clear();
            world.send(&operator.session, verdict).await.unwrap();
            world.send(&operator.session, verdict).await.unwrap();
            assert_eq!(world.balance(&caller), Balance { available: 1, held: 2, running: 1 }, "call {call} {when:?}");
            assert!(world.told() >= 1 && (1..=2).contains(&world.mailer.sent().len()), "call {call} {when:?}");
            assert_eq!(world.database.rows().trails[&operator.session.operator].len(), 1, "call {call} {when:?}");
        }
    }
}

#[tokio::test]
async fn an_42_after_five_days_an_overturn_says_so_and_nothing_is_held() {
    let world = World::new();
    let (mut operator, (caller, blocked)) = (world.operator(Role::Moderator), world.blocked(3).await);
    world.clock.advance(SignedDuration::from_hours(24 * 5) - SignedDuration::from_secs(1));
    let case = world.decide(&mut operator, blocked.id, Outcome::Overturn).await.unwrap();
    assert!(!case.last().unwrap().resumed);
    assert_eq!((world.generation(&caller, blocked.id).state, world.balance(&caller).held), (State::Blocked, 0));
    assert_eq!((world.told(), world.mailer.sent().len()), (0, 1));
}

#[tokio::test]
async fn an_42_the_deletion_that_comes_between_leaves_nothing_half_done() {
    let world = World::new();
    let (mut operator, (caller, blocked)) = (world.operator(Role::Moderator), world.blocked(3).await);
    // The clock of the quarantine is gone; the case was read before.
    world.database.rows().moderation.get_mut(&blocked.id).unwrap().quarantined_until = None;
    refused(world.decide(&mut operator, blocked.id, Outcome::Overturn).await, Reason::Unavailable);
    assert_eq!((world.generation(&caller, blocked.id).state, world.balance(&caller).held), (State::Blocked, 0));
    assert!(world.database.rows().trails.is_empty());
}

#[tokio::test]
async fn an_44_an_appeal_is_decided_by_another_operator() {
    let world = World::new();
    let (mut first, mut second) = (world.operator(Role::Moderator), world.operator(Role::Lead));
    let (caller, blocked) = world.blocked(3).await;
    world.decide(&mut first, blocked.id, Outcome::Uphold).await.unwrap();
    for wrong in ["", " \n", &"é".repeat(1_001)] {
        refused(world.appeal(&caller, blocked.id, wrong).await, Reason::FieldInvalid);
    }
    let (stranger, _) = world.blocked(2).await;
    refused(world.appeal(&stranger, blocked.id, "Mine.").await, Reason::NotFound);
    let appealed = world.appeal(&caller, blocked.id, &"é".repeat(1_000)).await.unwrap();
    assert_eq!((appealed.appeal_standing(), appealed.is_open()), (AppealStanding::Open, true));
    refused(world.appeal(&caller, blocked.id, "Again.").await, Reason::AppealRefused);
    refused(world.decide(&mut first, blocked.id, Outcome::Overturn).await, Reason::AnotherMustDecide);
    let decided = world.decide(&mut second, blocked.id, Outcome::Overturn).await.unwrap();
    assert_eq!(decided.appeal_standing(), AppealStanding::Overturned);
    assert_eq!(decided.ruling.unwrap().outcome, Outcome::Uphold, "the first decision stays on record");
    refused(world.appeal(&caller, blocked.id, "Again.").await, Reason::AppealRefused);
}

#[tokio::test]
async fn an_44_an_appeal_before_anybody_looked_is_decided_with_the_case() {
    let world = World::new();
    let (mut operator, (caller, blocked)) = (world.operator(Role::Moderator), world.blocked(3).await);
    world.appeal(&caller, blocked.id, "It is a drawing.").await.unwrap();
    let decided = world.decide(&mut operator, blocked.id, Outcome::Uphold).await.unwrap();
    assert_eq!((decided.appeal_standing(), decided.ruling), (AppealStanding::Upheld, None));
}

#[tokio::test]
async fn who_may_not_decide_does_not() {
    let world = World::new();
    let (mut support, mut operator, (_, blocked)) =
        (world.operator(Role::Support), world.operator(Role::Moderator), world.blocked(3).await);
    refused(world.decide(&mut support, blocked.id, Outcome::Uphold).await, Reason::RoleInsufficient);
    let (at, case) = (world.clock.now(), blocked.id);
    let action = |outcome, ground| Action { deed: Deed::Decide { case_id: case, outcome, ground }, at };
    let assertion = operator.passkey.sign(&action(Outcome::Uphold, Ground::Hate));
    for (outcome, ground) in [(Outcome::Uphold, Ground::Allowed), (Outcome::Overturn, Ground::Hate), (Outcome::Uphold, Ground::Screening)] {
        refused(world.send(&operator.session, Verdict { case, outcome, ground, at, assertion: &assertion }).await, Reason::FieldInvalid);
    }
    let (outcome, ground) = (Outcome::Uphold, Ground::Hate);
    let theirs = Verdict { case, outcome, ground, at, assertion: &assertion };
    refused(world.send(&support.session, theirs).await, Reason::RoleInsufficient);
    for minutes in [-3, 3] {
        let at = world.clock.now() + SignedDuration::from_mins(minutes);
        let stale = operator.passkey.sign(&Action { at, ..action(outcome, ground) });
        refused(world.send(&operator.session, Verdict { at, assertion: &stale, ..theirs }).await, Reason::PasskeyRefused);
    }
    world.database.rows().operators.remove(&operator.session.operator);
    let again = operator.passkey.sign(&action(outcome, ground));
    refused(world.send(&operator.session, Verdict { assertion: &again, ..theirs }).await, Reason::SignedOut);
}

#[tokio::test]
async fn an_13_a_clear_view_is_in_the_trail_before_it_is_seen() {
    let world = World::new();
    let (mut operator, (_, blocked)) = (world.operator(Role::Moderator), world.blocked(3).await);
    let (operators, cases, quarantine) =
        (FakeOperators(world.database.clone()), FakeCases(world.database.clone()), FakeQuarantine(world.bucket.clone()));
    let noted = || world.database.rows().trails.values().map(Vec::len).sum::<usize>();
    let preview = |_: &[u8], clear: bool| {
        assert_eq!(noted(), usize::from(clear), "the trail comes first");
        Ok(vec![u8::from(clear)])
    };
    let look = LookAtPhoto { signing: world.signing(&operators), cases: &cases, quarantine: &quarantine, preview: &preview };
    assert_eq!(look.blurred(&operator.session, blocked.id).await.unwrap(), [0]);
    let at = world.clock.now();
    let assertion = operator.passkey.sign(&Action { deed: Deed::View { case_id: blocked.id }, at });
    assert_eq!(look.clear(&operator.session, blocked.id, at, &assertion).await.unwrap(), [1]);
    refused(look.clear(&operator.session, blocked.id, at, &assertion).await, Reason::PasskeyRefused);
    world.clock.advance(SignedDuration::from_hours(24 * 5));
    refused(look.blurred(&operator.session, blocked.id).await, Reason::PhotoGone);
}
