//! Beginning trials and mailing their links, on fakes: who may, how often, and what is left of it.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::Arc;

use accounts::{AgeAttestation, Country, LeadPage};
use kernel::{CallerAddress, Clock, Failure, FixedClock, Language, Reason, Recipient, SeededRandomness, SignedDuration, TrialHolder};
use outreach::{CONSENT_VERSION, Mail, Subscriptions};
use testkit::fakes::{FakeChallenge, FakeDatabase, FakeMailer, FakeSalts, FakeSubscriptions, FakeTrials};
use testkit::{Crashed, Faults, Kind, When, builders, survive};
use trials::{CreateTrial, Created, Entrant, MailLink, OpenLink, Opened, Pass, Trials};

const FAULTS: [(When, Kind); 6] = [
    (When::Before, Kind::Crash),
    (When::After, Kind::Crash),
    (When::Before, Kind::Busy),
    (When::After, Kind::Busy),
    (When::Before, Kind::Broken),
    (When::After, Kind::Broken),
];

struct Fixture {
    clock: Arc<FixedClock>,
    faults: Faults,
    database: FakeDatabase,
    challenge: FakeChallenge,
    mailer: FakeMailer,
    randomness: SeededRandomness,
}

impl Fixture {
    fn new() -> Self {
        let (clock, faults) = (Arc::new(FixedClock::at(builders::midnight())), Faults::default());
        Self {
            database: FakeDatabase::new(clock.clone(), faults.clone()),
            challenge: FakeChallenge::new(faults.clone()),
            mailer: FakeMailer::new(faults.clone()),
            randomness: SeededRandomness::new(3),
            clock,
            faults,
        }
    }

    async fn begin_as(
        &self,
        answer: &str,
        age: Option<AgeAttestation>,
        country: &str,
        address: &str,
    ) -> Result<Result<Created, Failure>, Crashed> {
        let (trials, salts, pepper) = (FakeTrials(self.database.clone()), FakeSalts(self.database.clone()), builders::pepper());
        let create = CreateTrial {
            challenge: &self.challenge,
            trials: &trials,
            salts: &salts,
            pepper: &pepper,
            clock: &*self.clock,
            randomness: &self.randomness,
            trials_per_day: builders::PER_DAY,
        };
        let (answer, address) = (answer.parse().unwrap(), CallerAddress::read(address));
        survive(create.run(&Entrant { answer: &answer, age, country: Country::read(country), address })).await
    }

    async fn begin(&self, answer: &str) -> Result<Result<Created, Failure>, Crashed> {
        self.begin_as(answer, Some(AgeAttestation::Sixteen), "JP", "203.0.113.7").await
    }

    async fn mail(&self, holder: TrialHolder, name: &str, marketing: bool) -> Result<Result<(), Failure>, Crashed> {
        let (links, pepper) = (FakeTrials(self.database.clone()), builders::pepper());
        let mail = MailLink {
            links: &links,
            mailer: &self.mailer,
            pepper: &pepper,
            clock: &*self.clock,
            randomness: &self.randomness,
            mails_per_day: builders::PER_DAY,
            origin: "https://nigao.example.org",
        };
        let to = Recipient { email: builders::email(name), language: Language::English };
        Ok(survive(mail.run(holder, &to, marketing.then(|| CONSENT_VERSION.into()))).await?.map(drop))
    }

    async fn open(&self, link: &str) -> Result<Opened, Failure> {
        let (trial, secret) = link.rsplit('=').next().unwrap().split_once('#').unwrap();
        let (links, subscriptions) = (FakeTrials(self.database.clone()), FakeSubscriptions(self.database.clone()));
        let open = OpenLink { links: &links, subscriptions: &subscriptions, clock: &*self.clock, randomness: &self.randomness };
        open.run(trial.parse().unwrap(), &secret.parse().unwrap()).await
    }

    fn last_link(&self) -> String {
        match self.mailer.sent().last() {
            Some((_, Mail::TrialLink { link, .. })) => link.clone(),
            _ => panic!("no link was mailed"),
        }
    }

    async fn is_open(&self, holder: TrialHolder) -> bool {
        FakeTrials(self.database.clone()).find(&holder).await.is_ok()
    }
}

