//! Queue consumers.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::{FutureExt, StreamExt, stream};
use kernel::message::{self, Content};
use kernel::{Failure, Timestamp};
use lambda_runtime::{LambdaEvent, service_fn};

use crate::error::ended;

/// Maximum messages of one batch handled concurrently.
const AT_A_TIME: usize = 4;

/// A message of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message<C> {
    /// This delivery of it: the id its queue gave it, which stays the same when it comes again, a slash, and how often it was handed out.
    pub delivery: String,
    pub content: C,
    /// The end of this invocation's time, by the system's clock.
    pub ends_at: Timestamp,
}

/// Serves a queue until the process ends. A message whose handling fails or panics fails alone: it comes again, and after its last try goes to the
/// dead-letter queue. None is dropped.
///
/// # Errors
/// When the runtime API is gone.
pub async fn serve<C, F, R>(handle: F) -> Result<(), crate::Error>
where
    C: Content,
    F: Fn(Message<C>) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let handle = &handle;
    let one = service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        Ok::<_, std::convert::Infallible>(batch(handle, event.payload, ends_at(event.context.deadline)).await)
    });
    ended(lambda_runtime::run(one).await)
}

/// The end of an invocation's time; Lambda passes it in milliseconds since 1970.
pub(crate) fn ends_at(deadline: u64) -> Timestamp {
    i64::try_from(deadline).ok().and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok()).unwrap_or(Timestamp::MAX)
}

async fn batch<C, F, R>(handle: &F, event: SqsEvent, ends_at: Timestamp) -> SqsBatchResponse
where
    C: Content,
    F: Fn(Message<C>) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let outcomes =
        stream::iter(event.records).map(|record| one(handle, record, ends_at)).buffer_unordered(AT_A_TIME).collect::<Vec<_>>().await;
    let mut response = SqsBatchResponse::default();
    outcomes.into_iter().flatten().for_each(|failed| response.add_failure(failed));
    response
}

/// Returns the message's id when it must come again.
async fn one<C, F, R>(handle: &F, record: SqsMessage, ends_at: Timestamp) -> Option<String>
where
    C: Content,
    F: Fn(Message<C>) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let content = message::read::<C>(record.body.as_deref().unwrap_or_default());
    let about = content.as_ref().map(Content::id).unwrap_or_default();
    let id = record.message_id.unwrap_or_default();
    let times = record.attributes.get("ApproximateReceiveCount").map_or("1", String::as_str);
    let delivery = format!("{id}/{times}");
    let work = async { handle(Message { delivery, content: content?, ends_at }).await };
    let outcome = AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| Err(Failure::broken("the handler panicked")));
    match outcome {
        Ok(()) => {
            tracing::info!(about, "message handled");
            return None;
        }
        Err(Failure::Broken(source)) => {
            let source: &(dyn std::error::Error + 'static) = source.as_ref();
            tracing::error!(about, source, "message failed");
        }
        Err(failure) => tracing::warn!(about, failure = &failure as &dyn std::error::Error, "message will come again"),
    }
    Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};

    fn record(id: &str, body: String) -> SqsMessage {
        let mut message = SqsMessage::default();
        message.message_id = Some(id.into());
        message.body = Some(body);
        message
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Parcel {
        parcel_id: String,
    }

    impl Content for Parcel {
        const VERSION: u8 = 1;

        fn id(&self) -> String {
            self.parcel_id.clone()
        }
    }

    /// Invariant: A poison message fails alone.
    #[tokio::test]
    async fn a_bad_message_fails_alone() {
        let body = |id: &str| message::written(&Parcel { parcel_id: id.into() }).unwrap();
        let mut event = SqsEvent::default();
        event.records = vec![
            record("good", body("good")),
            record("panics", body("panics")),
            record("garbage", "{".into()),
            record("future", body("good").replace("\"version\":1", "\"version\":2")),
        ];
        let handle = |message: Message<Parcel>| async move {
            assert_eq!(message.content.parcel_id, "good");
            assert_eq!(message.ends_at.as_millisecond(), 1_795_257_240_000);
            Ok(())
        };
        let mut failed: Vec<String> =
            batch(&handle, event, ends_at(1_795_257_240_000)).await.batch_item_failures.into_iter().map(|f| f.item_identifier).collect();
        failed.sort();
        assert_eq!(failed, ["future", "garbage", "panics"]);
    }
}
