//! The words in which each service refuses.

use crate::needs::Need;

/// The caller as the services name it: a role that a function has assumed.
pub fn caller(account: &str, role: &str, function: &str) -> String {
    format!("arn:aws:sts::{account}:assumed-role/{role}/{function}")
}

/// The message of the `AccessDenied` or `AccessDeniedException`.
pub fn message(caller: &str, need: &Need) -> String {
    let Need { action, resource, .. } = need;
    match action.split(':').next() {
        // SES has quotes of its own and gives no reason.
        Some("ses") => format!("User `{caller}' is not authorized to perform `{action}' on resource `{resource}'"),
        Some("sqs") => said(caller, &action.to_lowercase(), resource),
        // S3 quotes the resource.
        Some("s3") => said(caller, action, &format!("\"{resource}\"")),
        _ => said(caller, action, resource),
    }
}

fn said(caller: &str, action: &str, resource: &str) -> String {
    format!(
        "User: {caller} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(action: &str, resource: &str) -> String {
        message(
            &caller("000000000000", "nigao-me-get-role", "nigao-me-get"),
            &Need { action: action.into(), resource: resource.into(), context: Default::default() },
        )
    }

    #[test]
    fn each_service_has_its_words() {
        assert_eq!(
            denied("dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:000000000000:table/t"),
            "User: arn:aws:sts::000000000000:assumed-role/nigao-me-get-role/nigao-me-get is not authorized to perform: dynamodb:PutItem on resource: \
             arn:aws:dynamodb:us-east-1:000000000000:table/t because no identity-based policy allows the dynamodb:PutItem action"
        );
        assert!(denied("sqs:SendMessage", "arn:q").ends_with(
            "to perform: sqs:sendmessage on resource: arn:q because no identity-based policy allows the sqs:sendmessage action"
        ));
        assert!(denied("s3:GetObject", "arn:o").contains("s3:GetObject on resource: \"arn:o\" because"));
        assert!(denied("ses:SendEmail", "arn:i").ends_with("is not authorized to perform `ses:SendEmail' on resource `arn:i'"));
    }
}
