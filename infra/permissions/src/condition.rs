//! Conditions of statements: the operators and keys that the roles here use. Any other is an error when a role is read, and never ignored.

use crate::role::Unsupported;
use crate::wildcard::matches;
use std::collections::{BTreeMap, BTreeSet};

/// What a request says about itself, by condition key in lower case. A key that a request does not have is absent.
pub type Context = BTreeMap<String, Vec<String>>;

/// The condition keys that [`needs`](crate::needs()) fills in, and whether a request may have several values of them.
const KEYS: [(&str, bool); 6] = [
    ("dynamodb:leadingkeys", true),
    ("dynamodb:attributes", true),
    ("dynamodb:select", false),
    ("dynamodb:enclosingoperation", false),
    ("s3:prefix", false),
    ("ses:fromaddress", false),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    StringEquals,
    StringLike,
    /// `Null` with `false`: the request has the key.
    Present,
}

/// One operator on one key: the key's values must be among those allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Condition {
    /// As the statement spells it.
    pub(crate) key: String,
    /// The values allowed.
    pub(crate) values: Vec<String>,
    test: Test,
    /// `ForAllValues`: each of several values must be allowed; none at all will do.
    for_all: bool,
}

impl Condition {
    pub(crate) fn read(operator: &str, key: &str, values: Vec<String>) -> Result<Self, Unsupported> {
        let (for_all, rest) = match operator.strip_prefix("ForAllValues:") {
            Some(rest) => (true, rest),
            None => (false, operator),
        };
        let known = KEYS.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
        let (_, several) = known.ok_or_else(|| Unsupported::Key(key.to_owned()))?;
        let test = match rest {
            "StringEquals" => Test::StringEquals,
            "StringLike" => Test::StringLike,
            "Null" if !for_all && values == ["false"] => {
                return Ok(Self { key: key.to_owned(), values: Vec::new(), test: Test::Present, for_all });
            }
            _ => return Err(Unsupported::Operator(operator.to_owned())),
        };
        if *several != for_all {
            return Err(Unsupported::Quantifier { operator: operator.to_owned(), key: key.to_owned() });
        }
        if let Some(value) = values.iter().find(|value| value.contains("${")) {
            return Err(Unsupported::Variable(value.clone()));
        }
        Ok(Self { key: key.to_owned(), values, test, for_all })
    }

    /// Which of its values the request needs; `None` when the condition does not hold.
    pub(crate) fn holds(&self, context: &Context) -> Option<BTreeSet<usize>> {
        let Some(found) = context.get(&self.key.to_lowercase()) else {
            return self.for_all.then(BTreeSet::new);
        };
        if self.test == Test::Present {
            return Some(BTreeSet::new());
        }
        found.iter().map(|value| self.values.iter().position(|allowed| self.admits(allowed, value))).collect()
    }

    /// Whether it admits several values, each of which could be left out; without its only one it would admit nothing.
    pub(crate) fn is_choice(&self) -> bool {
        self.values.len() > 1
    }

    fn admits(&self, allowed: &str, value: &str) -> bool {
        match self.test {
            Test::StringEquals => allowed == value,
            Test::StringLike => matches(allowed, value),
            Test::Present => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn context(key: &str, values: &[&str]) -> Context {
        Context::from([(key.to_owned(), values.iter().map(|value| (*value).to_owned()).collect())])
    }

    fn condition(operator: &str, key: &str, values: &[&str]) -> Condition {
        Condition::read(operator, key, values.iter().map(|value| (*value).to_owned()).collect()).unwrap()
    }

    #[test]
    fn a_request_without_the_key_passes_only_where_every_value_is_asked_for() {
        let prefix = condition("StringLike", "s3:prefix", &["uploads/*"]);
        assert_eq!(prefix.holds(&Context::new()), None);
        assert_eq!(prefix.holds(&context("s3:prefix", &["generated/"])), None);
        let keys = condition("ForAllValues:StringLike", "dynamodb:LeadingKeys", &["ACC#*"]);
        assert_eq!(keys.holds(&Context::new()), Some(BTreeSet::new()));
        let present = condition("Null", "dynamodb:LeadingKeys", &["false"]);
        assert_eq!(present.holds(&Context::new()), None);
        assert_eq!(present.holds(&context("dynamodb:leadingkeys", &["ACC#1"])), Some(BTreeSet::new()));
    }

    #[test]
    fn every_value_must_be_allowed() {
        let keys = condition("ForAllValues:StringLike", "dynamodb:LeadingKeys", &["ACC#*", "SES#*"]);
        let leading = |values: &[&str]| keys.holds(&context("dynamodb:leadingkeys", values));
        assert_eq!(leading(&["ACC#1"]), Some(BTreeSet::from([0])));
        assert_eq!(leading(&["ACC#1", "SES#2"]), Some(BTreeSet::from([0, 1])));
        assert_eq!(leading(&["ACC#1", "CODE#2"]), None);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let read = |operator: &str, key: &str| Condition::read(operator, key, vec!["x".into()]);
        assert_eq!(read("NumericEquals", "s3:prefix"), Err(Unsupported::Operator("NumericEquals".into())));
        for operator in ["ForAnyValue:StringLike", "StringLikeIfExists", "Null"] {
            assert_eq!(read(operator, "s3:prefix"), Err(Unsupported::Operator(operator.into())));
        }
        assert_eq!(read("StringEquals", "aws:SourceIp"), Err(Unsupported::Key("aws:SourceIp".into())));
        assert!(matches!(read("StringLike", "dynamodb:LeadingKeys"), Err(Unsupported::Quantifier { .. })));
        assert!(matches!(read("ForAllValues:StringLike", "s3:prefix"), Err(Unsupported::Quantifier { .. })));
        assert!(matches!(Condition::read("StringLike", "s3:prefix", vec!["${aws:userid}".into()]), Err(Unsupported::Variable(_))));
    }

    proptest! {
        /// Fewer values in a request never need more, and more values in a condition never admit less.
        #[test]
        fn conditions_are_monotonous(
            asked in proptest::collection::vec("[abc]{1,2}", 1..5),
            allowed in proptest::collection::vec("[abc*]{1,2}", 0..5),
            more in "[abc*]{1,2}",
        ) {
            let texts: Vec<&str> = asked.iter().map(String::as_str).collect();
            let narrow = Condition::read("ForAllValues:StringLike", "dynamodb:Attributes", allowed.clone()).unwrap();
            let wide = Condition::read("ForAllValues:StringLike", "dynamodb:Attributes", [allowed, vec![more]].concat()).unwrap();
            let holds = |condition: &Condition, values: &[&str]| condition.holds(&context("dynamodb:attributes", values)).is_some();
            if holds(&narrow, &texts) {
                prop_assert!(holds(&wide, &texts));
                prop_assert!(holds(&narrow, &texts[1..]));
            }
        }
    }
}
