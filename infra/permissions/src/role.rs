//! The statements of a role, and whether they allow what a call needs.

use crate::condition::Condition;
use crate::grant::Grant;
use crate::needs::Need;
use crate::wildcard::{matches, matches_arn};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a role says that is not understood here, so that nothing of it could be decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    #[error("the condition operator {0} is not one the local cloud decides")]
    Operator(String),
    /// A condition key.
    #[error("the condition key {0} is not one the local cloud knows of a request")]
    Key(String),
    /// `ForAllValues` where a key has one value, or none where it may have several.
    #[error("{operator} does not fit {key}: keys with several values take ForAllValues, and no others do")]
    Quantifier { operator: String, key: String },
    /// A policy variable.
    #[error("the policy variable in {0} is not one the local cloud resolves")]
    Variable(String),
    /// A condition that is no operator with keys and values.
    #[error("{0} is no condition")]
    Condition(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Statement {
    actions: Vec<String>,
    resources: Vec<String>,
    conditions: Vec<Condition>,
}

/// Statements that allow. What none of them allows is denied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Role {
    statements: Vec<Statement>,
}

impl Role {
    /// Adds a statement with `Effect: Allow`: its actions, its resources, and its `Condition`, which is null without any.
    ///
    /// # Errors
    /// When it holds what is not decided here: another operator, another condition key, a policy variable.
    pub fn allow(mut self, actions: &[String], resources: &[String], conditions: &Value) -> Result<Self, Unsupported> {
        if let Some(resource) = resources.iter().find(|resource| resource.contains("${")) {
            return Err(Unsupported::Variable(resource.clone()));
        }
        let conditions = read_conditions(conditions)?;
        self.statements.push(Statement { actions: actions.to_vec(), resources: resources.to_vec(), conditions });
        Ok(self)
    }

    /// The grants that allow this, of the first statement that does; `None` when no statement does.
    pub fn allows(&self, need: &Need) -> Option<BTreeSet<Grant>> {
        self.statements.iter().find_map(|statement| statement.allows(need))
    }

    /// Every grant of every statement.
    pub fn grants(&self) -> BTreeSet<Grant> {
        self.statements.iter().flat_map(Statement::grants).collect()
    }

    /// The role without this grant, wherever a statement has it.
    #[must_use]
    pub fn without(self, grant: &Grant) -> Self {
        Self { statements: self.statements.into_iter().flat_map(|statement| statement.without(grant)).collect() }
    }
}

fn read_conditions(conditions: &Value) -> Result<Vec<Condition>, Unsupported> {
    let no_condition = || Unsupported::Condition(conditions.to_string());
    let operators = match conditions {
        Value::Null => return Ok(Vec::new()),
        Value::Object(operators) => operators,
        _ => return Err(no_condition()),
    };
    let mut found = Vec::new();
    for (operator, keys) in operators {
        for (key, values) in keys.as_object().ok_or_else(no_condition)? {
            let values = match values {
                Value::Array(values) => values.iter().map(Value::as_str).collect(),
                value => Some(vec![value.as_str().ok_or_else(no_condition)?]),
            };
            let values = values.ok_or_else(no_condition)?.into_iter().map(str::to_owned).collect();
            found.push(Condition::read(operator, key, values)?);
        }
    }
    Ok(found)
}

impl Statement {
    fn allows(&self, need: &Need) -> Option<BTreeSet<Grant>> {
        let action = self.actions.iter().find(|action| matches(&action.to_lowercase(), &need.action.to_lowercase()))?;
        let resource = self.resources.iter().find(|resource| matches_arn(resource, &need.resource))?;
        let mut used = BTreeSet::from([Grant { action: action.clone(), resource: resource.clone(), admits: None }]);
        for condition in &self.conditions {
            let values = condition.holds(&need.context)?;
            if condition.is_choice() {
                used.extend(values.into_iter().map(|index| self.value(condition, index)));
            }
        }
        Some(used)
    }

    fn value(&self, condition: &Condition, index: usize) -> Grant {
        let admits = Some((condition.key.clone(), condition.values[index].clone()));
        Grant { action: self.actions.join(","), resource: self.resources.join(","), admits }
    }

    fn grants(&self) -> BTreeSet<Grant> {
        let pairs = self.actions.iter().flat_map(|action| self.resources.iter().map(move |resource| (action.clone(), resource.clone())));
        let pairs = pairs.map(|(action, resource)| Grant { action, resource, admits: None });
        let conditions = self.conditions.iter().filter(|condition| condition.is_choice());
        let values = conditions.flat_map(|condition| (0..condition.values.len()).map(|index| self.value(condition, index)));
        pairs.chain(values).collect()
    }

