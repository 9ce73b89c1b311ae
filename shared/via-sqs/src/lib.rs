//! The queues between the steps, on SQS.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use kernel::{AccountId, Failure, GenerationId};
use studio::{Step, Steps};

/// The longest delay of a message, in seconds, by the reference of `SendMessage`.
const LONGEST_DELAY: i32 = 900;

/// The queues a function may tell steps to; a function has the addresses of those it needs and no others.
pub struct SqsSteps {
    client: Client,
    queues: Vec<(Step, String)>,
}

impl SqsSteps {
    /// Tells each of these steps to the queue of its address.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, queues: impl Into<Vec<(Step, String)>>) -> Self {
        Self { client: Client::new(config), queues: queues.into() }
    }
}

#[async_trait]
impl Steps for SqsSteps {
    async fn tell(&self, step: Step, account: AccountId, id: GenerationId) -> Result<(), Failure> {
        self.tell_later(step, account, id, Duration::ZERO).await
    }

    async fn tell_later(&self, step: Step, account: AccountId, id: GenerationId, delay: Duration) -> Result<(), Failure> {
        let queue = self.queues.iter().find(|(known, _)| *known == step).map(|(_, url)| url);
        let queue = queue.ok_or_else(|| Failure::broken(format!("this function has no queue for {step:?}")))?;
        let body = serde_json::json!({ "version": 1, "account_id": account, "generation_id": id }).to_string();
        let delay = i32::try_from(delay.as_secs()).unwrap_or(i32::MAX).min(LONGEST_DELAY);
        let message = self.client.send_message().queue_url(queue).message_body(body);
        let sent = message.set_delay_seconds((delay > 0).then_some(delay)).send().await;
        sent.map(drop).map_err(|error| {
            tracing::warn!(code = error.code().unwrap_or("no answer"), "sqs did not take a message");
            Failure::unavailable(Duration::from_secs(1))
        })
    }
}
