//! The list of models and the dates on which they end.

use std::time::Duration;

use jiff::civil::Date;
use kernel::Failure;
use serde::Deserialize;
use serde_json::Value;

use crate::OpenAi;
use crate::api_error::{ApiError, identifier, request_id};
use crate::moderation::failure;
use crate::refusal::Refusal;

const TIMEOUT: Duration = Duration::from_secs(20);

/// Maximum bytes of the list; a hundred models have twenty thousand.
const LARGEST: usize = 4_000_000;

/// The wait when the vendor names none.
const DEFAULT_WAIT: Duration = Duration::from_secs(60);

/// A model that the account may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedModel {
    pub id: String,
    pub shutdown_date: Option<Date>,
}

#[derive(Deserialize)]
struct List {
    data: Vec<Value>,
}

impl OpenAi {
    /// Every model that the account may use. A model that is missing may still draw: the list is known to lag.
    ///
    /// # Errors
    /// [`Failure::Busy`] when the vendor cannot answer now, [`Failure::Broken`] when it refuses, or its answer is no list.
    pub async fn listed_models(&self) -> Result<Vec<ListedModel>, Failure> {
        let answer = egress::send(self.get("models", TIMEOUT)).await.map_err(|_| Failure::unavailable(DEFAULT_WAIT))?;
        if answer.status().as_u16() != 200 {
            return Err(failure(&Refusal::read(answer).await));
        }
        let id = request_id(answer.headers());
        let body = egress::receive(answer, LARGEST).await.map_err(|_| Failure::unavailable(DEFAULT_WAIT))?;
        let list: List =
            serde_json::from_slice(&body).map_err(|_| Failure::broken(ApiError::plain("no list of models", 200, id.as_deref())))?;
        Ok(list.data.iter().filter_map(listed).collect())
    }
}

/// A date that cannot be read counts as none.
fn listed(model: &Value) -> Option<ListedModel> {
    let id = identifier(model["id"].as_str()?)?;
    let shutdown_date = model["shutdown_date"].as_str().and_then(|day| day.get(..10)?.parse().ok());
    Some(ListedModel { id, shutdown_date })
}