    /// As up to two statements: those of the other actions, and the action on the other resources.
    fn without(mut self, grant: &Grant) -> Vec<Self> {
        if let Some((key, value)) = &grant.admits {
            if grant.action == self.actions.join(",") && grant.resource == self.resources.join(",") {
                for condition in self.conditions.iter_mut().filter(|condition| condition.key == *key) {
                    condition.values.retain(|admitted| admitted != value);
                }
            }
            return vec![self];
        }
        if !self.actions.contains(&grant.action) || !self.resources.contains(&grant.resource) {
            return vec![self];
        }
        let others = |all: &[String], one: &String| -> Vec<String> { all.iter().filter(|other| *other != one).cloned().collect() };
        let elsewhere = Self {
            actions: vec![grant.action.clone()],
            resources: others(&self.resources, &grant.resource),
            conditions: self.conditions.clone(),
        };
        let otherwise = Self { actions: others(&self.actions, &grant.action), ..self };
        vec![otherwise, elsewhere]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Context;
    use proptest::prelude::*;
    use serde_json::json;

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|text| (*text).to_owned()).collect()
    }

    fn need(action: &str, resource: &str) -> Need {
        Need { action: action.into(), resource: resource.into(), context: Context::new() }
    }

    fn role() -> Role {
        Role::default().allow(&texts(&["a:Get", "a:Put"]), &texts(&["arn:1", "arn:2"]), &Value::Null).unwrap()
    }

    #[test]
    fn nothing_is_allowed_that_no_statement_allows() {
        assert_eq!(Role::default().allows(&need("a:Get", "arn:1")), None);
        assert_eq!(role().allows(&need("a:Delete", "arn:1")), None);
        assert_eq!(role().allows(&need("a:Get", "arn:3")), None);
        let used = role().allows(&need("A:get", "arn:2")).unwrap();
        assert_eq!(used, BTreeSet::from([Grant { action: "a:Get".into(), resource: "arn:2".into(), admits: None }]));
    }

    #[test]
    fn the_values_that_a_request_needs_are_grants_too() {
        let conditions = json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["ACC#*", "IDEM#*"] } });
        let role = Role::default().allow(&texts(&["dynamodb:PutItem"]), &texts(&["arn:1"]), &conditions).unwrap();
        assert_eq!(role.grants().len(), 3);
        let mut need = need("dynamodb:PutItem", "arn:1");
        need.context.insert("dynamodb:leadingkeys".into(), texts(&["IDEM#7"]));
        let used = role.allows(&need).unwrap();
        let admitted: Vec<_> = used.iter().filter_map(|grant| grant.admits.clone()).collect();
        assert_eq!(admitted, [("dynamodb:LeadingKeys".to_owned(), "IDEM#*".to_owned())]);
        for grant in used {
            assert_eq!(role.clone().without(&grant).allows(&need), None, "{grant}");
        }
    }

    #[test]
    fn the_only_value_of_a_condition_is_no_grant_of_its_own() {
        let conditions =
            json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": "ACC#*" }, "Null": { "dynamodb:LeadingKeys": "false" } });
        let role = Role::default().allow(&texts(&["dynamodb:PutItem"]), &texts(&["arn:1"]), &conditions).unwrap();
        assert_eq!(role.grants().len(), 1);
        let mut need = need("dynamodb:PutItem", "arn:1");
        assert_eq!(role.allows(&need), None);
        need.context.insert("dynamodb:leadingkeys".into(), texts(&["ACC#7"]));
        assert_eq!(role.allows(&need), Some(role.grants()));
    }

    #[test]
    fn a_role_that_is_not_understood_is_refused() {
        let allow =
            |resource: &str, conditions: &Value| Role::default().allow(&texts(&["a:Get"]), &texts(&[resource]), conditions).map(drop);
        assert!(matches!(allow("arn:${aws:userid}", &Value::Null), Err(Unsupported::Variable(_))));
        assert!(matches!(allow("arn", &json!([])), Err(Unsupported::Condition(_))));
        assert!(matches!(allow("arn", &json!({ "StringLike": "x" })), Err(Unsupported::Condition(_))));
        assert!(matches!(allow("arn", &json!({ "StringLike": { "s3:prefix": [1] } })), Err(Unsupported::Condition(_))));
    }

    proptest! {
        /// A role without one pair denies that pair and allows every other one.
        #[test]
        fn a_grant_is_taken_away_alone(
            actions in proptest::collection::btree_set("a:[A-D]", 1..4),
            resources in proptest::collection::btree_set("arn:[1-4]", 1..4),
            picked in any::<proptest::sample::Index>(),
        ) {
            let (actions, resources): (Vec<_>, Vec<_>) = (actions.into_iter().collect(), resources.into_iter().collect());
            let role = Role::default().allow(&actions, &resources, &Value::Null).unwrap();
            let all: Vec<Grant> = role.grants().into_iter().collect();
            let gone = picked.get(&all);
            let left = role.clone().without(gone);
            for grant in &all {
                prop_assert_eq!(left.allows(&need(&grant.action, &grant.resource)).is_some(), grant != gone);
            }
            prop_assert_eq!(left.grants().len(), all.len() - 1);
        }
    }
}