fn holder(created: &Created) -> TrialHolder {
    TrialHolder { trial: created.trial, pass: created.pass.hash() }
}

fn reason<T>(outcome: Result<T, Failure>) -> Option<Reason> {
    match outcome.err()? {
        Failure::Invalid(p) | Failure::Denied(p) | Failure::Missing(p) | Failure::Conflict(p) | Failure::Busy { problem: p, .. } => {
            Some(p.reason)
        }
        Failure::Broken(_) => None,
    }
}

#[tokio::test]
async fn an_73_who_meets_the_challenge_has_a_trial_of_a_day_and_its_answer_gives_no_second_one() {
    let fixture = Fixture::new();
    let created = fixture.begin("yes").await.unwrap().unwrap();
    assert_eq!((created.seconds, fixture.is_open(holder(&created)).await), (86_400, true));
    assert_eq!(reason(fixture.begin("yes").await.unwrap()), Some(Reason::ChallengeRefused));
    assert_eq!(reason(fixture.begin("no").await.unwrap()), Some(Reason::ChallengeRefused));
    assert_eq!(fixture.database.rows().trials.len(), 1);
    fixture.clock.advance(SignedDuration::from_hours(24));
    assert!(!fixture.is_open(holder(&created)).await);
}

#[tokio::test]
async fn an_64_who_is_too_young_or_says_nothing_has_no_trial_and_no_challenge_is_asked_about() {
    use AgeAttestation::{Sixteen, Thirteen};
    let fixture = Fixture::new();
    for (age, country, may) in [
        (None, "JP", false),
        (Some(Thirteen), "JP", true),
        (None, "DE", false),
        (Some(Thirteen), "DE", false),
        (Some(Sixteen), "DE", true),
        (Some(Thirteen), "GB", false),
        (Some(Thirteen), "", false),
        (Some(Sixteen), "", true),
        (Some(Thirteen), "T1", false),
    ] {
        let (asked, answer) = (fixture.challenge.asked().len(), format!("yes-{country}-{age:?}").replace(['(', ')'], ""));
        let outcome = fixture.begin_as(&answer, age, country, "").await.unwrap();
        if may {
            outcome.unwrap();
        } else {
            assert_eq!(reason(outcome), Some(Reason::AgeAttestationRequired), "{age:?} {country}");
            assert_eq!(fixture.challenge.asked().len(), asked, "its answer is still good");
        }
    }
}

#[tokio::test]
async fn an_69_one_more_trial_of_a_network_is_refused_and_told_until_when() {
    let fixture = Fixture::new();
    for index in 0..kernel::limits::TRIALS_PER_DAY_FROM_A_LINE.most {
        fixture.begin(&format!("yes-{index}")).await.unwrap().unwrap();
    }
    let refused = fixture.begin("yes-more").await.unwrap();
    assert!(matches!(&refused, Err(Failure::Busy { retry_after, .. }) if retry_after.as_secs() == 86_400));
    assert_eq!(reason(refused), Some(Reason::RateLimited));
    fixture.clock.advance(SignedDuration::from_hours(24));
    fixture.begin("yes-tomorrow").await.unwrap().unwrap();
}

#[tokio::test]
async fn an_73_a_request_that_dies_at_any_call_leaves_one_trial_at_most_for_an_answer() {
    for fault in FAULTS {
        for nth in 0.. {
            let fixture = Fixture::new();
            fixture.faults.fail(nth, fault.0, fault.1);
            let _first = fixture.begin("yes").await;
            let struck = !fixture.faults.clear().is_empty();
            let _second = fixture.begin("yes").await.unwrap();
            assert_eq!(fixture.database.rows().trials.len(), 1, "{nth} {fault:?}");
            if !struck {
                assert!(nth >= 3, "the challenge, the salt and the transaction");
                break;
            }
        }
    }
}

