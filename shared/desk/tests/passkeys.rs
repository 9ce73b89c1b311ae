//! What a passkey signs is this, here, now, once, and by its verified operator; everything else is refused.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use desk::{Action, Assertion, Deed, Passkey, RelyingParty};
use kernel::{Failure, FixedClock, GenerationId, OperatorId, Reason, SeededRandomness, Timestamp};
use studio::case::{Ground, Outcome};
use testkit::authenticator::{Authenticator, ORIGIN};
use testkit::builders::midnight;

fn operator_id() -> OperatorId {
    OperatorId::new(&FixedClock::at(midnight()), &SeededRandomness::new(1))
}

fn case_id() -> GenerationId {
    GenerationId::new(&FixedClock::at(midnight()), &SeededRandomness::new(2))
}

fn decide(outcome: Outcome, ground: Ground) -> Action {
    Action { deed: Deed::Decide { case_id: case_id(), outcome, ground }, at: midnight() }
}

fn registered(authenticator: &mut Authenticator) -> Passkey {
    let action = Action { deed: Deed::RegisterPasskey { operator_id: operator_id() }, at: midnight() };
    let challenge = action.written().unwrap().hash;
    RelyingParty::new(ORIGIN).register(&authenticator.register(&action), &challenge).unwrap()
}

fn verified(assertion: &Assertion, passkey: &Passkey, action: &Action) -> Result<u32, Failure> {
    RelyingParty::new(ORIGIN).verify(assertion, passkey, &action.written().unwrap().hash)
}

#[track_caller]
fn is_refused(outcome: Result<u32, Failure>, why: &str) {
    let refused =
        matches!(&outcome, Err(Failure::Denied(problem)) if problem.reason == Reason::PasskeyRefused && problem.detail.contains(why));
    assert!(refused, "{outcome:?} is not {why:?}");
}

