//! Codes and sessions on fakes: single use, attempts, limits, and a fault at every call.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use accounts::{AgeAttestation, Country, Entered, LeadPage, Nonce, OpenSession, RequestCode, SignedIn, StarterCredits};
use kernel::{CallerAddress, Failure, FixedClock, Language, Randomness, Reason, Recipient, SeededRandomness, SignedDuration, limits};
use outreach::Mail;
use testkit::fakes::{FakeCodes, FakeDatabase, FakeGuesses, FakeMailer, FakeSalts, FakeSignIns};
use testkit::{Crashed, Faults, Kind, When, builders, survive};

const FAULTS: [(When, Kind); 6] = [
    (When::Before, Kind::Crash),
    (When::After, Kind::Crash),
    (When::Before, Kind::Busy),
    (When::After, Kind::Busy),
    (When::Before, Kind::Broken),
    (When::After, Kind::Broken),
];

struct SignInFixture {
    clock: Arc<FixedClock>,
    faults: Faults,
    database: FakeDatabase,
    mailer: FakeMailer,
    randomness: SeededRandomness,
    /// What the browser of each name was given.
    nonces: RefCell<HashMap<String, Nonce>>,
    /// What those who enter a code say of their age.
    age: Cell<Option<AgeAttestation>>,
}

impl SignInFixture {
    fn new() -> Self {
        let (clock, faults) = (Arc::new(FixedClock::at(builders::midnight())), Faults::default());
        let database = FakeDatabase::new(clock.clone(), faults.clone());
        Self {
            mailer: FakeMailer::new(faults.clone()),
            randomness: SeededRandomness::new(5),
            clock,
            faults,
            database,
            nonces: RefCell::default(),
            age: Cell::new(Some(AgeAttestation::Thirteen)),
        }
    }

    /// Asks in the browser of `name`, from a network that nobody else has.
    async fn ask(&self, name: &str) -> Result<Result<i64, Failure>, Crashed> {
        self.ask_from(name, self.network(), builders::PER_DAY).await
    }

    fn network(&self) -> CallerAddress {
        let mut bytes = [0x20; 16];
        self.randomness.fill(&mut bytes[1..]);
        CallerAddress::read(&std::net::Ipv6Addr::from(bytes).to_string())
    }

    async fn ask_from(&self, name: &str, address: CallerAddress, mails_per_day: u64) -> Result<Result<i64, Failure>, Crashed> {
        let (codes, salts, pepper) = (FakeCodes(self.database.clone()), FakeSalts(self.database.clone()), builders::pepper());
        let request = RequestCode {
            codes: &codes,
            salts: &salts,
            mailer: &self.mailer,
            pepper: &pepper,
            clock: &*self.clock,
            randomness: &self.randomness,
            mails_per_day,
        };
        let nonce = self.nonces.borrow().get(name).cloned();
        let to = Recipient { email: builders::email(name), language: Language::English };
        let asked = survive(request.run(&to, nonce, address, LeadPage::SignIn)).await?;
        Ok(asked.map(|asked| {
            self.nonces.borrow_mut().insert(name.to_owned(), asked.nonce);
            asked.minutes
        }))
    }

    async fn enter(&self, name: &str, code: &str) -> Result<Result<SignedIn, Failure>, Crashed> {
        let nonces: Vec<_> = self.nonces.borrow().get(name).cloned().into_iter().collect();
        self.enter_with(name, code, &nonces).await
    }

    /// Enters a code in a browser that has these nonces.
    async fn enter_with(&self, name: &str, code: &str, nonces: &[Nonce]) -> Result<Result<SignedIn, Failure>, Crashed> {
        let (guesses, sign_ins) = (FakeGuesses(self.database.clone()), FakeSignIns(self.database.clone()));
        let (salts, pepper) = (FakeSalts(self.database.clone()), builders::pepper());
        let open = OpenSession {
            guesses: &guesses,
            sign_ins: &sign_ins,
            salts: &salts,
            pepper: &pepper,
            clock: &*self.clock,
            randomness: &self.randomness,
            starter: StarterCredits { each: 3, per_day: builders::PER_DAY },
        };
        let email = builders::email(name);
        let (age, country) = (self.age.get(), Country::read("JP"));
        survive(open.run(&Entered { email: &email, code, nonces, address: self.network(), locale: "en", age, country })).await
    }

    /// Requests a code and reads it from the mail.
    async fn code(&self, name: &str) -> String {
        self.ask(name).await.unwrap().unwrap();
        self.mailer.last_code().unwrap()
    }

