//! Events of other services, by way of EventBridge.

use std::future::Future;

use kernel::Failure;
use kernel::message::{Content, read_tags};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

use crate::error::ended;

/// The ids that the other service received as tags and repeats in its event. The rule's `InputPath` passes the tags alone: other parts of the event
/// (an address) never reach the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact<C> {
    pub content: C,
}

/// Serves facts until the process ends. A fact that cannot be read or handled fails its invocation: Lambda tries again, and then it goes to the
/// dead-letter queue.
///
/// # Errors
/// When the runtime API is gone.
pub async fn serve<C, F, R>(handle: F) -> Result<(), crate::Error>
where
    C: Content,
    F: Fn(Fact<C>) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let handle = &handle;
    ended(lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move { one(handle, event.payload).await })).await)
}

async fn one<C, F, R>(handle: &F, event: Value) -> Result<(), lambda_runtime::Error>
where
    C: Content,
    F: Fn(Fact<C>) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let content = read_tags::<C>(event);
    let about = content.as_ref().map(Content::id).unwrap_or_default();
    logged(&about, async { handle(Fact { content: content? }).await }).await
}

/// Serves events that say more than our tags, which `read` reads, until the process ends. `about` names one in the log. One that cannot be read or
/// handled fails its invocation, as with [`serve`].
///
/// # Errors
/// When the runtime API is gone.
pub async fn serve_read<E, F, R>(
    read: impl Fn(Value) -> Result<E, Failure>,
    about: impl Fn(&E) -> &'static str,
    handle: F,
) -> Result<(), crate::Error>
where
    F: Fn(E) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let (read, about, handle) = (&read, &about, &handle);
    let one = move |event: LambdaEvent<Value>| async move {
        let event = read(event.payload);
        let about = event.as_ref().map(about).unwrap_or_default();
        logged(about, async { handle(event?).await }).await
    };
    ended(lambda_runtime::run(service_fn(one)).await)
}

async fn logged(about: &str, work: impl Future<Output = Result<(), Failure>>) -> Result<(), lambda_runtime::Error> {
    let outcome = work.await;
    match &outcome {
        Ok(()) => tracing::info!(about, "fact handled"),
        Err(failure) => tracing::error!(about, failure = failure as &dyn std::error::Error, "fact failed"),
    }
    outcome.map_err(lambda_runtime::Error::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};
    use serde_json::json;

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

    #[tokio::test]
    async fn the_ids_are_found_beside_the_tags_of_the_service() {
        let event = json!({ "version": ["1"], "kind": ["ready"], "parcel_id": ["p1"], "ses:configuration-set": ["nigao-mail"] });
        let seen = std::cell::RefCell::new(None);
        let handle = |fact: Fact<Parcel>| {
            seen.replace(Some(fact.content.parcel_id));
            std::future::ready(Ok(()))
        };
        one(&handle, event).await.unwrap();
        assert_eq!(seen.into_inner().as_deref(), Some("p1"));
    }

    #[tokio::test]
    async fn a_fact_that_makes_no_sense_or_fails_fails_its_invocation() {
        let nothing = |_: Fact<Parcel>| std::future::ready(Ok(()));
        for event in [Value::Null, json!({ "parcel_id": ["p1"] }), json!({ "version": ["1"], "parcel_id": ["p1", "p2"] })] {
            assert!(one(&nothing, event.clone()).await.is_err(), "{event}");
        }
        let fails = |_: Fact<Parcel>| std::future::ready(Err(Failure::broken("a test says so")));
        assert!(one(&fails, json!({ "version": ["1"], "parcel_id": ["p1"] })).await.is_err());
    }
}
