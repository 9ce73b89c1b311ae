//! The request of a mail, and the meaning of SES's errors.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use accounts::CodeMailer;
use kernel::{AccountId, Email, Failure, GenerationId, Language, Owner, Reason, Recipient, SeededRandomness, SystemClock};
use outreach::{CONSENT_VERSION, Mail, Mailer, Marketing, Subscription, Words};
use testkit::stub::{Reply, Stub};
use testkit::{builders, cloud};
use via_ses::SesMailer;

fn somebody() -> Recipient {
    Recipient { email: builders::email("somebody"), language: Language::English }
}

/// A mailer whose calls go to this service.
fn mailer(config: &aws_types::SdkConfig, from: &str, set: &str) -> SesMailer {
    SesMailer::new(config, from.to_owned(), set.to_owned(), builders::pepper())
}

fn code() -> Mail {
    Mail::SignInCode { code: "012345".into(), minutes: 10 }
}

#[tokio::test]
async fn a_mail_goes_out_from_a_verified_address() {
    let from = "sender@nigao-test.example.org";
    aws_sdk_sesv2::Client::new(&cloud::config()).create_email_identity().email_identity(from).send().await.unwrap();
    mailer(&cloud::config(), from, "nigao-mails").send(&somebody(), &code()).await.unwrap();
}

#[tokio::test]
async fn an_02_a_ready_mail_is_one_that_ses_tells_of_by_ids_and_a_code_is_not() {
    let (from, set) = ("teller@nigao-test.example.org", "nigao-ready-mails");
    let cloud = cloud::cloud();
    aws_sdk_sesv2::Client::new(&cloud::config()).create_email_identity().email_identity(from).send().await.unwrap();
    cloud.hold_events();
    let (clock, randomness) = (SystemClock::default(), SeededRandomness::new(1));
    let (owner, generation) = (Owner::Account(AccountId::new(&clock, &randomness)), GenerationId::new(&clock, &randomness));
    let ready = Mail::Ready { owner, generation, origin: "https://nigao.example.org".into() };
    for (set, mail) in [(set, ready), ("nigao-mails", code())] {
        mailer(&cloud::config(), from, set).send(&somebody(), &mail).await.unwrap();
    }
    let events = cloud.held_events();
    assert_eq!(events.len(), 1, "{events:?}");
    let tags = &events[0]["detail"]["mail"]["tags"];
    assert_eq!((tags["kind"][0].as_str(), tags["ses:configuration-set"][0].as_str()), (Some("ready"), Some(set)));
    let ids = (tags["owner_id"][0].as_str().map(str::to_owned), tags["generation_id"][0].as_str().map(str::to_owned));
    assert_eq!(ids, (Some(owner.to_string()), Some(generation.to_string())));
}

/// Exactly one request for any answer: `SendEmail` has no idempotency token (AN-02).
async fn send(reply: Reply) -> Result<(), Failure> {
    let stub = Stub::new(reply);
    let sent = mailer(&stub.config(), "sender@example.org", "set").send(&somebody(), &code()).await;
    assert_eq!(stub.requests(), 1, "an_02: the SDK tried again");
    sent
}

#[tokio::test]
async fn an_02_throttling_is_busy_and_is_not_tried_again_by_the_sdk() {
    for code in ["TooManyRequestsException", "LimitExceededException", "ThrottlingException"] {
        assert!(matches!(send(Reply::json_error(429, code)).await, Err(Failure::Busy { .. })), "{code}");
    }
}

#[tokio::test]
async fn an_02_what_is_final_or_unclear_is_broken_and_is_not_tried_again_by_the_sdk() {
    let cases = [
        Reply::json_error(400, "MailFromDomainNotVerifiedException"),
        Reply::json_error(500, "InternalFailure"),
        Reply { status: 503, content_type: "text/html", body: String::new() },
        Reply::cut(),
    ];
    for reply in cases {
        assert!(matches!(send(reply.clone()).await, Err(Failure::Broken(_))), "{reply:?}");
    }
}

/// The service's message may quote the address: no failure repeats it.
#[tokio::test]
async fn a_failure_does_not_name_the_address() {
    let body = r#"{"message":"Address somebody@example.org is not verified"}"#;
    let stub = Stub::new(Reply { status: 400, content_type: "application/json", body: body.into() });
    let sent = mailer(&stub.config(), "sender@example.org", "set").send(&somebody(), &code()).await;
    let Err(failure) = sent else { panic!("it was sent") };
    assert!(!format!("{failure} {failure:?}").contains("example.org"));
}