/// What a page has to hash is this text, letter by letter.
#[test]
fn an_action_has_one_spelling() {
    let text = |action: &Action| action.written().unwrap().text;
    let (case, operator) = (case_id(), operator_id());
    assert_eq!(
        text(&decide(Outcome::Overturn, Ground::Allowed)),
        format!(r#"{{"action":"decide","at":"2030-01-01T00:00:00Z","case_id":"{case}","ground":"allowed","outcome":"overturn"}}"#)
    );
    let action = |deed| Action { deed, at: midnight() };
    assert_eq!(text(&action(Deed::SignIn)), r#"{"action":"sign-in","at":"2030-01-01T00:00:00Z"}"#);
    assert_eq!(
        text(&action(Deed::View { case_id: case })),
        format!(r#"{{"action":"view","at":"2030-01-01T00:00:00Z","case_id":"{case}"}}"#)
    );
    assert_eq!(
        text(&action(Deed::RegisterPasskey { operator_id: operator })),
        format!(r#"{{"action":"register-passkey","at":"2030-01-01T00:00:00Z","operator_id":"{operator}"}}"#)
    );
}

#[test]
fn what_was_signed_is_accepted_and_the_counter_goes_on() {
    let mut authenticator = Authenticator::new(1);
    let passkey = registered(&mut authenticator);
    assert_eq!((&passkey.id, passkey.key.len(), passkey.counter), (&authenticator.credential(), 65, 0));
    let action = decide(Outcome::Uphold, Ground::Hate);
    let first = authenticator.sign(&action);
    assert_eq!(verified(&first, &passkey, &action).unwrap(), 1);
    assert_eq!(verified(&authenticator.sign(&action), &Passkey { counter: 1, ..passkey.clone() }, &action).unwrap(), 2);
    is_refused(verified(&first, &Passkey { counter: 1, ..passkey }, &action), "more often");
    let mut never_counts = Authenticator { counts: false, ..Authenticator::new(2) };
    let passkey = registered(&mut never_counts);
    for _ in 0..2 {
        assert_eq!(verified(&never_counts.sign(&action), &passkey, &action).unwrap(), 0);
    }
}

#[test]
fn nothing_else_is_signed_with_it() {
    let mut authenticator = Authenticator::new(1);
    let passkey = registered(&mut authenticator);
    let signed = authenticator.sign(&decide(Outcome::Uphold, Ground::Hate));
    let later = Action { at: Timestamp::from_second(midnight().as_second() + 1).unwrap(), ..decide(Outcome::Uphold, Ground::Hate) };
    for other in [decide(Outcome::Overturn, Ground::Allowed), decide(Outcome::Uphold, Ground::Sexual), later] {
        is_refused(verified(&signed, &passkey, &other), "something else than what is asked for");
    }
}

#[test]
fn another_site_another_passkey_and_nobody_are_refused() {
    let action = decide(Outcome::Uphold, Ground::Hate);
    let sign = |changed: Authenticator| {
        let mut authenticator = Authenticator::new(1);
        let passkey = registered(&mut authenticator);
        verified(&Authenticator { counter: 5, ..changed }.sign(&action), &passkey, &action)
    };
    let good = Authenticator::new(1);
    assert!(sign(good.clone()).is_ok());
    for origin in
        ["https://evil.example", "http://nigao.example.org", "https://nigao.example.org:444", "https://nigao.example.org.evil.example", ""]
    {
        is_refused(sign(Authenticator { origin: origin.into(), ..good.clone() }), "another site");
    }
    is_refused(sign(Authenticator { framed: true, ..good.clone() }), "another site");
    is_refused(sign(Authenticator { host: "evil.example".into(), ..good.clone() }), "another site");
    is_refused(sign(Authenticator { verified: false, ..good.clone() }), "nobody was verified");
    is_refused(sign(Authenticator::new(2)), "another passkey");

    // The id of one and the key of another.
    let (mut one, mut other) = (Authenticator::new(1), Authenticator::new(2));
    let (passkey, stranger) = (registered(&mut one), registered(&mut other));
    let mixed = Passkey { key: stranger.key, ..passkey.clone() };
    is_refused(verified(&one.sign(&action), &mixed, &action), "of another key");
    let signed = one.sign(&action);
    let flipped = Assertion { authenticator_data: other.sign(&action).authenticator_data.replace('A', "B"), ..signed.clone() };
    assert!(verified(&flipped, &passkey, &action).is_err());
    for part in ["", "!", "AA", &"A".repeat(4_097)] {
        for broken in [
            Assertion { signature: part.into(), ..signed.clone() },
            Assertion { authenticator_data: part.into(), ..signed.clone() },
            Assertion { client_data_json: part.into(), ..signed.clone() },
        ] {
            assert!(matches!(verified(&broken, &passkey, &action), Err(Failure::Denied(_))), "{part}");
        }
    }
}

#[test]
fn a_registration_is_for_this_operator_on_this_site_with_a_key_of_es256() {
    let site = RelyingParty::new(ORIGIN);
    let action = Action { deed: Deed::RegisterPasskey { operator_id: operator_id() }, at: midnight() };
    let challenge = action.written().unwrap().hash;
    let good = Authenticator::new(1);
    let registered = |changed: Authenticator| site.register(&changed.clone().register(&action), &challenge);
    assert!(registered(good.clone()).is_ok());
    for wrong in [
        Authenticator { origin: "https://evil.example".into(), ..good.clone() },
        Authenticator { host: "evil.example".into(), ..good.clone() },
        Authenticator { verified: false, ..good.clone() },
        Authenticator { framed: true, ..good.clone() },
    ] {
        assert!(matches!(registered(wrong), Err(Failure::Denied(_))));
    }
    assert!(site.register(&good.clone().register(&action), &[0; 32]).is_err(), "another challenge");
    // An assertion is no registration, and the reverse.
    let signed = good.clone().sign(&action);
    let posed = desk::Registration { client_data_json: signed.client_data_json, authenticator_data: signed.authenticator_data };
    assert!(site.register(&posed, &challenge).is_err());
    let mut cut = good.clone().register(&action);
    cut.authenticator_data.truncate(cut.authenticator_data.len() - 8);
    assert!(site.register(&cut, &challenge).is_err(), "half a key");
}

#[test]
fn a_port_is_part_of_the_origin_and_not_of_the_host() {
    let local = "http://localhost:8080";
    let (mut authenticator, action) =
        (Authenticator::on(local, 1), Action { deed: Deed::RegisterPasskey { operator_id: operator_id() }, at: midnight() });
    assert_eq!(authenticator.host, "localhost");
    let challenge = action.written().unwrap().hash;
    assert!(RelyingParty::new(local).register(&authenticator.register(&action), &challenge).is_ok());
    assert!(RelyingParty::new("http://localhost:9090").register(&authenticator.register(&action), &challenge).is_err());
}
