//! The templates: one for each domain, and one that holds the domains.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use crate::document::{attribute, reference, references, yaml};
use crate::function::Resources;
use crate::manifest::Trigger;
use crate::workspace::{Function, Parameters, pascal};
use crate::{alarms, dashboard, function, role, trigger};

/// The most resources a generated stack has; CloudFormation takes 500.
pub const MOST_RESOURCES: usize = 400;

/// The stack of the domains.
const PARENT: &str = "functions";

const COMMENT: &str = "# Generated from functions/*/Cargo.toml by `make stacks`; a test fails when it is stale.";

/// One domain while it is put together.
struct Domain<'a> {
    name: &'a str,
    profiles: &'a BTreeSet<String>,
    functions: Vec<&'a Function>,
    resources: Resources,
    urls: Vec<String>,
    /// The parameters that keep room for runs.
    reserved: BTreeSet<String>,
}

/// The text of every generated template, by its name.
///
/// # Errors
/// When a function names an unknown resource, a stack mixes profiles, or one is too large.
pub fn templates(functions: &[Function], parameters: &Parameters) -> Result<BTreeMap<String, String>> {
    let domains = domains(functions, parameters)?;
    let mut texts = BTreeMap::new();
    for domain in &domains {
        texts.insert(domain.name.to_owned(), yaml(COMMENT, domain.template(parameters))?);
    }
    texts.insert(PARENT.to_owned(), yaml(COMMENT, parent(&domains, parameters))?);
    Ok(texts)
}

fn domains<'a>(functions: &'a [Function], parameters: &Parameters) -> Result<Vec<Domain<'a>>> {
    let mut domains: BTreeMap<&str, Domain<'a>> = BTreeMap::new();
    let mut routes = BTreeSet::new();
    for function in functions {
        let (name, profiles) = (function.manifest.stack.as_str(), &function.manifest.profiles);
        if let Trigger::Route(route) | Trigger::Url(route) = &function.manifest.on {
            ensure!(routes.insert(route), "two functions answer {route}");
        }
        ensure!(name != PARENT, "{}: the stack {PARENT} is the one that holds the others", function.name);
        ensure!(!profiles.is_empty(), "{} is in no profile", function.name);
        for profile in profiles {
            ensure!(parameters.profiles().contains(profile), "{}: there is no profile {profile}", function.name);
        }
        let domain = domains.entry(name).or_insert_with(|| Domain {
            name,
            profiles,
            functions: Vec::new(),
            resources: Resources::new(),
            urls: Vec::new(),
            reserved: BTreeSet::new(),
        });
        ensure!(
            domain.profiles == profiles,
            "{}: the other functions of the stack {name} are in the profiles {:?}",
            function.name,
            domain.profiles
        );
        domain.add(function, parameters).with_context(|| format!("the function {}", function.name))?;
    }
    refuse_other_methods(functions, &mut domains)?;
    for domain in domains.values() {
        // Not split by itself: a function that moves to another stack is deleted and made anew, so a person says which ones do.
        let count = domain.resources.len();
        ensure!(
            count <= MOST_RESOURCES,
            "the stack {} has {count} resources and may have {MOST_RESOURCES}: give some of its functions another `stack`",
            domain.name
        );
    }
    Ok(domains.into_values().collect())
}

/// An HTTP API answers a method without a route as it answers an unknown path. Each path has one more route, by which the first of its functions
/// answers all other methods.
fn refuse_other_methods(functions: &[Function], domains: &mut BTreeMap<&str, Domain<'_>>) -> Result<()> {
    let mut paths: BTreeMap<&str, Vec<&Function>> = BTreeMap::new();
    for function in functions {
        if let Trigger::Route(route) = &function.manifest.on {
            paths.entry(&route.path).or_default().push(function);
        }
    }
    for (path, functions) in paths {
        let first = functions[0];
        let stack = first.manifest.stack.as_str();
        ensure!(functions.iter().all(|one| one.manifest.stack == stack), "the functions of {path} are in several stacks");
        let Some(domain) = domains.get_mut(stack) else { continue };
        domain.resources.extend(trigger::other_methods(first, path));
        let variables = &mut domain.resources[&first.id()]["Properties"]["Environment"]["Variables"];
        variables["ALLOWED_METHODS"] = json!(trigger::methods(&functions).join(", "));
    }
    Ok(())
}

impl<'a> Domain<'a> {
    fn add(&mut self, function: &'a Function, parameters: &Parameters) -> Result<()> {
        let parts = [
            function::resources(function, parameters)?,
            role::resources(function),
            trigger::resources(function),
            alarms::resources(function),
        ];
        for (id, resource) in parts.into_iter().flatten() {
            // What two functions say alike, such as the alarm of a metric that both count, is one resource.
            ensure!(self.resources.get(&id).is_none_or(|other| *other == resource), "two resources are named {id}");
            self.resources.insert(id, resource);
        }
        self.functions.push(function);
        self.reserved.extend(function.manifest.reserved.clone());
        if matches!(function.manifest.on, Trigger::Url(_)) {
            self.urls.push(function.id());
        }
        Ok(())
    }

    /// Its parameters: every name its resources refer to that is none of them.
    fn parameters(&self) -> BTreeSet<String> {
        let mut names = references(&Value::Object(self.resources.clone()));
        names.retain(|name| !self.resources.contains_key(name));
        names
    }

