//! The intrinsic functions: the values of `Ref`, `Fn::Sub`, `Fn::GetAtt` and others.

use super::stack::{Stack, kind, text};
use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value};

impl Stack {
    /// The value with every intrinsic function resolved.
    ///
    /// # Errors
    /// When a function is misused, unknown, or has an unknown reference.
    pub fn resolve(&self, value: &Value) -> Result<Value> {
        match value {
            Value::Object(map) => self.resolve_object(map),
            Value::Array(items) => {
                let resolved: Vec<Value> = items.iter().map(|item| self.resolve(item)).collect::<Result<_>>()?;
                Ok(Value::Array(resolved.into_iter().filter(|item| !is_no_value(item)).collect()))
            }
            Value::String(text) => Ok(Value::String(self.dynamic_references(text)?)),
            other => Ok(other.clone()),
        }
    }

    fn resolve_object(&self, map: &Map<String, Value>) -> Result<Value> {
        if map.len() == 1
            && let Some((name, argument)) = map.iter().next()
            && (name == "Ref" || name.starts_with("Fn::"))
        {
            let resolved = self.call(name, argument).with_context(|| format!("{name} {argument}"))?;
            return match resolved {
                Value::String(text) => Ok(Value::String(self.dynamic_references(&text)?)),
                other => Ok(other),
            };
        }
        let mut resolved = Map::new();
        for (key, value) in map {
            let value = self.resolve(value)?;
            if !is_no_value(&value) {
                resolved.insert(key.clone(), value);
            }
        }
        Ok(Value::Object(resolved))
    }

    fn call(&self, name: &str, argument: &Value) -> Result<Value> {
        match name {
            "Ref" => self.reference(&text(argument)),
            "Fn::GetAtt" => self.attribute(argument),
            "Fn::Sub" => self.substitute(argument),
            "Fn::If" => self.choose(argument),
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" => Ok(Value::Bool(self.test(name, argument)?)),
            _ => bail!("the function {name} is not supported by the local cloud"),
        }
    }

    fn reference(&self, name: &str) -> Result<Value> {
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        Ok(match name {
            "AWS::NoValue" => no_value(),
            "AWS::Region" => Value::String(self.settings.region.clone()),
            "AWS::AccountId" => Value::String(self.settings.account_id.clone()),
            "AWS::Partition" => "aws".into(),
            "AWS::URLSuffix" => "amazonaws.com".into(),
            "AWS::StackName" => Value::String(self.settings.stack_name.clone()),
            "AWS::StackId" => Value::String(self.arn("cloudformation", &format!("stack/{}/local", self.settings.stack_name))),
            id => Value::String(self.resource_reference(id)?),
        })
    }

    fn resource_reference(&self, id: &str) -> Result<String> {
        let resource = self.resource(id)?;
        Ok(match kind(resource) {
            "AWS::SQS::Queue" => self.queue_url(&self.physical_name(id)?),
            "AWS::SecretsManager::Secret" => self.arn("secretsmanager", &format!("secret:{id}")),
            "AWS::ApiGatewayV2::Api" => "local".to_owned(),
            "AWS::SNS::Topic" => self.arn("sns", &self.physical_name(id)?),
            _ => self.physical_name(id)?,
        })
    }

    /// The name a resource has outside the template: its own when it has one, else stack and logical id in kebab case.
    ///
    /// # Errors
    /// When the resource is unknown.
    pub fn physical_name(&self, id: &str) -> Result<String> {
        let resource = self.resource(id)?;
        for key in ["TableName", "BucketName", "QueueName", "FunctionName", "LogGroupName", "RoleName", "Name", "TopicName"] {
            if let Some(name) = resource.pointer(&format!("/Properties/{key}")) {
                let name = self.resolve(name)?;
                if !is_no_value(&name) {
                    return Ok(text(&name));
                }
            }
        }
        Ok(format!("{}-{}", self.settings.stack_name, kebab(id)))
    }

    fn attribute(&self, argument: &Value) -> Result<Value> {
        let parts = argument.as_array().ok_or_else(|| anyhow!("GetAtt takes a resource and an attribute"))?;
        let [id, attribute] = parts.as_slice() else { bail!("GetAtt takes a resource and an attribute") };
        let (id, attribute) = (text(id), text(&self.resolve(attribute)?));
        if let Some(output) = attribute.strip_prefix("Outputs.") {
            let child = self.children.get(&id).ok_or_else(|| anyhow!("no nested stack named {id} yet"))?;
            return child.output(output);
        }
        let name = self.physical_name(&id)?;
        let value = match (kind(self.resource(&id)?), attribute.as_str()) {
            ("AWS::SQS::Queue", "QueueName") | ("AWS::DynamoDB::Table", "TableName") => name,
            ("AWS::SQS::Queue", "QueueUrl") => self.queue_url(&name),
            ("AWS::SQS::Queue", "Arn") => self.arn("sqs", &name),
            ("AWS::DynamoDB::Table", "Arn") => self.arn("dynamodb", &format!("table/{name}")),
            // With the streams below it, which is what permissions on a log are about.
            ("AWS::Logs::LogGroup", "Arn") => self.arn("logs", &format!("log-group:{name}:*")),
            ("AWS::S3::Bucket", "Arn") => format!("arn:aws:s3:::{name}"),
            ("AWS::S3::Bucket", "DomainName" | "RegionalDomainName") => format!("{name}.s3.amazonaws.com"),
            ("AWS::Lambda::Url", "FunctionUrl") => format!("{}/", self.settings.api_url),
            ("AWS::Lambda::Function", "Arn") => self.arn("lambda", &format!("function:{name}")),
            ("AWS::SecretsManager::Secret", "Id") => self.arn("secretsmanager", &format!("secret:{id}")),
            (other, _) => self.arn(&service_of(other), &name),
        };
        Ok(Value::String(value))
    }

