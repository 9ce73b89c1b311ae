//! SQS queues.

use crate::template::Queue;
use anyhow::{Context, Result, ensure};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::Value;

/// Creates the queues in their order (dead-letter queues first) and checks every attribute.
pub(super) async fn create(client: &Client, queues: &[Queue]) -> Result<()> {
    for queue in queues {
        create_one(client, queue).await.with_context(|| format!("the queue {}", queue.name))?;
    }
    Ok(())
}

async fn create_one(client: &Client, queue: &Queue) -> Result<()> {
    let mut request = client.create_queue().queue_name(&queue.name);
    for (name, value) in &queue.attributes {
        request = request.attributes(QueueAttributeName::from(name.as_str()), value);
    }
    let url = request.send().await?.queue_url.unwrap_or_default();
    let kept = client.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::All).send().await?;
    for (name, wanted) in &queue.attributes {
        let found = kept.attributes().and_then(|all| all.get(&QueueAttributeName::from(name.as_str())));
        ensure!(found.is_some_and(|found| same(found, wanted)), "{name} is {found:?}, not {wanted}");
    }
    Ok(())
}

/// Equal as text, or as JSON with numbers that may be written as text.
fn same(found: &str, wanted: &str) -> bool {
    if found.eq_ignore_ascii_case(wanted) {
        return true;
    }
    let parse = |text: &str| serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
    let (Some(found), Some(wanted)) = (parse(found), parse(wanted)) else { return false };
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    wanted.as_object().is_some_and(|pairs| pairs.iter().all(|(key, value)| plain(&found[key]) == plain(value)))
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn a_redrive_policy_may_write_its_count_as_text() {
        assert!(same(r#"{"maxReceiveCount": "5", "deadLetterTargetArn": "a"}"#, r#"{"deadLetterTargetArn":"a","maxReceiveCount":5}"#));
        assert!(!same(r#"{"maxReceiveCount": 4}"#, r#"{"maxReceiveCount":5}"#));
    }
}
