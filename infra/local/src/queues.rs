//! SQS event sources: long polling, batches, partial failures, redelivery. At least once, like the real one.

use crate::pool::{Answer, Pool};
use anyhow::{Result, anyhow};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName,
};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

/// Concurrent batches when the template sets no limit.
const DEFAULT_CONCURRENCY: usize = 5;

/// The settings of an event source.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// Pool of the function.
    pub(crate) pool: Arc<Pool>,
    /// SQS without the fault proxy: Lambda's own poller is no part of a function.
    pub(crate) client: Client,
    /// Name of the queue.
    pub(crate) queue: String,
    pub(crate) url: String,
    pub(crate) arn: String,
    /// AWS region.
    pub(crate) region: String,
    /// Records per event.
    pub(crate) batch_size: i32,
    /// Batches at once.
    pub(crate) concurrency: Option<usize>,
    /// Whether the answer names the failed records.
    pub(crate) reports_failures: bool,
    /// How long a failed record stays hidden; the real one waits for the queue's visibility timeout.
    pub(crate) redelivery: Duration,
}

/// A running event source; dropping it ends the polling.
#[derive(Debug)]
pub(crate) struct Poller {
    source: Source,
    wanted: watch::Sender<bool>,
    polling: watch::Receiver<bool>,
    in_flight: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Poller {
    /// Starts polling.
    pub(crate) fn start(source: Source) -> Self {
        let (wanted, enabled) = watch::channel(true);
        let (state, polling) = watch::channel(false);
        let in_flight = Arc::new(AtomicUsize::new(0));
        let task = tokio::spawn(poll(source.clone(), enabled, state, Arc::clone(&in_flight)));
        Self { source, wanted, polling, in_flight, task }
    }

    /// The queue's name.
    pub(crate) fn queue(&self) -> &str {
        &self.source.queue
    }

    /// Delivers nothing more; returns when no poll is in flight. Delivered batches continue.
    pub(crate) async fn pause(&self) {
        self.wanted.send_replace(false);
        drop(self.polling.clone().wait_for(|polling| !*polling).await);
    }

    /// Delivers one event, bypassing the queue; returns the ids of the failed messages, see [`made_up_id`].
    pub(crate) async fn deliver_once(&self, bodies: &[String]) -> HashSet<String> {
        let ids: Vec<String> = (0..bodies.len()).map(made_up_id).collect();
        let message = |(id, body): (&String, &String)| {
            let count = (MessageSystemAttributeName::ApproximateReceiveCount, "1".to_owned());
            Message::builder().message_id(id).receipt_handle(id).body(body).attributes(count.0, count.1).build()
        };
        let messages: Vec<Message> = ids.iter().zip(bodies).map(message).collect();
        let event = event(&self.source, &messages);
        let answer = self.source.pool.invoke(Bytes::from(event.to_string())).await;
        failed_records(&answer, &ids, self.source.reports_failures)
    }

    /// Stops polling for good.
    pub(crate) fn end(&self) {
        self.task.abort();
    }

    /// Delivers again.
    pub(crate) fn resume(&self) {
        self.wanted.send_replace(true);
    }

    /// Messages of the queue in any state, and batches in progress.
    pub(crate) async fn backlog(&self) -> Result<usize> {
        // In this order: a message between the two is then seen twice rather than never.
        let working = self.in_flight.load(Ordering::SeqCst);
        Ok(working + count_messages(&self.source.client, &self.source.url).await?)
    }
}

/// The id of the message at this place of an event that did not come from the queue.
pub(crate) fn made_up_id(index: usize) -> String {
    format!("00000000-0000-4000-a000-{index:012}")
}

/// Visible, hidden and delayed messages of a queue.
pub(crate) async fn count_messages(client: &Client, url: &str) -> Result<usize> {
    let found = client.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::All).send().await?;
    let count = |name: QueueAttributeName| {
        found.attributes().and_then(|all| all.get(&name)).and_then(|count| count.parse::<usize>().ok()).unwrap_or(0)
    };
    Ok(count(QueueAttributeName::ApproximateNumberOfMessages)
        + count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible)
        + count(QueueAttributeName::ApproximateNumberOfMessagesDelayed))
}

