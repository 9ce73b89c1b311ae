//! A case as an item.

use dynamo::{Attributes, DueIndex, EXPIRY, Item, Read, TTL};
use kernel::{Failure, Timestamp};
use policy::Class;
use screening::Decision;
use studio::Case;
use studio::case::{Appeal, StatementOfReasons};

use crate::keys;

/// Cases by the time by which somebody decides them. They are few: one shard holds all.
pub const DEADLINE: DueIndex = DueIndex { name: "deadline", shard: "deadline_shard", instant: "deadline" };

/// The shard of all open cases.
pub const OPEN: &str = "case";

/// The item of a case. `deadline` and its shard exist only while there is something to decide, so that the index holds nothing else.
///
/// # Errors
/// [`Failure::Broken`] when a decision cannot be written.
pub fn write(case: &Case) -> Result<Item, Failure> {
    let json = |value: &studio::case::Ruling| serde_json::to_string(value).map_err(Failure::broken);
    let appeal = case.appeal.as_ref();
    let item = Item::new(Class::Case.id(), keys::case(case.generation))
        .text("owner_id", case.owner.to_string())
        .text("upload_id", case.upload.to_string())
        .text("decision", case.decision.name())
        .numbers("scores", case.scores.clone())
        .text("screener", &case.screener)
        .text("opened_at", case.opened_at.to_string())
        .seconds("photo_until", case.photo_until)
        .maybe_text("ruling", case.ruling.as_ref().map(json).transpose()?)
        .maybe_text("appeal", appeal.map(|appeal| appeal.text.clone()))
        .maybe_text("appealed_at", appeal.map(|appeal| appeal.at.to_string()))
        .maybe_text("appeal_ruling", appeal.and_then(|appeal| appeal.ruling.as_ref()).map(json).transpose()?)
        .number("version", case.version)
        .due(EXPIRY, case.expires_at)
        .seconds(TTL, case.expires_at);
    Ok(match case.due_at {
        Some(due_at) => item.text(DEADLINE.shard, OPEN).seconds(DEADLINE.instant, due_at),
        None => item,
    })
}

/// Reads the item of a case.
///
/// # Errors
/// [`Failure::Broken`] where it is none.
pub fn read(row: &Attributes) -> Result<Case, Failure> {
    let seconds = |name| Timestamp::from_second(row.required_number(name)?).map_err(Failure::broken);
    let ruling = |name| row.maybe_text(name).map(serde_json::from_str).transpose().map_err(Failure::broken);
    let appeal =
        |text: &str| Ok::<_, Failure>(Appeal { text: text.to_owned(), at: row.parsed("appealed_at")?, ruling: ruling("appeal_ruling")? });
    Ok(Case {
        generation: row.required_text("pk")?.trim_start_matches("CASE#").parse().map_err(Failure::broken)?,
        owner: row.parsed("owner_id")?,
        upload: row.parsed("upload_id")?,
        decision: if row.required_text("decision")? == Decision::Referred.name() { Decision::Referred } else { Decision::Blocked },
        scores: row.numbers("scores"),
        screener: row.required_text("screener")?.to_owned(),
        opened_at: row.parsed("opened_at")?,
        due_at: row.maybe_number(DEADLINE.instant).map(Timestamp::from_second).transpose().map_err(Failure::broken)?,
        photo_until: seconds("photo_until")?,
        expires_at: seconds("expires_at")?,
        ruling: ruling("ruling")?,
        appeal: row.maybe_text("appeal").map(appeal).transpose()?,
        version: row.required_number("version")?,
    })
}

/// The item of a statement of reasons.
///
/// # Errors
/// [`Failure::Broken`] when it cannot be written.
pub fn statement(case: &Case, reasons: &StatementOfReasons) -> Result<Item, Failure> {
    let text = serde_json::to_string(reasons).map_err(Failure::broken)?;
    Ok(Item::new(Class::StatementOfReasons.id(), keys::statement(case.generation, reasons.at))
        .text("reasons", text)
        .due(EXPIRY, case.expires_at)
        .seconds(TTL, case.expires_at))
}
