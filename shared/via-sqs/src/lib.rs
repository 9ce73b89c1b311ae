//! Queues on SQS.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::QueueAttributeName;
use kernel::message::{Content, Depth, Queue, written};
use kernel::{Failure, Owner};
use sha2::{Digest, Sha256};

/// The longest delay of a message, in seconds, by the reference of `SendMessage`.
const LONGEST_DELAY: i32 = 900;

/// Of a standard queue, what waits and what is delayed; what a consumer has got is left out.
const WAITING: [QueueAttributeName; 2] =
    [QueueAttributeName::ApproximateNumberOfMessages, QueueAttributeName::ApproximateNumberOfMessagesDelayed];

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
        let message = message.set_message_group_id(content.owner().map(group));
        let sent = message.set_delay_seconds((delay > 0).then_some(delay)).send().await;
        sent.map(drop).map_err(|error| {
            tracing::warn!(code = error.code().unwrap_or("no answer"), "sqs refused a message");
            Failure::unavailable(Duration::from_secs(1))
        })
    }
}

/// The group of an owner's messages. A standard queue whose messages have groups is a fair one: while a group takes more than its share of the
/// consumers, the others' messages go first
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html>, read 2026-11-30).
/// SQS does not encrypt a group as it does the body, so it is a pseudonym.
fn group(owner: Owner) -> String {
    hex::encode(Sha256::digest(owner.to_string()))
}

#[async_trait]
impl Depth for SqsQueue {
    async fn depth(&self) -> Result<u64, Failure> {
        let asked = self.client.get_queue_attributes().queue_url(&self.url).set_attribute_names(Some(WAITING.to_vec()));
        let answer = asked.send().await.map_err(|error| {
            tracing::warn!(code = error.code().unwrap_or("no answer"), "sqs does not say how much waits");
            Failure::unavailable(Duration::from_secs(1))
        })?;
        let counts = answer.attributes.unwrap_or_default();
        let count = |name: &QueueAttributeName| counts.get(name)?.parse::<u64>().ok();
        WAITING.iter().map(count).sum::<Option<u64>>().ok_or_else(|| Failure::broken("sqs counts no messages"))
    }
}
