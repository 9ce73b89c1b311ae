//! One deployed stack: its parameters, conditions, resources and outputs, with the stacks nested in it.

use super::intrinsics::kebab;
use super::yaml;
use anyhow::{Context, Result, anyhow, bail, ensure};
use regex_lite::Regex;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The deployment's part of a stack: names, parameters and secrets.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The stack's name; physical names begin with it.
    pub stack_name: String,
    /// AWS region of every ARN.
    pub region: String,
    /// The 12 digits of the account.
    pub account_id: String,
    /// Base URL of the AWS endpoints, part of every queue's URL.
    pub endpoint_url: String,
    /// Base URL of the HTTP API, which answers the routes of function URLs as well.
    pub api_url: String,
    /// Parameter values that replace the template's defaults.
    pub parameters: BTreeMap<String, String>,
    /// A value per generated secret, by logical id; made by the caller, once per state folder.
    pub secret: fn(&str, &Path) -> Result<String>,
    /// Folder that keeps the generated secrets.
    pub state_dir: PathBuf,
}

/// A template with its parameters bound.
#[derive(Debug)]
pub struct Stack {
    pub(super) settings: Settings,
    pub(super) parameters: BTreeMap<String, Value>,
    pub(super) template: Value,
    pub(super) children: BTreeMap<String, Stack>,
}

impl Stack {
    /// Reads the template at `path` and every stack nested in it.
    ///
    /// # Errors
    /// When a file is missing or no template, or a parameter without a default has no value.
    pub fn load(path: &Path, settings: Settings) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let template = yaml::read(&text).with_context(|| format!("in {}", path.display()))?;
        let parameters = bind_parameters(&template, &settings).with_context(|| format!("in {}", path.display()))?;
        let mut stack = Self { settings, parameters, template, children: BTreeMap::new() };
        stack.check_conditions().with_context(|| format!("in {}", path.display()))?;
        stack.check_rules().with_context(|| format!("in {}", path.display()))?;
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        stack.load_children(folder)?;
        Ok(stack)
    }

    /// Children may use each other's outputs as parameters: each is loaded after those it needs.
    fn load_children(&mut self, folder: &Path) -> Result<()> {
        let mut waiting: Vec<String> =
            self.resources().filter(|(_, resource)| kind(resource) == "AWS::CloudFormation::Stack").map(|(id, _)| id.to_owned()).collect();
        while !waiting.is_empty() {
            let mut problem = None;
            let before = waiting.len();
            let mut left = Vec::new();
            for id in std::mem::take(&mut waiting) {
                match self.load_child(&id, folder) {
                    Ok(child) => {
                        self.children.insert(id, child);
                    }
                    Err(error) => {
                        problem = Some(error);
                        left.push(id);
                    }
                }
            }
            waiting = left;
            if waiting.len() == before {
                return Err(problem.unwrap_or_else(|| anyhow!("nested stacks wait for each other")));
            }
        }
        Ok(())
    }

    fn load_child(&self, id: &str, folder: &Path) -> Result<Stack> {
        let properties = self.properties(id)?;
        let location =
            properties.get("TemplateURL").and_then(Value::as_str).ok_or_else(|| anyhow!("the nested stack {id} has no TemplateURL"))?;
        let mut settings = self.settings.clone();
        settings.parameters = properties
            .get("Parameters")
            .and_then(Value::as_object)
            .map(|values| values.iter().map(|(name, value)| (name.clone(), text(value))).collect())
            .unwrap_or_default();
        Stack::load(&folder.join(location), settings).with_context(|| format!("in the nested stack {id}"))
    }

    /// Every resource whose condition holds, with its logical id.
    pub fn resources(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.template
            .get("Resources")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter(|(_, resource)| self.exists(resource))
            .map(|(id, resource)| (id.as_str(), resource))
    }

    /// A misspelt condition must not count as false.
    fn check_conditions(&self) -> Result<()> {
        for (id, resource) in self.template.get("Resources").and_then(Value::as_object).into_iter().flatten() {
            if let Some(name) = resource.get("Condition") {
                self.condition(&text(name)).with_context(|| format!("in the resource {id}"))?;
            }
        }
        Ok(())
    }

    /// The rules of a template are checked before anything is created.
    fn check_rules(&self) -> Result<()> {
        for (name, rule) in self.template.get("Rules").and_then(Value::as_object).into_iter().flatten() {
            let applies = rule
                .get("RuleCondition")
                .map_or(Ok(true), |condition| self.holds(condition))
                .with_context(|| format!("in the rule {name}"))?;
            for assertion in rule["Assertions"].as_array().into_iter().flatten().filter(|_| applies) {
                let holds = self.holds(&assertion["Assert"]).with_context(|| format!("in the rule {name}"))?;
                ensure!(holds, "the rule {name} refuses these parameters: {}", text(&assertion["AssertDescription"]));
            }
        }
        Ok(())
    }

    fn exists(&self, resource: &Value) -> bool {
        match resource.get("Condition").and_then(Value::as_str) {
            Some(name) => self.condition(name).unwrap_or(false),
            None => true,
        }
    }

    /// The resolved properties of one resource.
    ///
    /// # Errors
    /// When the resource is unknown or has an unknown reference.
    pub fn properties(&self, id: &str) -> Result<Value> {
        let resource = self.resource(id)?;
        let properties = resource.get("Properties").cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        self.resolve(&properties).with_context(|| format!("in the resource {id}"))
    }

    pub(super) fn resource(&self, id: &str) -> Result<&Value> {
        self.template.get("Resources").and_then(|all| all.get(id)).ok_or_else(|| anyhow!("no resource named {id}"))
    }

    /// This stack and all stacks nested in it.
    pub fn all(&self) -> Vec<&Stack> {
        let mut found = vec![self];
        for child in self.children.values() {
            found.extend(child.all());
        }
        found
    }

    /// The name, here, of the function of this stack that has this ARN or this name in AWS.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn function(&self, arn_or_name: &str) -> Result<String> {
        for (id, _) in self.resources().filter(|(_, resource)| kind(resource) == "AWS::Lambda::Function") {
            let name = self.physical_name(id)?;
            if arn_or_name == name || arn_or_name == self.arn("lambda", &format!("function:{name}")) {
                return Ok(kebab(id));
            }
        }
        bail!("no function of this stack is {arn_or_name}")
    }

    /// A variable's value with the address of SQS replaced by the local one: templates spell out the URL of a queue in another stack.
    pub(super) fn with_local_queues(&self, value: &str) -> String {
        let sqs = format!("https://sqs.{}.amazonaws.com/", self.settings.region);
        value.strip_prefix(&sqs).map_or_else(|| value.to_owned(), |queue| format!("{}/{queue}", self.settings.endpoint_url))
    }

    pub(super) fn output(&self, name: &str) -> Result<Value> {
        let output =
            self.template.pointer(&format!("/Outputs/{name}/Value")).ok_or_else(|| anyhow!("a nested stack has no output named {name}"))?;
        self.resolve(output)
    }
}

