use kernel::{GenerationId, OrderId, Timestamp};
use serde::Serialize;
use wallet::{Cause, Entry, Statement};

/// A movement of credits. The sums of all are the balance.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryReply {
    /// `grant`: new credits. `hold`: set aside for a generation. `capture`: spent for it. `release`: available again. `claw-back`: taken back, as their
    /// price was refunded. `reinstate`: there again, as it was not.
    pub kind: &'static str,
    /// What it changed of the credits that are available.
    pub available: i64,
    /// What it changed of the credits that are set aside.
    pub held: i64,
    /// The generation that it is about: `gen_…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub generation_id: Option<GenerationId>,
    /// The order that it is about: `ord_…`. Without either, it is the credits of a new account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub order_id: Option<OrderId>,
    /// RFC 3339.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
}

/// `GET /v1/me/wallet/entries`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntriesReply {
    /// The newest first.
    pub entries: Vec<EntryReply>,
    /// The `cursor` of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl From<&Entry> for EntryReply {
    fn from(entry: &Entry) -> Self {
        let (generation_id, order_id) = match entry.cause() {
            Cause::Starter => (None, None),
            Cause::Generation(generation) | Cause::Reopened(generation) => (Some(generation), None),
            Cause::Purchase(order) | Cause::Refund { order, .. } => (None, Some(order)),
        };
        let (available, held) = (entry.available_delta(), entry.held_delta());
        Self { kind: entry.kind().name(), available, held, generation_id, order_id, at: entry.at() }
    }
}

impl EntriesReply {
    #[must_use]
    pub fn new(statement: &Statement) -> Self {
        let entries = statement.entries.iter().map(EntryReply::from).collect();
        Self { entries, next_cursor: statement.next.map(|place| place.to_string()) }
    }
}