    /// Asks for codes until one is not replaced by somebody else's before it is used; how often this was a sign-in: once, or never.
    async fn insist(&self, name: &str) -> usize {
        for _ in 0..4 {
            let code = self.code(name).await;
            if self.enter(name, &code).await.unwrap().is_ok() {
                return 1;
            }
        }
        0
    }

    async fn refused(&self, name: &str, code: &str) -> bool {
        matches!(self.enter(name, code).await, Ok(Err(Failure::Denied(problem))) if problem.reason == Reason::CodeRefused)
    }
}

fn other_than(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[tokio::test]
async fn an_01_a_code_opens_an_account_once_and_a_session_each_time() {
    let fixture = SignInFixture::new();
    let first = fixture.enter("ada", &fixture.code("ada").await).await.unwrap().unwrap();
    let second = fixture.enter("ada", &fixture.code("ada").await).await.unwrap().unwrap();
    assert_eq!(first.session.account, second.session.account);
    assert_ne!(first.session.session, second.session.session);
    assert_eq!(first.expires_at.duration_since(first.issued_at), SignedDuration::from_hours(30 * 24), "an_14");
    let rows = fixture.database.rows();
    assert_eq!((rows.profiles.len(), rows.sessions.len(), rows.ledger.len()), (1, 2, 1));
    assert_eq!(rows.wallets[&first.session.owner()].available, 3, "the starter credits come once");
}

#[tokio::test]
async fn an_01_a_code_is_six_digits_works_once_and_lives_ten_minutes() {
    let fixture = SignInFixture::new();
    let code = fixture.code("ada").await;
    assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()));
    assert!(matches!(&fixture.mailer.sent()[0].1, Mail::SignInCode { minutes: 10, .. }));
    fixture.enter("ada", &code).await.unwrap().unwrap();
    assert!(fixture.refused("ada", &code).await, "single use");
    let late = fixture.code("ada").await;
    fixture.clock.advance(SignedDuration::from_mins(10));
    assert!(fixture.refused("ada", &late).await, "ten minutes");
    let (older, newer) = (fixture.code("ada").await, fixture.code("ada").await);
    assert!(older == newer || fixture.refused("ada", &older).await, "a newer code replaces it");
    fixture.enter("ada", &newer).await.unwrap().unwrap();
}

#[tokio::test]
async fn an_01_the_fifth_attempt_may_be_right_and_the_sixth_may_not() {
    for (wrong, good) in [(4, true), (5, false)] {
        let fixture = SignInFixture::new();
        let code = fixture.code("ada").await;
        for _ in 0..wrong {
            assert!(fixture.refused("ada", &other_than(&code)).await);
        }
        assert_eq!(!fixture.refused("ada", &code).await, good, "after {wrong} wrong ones");
    }
}

#[tokio::test]
async fn an_01_what_cannot_be_a_code_is_no_attempt_and_a_code_is_entered_as_it_comes() {
    let fixture = SignInFixture::new();
    let code = fixture.code("ada").await;
    for entered in ["", "12345", "1234567", "12345a", "①②③④⑤⑥"].iter().cycle().take(20) {
        let refused = fixture.enter("ada", entered).await.unwrap().err();
        assert!(matches!(refused, Some(Failure::Invalid(problem)) if problem.reason == Reason::FieldInvalid), "{entered}");
    }
    assert!(fixture.database.rows().codes.values().all(|(_, attempts, _)| *attempts == 0));
    let full_width: String = code.chars().filter_map(|digit| char::from_u32(u32::from(digit) - u32::from('0') + 0xff10)).collect();
    fixture.enter("ada", &format!(" {}-{}\n", &full_width[..9], &full_width[9..])).await.unwrap().unwrap();
}

#[tokio::test]
async fn an_01_fifty_guesses_at_once_count_as_five() {
    let fixture = SignInFixture::new();
    let code = fixture.code("ada").await;
    fixture.faults.interleave(1);
    let wrong = other_than(&code);
    futures_util::future::join_all((0..50).map(|_| fixture.enter("ada", &wrong))).await;
    assert!(fixture.database.rows().codes.values().all(|(_, attempts, _)| *attempts == limits::CODE_ATTEMPTS));
    assert!(fixture.refused("ada", &code).await);
}

