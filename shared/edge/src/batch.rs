//! Queue consumers.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::{FutureExt, StreamExt, stream};
use kernel::{AccountId, Failure, GenerationId, Timestamp};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::{Deserialize, Serialize};

use crate::error::ended;

/// Messages of one batch worked on at a time.
const AT_A_TIME: usize = 4;

/// What travels between the steps: ids, and a version that readers check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    version: u8,
    /// Whose generation.
    pub account_id: AccountId,
    /// Which generation.
    pub generation_id: GenerationId,
    /// When this invocation's time is over, by the system's clock. It does not travel.
    #[serde(skip)]
    pub ends_at: Timestamp,
}

impl Message {
    const VERSION: u8 = 1;

    fn parse(body: &str, ends_at: Timestamp) -> Result<Self, Failure> {
        let message = Self { ends_at, ..serde_json::from_str(body).map_err(Failure::broken)? };
        if message.version == Self::VERSION { Ok(message) } else { Err(Failure::broken("a message of an unknown version")) }
    }
}

/// Serves a queue until the process ends. A message whose handling fails, or panics, fails alone: it comes again, and after its last try goes to the
/// dead-letter queue. None is dropped.
///
/// # Errors
/// When the runtime API is gone.
pub async fn serve<F, R>(handle: F) -> Result<(), crate::Error>
where
    F: Fn(Message) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let handle = &handle;
    let one = service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        Ok::<_, std::convert::Infallible>(batch(handle, event.payload, ends_at(event.context.deadline)).await)
    });
    ended(lambda_runtime::run(one).await)
}

/// The end of an invocation's time, which Lambda tells in milliseconds since 1970.
fn ends_at(deadline: u64) -> Timestamp {
    i64::try_from(deadline).ok().and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok()).unwrap_or(Timestamp::MAX)
}

async fn batch<F, R>(handle: &F, event: SqsEvent, ends_at: Timestamp) -> SqsBatchResponse
where
    F: Fn(Message) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let outcomes =
        stream::iter(event.records).map(|record| one(handle, record, ends_at)).buffer_unordered(AT_A_TIME).collect::<Vec<_>>().await;
    let mut response = SqsBatchResponse::default();
    outcomes.into_iter().flatten().for_each(|failed| response.add_failure(failed));
    response
}

/// The message's id when it must come again.
async fn one<F, R>(handle: &F, record: SqsMessage, ends_at: Timestamp) -> Option<String>
where
    F: Fn(Message) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let message = Message::parse(record.body.as_deref().unwrap_or_default(), ends_at);
    let generation_id = message.as_ref().map(|message| message.generation_id.to_string()).unwrap_or_default();
    let work = async { handle(message?).await };
    let outcome = AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| Err(Failure::broken("the handler panicked")));
    match outcome {
        Ok(()) => {
            tracing::info!(generation_id, "message handled");
            return None;
        }
        Err(Failure::Broken(source)) => {
            let source: &(dyn std::error::Error + 'static) = source.as_ref();
            tracing::error!(generation_id, source, "message failed");
        }
        Err(failure) => tracing::warn!(generation_id, failure = &failure as &dyn std::error::Error, "message will come again"),
    }
    Some(record.message_id.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{SeededRandomness, SystemClock};

    fn record(id: &str, body: String) -> SqsMessage {
        let mut message = SqsMessage::default();
        message.message_id = Some(id.into());
        message.body = Some(body);
        message
    }

    fn body(version: u8, seed: u64) -> (GenerationId, String) {
        let (clock, randomness) = (SystemClock::default(), SeededRandomness::new(seed));
        let (account_id, generation_id) = (AccountId::new(&clock, &randomness), GenerationId::new(&clock, &randomness));
        let message = Message { version, account_id, generation_id, ends_at: Timestamp::default() };
        (message.generation_id, serde_json::to_string(&message).unwrap())
    }

    #[tokio::test]
    async fn a_bad_message_fails_alone() {
        let (good, good_body) = body(1, 1);
        let (panics, panics_body) = body(1, 2);
        let (_, future_body) = body(2, 3);
        let mut event = SqsEvent::default();
        event.records =
            vec![record("good", good_body), record("panics", panics_body), record("garbage", "{".into()), record("future", future_body)];
        let handle = |message: Message| async move {
            assert_ne!(message.generation_id, panics);
            assert_eq!(message.generation_id, good);
            assert_eq!(message.ends_at.as_millisecond(), 1_795_257_240_000);
            Ok(())
        };
        let mut failed: Vec<String> =
            batch(&handle, event, ends_at(1_795_257_240_000)).await.batch_item_failures.into_iter().map(|f| f.item_identifier).collect();
        failed.sort();
        assert_eq!(failed, ["future", "garbage", "panics"]);
    }
}
