//! Queues on SQS.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use kernel::Failure;
use kernel::message::{Content, Queue, written};

/// The longest delay of a message, in seconds, by the reference of `SendMessage`.
const LONGEST_DELAY: i32 = 900;

/// A queue that a function may send to.
pub struct SqsQueue {
    client: Client,
    url: String,
}

impl SqsQueue {
    #[must_use]
    pub fn new(config: &aws_types::SdkConfig, url: String) -> Self {
        Self { client: Client::new(config), url }
    }
}

#[async_trait]
impl<C: Content> Queue<C> for SqsQueue {
    async fn send(&self, content: &C, delay: Duration) -> Result<(), Failure> {
        let delay = i32::try_from(delay.as_secs()).unwrap_or(i32::MAX).min(LONGEST_DELAY);
        let message = self.client.send_message().queue_url(&self.url).message_body(written(content)?);
        let sent = message.set_delay_seconds((delay > 0).then_some(delay)).send().await;
        sent.map(drop).map_err(|error| {
            tracing::warn!(code = error.code().unwrap_or("no answer"), "sqs refused a message");
            Failure::unavailable(Duration::from_secs(1))
        })
    }
}