#[tokio::test]
async fn an_01_nobody_learns_from_an_answer_or_its_calls_whether_an_address_is_known() {
    let fixture = SignInFixture::new();
    fixture.enter("ada", &fixture.code("ada").await).await.unwrap().unwrap();
    let calls = async |name: &str| {
        let before = fixture.faults.calls().len();
        let minutes = fixture.ask(name).await.unwrap().unwrap();
        (minutes, fixture.faults.calls()[before..].to_vec())
    };
    assert_eq!(calls("ada").await, calls("nobody").await);
    let wrong = other_than(&fixture.code("ada").await);
    assert!(fixture.refused("ada", &wrong).await && fixture.refused("stranger", &wrong).await);
}

#[tokio::test]
async fn an_01_a_code_signs_in_its_own_address_alone() {
    let fixture = SignInFixture::new();
    let ada = fixture.code("ada").await;
    let bob = fixture.code("bob").await;
    assert!(ada == bob || fixture.refused("bob", &ada).await);
    fixture.enter("ada", &ada).await.unwrap().unwrap();
}

#[tokio::test]
async fn an_01_a_right_code_used_twice_at_once_signs_in_once() {
    for seed in 0..20 {
        let fixture = SignInFixture::new();
        let code = fixture.code("ada").await;
        fixture.faults.interleave(seed);
        let (one, two) = futures_util::future::join(fixture.enter("ada", &code), fixture.enter("ada", &code)).await;
        let entered = [one, two].iter().filter(|entered| matches!(entered, Ok(Ok(_)))).count();
        let rows = fixture.database.rows();
        assert_eq!((entered, rows.profiles.len(), rows.sessions.len(), rows.ledger.len()), (1, 1, 1, 1), "seed {seed}");
    }
}

/// However many sign in at once, and whichever of their calls come between those of others.
#[tokio::test]
async fn an_account_never_has_more_than_twenty_sessions() {
    let mut most = 0;
    for seed in 0..20 {
        let fixture = SignInFixture::new();
        for _ in 1..limits::SESSIONS {
            fixture.enter("ada", &fixture.code("ada").await).await.unwrap().unwrap();
            fixture.clock.advance(SignedDuration::from_mins(4));
        }
        fixture.clock.advance(SignedDuration::from_hours(1));
        fixture.faults.interleave(seed);
        let entered: usize = futures_util::future::join_all((0..5).map(|_| fixture.insist("ada"))).await.into_iter().sum();
        let open = fixture.database.rows().sessions.len();
        assert_eq!(open, limits::SESSIONS.min(limits::SESSIONS - 1 + entered), "seed {seed}");
        most = most.max(entered);
    }
    assert!(most > 1, "{most} signed in at once");
}

#[tokio::test]
async fn an_69_an_address_gets_so_many_codes_an_hour() {
    let fixture = SignInFixture::new();
    for _ in 0..limits::CODES_PER_HOUR.most {
        fixture.code("ada").await;
    }
    assert!(matches!(fixture.ask("ada").await.unwrap(), Err(Failure::Busy { .. })));
    assert_eq!(fixture.mailer.sent().len(), limits::CODES_PER_HOUR.most as usize, "no mail above the limit");
    fixture.code("bob").await;
    fixture.clock.advance(SignedDuration::from_hours(1));
    fixture.code("ada").await;
}