async fn poll(source: Source, mut enabled: watch::Receiver<bool>, state: watch::Sender<bool>, in_flight: Arc<AtomicUsize>) {
    let permits = Arc::new(Semaphore::new(source.concurrency.unwrap_or(DEFAULT_CONCURRENCY).max(1)));
    loop {
        if enabled.wait_for(|wanted| *wanted).await.is_err() {
            return;
        }
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        state.send_replace(true);
        // A pause requested just before this line must not be missed.
        let messages = if *enabled.borrow() { receive(&source).await } else { Ok(Vec::new()) };
        let batch = messages.as_ref().map_or(0, Vec::len);
        if batch > 0 {
            in_flight.fetch_add(1, Ordering::SeqCst);
        }
        state.send_replace(false);
        match messages {
            Ok(messages) if messages.is_empty() => {}
            Ok(messages) => {
                let (source, in_flight) = (source.clone(), Arc::clone(&in_flight));
                tokio::spawn(async move {
                    deliver(&source, messages).await;
                    in_flight.fetch_sub(1, Ordering::SeqCst);
                    drop(permit);
                });
            }
            Err(error) => {
                eprintln!("queue {}: {error:#}", source.queue);
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

async fn receive(source: &Source) -> Result<Vec<Message>> {
    let received = source
        .client
        .receive_message()
        .queue_url(&source.url)
        .max_number_of_messages(source.batch_size.clamp(1, 10))
        .wait_time_seconds(1)
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .message_attribute_names("All")
        .send()
        .await?;
    Ok(received.messages.unwrap_or_default())
}

async fn deliver(source: &Source, messages: Vec<Message>) {
    let event = event(source, &messages);
    let answer = source.pool.invoke(Bytes::from(event.to_string())).await;
    let sent: Vec<String> = messages.iter().filter_map(|message| message.message_id.clone()).collect();
    let failed = failed_records(&answer, &sent, source.reports_failures);
    let (again, done): (Vec<Message>, Vec<Message>) =
        messages.into_iter().partition(|message| message.message_id.as_ref().is_none_or(|id| failed.contains(id)));
    for outcome in [delete(source, &done).await, hide(source, &again).await] {
        if let Err(error) = outcome {
            eprintln!("queue {}: {error:#}", source.queue);
        }
    }
}

/// Ids of the records to deliver again: those the function names; all of them when it failed or named an unknown one.
fn failed_records(answer: &Answer, sent: &[String], reports_failures: bool) -> HashSet<String> {
    let all = || sent.iter().cloned().collect::<HashSet<_>>();
    let Answer::Reply(payload) = answer else { return all() };
    if !reports_failures {
        return HashSet::new();
    }
    let Ok(reply) = serde_json::from_slice::<Value>(payload) else { return all() };
    let failures = match &reply["batchItemFailures"] {
        Value::Null => return HashSet::new(),
        Value::Array(failures) => failures,
        _ => return all(),
    };
    let named: Option<HashSet<String>> = failures
        .iter()
        .map(|failure| failure["itemIdentifier"].as_str().filter(|id| sent.iter().any(|known| known == id)).map(str::to_owned))
        .collect();
    named.unwrap_or_else(all)
}

fn event(source: &Source, messages: &[Message]) -> Value {
    let records: Vec<Value> = messages.iter().map(|message| record(source, message)).collect();
    json!({ "Records": records })
}

fn record(source: &Source, message: &Message) -> Value {
    let attributes: Map<String, Value> =
        message.attributes().into_iter().flatten().map(|(name, value)| (name.as_str().to_owned(), Value::String(value.clone()))).collect();
    let message_attributes: Map<String, Value> = message
        .message_attributes()
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            let value = json!({ "stringValue": value.string_value(), "dataType": value.data_type(), "stringListValues": [], "binaryListValues": [] });
            (name.clone(), value)
        })
        .collect();
    json!({
        "messageId": message.message_id(),
        "receiptHandle": message.receipt_handle(),
        "body": message.body(),
        "attributes": attributes,
        "messageAttributes": message_attributes,
        "md5OfBody": message.md5_of_body(),
        "eventSource": "aws:sqs",
        "eventSourceARN": source.arn,
        "awsRegion": source.region,
    })
}

async fn delete(source: &Source, messages: &[Message]) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let entries = messages
        .iter()
        .enumerate()
        .map(|(index, message)| {
            let builder = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
            Ok(builder.set_receipt_handle(message.receipt_handle.clone()).build()?)
        })
        .collect::<Result<Vec<_>>>()?;
    let done = source.client.delete_message_batch().queue_url(&source.url).set_entries(Some(entries)).send().await?;
    done.failed().first().map_or(Ok(()), |entry| Err(anyhow!("a message could not be deleted: {}", entry.code())))
}

/// Makes the messages visible again after the redelivery delay.
async fn hide(source: &Source, messages: &[Message]) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let seconds = i32::try_from(source.redelivery.as_secs())?;
    let entries = messages
        .iter()
        .enumerate()
        .map(|(index, message)| {
            let builder = ChangeMessageVisibilityBatchRequestEntry::builder().id(index.to_string()).visibility_timeout(seconds);
            Ok(builder.set_receipt_handle(message.receipt_handle.clone()).build()?)
        })
        .collect::<Result<Vec<_>>>()?;
    source.client.change_message_visibility_batch().queue_url(&source.url).set_entries(Some(entries)).send().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(reply: &str) -> usize {
        let sent = ["a".to_owned(), "b".to_owned()];
        failed_records(&Answer::Reply(Bytes::from(reply.to_owned())), &sent, true).len()
    }

    #[test]
    fn only_named_records_come_again() {
        assert_eq!(again(r#"{"batchItemFailures":[{"itemIdentifier":"a"}]}"#), 1);
        assert_eq!(again(r#"{"batchItemFailures":[]}"#), 0);
        assert_eq!(again(r#"{"batchItemFailures":null}"#), 0);
        assert_eq!(again("null"), 0);
    }

    #[test]
    fn a_report_that_makes_no_sense_fails_the_whole_batch() {
        assert_eq!(again(r#"{"batchItemFailures":[{"itemIdentifier":"unknown"}]}"#), 2);
        assert_eq!(again(r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#), 2);
        assert_eq!(again(r#"{"batchItemFailures":[{"wrong":"a"}]}"#), 2);
        let failed = Answer::Failed(Bytes::new());
        assert_eq!(failed_records(&failed, &["a".to_owned()], true).len(), 1);
    }

    #[test]
    fn without_reports_an_answer_is_a_success() {
        let reply = Answer::Reply(Bytes::from_static(br#"{"batchItemFailures":[{"itemIdentifier":"a"}]}"#));
        assert!(failed_records(&reply, &["a".to_owned()], false).is_empty());
    }
}
