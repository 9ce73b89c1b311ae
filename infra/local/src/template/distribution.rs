//! CloudFront: which path goes where, and the headers that each answer gets.

use super::model::strings;
use super::stack::{Stack, kind, text};
use anyhow::{Context, Result, anyhow};
use serde_json::Value;

/// A distribution: the site and the API at one origin.
#[derive(Debug, Clone)]
pub struct Distribution {
    /// What `/` stands for.
    pub root_object: String,
    /// In the order in which a path is compared with them; the last one takes every path.
    pub behaviours: Vec<Behaviour>,
}

/// What becomes of a path.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// With `*` for any characters.
    pub pattern: String,
    pub origin: Origin,
    pub methods: Vec<String>,
    pub headers: Vec<AddedHeader>,
}

/// Where an answer comes from.
#[derive(Debug, Clone)]
pub enum Origin {
    Bucket,
    /// The HTTP API, with the headers that each request to it gets.
    Api(Vec<(String, String)>),
}

/// A header of the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedHeader {
    pub name: String,
    pub value: String,
    /// Whether it takes the place of the origin's own.
    pub overrides: bool,
}

impl Distribution {
    /// Reads an `AWS::CloudFront::Distribution`.
    ///
    /// # Errors
    /// When a behaviour lacks something, or has an unknown origin or policy.
    pub(super) fn read(stack: &Stack, id: &str) -> Result<Self> {
        let properties = stack.properties(id)?;
        let config = &properties["DistributionConfig"];
        let named = config["CacheBehaviors"].as_array().into_iter().flatten();
        let behaviours = named.chain([&config["DefaultCacheBehavior"]]).map(|one| Behaviour::read(stack, config, one));
        Ok(Self { root_object: text(&config["DefaultRootObject"]), behaviours: behaviours.collect::<Result<_>>()? })
    }

    /// The first behaviour whose pattern the path has.
    #[must_use]
    pub fn behaviour(&self, path: &str) -> Option<&Behaviour> {
        self.behaviours.iter().find(|behaviour| matches(&behaviour.pattern, path))
    }

    /// Replaces a text in every header of an answer: addresses that are others on this machine.
    pub(crate) fn replace(&mut self, from: &str, to: &str) {
        for header in self.behaviours.iter_mut().flat_map(|behaviour| &mut behaviour.headers) {
            header.value = header.value.replace(from, to);
        }
    }
}

impl Behaviour {
    fn read(stack: &Stack, config: &Value, behaviour: &Value) -> Result<Self> {
        let target = text(&behaviour["TargetOriginId"]);
        let origin = config["Origins"].as_array().into_iter().flatten().find(|origin| text(&origin["Id"]) == target);
        let methods = behaviour.get("AllowedMethods").map_or_else(|| vec!["GET".into(), "HEAD".into()], |methods| strings(Some(methods)));
        Ok(Self {
            pattern: behaviour.get("PathPattern").map_or_else(|| "*".into(), text),
            origin: Origin::read(origin.with_context(|| format!("no origin is {target}"))?),
            methods,
            headers: behaviour.get("ResponseHeadersPolicyId").map_or(Ok(Vec::new()), |policy| headers(stack, &text(policy)))?,
        })
    }
}

impl Origin {
    fn read(origin: &Value) -> Self {
        if origin.get("S3OriginConfig").is_some() {
            return Self::Bucket;
        }
        let headers = origin["OriginCustomHeaders"].as_array().into_iter().flatten();
        Self::Api(headers.map(|header| (text(&header["HeaderName"]), text(&header["HeaderValue"]))).collect())
    }
}

/// The headers of a policy of this stack.
fn headers(stack: &Stack, policy: &str) -> Result<Vec<AddedHeader>> {
    for (id, _) in stack.resources().filter(|(_, resource)| kind(resource) == "AWS::CloudFront::ResponseHeadersPolicy") {
        if stack.physical_name(id)? == policy {
            let properties = stack.properties(id)?;
            let config = &properties["ResponseHeadersPolicyConfig"];
            let custom = config.pointer("/CustomHeadersConfig/Items").and_then(Value::as_array).into_iter().flatten();
            let custom = custom.map(|item| added(&text(&item["Header"]), text(&item["Value"]), item));
            return Ok(security(&config["SecurityHeadersConfig"]).into_iter().chain(custom).collect());
        }
    }
    Err(anyhow!("no policy of this stack is {policy}"))
}

fn added(name: &str, value: String, of: &Value) -> AddedHeader {
    AddedHeader { name: name.to_owned(), value, overrides: of["Override"] == true }
}

/// A setting of CloudFront, the header that it becomes, and the value of that.
type Setting = (&'static str, &'static str, fn(&Value) -> String);

const SECURITY: [Setting; 5] = [
    ("StrictTransportSecurity", "strict-transport-security", hsts),
    ("ContentTypeOptions", "x-content-type-options", |_| "nosniff".to_owned()),
    ("FrameOptions", "x-frame-options", |of| text(&of["FrameOption"])),
    ("ReferrerPolicy", "referrer-policy", |of| text(&of["ReferrerPolicy"])),
    ("ContentSecurityPolicy", "content-security-policy", |of| text(&of["ContentSecurityPolicy"])),
];

fn security(config: &Value) -> Vec<AddedHeader> {
    let there = SECURITY.iter().filter_map(|(setting, name, value)| Some((config.get(setting)?, name, value)));
    there.map(|(of, name, value)| added(name, value(of), of)).collect()
}

fn hsts(of: &Value) -> String {
    let flag = |name: &str, word: &str| if of[name] == true { format!("; {word}") } else { String::new() };
    let [subdomains, preload] = [flag("IncludeSubdomains", "includeSubDomains"), flag("Preload", "preload")];
    format!("max-age={}{subdomains}{preload}", text(&of["AccessControlMaxAgeSec"]))
}

/// A pattern begins with `/` or not, which is the same, and has a `*` at its end at most.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.trim_start_matches('/'), path.trim_start_matches('/'));
    pattern.strip_suffix('*').map_or(pattern == path, |start| path.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_pattern_decides() {
        for (pattern, path, is) in [
            ("/v1/*", "/v1/me", true),
            ("/v1/*", "/v1/", true),
            ("/v1/*", "/v1", false),
            ("/privacy", "/privacy", true),
            ("/privacy", "/privacy/", false),
            ("*", "/anything", true),
        ] {
            assert_eq!(matches(pattern, path), is, "{pattern} {path}");
        }
    }

    #[test]
    fn settings_become_headers() {
        let hsts = json!({ "AccessControlMaxAgeSec": 60, "IncludeSubdomains": true, "Preload": false, "Override": true });
        let config = json!({ "StrictTransportSecurity": hsts, "ReferrerPolicy": { "ReferrerPolicy": "no-referrer", "Override": false } });
        let header = |name: &str, value: &str, overrides| AddedHeader { name: name.into(), value: value.into(), overrides };
        assert_eq!(
            security(&config),
            [header("strict-transport-security", "max-age=60; includeSubDomains", true), header("referrer-policy", "no-referrer", false)]
        );
    }
}
