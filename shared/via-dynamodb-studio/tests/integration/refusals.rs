//! The meaning of DynamoDB's errors.

use dynamo::Database;
use kernel::{Failure, FixedClock, GenerationId, SeededRandomness};
use studio::{Change, EndReason, Generations, Lane, Overdue};
use testkit::builders;
use testkit::stub::{Reply, Stub};
use via_dynamodb_studio::{DynamoGenerations, DynamoOverdue};

fn new_generation() -> studio::Generation {
    let (clock, randomness) = (FixedClock::at(builders::midnight()), SeededRandomness::new(1));
    let caller = builders::caller(&clock, &randomness);
    let upload = builders::upload(caller, &clock, &randomness);
    builders::generation(caller.owner(), upload.id, 1, builders::midnight(), GenerationId::new(&clock, &randomness))
}

/// A read and a change against a service with this answer.
async fn outcomes(reply: Reply) -> (Stub, [Result<(), Failure>; 3]) {
    let stub = Stub::new(reply);
    let database = Database::new(&stub.config());
    let generations = DynamoGenerations::new(database.clone(), "studio".into()).with_wallet("accounts".into());
    let queued = new_generation();
    let failed = queued.fail(EndReason::TimedOut, builders::midnight()).unwrap();
    let read = generations.load(queued.owner, queued.id).await.map(drop);
    let changed = generations.change(Change::of(&queued, &failed)).await.map(drop);
    let found = DynamoOverdue::new(database, "studio".into()).of(Lane::Running, builders::midnight()).next().await.map(drop);
    (stub, [read, changed, found])
}

#[tokio::test]
async fn throttling_is_busy_after_the_sdk_tried_again() {
    for (status, code) in [
        (400, "com.amazonaws.dynamodb.v20120810#ThrottlingException"),
        (400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"),
        (400, "com.amazonaws.dynamodb.v20120810#RequestLimitExceeded"),
        (500, "com.amazonaws.dynamodb.v20120810#InternalServerError"),
    ] {
        let (stub, outcomes) = outcomes(Reply::json_error(status, code)).await;
        for outcome in outcomes {
            assert!(matches!(outcome, Err(Failure::Busy { .. })), "{code}: {outcome:?}");
        }
        assert!(stub.requests() > 3, "{code}: tried {} times", stub.requests());
    }
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_is_busy() {
    let (_stub, outcomes) = outcomes(Reply::cut()).await;
    for outcome in outcomes {
        assert!(matches!(outcome, Err(Failure::Busy { .. })), "{outcome:?}");
    }
}

#[tokio::test]
async fn an_answer_nobody_understands_is_busy_or_broken_and_never_a_success() {
    for (status, body) in [(200, "<html>"), (502, "<html>bad gateway</html>"), (403, "{}")] {
        let reply = Reply { status, content_type: "text/html", body: body.into() };
        for outcome in outcomes(reply).await.1 {
            assert!(matches!(outcome, Err(Failure::Busy { .. } | Failure::Broken(_))), "{status}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn a_fault_of_ours_is_broken_and_not_repeated() {
    let (stub, outcomes) = outcomes(Reply::json_error(400, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException")).await;
    for outcome in outcomes {
        assert!(matches!(outcome, Err(Failure::Broken(_))), "{outcome:?}");
    }
    assert_eq!(stub.requests(), 3);
}

fn cancelled(code: &str) -> Reply {
    let body = format!(
        r#"{{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","message":"told by a test","CancellationReasons":[{{"Code":"{code}"}}]}}"#
    );
    Reply { status: 400, content_type: "application/x-amz-json-1.0", body }
}

async fn change(reply: Reply) -> (Result<studio::Written, Failure>, usize) {
    let stub = Stub::new(reply);
    let generations = DynamoGenerations::new(Database::new(&stub.config()), "studio".into());
    let queued = new_generation();
    let screening = queued.begin_screening(builders::midnight(), builders::midnight()).unwrap();
    (generations.change(Change::of(&queued, &screening)).await, stub.requests())
}

#[tokio::test]
async fn a_conflict_with_another_transaction_is_waited_out_and_then_busy() {
    let (outcome, requests) = change(cancelled("TransactionConflict")).await;
    assert!(matches!(outcome, Err(Failure::Busy { .. })), "{outcome:?}");
    assert_eq!(requests, 10);
}

#[tokio::test]
async fn a_throttled_part_is_busy_and_a_failed_condition_an_answer() {
    for code in ["ThrottlingError", "ProvisionedThroughputExceeded"] {
        assert!(matches!(change(cancelled(code)).await.0, Err(Failure::Busy { .. })));
    }
    assert!(matches!(change(cancelled("ConditionalCheckFailed")).await, (Ok(studio::Written::Overtaken), 1)));
    assert!(matches!(change(cancelled("ItemCollectionSizeLimitExceeded")).await.0, Err(Failure::Broken(_))));
}
