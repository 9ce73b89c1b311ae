//! Consent and admission.

use kernel::{CallerAddress, Failure, Reason, SignedDuration, limits};
use testkit::Kind;

use super::fixture::{Fixture, PER_HOUR, reason, styled};

fn detail<T>(result: Result<T, Failure>) -> String {
    match result.map(|_| ()) {
        Err(Failure::Denied(problem)) => problem.detail.into_owned(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn rt_07_nothing_is_shown_to_anybody_the_caller_did_not_name() {
    let fixture = Fixture::of([("openai", vec![]), ("gemini", vec![])]);
    for consent in
        [None, Some(""), Some(" , ,"), Some("palette"), Some("somebody"), Some("open ai"), Some("*"), Some("all"), Some("openai2")]
    {
        assert_eq!(reason(fixture.admit(consent).await), (Reason::ConsentRequired, false), "{consent:?}");
    }
    // The refusal names the vendors that would see it.
    assert_eq!(detail(fixture.admit(None).await), "Name in the header Provider-Consent who may draw from the picture: openai, gemini.");
    assert_eq!((fixture.asked("openai"), fixture.asked("gemini"), fixture.judged()), (0, 0, 0));
    assert!(fixture.rate_keys.rows().is_empty(), "a request without consent is not even counted");

    for consent in ["openai", "OpenAI", " somebody , OPENAI "] {
        fixture.draw(consent, styled()).await.unwrap();
    }
    assert_eq!((fixture.asked("openai"), fixture.asked("gemini")), (3, 0));
    // The service decides the order of artists, not the consent.
    fixture.draw("gemini,openai", styled()).await.unwrap();
    assert_eq!((fixture.asked("openai"), fixture.asked("gemini")), (4, 0));
}

#[tokio::test]
async fn rt_07_who_judges_from_outside_sees_the_picture_too_and_must_be_named() {
    let fixture = Fixture::judged_by_named("openai", [("gemini", vec![])], Box::new(|_| Ok(0.0)));
    assert_eq!(reason(fixture.admit(Some("gemini")).await), (Reason::ConsentRequired, false));
    assert!(detail(fixture.admit(Some("gemini")).await).ends_with("must be named: openai."));
    assert_eq!(reason(fixture.admit(Some("openai")).await), (Reason::ConsentRequired, false));
    assert!(fixture.admit(Some("gemini, openai")).await.is_ok());
}

#[tokio::test]
async fn rt_18_every_request_says_that_the_caller_is_old_enough() {
    let fixture = Fixture::of([("palette", vec![])]);
    let ask = async |age| fixture.instant().admit(Some("palette"), age, CallerAddress::default()).await;
    for age in [None, Some(""), Some("12"), Some("13"), Some("yes"), Some("18+"), Some("13+, 12")] {
        assert_eq!(reason(ask(age).await), (Reason::AgeAttestationRequired, false), "{age:?}");
    }
    assert!(ask(Some("13+")).await.is_ok() && ask(Some(" 13+ ")).await.is_ok());
}

#[tokio::test]
async fn an_69_an_address_has_so_many_an_hour_and_another_as_many() {
    let fixture = Fixture::of([("palette", vec![])]);
    for _ in 0..limits::INSTANT_PER_HOUR.most {
        fixture.admit(Some("palette")).await.unwrap();
    }
    let refused = fixture.admit(Some("palette")).await;
    let Err(Failure::Busy { problem, retry_after, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!((problem.reason, retry_after.as_secs()), (Reason::RateLimited, 3600));
    let other = fixture.instant().admit(Some("palette"), Some("13+"), CallerAddress::read("203.0.113.8")).await;
    assert!(other.is_ok());
    fixture.clock.advance(SignedDuration::from_hours(1));
    assert!(fixture.admit(Some("palette")).await.is_ok());
}

#[tokio::test]
async fn all_together_have_so_many_an_hour_whoever_asks() {
    let fixture = Fixture::of([("palette", vec![])]);
    let ask = async |site: u32| {
        let address = CallerAddress::read(&format!("2001:db8:{site:x}::1"));
        fixture.instant().admit(Some("palette"), Some("13+"), address).await
    };
    for site in 0..PER_HOUR {
        ask(site).await.unwrap();
    }
    let refused = ask(PER_HOUR).await;
    let Err(Failure::Busy { problem, retry_after, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!((problem.reason, retry_after.as_secs()), (Reason::BudgetSpent, 3600));
    fixture.clock.advance(SignedDuration::from_hours(1));
    ask(PER_HOUR).await.unwrap();
}

#[tokio::test]
async fn who_cannot_be_counted_is_not_admitted() {
    let fixture = Fixture::of([("palette", vec![])]);
    for kind in [Kind::Busy, Kind::Broken] {
        fixture.faults.down("rate_keys.count", kind);
        assert!(fixture.draw("palette", styled()).await.is_err());
    }
    assert_eq!((fixture.asked("palette"), fixture.judged()), (0, 0));
}
