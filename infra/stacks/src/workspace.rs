//! The functions of a workspace, and the parameters of its template.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::manifest::{Manifest, Trigger};

/// A function: its name and its manifest.
#[derive(Debug, Clone)]
pub struct Function {
    /// Folder, package and binary, in kebab case.
    pub name: String,
    pub manifest: Manifest,
}

impl Function {
    /// Reads the text of a function's `Cargo.toml`.
    ///
    /// # Errors
    /// When it says nothing of the function, something unknown, or something that contradicts its name.
    pub fn parse(cargo_toml: &str) -> Result<Self> {
        #[derive(serde::Deserialize)]
        struct File {
            package: Package,
        }
        #[derive(serde::Deserialize)]
        struct Package {
            name: String,
            metadata: Metadata,
        }
        #[derive(serde::Deserialize)]
        struct Metadata {
            function: Manifest,
        }
        let File { package: Package { name, metadata: Metadata { function: mut manifest } } } = toml::from_str(cargo_toml)?;
        // A metric of lines is of one stack, as its alarm is: the same name in another one counts other lines.
        for metric in &mut manifest.metrics {
            metric.metric.insert_str(0, &pascal(&manifest.stack));
        }
        let function = Self { name, manifest };
        function.check().with_context(|| format!("the manifest of {}", function.name))?;
        Ok(function)
    }

    /// `me-get` is `MeGet`.
    #[must_use]
    pub fn id(&self) -> String {
        pascal(&self.name)
    }

    /// The queue or event it is named for: `on-mail-sent` is `mail-sent`. Its dead letters are in `<that>-dlq`.
    #[must_use]
    pub fn fact(&self) -> &str {
        self.name.strip_prefix("on-").unwrap_or(&self.name)
    }

    fn check(&self) -> Result<()> {
        let Manifest { on, caller, retry, mails, configuration_set, timeout, concurrency, reserved, counts, .. } = &self.manifest;
        match on {
            Trigger::Queue(queue) => ensure!(self.name == format!("on-{queue}"), "the consumer of {queue} is named on-{queue}"),
            Trigger::Event(_) => ensure!(self.name.starts_with("on-"), "what an event starts is named on-<what happened>"),
            Trigger::Rate(rate) => {
                let period = self.name.strip_prefix("every-").and_then(|rest| rest.split('-').next()).unwrap_or_default();
                let known = ["minute", "hour", "day"].contains(&period) && *rate == format!("1 {period}");
                ensure!(known, "a schedule is named every-<minute|hour|day>-<verb> and runs at the rate(1 …) its name says");
            }
            Trigger::Route(_) => ensure!(*timeout < 30, "the HTTP API gives up after 30 seconds"),
            Trigger::Url(_) => {}
        }
        let called = matches!(on, Trigger::Route(_) | Trigger::Url(_));
        let named_for_an_event = self.name.starts_with("on-") || self.name.starts_with("every-");
        ensure!(called != named_for_an_event, "names that begin with on- or every- are for events and schedules");
        ensure!(caller.is_some() == called, "a function with a route says who its caller is, and no other does");
        ensure!(
            retry.is_some() == matches!(on, Trigger::Rate(_) | Trigger::Event(_)),
            "schedules and events say their retry, and no others"
        );
        ensure!(
            concurrency.is_none() || matches!(on, Trigger::Queue(_)),
            "a consumer says how many runs of it there are at once, and no other does"
        );
        // What a consumer's source starts is limited there: a reservation would only make it refuse messages.
        ensure!(reserved.is_none() || called, "a function with a route may keep room for itself, and no other");
        ensure!(counts.is_empty() || called, "a function with a route counts its callers, and no other does");
        ensure!(configuration_set.is_none() || *mails, "only what mails has a configuration set");
        for metric in &self.manifest.metrics {
            ensure!(metric.is_sound(), "CloudWatch does not take the metric {metric:?}");
        }
        Ok(())
    }
}

/// Every function of the workspace at `root`, by name.
///
/// # Errors
/// When a manifest cannot be read.
pub fn functions(root: &Path) -> Result<Vec<Function>> {
    let folder = root.join("functions");
    let mut functions = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path().join("Cargo.toml");
        if path.is_file() {
            let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            functions.push(Function::parse(&text).with_context(|| format!("in {}", path.display()))?);
        }
    }
    functions.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(functions)
}

/// The parameters of `template.yaml`.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    declared: BTreeMap<String, Parameter>,
    profiles: Vec<String>,
}

#[derive(Debug, Clone)]
struct Parameter {
    kind: String,
    hidden: bool,
}

impl Parameters {
    /// Reads them from the text of the template.
    ///
    /// # Errors
    /// When it is no template.
    pub fn parse(template: &str) -> Result<Self> {
        let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(template).context("template.yaml")?;
        let declared = template["Parameters"].as_mapping().context("template.yaml has no Parameters")?;
        let declared = declared
            .iter()
            .filter_map(|(name, parameter)| {
                let kind = parameter["Type"].as_str()?.to_owned();
                Some((name.as_str()?.to_owned(), Parameter { kind, hidden: parameter["NoEcho"].as_bool().unwrap_or_default() }))
            })
            .collect();
        let profiles = template["Parameters"]["Profile"]["AllowedValues"].as_sequence().into_iter().flatten();
        Ok(Self { declared, profiles: profiles.filter_map(|profile| Some(profile.as_str()?.to_owned())).collect() })
    }

    /// The parameter that a variable is: `OPENAI_API_KEY` is `OpenAiApiKey`.
    #[must_use]
    pub fn of_variable(&self, variable: &str) -> Option<&str> {
        let plain = variable.replace('_', "").to_lowercase();
        self.declared.keys().find(|name| name.to_lowercase() == plain).map(String::as_str)
    }

    /// The type of a parameter; `String` for another stack's output.
    #[must_use]
    pub fn kind(&self, name: &str) -> &str {
        self.declared.get(name).map_or("String", |parameter| &parameter.kind)
    }

    /// Whether its value is a secret.
    #[must_use]
    pub fn is_hidden(&self, name: &str) -> bool {
        self.declared.get(name).is_some_and(|parameter| parameter.hidden)
    }

    /// Every profile a deployment may have.
    #[must_use]
    pub fn profiles(&self) -> &[String] {
        &self.profiles
    }
}

/// `rate-keys` is `RateKeys`.
#[must_use]
pub fn pascal(kebab: &str) -> String {
    let word = |word: &str| word.get(..1).map(str::to_uppercase).unwrap_or_default() + word.get(1..).unwrap_or_default();
    kebab.split('-').map(word).collect()
}

/// `rate-keys` is `RATE_KEYS`.
#[must_use]
pub fn variable(kebab: &str) -> String {
    kebab.replace('-', "_").to_uppercase()
}
