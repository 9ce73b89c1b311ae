//! The statements of the functions' roles, with every ARN resolved.

use super::model::strings;
use super::stack::{Stack, kind};
use anyhow::{Result, ensure};
use serde_json::Value;

/// One statement of a role's policies. All of them allow: a statement with another effect is refused when it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Actions such as `dynamodb:GetItem`.
    pub actions: Vec<String>,
    /// ARNs, perhaps with `*`.
    pub resources: Vec<String>,
    /// Operators with their keys and values, such as `{"StringLike": {"s3:prefix": ["uploads/*"]}}`; null without any.
    pub conditions: Value,
}

/// Something that Lambda itself does with a function's role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LambdaCall {
    pub function: String,
    /// Such as `sqs:ReceiveMessage`.
    pub action: &'static str,
    /// The ARN it is done to.
    pub resource: String,
}

impl LambdaCall {
    /// Writing the function's log.
    pub(super) fn logging(stack: &Stack, function: &str, group: &str) -> [Self; 2] {
        let resource = stack.arn("logs", &format!("log-group:{group}:log-stream:any"));
        ["logs:CreateLogStream", "logs:PutLogEvents"].map(|action| Self {
            function: function.to_owned(),
            action,
            resource: resource.clone(),
        })
    }

    /// Reading the queue of an event source.
    pub(super) fn reading(function: &str, queue: &str) -> [Self; 3] {
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"].map(|action| Self {
            function: function.to_owned(),
            action,
            resource: queue.to_owned(),
        })
    }

    /// Handing over an event that the function failed on.
    pub(super) fn giving_up(function: &str, queue: &str) -> Self {
        Self { function: function.to_owned(), action: "sqs:SendMessage", resource: queue.to_owned() }
    }
}

/// The statements of the role with this ARN; none when the function names no role.
///
/// # Errors
/// When the role is not in the function's own stack, or has a policy that is not written into it.
pub(super) fn of(stack: &Stack, arn: Option<&Value>) -> Result<Vec<Statement>> {
    let Some(arn) = arn else { return Ok(Vec::new()) };
    for (id, resource) in stack.resources().filter(|(_, resource)| kind(resource) == "AWS::IAM::Role") {
        if stack.resolve(&serde_json::json!({ "Fn::GetAtt": [id, "Arn"] }))? == *arn {
            ensure!(resource["Properties"].get("ManagedPolicyArns").is_none(), "{id}: the local cloud knows no managed policies");
            return statements(&stack.properties(id)?);
        }
    }
    anyhow::bail!("no role in this stack has the ARN {arn}")
}

fn statements(role: &Value) -> Result<Vec<Statement>> {
    let policies = role["Policies"].as_array().into_iter().flatten();
    let all = policies.flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().into_iter().flatten());
    all.map(|statement| {
        ensure!(statement["Effect"] == "Allow", "the local cloud knows roles that allow, and {statement} does not");
        Ok(Statement {
            actions: strings(statement.get("Action")),
            resources: strings(statement.get("Resource")),
            conditions: statement["Condition"].clone(),
        })
    })
    .collect()
}
