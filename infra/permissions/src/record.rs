//! What clouds wrote down: the grants that roles have, and those that calls used. One JSON object a line.

use crate::grant::Grant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A line: a grant that a role has, or that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub function: String,
    #[serde(flatten)]
    pub grant: Grant,
    /// Whether a call used it; else the role only has it.
    pub used: bool,
}

impl Entry {
    /// As a line, with its end.
    ///
    /// # Errors
    /// None in practice: everything in it can be written.
    pub fn line(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string(self)? + "\n")
    }
}

/// The entries of any number of clouds together.
#[derive(Debug, Clone, Default)]
pub struct Records {
    used: BTreeMap<(String, Grant), bool>,
}

impl Records {
    /// Adds the lines of a cloud. A last line that its end cut off is left out.
    ///
    /// # Errors
    /// When another line cannot be read.
    pub fn add(&mut self, lines: &str) -> serde_json::Result<()> {
        for line in lines.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
            let entry: Entry = serde_json::from_str(line)?;
            *self.used.entry((entry.function, entry.grant)).or_default() |= entry.used;
        }
        Ok(())
    }

    /// Every grant of every function, and whether anything used it.
    pub fn grants(&self) -> impl Iterator<Item = (&str, &Grant, bool)> {
        self.used.iter().map(|((function, grant), used)| (function.as_str(), grant, *used))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_used_when_any_cloud_used_it() {
        let grant = |action: &str| Grant { action: action.into(), resource: "arn".into(), admits: None };
        let line = |action, used| Entry { function: "me-get".into(), grant: grant(action), used }.line().unwrap();
        let mut records = Records::default();
        records.add(&[line("a", false), line("b", false)].concat()).unwrap();
        records.add(&[line("a", false), line("a", true), r#"{"function":"me-"#.to_owned()].concat()).unwrap();
        let found: Vec<_> = records.grants().map(|(_, grant, used)| (grant.action.as_str(), used)).collect();
        assert_eq!(found, [("a", true), ("b", false)]);
        assert!(records.add("{}\n").is_err());
    }
}