async fn send_code(reply: Reply) -> Result<(), Failure> {
    let (tries, stub) = (if reply.status == 0 { 2 } else { 1 }, Stub::new(reply));
    let sent = mailer(&stub.config(), "sender@example.org", "set").send_code(&somebody(), "012345".into(), 10).await;
    assert_eq!(stub.requests(), tries, "a code whose connection broke is sent once more, and nothing else is");
    sent
}

#[tokio::test]
async fn an_address_that_ses_refuses_is_the_callers_fault() {
    for code in ["MessageRejected", "BadRequestException"] {
        for refused in [send_code(Reply::json_error(400, code)).await, send(Reply::json_error(400, code)).await] {
            assert!(matches!(refused, Err(Failure::Invalid(problem)) if problem.reason == Reason::FieldInvalid), "{code}");
        }
    }
}

#[tokio::test]
async fn a_code_that_a_service_in_trouble_did_not_take_may_be_asked_for_again() {
    let cases = [
        Reply::json_error(500, "InternalFailure"),
        Reply::json_error(503, "ServiceUnavailable"),
        Reply::json_error(429, "TooManyRequestsException"),
        Reply::json_error(400, "SendingPausedException"),
        Reply { status: 503, content_type: "text/html", body: String::new() },
        Reply { status: 200, content_type: "text/html", body: "<p>Hello</p>".into() },
        Reply::cut(),
    ];
    for reply in cases {
        let sent = send_code(reply.clone()).await;
        let retry = matches!(&sent, Err(Failure::Busy { problem, .. }) if problem.reason == Reason::Unavailable);
        assert!(retry, "{reply:?}: {sent:?}");
    }
}

#[tokio::test]
async fn what_only_the_operator_can_mend_is_a_fault_of_ours() {
    let unverified = r#"{"__type":"MessageRejected","message":"Email address is not verified: sender@example.org"}"#;
    for reply in [
        Reply::json_error(400, "MailFromDomainNotVerifiedException"),
        Reply::json_error(400, "AccountSuspendedException"),
        Reply::json_error(403, "AccessDeniedException"),
        Reply { status: 400, content_type: "application/json", body: unverified.into() },
    ] {
        assert!(matches!(send_code(reply.clone()).await, Err(Failure::Broken(_))), "{reply:?}");
    }
}

/// Bounces and complaints are known by a keyed hash of the address, in every mail.
#[tokio::test]
async fn an_36_every_mail_carries_a_keyed_hash_of_its_address_and_no_address_in_a_tag() {
    let from = "hasher@nigao-test.example.org";
    let cloud = cloud::cloud();
    aws_sdk_sesv2::Client::new(&cloud::config()).create_email_identity().email_identity(from).send().await.unwrap();
    let bounce: Email = "bounce+hash@simulator.amazonses.com".parse().unwrap();
    let key = builders::pepper().email_key(&bounce);
    let consent = Subscription::given(key.clone(), CONSENT_VERSION.into(), kernel::Timestamp::UNIX_EPOCH, accounts::MadeBy::Settings)
        .consent()
        .unwrap();
    let words = Words { subject: "お知らせ".into(), text: "こんにちは。".into() };
    let news = Mail::Marketing(Marketing::new(consent, "hashes".parse().unwrap(), words, &builders::pepper(), "https://nigao.example.org"));
    let to = Recipient { email: bounce, language: Language::Japanese };
    cloud.hold_events();
    for mail in [news, code()] {
        mailer(&cloud::config(), from, "nigao-mails").send(&to, &mail).await.unwrap();
    }
    let events: Vec<_> = cloud.held_events().into_iter().filter(|event| event["detail"]["mail"]["source"] == from).collect();
    let kinds: Vec<_> = events.iter().map(|event| event["detail-type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["Email Bounced", "Email Bounced"]);
    for event in events {
        let tags = &event["detail"]["mail"]["tags"];
        assert_eq!(tags["address"][0].as_str(), Some(key.as_str()));
        assert!(!tags.to_string().contains("simulator"), "{tags}");
    }
}
