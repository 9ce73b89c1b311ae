//! Primary keys.

use std::collections::HashMap;

use crate::item::{Attributes, text};
use crate::write::{Kind, Write};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub pk: String,
    pub sk: String,
}

impl Key {
    #[must_use]
    pub fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    #[must_use]
    pub fn attributes(&self) -> Attributes {
        HashMap::from([("pk".to_owned(), text(&self.pk)), ("sk".to_owned(), text(&self.sk))])
    }

    /// An update by `expression` of the item under this key.
    #[must_use]
    pub fn update(&self, table: &str, expression: &str) -> Write {
        Write::new(table, Kind::Update(self.attributes(), expression.to_owned()))
    }

    /// A delete of the item under this key.
    #[must_use]
    pub fn delete(&self, table: &str) -> Write {
        Write::new(table, Kind::Delete(self.attributes()))
    }

    /// A check of the item under this key, within a transaction; give it a condition.
    #[must_use]
    pub fn check(&self, table: &str) -> Write {
        Write::new(table, Kind::Check(self.attributes()))
    }
}