    /// `arn:aws:<service>:<region>:<account>:<rest>`
    pub fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{rest}", self.settings.region, self.settings.account_id)
    }

    /// The URL under which the functions know a queue.
    pub fn queue_url(&self, name: &str) -> String {
        format!("{}/{}/{name}", self.settings.endpoint_url, self.settings.account_id)
    }

    fn substitute(&self, argument: &Value) -> Result<Value> {
        let pattern = text(argument);
        let mut result = String::new();
        let mut rest = pattern.as_str();
        while let Some(start) = rest.find("${") {
            result.push_str(&rest[..start]);
            let end = rest[start..].find('}').ok_or_else(|| anyhow!("an unclosed ${{"))? + start;
            result.push_str(&self.placeholder(&rest[start + 2..end])?);
            rest = &rest[end + 1..];
        }
        result.push_str(rest);
        Ok(Value::String(result))
    }

    fn placeholder(&self, name: &str) -> Result<String> {
        let value = match name.split_once('.') {
            Some((id, attribute)) => self.attribute(&serde_json::json!([id, attribute]))?,
            None => self.reference(name)?,
        };
        Ok(text(&value))
    }

    fn choose(&self, argument: &Value) -> Result<Value> {
        let Some([Value::String(condition), yes, no]) = argument.as_array().map(Vec::as_slice) else {
            bail!("Fn::If takes a condition and two values");
        };
        self.resolve(if self.condition(condition)? { yes } else { no })
    }

    /// Whether a condition of the template holds.
    ///
    /// # Errors
    /// When there is no such condition.
    pub fn condition(&self, name: &str) -> Result<bool> {
        let condition =
            self.template.get("Conditions").and_then(|all| all.get(name)).ok_or_else(|| anyhow!("no condition named {name}"))?;
        self.holds(condition)
    }

    pub(super) fn holds(&self, condition: &Value) -> Result<bool> {
        let (name, argument) = condition
            .as_object()
            .filter(|map| map.len() == 1)
            .and_then(|map| map.iter().next())
            .ok_or_else(|| anyhow!("{condition} is no condition"))?;
        if name == "Condition" { self.condition(&text(argument)) } else { self.test(name, argument) }
    }

    fn test(&self, name: &str, argument: &Value) -> Result<bool> {
        let parts = argument.as_array().ok_or_else(|| anyhow!("{name} takes a list"))?;
        match name {
            "Fn::Equals" => {
                let [left, right] = parts.as_slice() else { bail!("Fn::Equals takes two values") };
                Ok(text(&self.resolve(left)?) == text(&self.resolve(right)?))
            }
            "Fn::Not" => Ok(!self.holds(parts.first().unwrap_or(&Value::Null))?),
            "Fn::And" => parts.iter().try_fold(true, |all, part| Ok(all && self.holds(part)?)),
            "Fn::Or" => parts.iter().try_fold(false, |any, part| Ok(any || self.holds(part)?)),
            _ => bail!("{name} is no condition"),
        }
    }

    /// `{{resolve:secretsmanager:<arn>:SecretString:<key>}}` becomes the secret of that resource, made once per state folder.
    fn dynamic_references(&self, whole: &str) -> Result<String> {
        let mut result = String::new();
        let mut rest = whole;
        while let Some(start) = rest.find("{{resolve:") {
            let end = rest[start..].find("}}").ok_or_else(|| anyhow!("an unclosed dynamic reference"))? + start;
            result.push_str(&rest[..start]);
            let reference = &rest[start + "{{resolve:".len()..end];
            let secret = reference
                .strip_prefix("secretsmanager:")
                .ok_or_else(|| anyhow!("only Secrets Manager references are supported, not {reference}"))?;
            let id = secret.split_once(":secret:").map_or(secret, |(_, id)| id).split(':').next().unwrap_or_default();
            result.push_str(&(self.settings.secret)(id, &self.settings.state_dir)?);
            rest = &rest[end + 2..];
        }
        result.push_str(rest);
        Ok(result)
    }
}

/// A marker that vanishes from the object or list that holds it.
fn no_value() -> Value {
    serde_json::json!({ "Ref": "AWS::NoValue" })
}

fn is_no_value(value: &Value) -> bool {
    value.get("Ref").is_some_and(|name| name == "AWS::NoValue")
}

fn service_of(kind: &str) -> String {
    kind.split("::").nth(1).unwrap_or("local").to_lowercase()
}

/// `GenerationsCreate` is `generations-create`.
pub(super) fn kebab(pascal: &str) -> String {
    let mut name = String::new();
    for (index, letter) in pascal.chars().enumerate() {
        if letter.is_ascii_uppercase() && index > 0 {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
