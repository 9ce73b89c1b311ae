//! A function with its settings, its variables and its log.

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::document::{attribute, reference, sub};
use crate::manifest::{Memory, Trigger};
use crate::workspace::{Function, Parameters, pascal, variable};

/// The resources of one stack, by logical id.
pub(crate) type Resources = Map<String, Value>;

/// The function and its log group.
pub(crate) fn resources(function: &Function, parameters: &Parameters) -> Result<Resources> {
    let id = function.id();
    let mut properties = json!({
        "FunctionName": sub(format!("${{Prefix}}-{}", function.name)),
        "Description": function.manifest.about,
        "Runtime": "provided.al2023",
        "Handler": "bootstrap",
        "Architectures": [reference("Architecture")],
        // Relative to the template; `sam deploy` uploads the folder.
        "Code": format!("../../target/lambda/{}/", function.name),
        "MemorySize": memory(&function.manifest.memory),
        "Timeout": function.manifest.timeout,
        "LoggingConfig": { "LogFormat": "JSON", "LogGroup": reference(&format!("{id}Logs")) },
        "Role": attribute(&format!("{id}Role"), "Arn"),
        "Environment": { "Variables": variables(function, parameters)? },
        "Tags": [{ "Key": "profile", "Value": reference("Profile") }],
    });
    if holds_secret(function, parameters) {
        properties["KmsKeyArn"] = reference("EnvironmentKeyArn");
    }
    if let Some(parameter) = &function.manifest.reserved {
        properties["ReservedConcurrentExecutions"] =
            json!({ "Fn::If": [kept(parameter), reference(parameter), reference("AWS::NoValue")] });
    }
    if function.manifest.recursive {
        properties["RecursiveLoop"] = json!("Allow");
    }
    let logs = json!({
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": { "LogGroupName": sub(format!("/${{Prefix}}/{}", function.name)), "RetentionInDays": 14 },
    });
    Ok(Resources::from_iter([
        (id.clone(), json!({ "Type": "AWS::Lambda::Function", "Properties": properties })),
        (format!("{id}Logs"), logs),
    ]))
}

/// Whether a variable of the function is a secret: a generated one, the key of a vendor or the key that signs.
fn holds_secret(function: &Function, parameters: &Parameters) -> bool {
    let manifest = &function.manifest;
    let hidden = |variable: &String| parameters.of_variable(variable).is_some_and(|name| parameters.is_hidden(name));
    !manifest.secrets.is_empty() || manifest.signs || manifest.proves || manifest.env.iter().any(hidden)
}

/// The condition that a parameter keeps room for runs.
pub(crate) fn kept(parameter: &str) -> String {
    format!("Keeps{parameter}")
}

fn memory(memory: &Memory) -> Value {
    match memory {
        Memory::Mb(mb) => json!(mb),
        Memory::Parameter(name) => reference(name),
    }
}

/// The variables of a function: the names of its resources, and its parameters.
fn variables(function: &Function, parameters: &Parameters) -> Result<Map<String, Value>> {
    let manifest = &function.manifest;
    let mut all = Map::from_iter([("STAGE".to_owned(), reference("Stage")), ("PROFILE".to_owned(), reference("Profile"))]);
    for table in manifest.tables.keys() {
        all.insert(format!("{}_TABLE", variable(table)), reference(&format!("{}Table", pascal(table))));
    }
    if !manifest.objects.is_empty() {
        all.insert("PICTURES_BUCKET".to_owned(), reference("Pictures"));
    }
    for queue in manifest.sends.union(&manifest.measures) {
        all.insert(format!("{}_QUEUE_URL", variable(queue)), queue_url(queue));
    }
    for secret in &manifest.secrets {
        // CloudFormation reads a secret again only where something else of the variable changes: the revision before it.
        let value = sub(format!("${{SecretsRevision}} {{{{resolve:secretsmanager:${{{}SecretArn}}}}}}", pascal(secret)));
        all.insert(format!("{}_SECRET", variable(secret)), value);
    }
    if manifest.mails {
        all.insert("MAIL_FROM".to_owned(), reference("MailFrom"));
        all.insert("MAIL_CONFIGURATION_SET".to_owned(), sub(format!("${{Prefix}}-{}", manifest.mails_with())));
    }
    if manifest.signs {
        all.insert("SIGNING_KEY_ID".to_owned(), reference("SigningKeyArn"));
        all.insert("SIGNING_ALGORITHM".to_owned(), reference("SigningAlgorithm"));
        for (variable, parameter) in [("SIGNER", "Signer"), ("SIGNING_CHAIN", "SigningChain"), ("SIGNING_KEY", "SigningKey")] {
            all.insert(variable.to_owned(), reference(parameter));
        }
    }
    if manifest.proves {
        all.insert("PROOFS_KEY_ID".to_owned(), reference("ProofsKeyArn"));
        for (variable, parameter) in [("SIGNER", "Signer"), ("SIGNING_KEY", "SigningKey")] {
            all.insert(variable.to_owned(), reference(parameter));
        }
    }
    if matches!(manifest.on, Trigger::Url(_)) {
        all.insert("RESPONSE_STREAMING".to_owned(), reference("InstantStreaming"));
    }
    if !manifest.counts.is_empty() {
        all.insert("COUNTS".to_owned(), json!(manifest.counts.iter().cloned().collect::<Vec<_>>().join(",")));
    }
    for url in &manifest.urls {
        all.insert(format!("{}_URL", variable(url)), reference(&format!("{}Url", pascal(url))));
    }
    for variable in &manifest.env {
        let parameter = parameters.of_variable(variable).with_context(|| format!("no parameter of template.yaml is {variable}"))?;
        all.insert(variable.clone(), reference(parameter));
    }
    Ok(all)
}

/// The address of a queue, which may be in another stack: its name is fixed, so no stack waits for another one.
fn queue_url(queue: &str) -> Value {
    sub(format!("https://sqs.${{AWS::Region}}.${{AWS::URLSuffix}}/${{AWS::AccountId}}/${{Prefix}}-{queue}"))
}
