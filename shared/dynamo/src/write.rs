//! One write of one item, with the condition it depends on: alone, or as a part of a transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use kernel::Failure;

use crate::item::Attributes;
use crate::transaction::{Part, Refused};

/// A write of one item.
#[derive(Debug, Clone)]
pub struct Write {
    pub(crate) table: String,
    pub(crate) kind: Kind,
    pub(crate) condition: Option<String>,
    pub(crate) names: HashMap<String, String>,
    pub(crate) values: Attributes,
    /// Whether a refusal brings the item as it is.
    pub(crate) shows: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Put(Attributes),
    Update(Attributes, String),
    Delete(Attributes),
    Check(Attributes),
}

impl Write {
    pub(crate) fn new(table: &str, kind: Kind) -> Self {
        Self { table: table.to_owned(), kind, condition: None, names: HashMap::new(), values: HashMap::new(), shows: false }
    }

    /// Only where nothing is under the key yet; a refusal shows what is.
    #[must_use]
    pub fn if_absent(self) -> Self {
        self.only_if("attribute_not_exists(pk)").showing()
    }

    /// Only where this condition holds.
    #[must_use]
    pub fn only_if(self, condition: &str) -> Self {
        Self { condition: Some(condition.to_owned()), ..self }
    }

    /// Gives an expression's placeholder, such as `#state`, the name of an attribute.
    #[must_use]
    pub fn name(mut self, placeholder: &str, attribute: &str) -> Self {
        self.names.insert(placeholder.to_owned(), attribute.to_owned());
        self
    }

    /// Gives an expression's placeholder, such as `:now`, its value.
    #[must_use]
    pub fn value(mut self, placeholder: &str, value: AttributeValue) -> Self {
        self.values.insert(placeholder.to_owned(), value);
        self
    }

    /// A refusal shows the item as it is.
    #[must_use]
    pub fn showing(self) -> Self {
        Self { shows: true, ..self }
    }

    /// The part of a transaction that says this when its condition does not hold. It is given the item as it is, where the write shows it and there is one.
    pub fn or<T>(self, refused: impl FnOnce(Option<Attributes>) -> Result<T, Failure> + Send + 'static) -> Part<T> {
        Part::new(self, Refused::Says(Box::new(refused)))
    }

    /// The part of a transaction whose condition always holds unless the store contradicts itself; `what` names it in the failure.
    pub fn or_broken<T>(self, what: &'static str) -> Part<T> {
        Part::new(self, Refused::Contradicts(what))
    }

    pub(crate) fn old(&self) -> Option<ReturnValuesOnConditionCheckFailure> {
        self.shows.then_some(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    pub(crate) fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    pub(crate) fn values(&self) -> Option<Attributes> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }

    /// As the SDK wants it in a transaction.
    pub(crate) fn in_transaction(&self) -> Result<TransactWriteItem, Failure> {
        let item = TransactWriteItem::builder();
        Ok(match &self.kind {
            Kind::Put(attributes) => item.put(
                Put::builder()
                    .table_name(&self.table)
                    .set_item(Some(attributes.clone()))
                    .set_condition_expression(self.condition.clone())
                    .set_expression_attribute_names(self.names())
                    .set_expression_attribute_values(self.values())
                    .set_return_values_on_condition_check_failure(self.old())
                    .build()
                    .map_err(Failure::broken)?,
            ),
            Kind::Update(key, expression) => item.update(
                Update::builder()
                    .table_name(&self.table)
                    .set_key(Some(key.clone()))
                    .update_expression(expression)
                    .set_condition_expression(self.condition.clone())
                    .set_expression_attribute_names(self.names())
                    .set_expression_attribute_values(self.values())
                    .set_return_values_on_condition_check_failure(self.old())
                    .build()
                    .map_err(Failure::broken)?,
            ),
            Kind::Delete(key) => item.delete(
                Delete::builder()
                    .table_name(&self.table)
                    .set_key(Some(key.clone()))
                    .set_condition_expression(self.condition.clone())
                    .set_expression_attribute_names(self.names())
                    .set_expression_attribute_values(self.values())
                    .set_return_values_on_condition_check_failure(self.old())
                    .build()
                    .map_err(Failure::broken)?,
            ),
            Kind::Check(key) => item.condition_check(
                ConditionCheck::builder()
                    .table_name(&self.table)
                    .set_key(Some(key.clone()))
                    .set_condition_expression(self.condition.clone())
                    .set_expression_attribute_names(self.names())
                    .set_expression_attribute_values(self.values())
                    .set_return_values_on_condition_check_failure(self.old())
                    .build()
                    .map_err(Failure::broken)?,
            ),
        }
        .build())
    }
}
