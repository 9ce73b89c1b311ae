//! A generation as an item.

use kernel::{Failure, Timestamp};
use policy::Class;
use studio::Generation;

use crate::item::{Attributes, Item, Read, name_of};
use crate::keys::{GENERATIONS, Key};

/// The value of `waiting` on every generation that has a deadline: the partition of the index `deadline`.
pub(crate) const WAITING: &str = "generation";

/// The item of a generation. `waiting` and `deadline` are there only while something is left to do, so the index holds nothing else.
pub(crate) fn write(generation: &Generation) -> Item {
    let item = Item::new(Class::Generation, Key::generation(generation.account, generation.id))
        .text("upload_id", generation.upload.to_string())
        .text("style", &generation.style)
        .number("count", generation.count)
        .number("seed", generation.seed)
        .number("credits", generation.credits)
        .text("state", generation.state.name())
        .number("version", generation.version)
        .number("drawn", generation.drawn)
        .maybe_text("reason", generation.reason.as_ref().map(name_of))
        .text("created_at", generation.created_at.to_string())
        .text("updated_at", generation.updated_at.to_string())
        .number("revivals", generation.revivals)
        .maybe_text("mail", generation.mail.as_ref().map(name_of));
    match generation.deadline {
        Some(deadline) => item.text("waiting", WAITING).seconds("deadline", deadline),
        None => item,
    }
}

/// The generation of an item.
pub(crate) fn read(row: &Attributes) -> Result<Generation, Failure> {
    let account = row.required_text("pk")?.trim_start_matches("ACC#").parse().map_err(Failure::broken)?;
    let id = row.required_text("sk")?.trim_start_matches(GENERATIONS).parse().map_err(Failure::broken)?;
    let deadline = row.maybe_number::<i64>("deadline").map(Timestamp::from_second).transpose().map_err(Failure::broken)?;
    Ok(Generation {
        id,
        account,
        upload: row.parsed("upload_id")?,
        style: row.required_text("style")?.to_owned(),
        count: row.required_number("count")?,
        seed: row.required_number("seed")?,
        credits: row.required_number("credits")?,
        state: row.named("state")?,
        version: row.required_number("version")?,
        drawn: row.required_number("drawn")?,
        reason: row.maybe_text("reason").map(|_| row.named("reason")).transpose()?,
        created_at: row.parsed("created_at")?,
        updated_at: row.parsed("updated_at")?,
        deadline,
        revivals: row.required_number("revivals")?,
        mail: row.maybe_text("mail").map(|_| row.named("mail")).transpose()?,
    })
}
