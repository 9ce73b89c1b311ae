//! Grants that no test uses, each with its reason.

use anyhow::{Context, Result, ensure};
use permissions::Grant;
use serde::Deserialize;
use std::fmt;
use std::path::Path;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exceptions {
    #[serde(default)]
    grant: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exception {
    /// Every function where none is named.
    function: Option<String>,
    action: String,
    /// What the ARN ends with; any where it is left out.
    resource: Option<String>,
    /// The value of a condition, where that is what no test uses.
    admits: Option<String>,
    reason: String,
}

impl Exceptions {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let all: Self = toml::from_str(&text).with_context(|| format!("in {}", path.display()))?;
        for exception in &all.grant {
            ensure!(!exception.reason.trim().is_empty(), "{}: {exception} has no reason", path.display());
        }
        Ok(all)
    }

    pub(crate) fn cover(&self, function: &str, grant: &Grant) -> bool {
        self.grant.iter().any(|exception| exception.covers(function, grant))
    }

    /// Those that excuse none of these grants.
    pub(crate) fn stale(&self, grants: &[(&str, &Grant)]) -> Vec<&Exception> {
        self.grant.iter().filter(|exception| !grants.iter().any(|(function, grant)| exception.covers(function, grant))).collect()
    }
}

impl Exception {
    fn covers(&self, function: &str, grant: &Grant) -> bool {
        self.function.as_deref().is_none_or(|name| name == function)
            && self.action == grant.action
            && self.resource.as_deref().is_none_or(|end| grant.resource.ends_with(end))
            && self.admits.as_deref() == grant.admits.as_ref().map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, action, resource, admits, .. } = self;
        write!(out, "{} {action}", function.as_deref().unwrap_or("any function"))?;
        [resource, admits].into_iter().flatten().try_for_each(|more| write!(out, " {more}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_covers_what_it_names_and_is_stale_otherwise() {
        let all: Exceptions = toml::from_str("[[grant]]\naction = 'kms:Sign'\nresource = ':key/1'\nreason = 'why'\n").unwrap();
        let grant = |action: &str, admits: Option<&str>| Grant {
            action: action.into(),
            resource: "arn:aws:kms:r:1:key/1".into(),
            admits: admits.map(|value| ("s3:prefix".to_owned(), value.to_owned())),
        };
        assert!(all.cover("any", &grant("kms:Sign", None)));
        assert!(!all.cover("any", &grant("kms:Verify", None)) && !all.cover("any", &grant("kms:Sign", Some("x"))));
        assert_eq!(all.stale(&[("any", &grant("kms:Verify", None))]).len(), 1);
        assert!(all.stale(&[("any", &grant("kms:Sign", None))]).is_empty());
    }
}
