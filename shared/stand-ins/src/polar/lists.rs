//! Lists: filters, order and pages.

use kernel::Timestamp;
use serde_json::{Value, json};

use super::errors::malformed;
use crate::{Answer, Request};

/// The most that a page holds, whatever is asked for.
const MOST: usize = 100;
const USUAL: usize = 10;

/// What was asked of a list.
pub(super) struct List {
    asked: Vec<(String, String)>,
    page: usize,
    limit: usize,
    newest_first: bool,
}

/// An item, with what it is sorted by.
pub(super) struct Listed {
    created_at: Timestamp,
    shown: Value,
}

impl Listed {
    pub(super) fn of(created_at: Timestamp, shown: Value) -> Self {
        Self { created_at, shown }
    }
}

impl List {
    pub(super) fn asked(request: &Request) -> Result<Self, Answer> {
        let query = request.query.as_deref().unwrap_or_default();
        let asked: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let list = Self { asked, page: 1, limit: USUAL, newest_first: true };
        let (page, limit) = (list.number("page", 1)?, list.number("limit", USUAL)?.min(MOST));
        let newest_first = match list.value("sorting").unwrap_or("-created_at") {
            "created_at" => false,
            "-created_at" => true,
            other => return Err(malformed(&["query", "sorting", "0"], "enum", "Input should be a sort property", &json!(other))),
        };
        Ok(Self { page, limit, newest_first, ..list })
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.asked.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str, usual: usize) -> Result<usize, Answer> {
        let Some(value) = self.value(name) else { return Ok(usual) };
        let wrong = || malformed(&["query", name], "greater_than", "Input should be greater than 0", &json!(value));
        value.parse().ok().filter(|number| *number > 0).ok_or_else(wrong)
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Answer> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let wrong = || malformed(&["query", name], "bool_parsing", "Input should be a valid boolean", &json!(value));
        value.parse().map(Some).map_err(|_| wrong())
    }

    pub(super) fn time(&self, name: &str) -> Result<Option<Timestamp>, Answer> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let wrong = || malformed(&["query", name], "datetime_parsing", "Input should be a valid datetime", &json!(value));
        value.parse().map(Some).map_err(|_| wrong())
    }

    /// Whether a field has one of the values that were asked for, if any were.
    pub(super) fn fits(&self, name: &str, field: &str) -> bool {
        let mut wanted = self.asked.iter().filter(|(known, _)| known == name).peekable();
        wanted.peek().is_none() || wanted.any(|(_, value)| value == field)
    }

    pub(super) fn answer(&self, mut items: Vec<Listed>) -> Answer {
        items.sort_by_key(|item| item.created_at);
        if self.newest_first {
            items.reverse();
        }
        let total = items.len();
        let page: Vec<Value> =
            items.into_iter().skip((self.page - 1).saturating_mul(self.limit)).take(self.limit).map(|item| item.shown).collect();
        let pagination = json!({ "total_count": total, "max_page": total.div_ceil(self.limit) });
        Answer::json(200, &json!({ "items": page, "pagination": pagination }))
    }
}
