//! What a step is told as, and what SQS's errors come to.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use kernel::{Failure, FixedClock, GenerationId, SeededRandomness};
use studio::{Step, Steps};
use testkit::cloud::config_of;
use testkit::stub::{Reply, Stub};
use testkit::{builders, cloud};
use via_sqs::SqsSteps;

fn ids() -> (kernel::AccountId, GenerationId) {
    let (clock, randomness) = (FixedClock::at(builders::midnight()), SeededRandomness::new(3));
    (builders::caller(&clock, &randomness).account, GenerationId::new(&clock, &randomness))
}

/// A message holds a version and ids, and nothing that the inventory does not declare.
#[tokio::test]
async fn a_step_is_told_to_its_queue_in_ids() {
    let client = aws_sdk_sqs::Client::new(&cloud::config());
    let url = async |name: &str| client.create_queue().queue_name(name).send().await.unwrap().queue_url.unwrap();
    let (first, second) = (url("steps-one").await, url("steps-two").await);
    let steps = SqsSteps::new(&cloud::config(), vec![(Step::GenerationQueued, first.clone()), (Step::DrawingReady, second.clone())]);
    let (account, id) = ids();
    steps.tell(Step::DrawingReady, account, id).await.unwrap();
    let received = client.receive_message().queue_url(&second).send().await.unwrap();
    assert_eq!(received.messages().len(), 1);
    let body: serde_json::Value = serde_json::from_str(received.messages()[0].body().unwrap()).unwrap();
    assert_eq!(body, serde_json::json!({ "version": 1, "account_id": account, "generation_id": id }));
    let names = body.as_object().unwrap().keys().map(String::as_str);
    assert_eq!(policy::undeclared(policy::Class::QueueMessage, names), Vec::<String>::new());
    assert!(client.receive_message().queue_url(&first).send().await.unwrap().messages().is_empty());
}

#[tokio::test]
async fn a_step_told_for_later_comes_later() {
    let client = aws_sdk_sqs::Client::new(&cloud::config());
    let url = client.create_queue().queue_name("steps-later").send().await.unwrap().queue_url.unwrap();
    let steps = SqsSteps::new(&cloud::config(), vec![(Step::ScreeningPassed, url.clone())]);
    let (account, id) = ids();
    for seconds in [30, 10_000] {
        steps.tell_later(Step::ScreeningPassed, account, id, std::time::Duration::from_secs(seconds)).await.unwrap();
    }
    assert!(client.receive_message().queue_url(&url).send().await.unwrap().messages().is_empty(), "not yet");
    steps.tell_later(Step::ScreeningPassed, account, id, std::time::Duration::ZERO).await.unwrap();
    assert_eq!(client.receive_message().queue_url(&url).send().await.unwrap().messages().len(), 1);
}

#[tokio::test]
async fn a_step_without_a_queue_is_broken() {
    let (account, id) = ids();
    let told = SqsSteps::new(&config_of("http://127.0.0.1:1"), vec![]).tell(Step::DrawingReady, account, id).await;
    assert!(matches!(told, Err(Failure::Broken(_))));
}

#[tokio::test]
async fn whatever_fails_is_busy() {
    for reply in [
        Reply::json_error(500, "InternalError"),
        Reply::json_error(400, "RequestThrottled"),
        Reply::json_error(400, "com.amazonaws.sqs#QueueDoesNotExist"),
        Reply::cut(),
    ] {
        let stub = Stub::start(reply.clone());
        let steps = SqsSteps::new(&config_of(stub.url()), vec![(Step::DrawingReady, format!("{}/1/queue", stub.url()))]);
        let (account, id) = ids();
        assert!(matches!(steps.tell(Step::DrawingReady, account, id).await, Err(Failure::Busy { .. })), "{reply:?}");
    }
}