/// The CloudFormation type of a resource.
pub(super) fn kind(resource: &Value) -> &str {
    resource.get("Type").and_then(Value::as_str).unwrap_or_default()
}

/// A scalar as CloudFormation writes it into text.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn bind_parameters(template: &Value, settings: &Settings) -> Result<BTreeMap<String, Value>> {
    let mut bound = BTreeMap::new();
    let Some(declared) = template.get("Parameters").and_then(Value::as_object) else {
        return Ok(bound);
    };
    for (name, declaration) in declared {
        let value = match settings.parameters.get(name) {
            Some(value) => Value::String(value.clone()),
            None => match declaration.get("Default") {
                Some(default) => Value::String(text(default)),
                None => bail!("the parameter {name} has no default and no value"),
            },
        };
        check_allowed(name, declaration, &value)?;
        bound.insert(name.clone(), value);
    }
    Ok(bound)
}

/// The value must be one of `AllowedValues`, within `MaxLength`, and `AllowedPattern` must match all of it. `NoEcho` keeps it out of the error.
fn check_allowed(name: &str, declaration: &Value, value: &Value) -> Result<()> {
    let value = text(value);
    let said = if declaration["NoEcho"] == true { "not fit".to_owned() } else { format!("{value:?}") };
    if let Some(allowed) = declaration.get("AllowedValues").and_then(Value::as_array) {
        let known: Vec<String> = allowed.iter().map(text).collect();
        ensure!(known.contains(&value), "the parameter {name} is {said}, but must be one of: {}", known.join(", "));
    }
    if let Some(most) = declaration.get("MaxLength").and_then(Value::as_u64) {
        let length = value.chars().count() as u64;
        ensure!(length <= most, "the parameter {name} has {length} characters and may have {most}");
    }
    if let Some(pattern) = declaration.get("AllowedPattern").and_then(Value::as_str) {
        let whole = Regex::new(&format!("^(?:{pattern})$")).with_context(|| format!("the pattern of the parameter {name}"))?;
        let must = declaration.get("ConstraintDescription").map_or_else(|| format!("must match {pattern}"), text);
        ensure!(whole.is_match(&value), "the parameter {name} is {said}, but {must}");
    }
    Ok(())
}