#[tokio::test]
async fn a_fault_at_any_call_of_asking_is_made_good_by_asking_again() {
    for (when, kind) in FAULTS {
        for nth in 0..3 {
            let fixture = SignInFixture::new();
            fixture.faults.fail(nth, when, kind);
            assert!(!matches!(fixture.ask("ada").await, Ok(Ok(_))), "{nth} {when:?} {kind:?}");
            fixture.faults.clear();
            fixture.enter("ada", &fixture.code("ada").await).await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn a_fault_at_any_call_of_entering_opens_one_account_with_one_grant() {
    for (when, kind) in FAULTS {
        for nth in 0.. {
            let fixture = SignInFixture::new();
            let code = fixture.code("ada").await;
            fixture.faults.fail(nth, when, kind);
            let entered = matches!(fixture.enter("ada", &code).await, Ok(Ok(_)));
            let hit = fixture.faults.clear();
            assert_eq!(entered, hit.is_empty());
            // The code may be used up without an answer to its owner; a new one always works.
            let again = fixture.enter("ada", &code).await.unwrap().is_ok();
            let signed_in = fixture.enter("ada", &fixture.code("ada").await).await.unwrap().unwrap();
            let written = hit == ["sign_ins.open"] && when == When::After;
            assert_eq!(again, !entered && !written, "{when:?} {kind:?} {hit:?}");
            let rows = fixture.database.rows();
            assert_eq!((rows.profiles.len(), rows.ledger.len()), (1, 1), "{when:?} {kind:?} {hit:?}");
            assert_eq!(rows.ledger_sum(signed_in.session.owner()), (3, 0));
            drop(rows);
            if hit.is_empty() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn no_code_and_no_address_is_stored_in_the_clear() {
    let fixture = SignInFixture::new();
    let code = fixture.code("ada").await;
    let rows = fixture.database.rows();
    for (slot, (hash, _, _)) in &rows.codes {
        let nonce = fixture.nonces.borrow()["ada"].as_str().to_owned();
        assert!(!slot.key.as_str().contains("ada") && !hash.as_str().contains(&code) && !slot.nonce.as_str().contains(&nonce));
        assert_eq!((slot.key.as_str().len(), slot.nonce.as_str().len(), hash.as_str().len()), (64, 64, 64));
    }
}

/// A stranger has the address alone: what they ask for and guess leaves the owner's code as it is, and the owner's mail opens nothing for them.
#[tokio::test]
async fn an_01_a_stranger_neither_replaces_nor_burns_nor_uses_the_code_of_another_browser() {
    let fixture = SignInFixture::new();
    let code = fixture.code("ada").await;
    let owner = fixture.nonces.borrow_mut().remove("ada").unwrap();
    let stranger = fixture.network();
    for _ in 0..limits::CODES_PER_HOUR_FROM_A_BLOCK.most {
        fixture.ask_from("ada", stranger, builders::PER_DAY).await.unwrap().unwrap();
        for guess in [&code, &other_than(&code), &code, &code, &code, &code, &code] {
            assert!(fixture.refused("ada", guess).await || *guess == code);
        }
        assert!(matches!(fixture.enter_with("ada", &code, &[]).await, Ok(Err(Failure::Denied(_)))), "a browser without a nonce");
    }
    let refused = fixture.ask_from("ada", stranger, builders::PER_DAY).await.unwrap();
    assert!(matches!(refused, Err(Failure::Busy { .. })), "one block of the network has its part");
    fixture.enter_with("ada", &code, &[owner]).await.unwrap().unwrap();
    fixture.nonces.borrow_mut().remove("ada");
    fixture.enter("ada", &fixture.code("ada").await).await.unwrap().unwrap();
}

/// A browser may bring a stale cookie beside the one of its code.
#[tokio::test]
async fn each_nonce_that_a_browser_brings_is_tried() {
    let fixture = SignInFixture::new();
    let stale = Nonce::new(&fixture.randomness);
    for stale_first in [true, false] {
        let code = fixture.code("ada").await;
        let good = fixture.nonces.borrow()["ada"].clone();
        let nonces = if stale_first { [stale.clone(), good] } else { [good, stale.clone()] };
        fixture.enter_with("ada", &code, &nonces).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn no_mail_is_sent_above_the_budget_of_the_day() {
    let fixture = SignInFixture::new();
    for _ in 0..2 {
        fixture.ask_from("ada", fixture.network(), 2).await.unwrap().unwrap();
    }
    let refused = fixture.ask_from("bob", fixture.network(), 2).await.unwrap();
    assert!(matches!(refused, Err(Failure::Busy { problem, .. }) if problem.reason == Reason::BudgetSpent));
    assert_eq!(fixture.mailer.sent().len(), 2);
    fixture.clock.advance(SignedDuration::from_hours(24));
    fixture.ask_from("bob", fixture.network(), 2).await.unwrap().unwrap();
}

/// The answer and what is stored are those of any address; the operator's log says that one was not mailed, and not whose.
#[tokio::test]
async fn an_36_a_suppressed_address_is_answered_the_same_and_gets_no_mail() {
    let fixture = SignInFixture::new();
    let until = builders::midnight() + SignedDuration::from_hours(24);
    fixture.database.rows().suppressions.insert(builders::pepper().email_key(&builders::email("ada")), until);
    assert_eq!(fixture.ask("ada").await.unwrap().unwrap(), fixture.ask("eve").await.unwrap().unwrap());
    assert_eq!(fixture.mailer.sent().len(), 1);
    assert_eq!(fixture.database.rows().codes.len(), 2);
    fixture.clock.advance(SignedDuration::from_hours(24));
    fixture.ask("ada").await.unwrap().unwrap();
    assert_eq!(fixture.mailer.sent().len(), 2, "it ends with its time");
}
