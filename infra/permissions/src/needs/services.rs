//! SQS, SES and KMS: an action on a queue, on an identity, on a key.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html>,
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html>,
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html>

use super::{Deployment, Need, Unknown, text};
use crate::condition::Context;
use serde_json::Value;

/// The batches have no actions of their own.
const QUEUE_ACTIONS: [(&str, &str); 8] = [
    ("SendMessage", "SendMessage"),
    ("SendMessageBatch", "SendMessage"),
    ("ReceiveMessage", "ReceiveMessage"),
    ("DeleteMessage", "DeleteMessage"),
    ("DeleteMessageBatch", "DeleteMessage"),
    ("ChangeMessageVisibility", "ChangeMessageVisibility"),
    ("ChangeMessageVisibilityBatch", "ChangeMessageVisibility"),
    ("GetQueueAttributes", "GetQueueAttributes"),
];

pub(super) fn sqs(operation: &str, body: &Value, deployment: &Deployment) -> Result<Vec<Need>, Unknown> {
    let known = QUEUE_ACTIONS.iter().find(|(name, _)| *name == operation);
    let (_, action) = known.ok_or_else(|| Unknown::because(format!("sqs:{operation}")))?;
    let queue = text(body, "QueueUrl")?.rsplit('/').next().unwrap_or_default();
    Ok(vec![Need { action: format!("sqs:{action}"), resource: deployment.arn("sqs", queue), context: Context::new() }])
}

/// A mail needs the sender's identity and, where it names one, the configuration set and the template.
pub(super) fn ses(operation: &str, body: &Value, deployment: &Deployment) -> Result<Vec<Need>, Unknown> {
    if operation != "SendEmail" {
        return Err(Unknown::because(format!("ses {operation}")));
    }
    let address = address(text(body, "FromEmailAddress")?);
    // The same call with a whole message needs the action of the older API.
    let action = if body["Content"]["Raw"].is_object() { "ses:SendRawEmail" } else { "ses:SendEmail" };
    let domain = address.rsplit('@').next().unwrap_or_default();
    let identity = if deployment.identities.iter().any(|identity| identity == address) { address } else { domain };
    let mut resources = vec![format!("identity/{identity}")];
    resources.extend(body["ConfigurationSetName"].as_str().map(|name| format!("configuration-set/{name}")));
    resources.extend(body["Content"]["Template"]["TemplateName"].as_str().map(|name| format!("template/{name}")));
    let context = Context::from([("ses:fromaddress".to_owned(), vec![address.to_owned()])]);
    let need = |resource: String| Need { action: action.to_owned(), resource: deployment.arn("ses", &resource), context: context.clone() };
    Ok(resources.into_iter().map(need).collect())
}

/// `Nigao <a@example.com>` is `a@example.com`.
fn address(sender: &str) -> &str {
    sender.rsplit_once('<').map_or(sender, |(_, address)| address.trim_end_matches('>'))
}

pub(super) fn kms(operation: &str, body: &Value) -> Result<Vec<Need>, Unknown> {
    if !["Sign", "Verify", "GetPublicKey", "DescribeKey", "Encrypt", "Decrypt"].contains(&operation) {
        return Err(Unknown::because(format!("kms:{operation}")));
    }
    // An alias, or an id without its region, would have to be looked up.
    let key = text(body, "KeyId")?;
    if !key.starts_with("arn:") || !key.contains(":key/") {
        return Err(Unknown::because(format!("a key that is no ARN: {key}")));
    }
    Ok(vec![Need { action: format!("kms:{operation}"), resource: key.to_owned(), context: Context::new() }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn deployment() -> Deployment {
        Deployment { region: "r".into(), account: "1".into(), identities: vec!["own@else.example".into()], ..Deployment::default() }
    }

    fn said(needs: Vec<Need>) -> Vec<String> {
        needs.into_iter().map(|need| format!("{} {}", need.action, need.resource)).collect()
    }

    #[test]
    fn a_batch_of_messages_needs_what_a_message_needs() {
        let url = json!({ "QueueUrl": "http://127.0.0.1:4566/1/nigao-q" });
        assert_eq!(said(sqs("SendMessageBatch", &url, &deployment()).unwrap()), ["sqs:SendMessage arn:aws:sqs:r:1:nigao-q"]);
        assert!(sqs("PurgeQueue", &url, &deployment()).is_err());
    }

    #[test]
    fn a_mail_needs_its_identity_and_its_configuration_set() {
        let mail =
            |from: &str, content: &str| json!({ "FromEmailAddress": from, "ConfigurationSetName": "ready", "Content": { content: {} } });
        let needs = ses("SendEmail", &mail("Nigao <a@example.com>", "Simple"), &deployment()).unwrap();
        assert_eq!(needs[0].context["ses:fromaddress"], ["a@example.com"]);
        assert_eq!(
            said(needs),
            ["ses:SendEmail arn:aws:ses:r:1:identity/example.com", "ses:SendEmail arn:aws:ses:r:1:configuration-set/ready"]
        );
        let needs = said(ses("SendEmail", &mail("own@else.example", "Raw"), &deployment()).unwrap());
        assert_eq!(needs[0], "ses:SendRawEmail arn:aws:ses:r:1:identity/own@else.example");
    }

    #[test]
    fn a_signature_needs_the_key() {
        let key = "arn:aws:kms:r:1:key/9";
        assert_eq!(said(kms("Sign", &json!({ "KeyId": key })).unwrap()), [format!("kms:Sign {key}")]);
        assert!(kms("Sign", &json!({ "KeyId": "alias/x" })).is_err());
        assert!(kms("ScheduleKeyDeletion", &json!({ "KeyId": key })).is_err());
    }
}
