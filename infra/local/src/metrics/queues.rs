//! The metrics of queues: how many messages wait, and since when.

use super::Metrics;
use crate::cloud::ACCOUNT;
use crate::http_client::HttpClient;
use crate::template::Queue;
use anyhow::{Result, ensure};
use http::Method;
use jiff::Timestamp;
use serde_json::Value;

impl Metrics {
    /// Looks into each queue of the emulator, which shows its messages without handing them out.
    ///
    /// # Errors
    /// When the emulator does not answer.
    pub(crate) async fn look_at_queues(&self, emulator: &str, region: &str, queues: &[Queue]) -> Result<()> {
        let url = format!("http://{emulator}/_ministack/sqs/messages?account={ACCOUNT}&region={region}");
        let reply = HttpClient::default().send(Method::GET, &url, &[], "").await?;
        ensure!(reply.status.is_success(), "the emulator does not show its queues: {}", reply.status);
        let all = reply.json()["messages"][ACCOUNT][region].take();
        for (url, messages) in all.as_object().into_iter().flatten() {
            let name = url.rsplit('/').next().unwrap_or_default();
            if queues.iter().any(|queue| queue.name == name) {
                self.waiting(name, messages.as_array().map(Vec::as_slice).unwrap_or_default());
            }
        }
        Ok(())
    }

    #[allow(clippy::cast_precision_loss, reason = "seconds and messages, both small")]
    fn waiting(&self, queue: &str, messages: &[Value]) {
        let now = self.clock.now();
        let ages = messages.iter().filter_map(sent).map(|sent| now.duration_since(self.clock.at(sent)).as_secs().max(0));
        let visible = messages.iter().filter(|message| message["IsVisible"] == true).count();
        let dimension = Some(("QueueName", queue));
        self.record("AWS/SQS", "ApproximateAgeOfOldestMessage", dimension, ages.max().unwrap_or(0) as f64);
        self.record("AWS/SQS", "ApproximateNumberOfMessagesVisible", dimension, visible as f64);
    }
}

/// When a message was sent, by the system's clock.
fn sent(message: &Value) -> Option<Timestamp> {
    Timestamp::from_millisecond(message["Attributes"]["SentTimestamp"].as_str()?.parse().ok()?).ok()
}
