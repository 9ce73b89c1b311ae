//! What an account chose, as attributes that are there or not: in its sessions, and beside the list of the latest, where sign-ins find it.

use accounts::Flags;
use dynamo::{Attributes, Item, Key, Read, Write, text};

pub(crate) const RESTRICTED: &str = "restricted";
pub(crate) const UNCOUNTED: &str = "uncounted";

/// Each attribute, and whether it is there.
fn attributes(flags: Flags) -> [(&'static str, bool); 2] {
    [(RESTRICTED, flags.restricted), (UNCOUNTED, flags.uncounted)]
}

/// The flags of a row.
#[must_use]
pub fn read(row: &Attributes) -> Flags {
    let is_there = |name| row.maybe_text(name).is_some();
    Flags { restricted: is_there(RESTRICTED), uncounted: is_there(UNCOUNTED) }
}

/// A new row with its flags.
pub(crate) fn of(item: Item, flags: Flags) -> Item {
    let is_there = attributes(flags).into_iter().filter(|(_, is_there)| *is_there);
    is_there.fold(item, |item, (name, _)| item.text(name, "yes"))
}

/// The same row with these flags.
pub fn set(row: &mut Attributes, flags: Flags) {
    for (name, is_there) in attributes(flags) {
        match is_there {
            true => row.insert(name.to_owned(), text("yes")),
            false => row.remove(name),
        };
    }
}

/// The condition that a row has these flags.
pub(crate) fn are(flags: Flags) -> String {
    let [one, other] = attributes(flags).map(|(name, is_there)| match is_there {
        true => format!("attribute_exists({name})"),
        false => format!("attribute_not_exists({name})"),
    });
    format!("{one} AND {other}")
}

/// Writes the flags into a row.
#[must_use]
pub fn update(key: &Key, table: &str, flags: Flags) -> Write {
    let named = |wanted: bool| attributes(flags).into_iter().filter(move |(_, is_there)| *is_there == wanted).map(|(name, _)| name);
    let set: Vec<String> = named(true).map(|name| format!("{name} = :yes")).collect();
    let removed: Vec<&str> = named(false).collect();
    let mut clauses = Vec::new();
    clauses.extend((!set.is_empty()).then(|| format!("SET {}", set.join(", "))));
    clauses.extend((!removed.is_empty()).then(|| format!("REMOVE {}", removed.join(", "))));
    let written = key.update(table, &clauses.join(" "));
    if set.is_empty() { written } else { written.value(":yes", text("yes")) }
}