    fn template(&self, parameters: &Parameters) -> Value {
        let mut template = json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": format!("Nigao, the functions of the domain {}.", self.name),
            "Parameters": declared(&self.parameters(), parameters),
            "Resources": self.resources,
        });
        if !self.reserved.is_empty() {
            let some = |name: &String| json!({ "Fn::Not": [{ "Fn::Equals": [reference(name), "0"] }] });
            let conditions = self.reserved.iter().map(|name| (function::kept(name), some(name)));
            template["Conditions"] = Value::Object(conditions.collect());
        }
        if !self.urls.is_empty() {
            let outputs = self.urls.iter().map(|id| (url_output(id), json!({ "Value": attribute(&url_output(id), "FunctionUrl") })));
            template["Outputs"] = Value::Object(outputs.collect());
        }
        template
    }

    /// The URLs of its functions as another stack is given them: empty where this one is not deployed.
    fn addresses(&self, parameters: &Parameters) -> impl Iterator<Item = (String, Value)> {
        let is_optional = self.profile_condition(parameters).is_some();
        self.urls.iter().map(move |id| {
            let url = attribute(&pascal(self.name), &format!("Outputs.{}", url_output(id)));
            (url_output(id), if is_optional { json!({ "Fn::If": [self.condition(), url, ""] }) } else { url })
        })
    }

    fn condition(&self) -> String {
        format!("Deploys{}", pascal(self.name))
    }

    /// When the stack is deployed; `None` for always.
    fn profile_condition(&self, parameters: &Parameters) -> Option<Value> {
        if self.profiles.len() == parameters.profiles().len() {
            return None;
        }
        let mut tests: Vec<Value> = self.profiles.iter().map(|profile| is_profile(profile)).collect();
        Some(if tests.len() == 1 { tests.remove(0) } else { json!({ "Fn::Or": tests }) })
    }
}

fn is_profile(profile: &str) -> Value {
    json!({ "Fn::Equals": [reference("Profile"), profile] })
}

fn dashboard_of(domains: &[Domain<'_>], profile: &str) -> Value {
    let shown = domains.iter().filter(|domain| domain.profiles.contains(profile));
    let stacks: Vec<_> = shown.map(|domain| (domain.name, domain.functions.as_slice())).collect();
    dashboard::resource(&stacks)
}

fn url_output(id: &str) -> String {
    format!("{id}Url")
}

fn declared(names: &BTreeSet<String>, parameters: &Parameters) -> Map<String, Value> {
    let declare = |name: &String| {
        let mut parameter = json!({ "Type": parameters.kind(name) });
        if parameters.is_hidden(name) {
            parameter["NoEcho"] = json!(true);
        }
        (name.clone(), parameter)
    };
    names.iter().map(declare).collect()
}

/// The stack whose stacks are the domains, each deployed where its profiles say, with one dashboard for all that a profile deploys.
fn parent(domains: &[Domain<'_>], parameters: &Parameters) -> Value {
    let mut names: BTreeSet<String> = BTreeSet::from(["Profile".to_owned()]);
    let (mut resources, mut conditions, mut outputs) = (Map::new(), Map::new(), Map::new());
    let urls: BTreeMap<String, Value> = domains.iter().flat_map(|domain| domain.addresses(parameters)).collect();
    for domain in domains {
        let own = domain.parameters();
        let passed = own.iter().map(|name| (name.clone(), urls.get(name).cloned().unwrap_or_else(|| reference(name))));
        let passed: Map<String, Value> = passed.collect();
        names.extend(own.into_iter().filter(|name| !urls.contains_key(name)));
        let id = pascal(domain.name);
        let mut stack = json!({
            "Type": "AWS::CloudFormation::Stack",
            "DeletionPolicy": "Delete",
            "UpdateReplacePolicy": "Delete",
            "Properties": { "TemplateURL": format!("{}.yaml", domain.name), "Parameters": passed },
        });
        let condition = domain.profile_condition(parameters);
        for url in domain.urls.iter().map(|id| url_output(id)) {
            let mut output = json!({ "Value": attribute(&id, &format!("Outputs.{url}")) });
            if condition.is_some() {
                output["Condition"] = json!(domain.condition());
            }
            outputs.insert(url, output);
        }
        if let Some(condition) = condition {
            stack["Condition"] = json!(domain.condition());
            conditions.insert(domain.condition(), condition);
        }
        resources.insert(id, stack);
    }
    let deployed = |profile: &&String| domains.iter().any(|domain| domain.profiles.contains(*profile));
    for profile in parameters.profiles().iter().filter(deployed) {
        let (mut dashboard, condition) = (dashboard_of(domains, profile), format!("Is{}", pascal(profile)));
        names.extend(references(&dashboard));
        dashboard["Condition"] = json!(condition);
        resources.insert(format!("{}Dashboard", pascal(profile)), dashboard);
        conditions.insert(condition, is_profile(profile));
    }
    let mut template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Nigao, the domains of a deployment.",
        "Parameters": declared(&names, parameters),
        "Resources": resources,
    });
    for (section, entries) in [("Conditions", conditions), ("Outputs", outputs)] {
        if !entries.is_empty() {
            template[section] = Value::Object(entries);
        }
    }
    template
}
