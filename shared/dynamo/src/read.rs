//! Reads: one item, a few in one call, or a range.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use kernel::Failure;

use crate::database::Database;
use crate::failure::failure;
use crate::item::{Attributes, Read};
use crate::key::Key;

/// Rows to read in one consistent call.
#[derive(Default)]
#[must_use]
pub struct Batch(HashMap<String, Vec<Attributes>>);

impl Batch {
    /// With the row of `table` under `key`.
    pub fn of(mut self, table: &str, key: &Key) -> Self {
        self.0.entry(table.to_owned()).or_default().push(key.attributes());
        self
    }
}

/// The rows of a [`Batch`] that were there.
#[derive(Debug, Default)]
pub struct Rows(Vec<Attributes>);

impl Rows {
    /// The row under `key`.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Attributes> {
        self.0.iter().find(|row| row.maybe_text("pk") == Some(&key.pk) && row.maybe_text("sk") == Some(&key.sk))
    }
}

/// A range of a table or of one of its indexes.
#[derive(Debug, Clone)]
#[must_use]
pub struct Query {
    table: String,
    index: Option<String>,
    condition: String,
    names: HashMap<String, String>,
    values: Attributes,
    limit: Option<i32>,
    backwards: bool,
    consistent: bool,
    after: Option<Attributes>,
}

/// A walk through all rows of a table, which costs a read of each of them: for the operator's work, and for no request.
#[derive(Debug, Clone)]
#[must_use]
pub struct Scan {
    table: String,
    attributes: Option<String>,
    condition: Option<String>,
    values: Attributes,
    limit: i32,
    segment: Option<(i32, i32)>,
    after: Option<Attributes>,
}

impl Scan {
    /// These attributes of the rows of `table` that fit `condition`, of at most `limit` rows that are looked at.
    pub fn of(table: &str, attributes: &str, condition: &str, limit: usize) -> Self {
        Self { attributes: Some(attributes.to_owned()), condition: Some(condition.to_owned()), ..Self::whole(table, limit) }
    }

    /// Whole rows of `table`, at most `limit`.
    pub fn whole(table: &str, limit: usize) -> Self {
        let (table, limit) = (table.to_owned(), i32::try_from(limit).unwrap_or(i32::MAX));
        Self { table, attributes: None, condition: None, values: HashMap::new(), limit, segment: None, after: None }
    }

    /// Those of one of so many equal parts of the table, counted from 0.
    pub fn segment(self, number: u16, of: u16) -> Self {
        Self { segment: Some((number.into(), of.into())), ..self }
    }

    /// Gives the condition's placeholder, such as `:sk`, its value.
    pub fn value(mut self, placeholder: &str, value: AttributeValue) -> Self {
        self.values.insert(placeholder.to_owned(), value);
        self
    }

    /// From behind this key, whether there is a row under it or not.
    pub fn after(self, key: Option<Key>) -> Self {
        Self { after: key.map(|key| key.attributes()), ..self }
    }
}

/// Some rows of a range.
#[derive(Debug)]
pub struct QueryPage {
    pub rows: Vec<Attributes>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<Attributes>,
}

impl Query {
    /// The rows of `table` whose keys fit `condition`.
    pub fn of(table: &str, condition: &str) -> Self {
        let (table, condition) = (table.to_owned(), condition.to_owned());
        Self {
            table,
            index: None,
            condition,
            names: HashMap::new(),
            values: HashMap::new(),
            limit: None,
            backwards: false,
            consistent: false,
            after: None,
        }
    }

    /// By the keys of an index.
    pub fn by(self, index: &str) -> Self {
        Self { index: Some(index.to_owned()), ..self }
    }

    /// Gives the condition's placeholder, such as `#class`, the name of an attribute.
    pub fn name(mut self, placeholder: &str, attribute: &str) -> Self {
        self.names.insert(placeholder.to_owned(), attribute.to_owned());
        self
    }

    /// Gives the condition's placeholder, such as `:now`, its value.
    pub fn value(mut self, placeholder: &str, value: AttributeValue) -> Self {
        self.values.insert(placeholder.to_owned(), value);
        self
    }

    /// At most so many rows.
    pub fn limit(self, limit: usize) -> Self {
        Self { limit: Some(i32::try_from(limit).unwrap_or(i32::MAX)), ..self }
    }

    /// From where another page ended.
    pub fn after(self, place: Option<Attributes>) -> Self {
        Self { after: place, ..self }
    }

