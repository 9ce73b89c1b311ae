//! The adapter against the stand-in, over real connections.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use egress::{Client, Reach, Secret};
use kernel::{Failure, Reason};
use stand_ins::TurnstileStandIn;
use stand_ins::turnstile::Scenario;
use trials::{Challenge, ChallengeAnswer};
use via_turnstile::{Sites, Turnstile};

struct Widget {
    stand_in: TurnstileStandIn,
    turnstile: Turnstile,
}

async fn widget() -> Widget {
    of("0x-a-secret-of-a-test", Sites::Only { hosts: vec!["localhost".into()], action: "trial".into() }).await
}

async fn of(secret: &str, sites: Sites) -> Widget {
    let stand_in = TurnstileStandIn::start(0).await.unwrap();
    let client = Client::new(Reach::ListedAndLoopback).unwrap();
    let turnstile = Turnstile::new(&client, &stand_in.base_url(), &Secret::new(secret), sites).unwrap();
    Widget { turnstile: turnstile.within(Duration::from_millis(300)), stand_in }
}

fn answer(text: &str) -> ChallengeAnswer {
    text.parse().unwrap()
}

fn reason(outcome: Result<(), Failure>) -> Option<Reason> {
    match outcome.err()? {
        Failure::Denied(problem) | Failure::Busy { problem, .. } => Some(problem.reason),
        _ => None,
    }
}

impl Widget {
    async fn after(&self, scenario: Scenario) -> Result<(), Failure> {
        self.stand_in.next_times(scenario, 2);
        self.turnstile.verify(&answer("0.an-answer")).await
    }
}

#[tokio::test]
async fn an_37_an_answer_that_is_good_passes_and_passes_again_under_its_key() {
    let widget = widget().await;
    for _ in 0..3 {
        widget.turnstile.verify(&answer("0.an-answer")).await.unwrap();
    }
    let request = &widget.stand_in.requests()[0];
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/turnstile/v0/siteverify"));
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    let form = String::from_utf8(request.raw.to_vec()).unwrap();
    assert!(form.contains("response=0.an-answer") && form.contains("idempotency_key=") && !form.contains("remoteip"), "{form}");
    let told: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert!(told.iter().all(|name| ["accept", "content-length", "content-type", "host"].contains(name)), "{told:?}");
}

#[tokio::test]
async fn an_37_fail_spent_another_site_and_another_form_are_refused() {
    for scenario in [Scenario::Fail, Scenario::Spent, Scenario::WrongHostname, Scenario::WrongAction, Scenario::Silent] {
        assert_eq!(reason(widget().await.after(scenario).await), Some(Reason::ChallengeRefused), "{scenario:?}");
    }
}

#[tokio::test]
async fn an_37_who_does_not_answer_admits_nobody() {
    for scenario in [
        Scenario::ServerError,
        Scenario::RateLimited,
        Scenario::Html,
        Scenario::HugeHtml,
        Scenario::BadGateway,
        Scenario::Hang,
        Scenario::Cut,
        Scenario::CutMidway,
        Scenario::InternalError,
    ] {
        let widget = widget().await;
        assert_eq!(reason(widget.after(scenario).await), Some(Reason::Unavailable), "{scenario:?}");
        assert_eq!(widget.stand_in.asked(), 2, "{scenario:?}: asked once more and not again and again");
    }
    let ours = widget().await.after(Scenario::InvalidSecret).await;
    assert!(matches!(ours, Err(Failure::Broken(_))), "{ours:?}");
}

#[tokio::test]
async fn an_37_one_lost_answer_is_asked_for_again_under_the_same_key() {
    for scenario in [Scenario::Hang, Scenario::Cut, Scenario::ServerError, Scenario::InternalError] {
        let widget = widget().await;
        widget.stand_in.next(scenario);
        widget.turnstile.verify(&answer("0.an-answer")).await.unwrap();
        let sent: Vec<_> = widget.stand_in.requests().iter().map(|request| request.raw.clone()).collect();
        assert_eq!((sent.len(), &sent[0]), (2, &sent[1]), "{scenario:?}");
    }
}

#[tokio::test]
async fn an_37_nobody_at_the_other_end_admits_nobody() {
    let client = Client::new(Reach::ListedAndLoopback).unwrap();
    let sites = Sites::Only { hosts: vec!["localhost".into()], action: "trial".into() };
    let turnstile = Turnstile::new(&client, "http://127.0.0.1:9/turnstile/v0", &Secret::new("0xs"), sites).unwrap();
    assert_eq!(reason(turnstile.verify(&answer("0.an-answer")).await), Some(Reason::Unavailable));
}

#[tokio::test]
async fn the_secrets_of_tests_say_what_they_say() {
    for (secret, outcome) in [
        ("1x0000000000000000000000000000000AA", None),
        ("2x0000000000000000000000000000000AA", Some(Reason::ChallengeRefused)),
        ("3x0000000000000000000000000000000AA", Some(Reason::ChallengeRefused)),
    ] {
        let widget = of(secret, Sites::Any).await;
        assert_eq!(reason(widget.turnstile.verify(&answer("XXXX.DUMMY.TOKEN.XXXX")).await), outcome, "{secret}");
    }
}