#[tokio::test]
async fn an_73_a_link_opens_the_trial_elsewhere_until_it_ends() {
    let fixture = Fixture::new();
    let created = fixture.begin("yes").await.unwrap().unwrap();
    fixture.clock.advance(SignedDuration::from_hours(3));
    fixture.mail(holder(&created), "ada", true).await.unwrap().unwrap();
    let link = fixture.last_link();
    let (page, secret) = link.split_once('#').unwrap();
    assert_eq!(page, format!("https://nigao.example.org/trial?id={}", created.trial), "no server is told the secret");
    assert!(secret.parse::<Pass>().is_ok(), "256 bits");
    let opened = fixture.open(&link).await.unwrap();
    assert_eq!((opened.expires_at, opened.seconds), (created.expires_at, 21 * 3_600));
    assert!(fixture.is_open(TrialHolder { trial: created.trial, pass: opened.pass.hash() }).await && opened.pass != created.pass);
    for _ in 0..50 {
        let guess = Pass::new(&fixture.randomness);
        assert_eq!(reason(fixture.open(&format!("{page}#{}", guess.as_str())).await), Some(Reason::SignedOut));
    }
    fixture.clock.advance(SignedDuration::from_hours(21));
    assert_eq!(reason(fixture.open(&link).await), Some(Reason::SignedOut));
}

#[tokio::test]
async fn an_03_whoever_has_a_link_mailed_is_one_lead() {
    let fixture = Fixture::new();
    let created = fixture.begin("yes").await.unwrap().unwrap();
    for _ in 0..2 {
        fixture.mail(holder(&created), "ada", false).await.unwrap().unwrap();
        fixture.clock.advance(SignedDuration::from_mins(5));
    }
    let rows = fixture.database.rows();
    let leads: Vec<_> = rows.leads.values().map(|lead| (lead.page, lead.at)).collect();
    assert_eq!(leads, [(LeadPage::TrialLink, builders::midnight())]);
}

#[tokio::test]
async fn an_04_nobody_consents_for_somebody_else() {
    let fixture = Fixture::new();
    let created = fixture.begin("yes").await.unwrap().unwrap();
    for (name, marketing) in [("ada", true), ("grace", false)] {
        fixture.mail(holder(&created), name, marketing).await.unwrap().unwrap();
        let subscription = async || {
            let address = builders::pepper().email_key(&builders::email(name));
            FakeSubscriptions(fixture.database.clone()).of(&address).await.unwrap().filter(|subscription| subscription.consent().is_some())
        };
        assert_eq!(subscription().await, None, "nobody has opened the link");
        fixture.open(&fixture.last_link()).await.unwrap();
        assert_eq!(subscription().await.is_some(), marketing, "given by who opens the link");
    }
}

#[tokio::test]
async fn an_73_a_link_is_mailed_once_for_a_request_that_is_answered_wherever_one_dies() {
    for fault in FAULTS {
        for nth in 0.. {
            let fixture = Fixture::new();
            let created = fixture.begin("yes").await.unwrap().unwrap();
            fixture.faults.fail(nth, fault.0, fault.1);
            let first = fixture.mail(holder(&created), "ada", false).await;
            let struck = !fixture.faults.clear().is_empty();
            if !matches!(first, Ok(Ok(()))) {
                fixture.mail(holder(&created), "ada", false).await.unwrap().unwrap();
            }
            assert!((1..=2).contains(&fixture.mailer.sent().len()), "{nth} {fault:?}");
            fixture.open(&fixture.last_link()).await.unwrap();
            assert_eq!(fixture.database.rows().leads.len(), 1);
            if !struck {
                break;
            }
        }
    }
}

/// Neither the answer of the challenge nor the network address nor a pass is in any row.
#[tokio::test]
async fn an_37_an_11_what_must_not_be_stored_is_in_no_row() {
    let fixture = Fixture::new();
    let created = fixture.begin_as("yes-a-secret-answer", Some(AgeAttestation::Sixteen), "DE", "203.0.113.77").await.unwrap().unwrap();
    fixture.mail(holder(&created), "ada", true).await.unwrap().unwrap();
    let rows = fixture.database.rows();
    let stored = format!("{:?} {:?} {:?} {:?} {:?}", rows.trials, rows.proofs, rows.links, rows.counters, rows.salts);
    let link = fixture.last_link();
    for secret in ["secret-answer", "203.0.113", "\"DE\"", created.pass.as_str(), link.split_once('#').unwrap().1, "ada@"] {
        assert!(!stored.contains(secret), "{secret}");
    }
    assert!(fixture.clock.now() == builders::midnight());
}