    /// As the rows are now, and not as they were a moment ago. No index can say that.
    pub fn consistently(self) -> Self {
        Self { consistent: true, ..self }
    }

    /// From the last to the first.
    pub fn backwards(self) -> Self {
        Self { backwards: true, ..self }
    }
}

impl Database {
    /// The row of `table` under `key`, consistently.
    ///
    /// # Errors
    /// [`Failure::Busy`] when the service throttles, else [`Failure::Broken`].
    pub async fn get(&self, table: &str, key: &Key) -> Result<Option<Attributes>, Failure> {
        let read = self.client().get_item().table_name(table).set_key(Some(key.attributes())).consistent_read(true).send();
        Ok(read.await.map_err(failure)?.item)
    }

    /// These attributes of that row, as they were a moment ago.
    ///
    /// # Errors
    /// As of [`Self::get`].
    pub async fn get_some(&self, table: &str, key: &Key, attributes: &str) -> Result<Option<Attributes>, Failure> {
        let read = self.client().get_item().table_name(table).set_key(Some(key.attributes())).projection_expression(attributes).send();
        Ok(read.await.map_err(failure)?.item)
    }

    /// Reads a batch. Unprocessed keys mean throttling: the caller is asked to come back rather than shown a part.
    ///
    /// # Errors
    /// As of [`Self::get`].
    pub async fn read(&self, batch: Batch) -> Result<Rows, Failure> {
        let mut request = self.client().batch_get_item();
        for (table, keys) in batch.0 {
            let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build().map_err(Failure::broken)?;
            request = request.request_items(table, keys);
        }
        let answer = request.send().await.map_err(failure)?;
        if answer.unprocessed_keys.is_some_and(|unprocessed| !unprocessed.is_empty()) {
            return Err(Failure::unavailable(Duration::from_secs(1)));
        }
        Ok(Rows(answer.responses.unwrap_or_default().into_values().flatten().collect()))
    }

    /// The rows of a range, one page of them.
    ///
    /// # Errors
    /// As of [`Self::get`].
    pub async fn query(&self, query: Query) -> Result<Vec<Attributes>, Failure> {
        self.query_page(query).await.map(|page| page.rows)
    }

    /// All rows of a range, page after page.
    ///
    /// # Errors
    /// As of [`Self::get`].
    pub async fn query_all(&self, query: Query) -> Result<Vec<Attributes>, Failure> {
        let (mut rows, mut place) = (Vec::new(), None);
        loop {
            let page = self.query_page(query.clone().after(place)).await?;
            rows.extend(page.rows);
            place = page.next;
            if place.is_none() {
                return Ok(rows);
            }
        }
    }

    /// One page of a range, with the place of the next.
    ///
    /// # Errors
    /// As of [`Self::get`].
    pub async fn query_page(&self, query: Query) -> Result<QueryPage, Failure> {
        let Query { table, index, condition, names, values, limit, backwards, consistent, after } = query;
        let found = self
            .client()
            .query()
            .table_name(table)
            .set_index_name(index)
            .key_condition_expression(condition)
            .set_expression_attribute_names((!names.is_empty()).then_some(names))
            .set_expression_attribute_values(Some(values))
            .set_limit(limit)
            .set_exclusive_start_key(after)
            .set_scan_index_forward(backwards.then_some(false))
            .set_consistent_read(consistent.then_some(true))
            .send()
            .await;
        let found = found.map_err(failure)?;
        Ok(QueryPage { rows: found.items.unwrap_or_default(), next: found.last_evaluated_key })
    }

    /// One page of a walk, with the place of the next. It may be empty and have a next.
    ///
    /// # Errors
    /// As of [`Self::get`].
    pub async fn scan_page(&self, scan: Scan) -> Result<QueryPage, Failure> {
        let Scan { table, attributes, condition, values, limit, segment, after } = scan;
        let found = self
            .client()
            .scan()
            .table_name(table)
            .set_projection_expression(attributes)
            .set_filter_expression(condition)
            .set_expression_attribute_values((!values.is_empty()).then_some(values))
            .limit(limit)
            .set_segment(segment.map(|(number, _)| number))
            .set_total_segments(segment.map(|(_, of)| of))
            .set_exclusive_start_key(after)
            .send()
            .await;
        let found = found.map_err(failure)?;
        Ok(QueryPage { rows: found.items.unwrap_or_default(), next: found.last_evaluated_key })
    }
}
