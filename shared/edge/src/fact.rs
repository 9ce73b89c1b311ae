//! Facts that another service tells through EventBridge.

use std::future::Future;

use kernel::{AccountId, Failure, GenerationId};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Deserialize;
use serde_json::Value;

use crate::error::ended;

/// What a fact is about: the ids that were given to the other service as tags, and that its event repeats. The rule's `InputPath` hands over the tags
/// alone: what else the event holds (an address) never reaches the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// Whose generation.
    pub account_id: AccountId,
    /// Which generation.
    pub generation_id: GenerationId,
}

/// Tags as SES writes them: each name with a list of values. Its own tags (`ses:…`) are beside ours.
#[derive(Deserialize)]
struct Tags {
    account_id: [AccountId; 1],
    generation_id: [GenerationId; 1],
}

impl Fact {
    fn read(event: Value) -> Result<Self, Failure> {
        let Tags { account_id: [account_id], generation_id: [generation_id] } = serde_json::from_value(event).map_err(Failure::broken)?;
        Ok(Self { account_id, generation_id })
    }
}

/// Serves facts until the process ends. One that cannot be read or handled fails its invocation: Lambda tries it again, and then it is a dead letter.
///
/// # Errors
/// When the runtime API is gone.
pub async fn serve<F, R>(handle: F) -> Result<(), crate::Error>
where
    F: Fn(Fact) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let handle = &handle;
    ended(lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move { one(handle, event.payload).await })).await)
}

async fn one<F, R>(handle: &F, event: Value) -> Result<(), lambda_runtime::Error>
where
    F: Fn(Fact) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let fact = Fact::read(event);
    let generation_id = fact.as_ref().map(|fact| fact.generation_id.to_string()).unwrap_or_default();
    let outcome = async { handle(fact?).await }.await;
    match &outcome {
        Ok(()) => tracing::info!(generation_id, "fact handled"),
        Err(failure) => tracing::error!(generation_id, failure = failure as &dyn std::error::Error, "fact failed"),
    }
    outcome.map_err(lambda_runtime::Error::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{SeededRandomness, SystemClock};
    use serde_json::json;

    fn ids() -> (AccountId, GenerationId) {
        let (clock, randomness) = (SystemClock::default(), SeededRandomness::new(1));
        (AccountId::new(&clock, &randomness), GenerationId::new(&clock, &randomness))
    }

    #[tokio::test]
    async fn the_ids_are_found_beside_the_tags_of_the_service() {
        let (account, generation) = ids();
        let event = json!({ "kind": ["ready"], "account_id": [account.to_string()], "generation_id": [generation.to_string()],
            "ses:configuration-set": ["nigao-mail"] });
        let seen = std::cell::Cell::new(None);
        let handle = |fact: Fact| {
            seen.set(Some((fact.account_id, fact.generation_id)));
            std::future::ready(Ok(()))
        };
        one(&handle, event).await.unwrap();
        assert_eq!(seen.get(), Some((account, generation)));
    }

    #[tokio::test]
    async fn a_fact_that_makes_no_sense_or_fails_fails_its_invocation() {
        let (account, generation) = ids();
        let (account, generation) = (account.to_string(), generation.to_string());
        let nothing = |_: Fact| std::future::ready(Ok(()));
        for event in [
            Value::Null,
            json!({ "account_id": [account] }),
            json!({ "account_id": account, "generation_id": generation }),
            json!({ "account_id": [account], "generation_id": [] }),
            json!({ "account_id": [account], "generation_id": [generation, generation] }),
            json!({ "account_id": [generation], "generation_id": [account] }),
        ] {
            assert!(one(&nothing, event.clone()).await.is_err(), "{event}");
        }
        let fails = |_: Fact| std::future::ready(Err(Failure::broken("a test says so")));
        assert!(one(&fails, json!({ "account_id": [account], "generation_id": [generation] })).await.is_err());
    }
}
