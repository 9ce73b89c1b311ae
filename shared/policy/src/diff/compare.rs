//! Old and new, part by part.

use jiff::SignedDuration;

use super::longer::{is_longer, keeps_longer, lasts_longer};
use super::{Change, Thing, names};
use crate::published::{Cookie, Entry, Field, Keeps, OnDevice, Processor, Published, Received};

pub(super) fn changes(old: &Published, new: &Published) -> Vec<Change> {
    let mut changes = rules(old, new);
    changes.extend(parts(&old.entries, &new.entries, |entry| &entry.id, new_data, entry));
    changes.extend(parts(
        &old.processors,
        &new.processors,
        |one| &one.id,
        |one| new_processor(new, one),
        |was, is| processor(old, new, was, is),
    ));
    changes.extend(parts(
        &old.cookies,
        &new.cookies,
        |cookie| &cookie.name,
        |one| new_cookie(new, one),
        |was, is| cookie(old, new, was, is),
    ));
    changes.extend(parts(&old.on_device, &new.on_device, |kept| &kept.place, new_on_device, on_device));
    changes
}

/// The changes of a list by the names of its parts: of what is new, of what was there, and of what is no more.
fn parts<'a, T: PartialEq>(
    old: &'a [T],
    new: &'a [T],
    name: impl Fn(&T) -> &String,
    added: impl Fn(&T) -> Change,
    changed: impl Fn(&T, &T) -> Vec<Change>,
) -> Vec<Change>
where
    Thing: From<&'a T>,
{
    let mut changes = Vec::new();
    for is in new {
        match old.iter().find(|was| name(was) == name(is)) {
            None => changes.push(added(is)),
            Some(was) => {
                let found = changed(was, is);
                let reworded = found.is_empty() && was != is;
                changes.extend(found);
                changes.extend(reworded.then(|| Change::Reworded { what: is.into() }));
            }
        }
    }
    let gone = old.iter().filter(|was| new.iter().all(|is| name(is) != name(was)));
    changes.extend(gone.map(|was| Change::Gone { what: was.into() }));
    changes
}

/// The rules for everything.
fn rules(old: &Published, new: &Published) -> Vec<Change> {
    let mut changes = Vec::new();
    if (&old.service, &old.contact) != (&new.service, &new.contact) {
        let contact = new.contact.as_object().and_then(|kinds| kinds.values().next()).and_then(|it| it.as_str()).unwrap_or_default();
        changes.push(Change::NewOperator { service: new.service.clone(), contact: contact.to_owned() });
    }
    if old.region != new.region {
        changes.push(Change::NewRegion { region: names::region(&new.region) });
    }
    if new.erased_within > old.erased_within {
        changes.push(Change::ErasureLater { within: new.erased_within });
    }
    if (&old.looked_for, &old.not_looked_for) != (&new.looked_for, &new.not_looked_for) {
        changes.push(Change::Reworded { what: names::screening() });
    }
    let before = |table: &str| old.backups.iter().find(|backup| backup.table == table).map(|backup| backup.kept).unwrap_or_default();
    let longer = new.backups.iter().filter(|backup| backup.kept > before(&backup.table));
    changes.extend(longer.map(|backup| Change::BackupLonger { kept: backup.kept }));
    changes
}

fn new_data(entry: &Entry) -> Change {
    match entry.is_personal() {
        true => Change::NewData { data: entry.into(), purpose: entry.purpose, retention: entry.retention.clone() },
        false => Change::AboutNobody { what: entry.into() },
    }
}

fn entry(old: &Entry, new: &Entry) -> Vec<Change> {
    let data = || Thing::from(new);
    let mut changes = Vec::new();
    changes.extend(new_fields(old, new));
    if old.purpose != new.purpose {
        changes.push(Change::NewPurpose { of: data(), purposes: vec![new.purpose] });
    }
    if is_longer(&old.retention, &new.retention) {
        changes.push(Change::KeptLonger { data: data(), retention: new.retention.clone() });
    }
    changes.extend(fields_kept_longer(old, new));
    if arm(new) < arm(old) {
        changes.push(Change::LostErasure { data: data() });
    }
    if old.is_exported() && !new.is_exported() {
        changes.push(Change::LostExport { data: data() });
    }
    if changes.is_empty() && is_less(old, new) {
        changes.push(Change::Less { what: data() });
    }
    changes
}

/// How much an erasure does to it.
fn arm(entry: &Entry) -> u8 {
    match entry.erasure.as_str() {
        Some("delete") => 3,
        Some("anonymise") => 2,
        Some("expires") => 1,
        _ => 0,
    }
}

/// What is personal now, and was not there, not personal or of another kind.
fn new_fields(old: &Entry, new: &Entry) -> Option<Change> {
    let known = |field: &&Field| old.personal().any(|was| (&was.name, was.category) == (&field.name, field.category));
    let fields: Vec<&Field> = new.personal().filter(|field| !known(field)).collect();
    let mut categories = Vec::new();
    for field in &fields {
        if !categories.contains(&field.category) {
            categories.push(field.category);
        }
    }
    let names = fields.iter().map(|field| field.name.clone()).collect();
    (!fields.is_empty()).then(|| Change::NewFields { data: new.into(), categories, names })
}

/// Whether it is kept for a shorter time, goes sooner when asked, has fewer fields or is seen by fewer.
fn is_less(old: &Entry, new: &Entry) -> bool {
    let fewer_fields = old.personal().any(|was| new.personal().all(|is| is.name != was.name));
    let seen_by_fewer = old.processors.iter().any(|processor| !new.processors.contains(processor));
    let sooner = is_longer(&new.retention, &old.retention) || fields_kept_longer(new, old).is_some() || arm(new) > arm(old);
    sooner || fewer_fields || seen_by_fewer
}

fn fields_kept_longer(old: &Entry, new: &Entry) -> Option<Change> {
    let longer = |is: &&Field| {
        let was = old.personal().find(|was| was.name == is.name).and_then(|was| was.retention.as_ref());
        was.is_some_and(|was| is.retention.as_ref().is_none_or(|is| is_longer(was, is)))
    };
    let names: Vec<String> = new.personal().filter(longer).map(|field| field.name.clone()).collect();
    (!names.is_empty()).then(|| Change::FieldsKeptLonger { data: new.into(), names })
}

fn new_processor(new: &Published, processor: &Processor) -> Change {
    let sent = processor.received(new.profile).map(Thing::from);
    let stored = new.entries.iter().filter(|entry| entry.processors.contains(&processor.id)).map(Thing::from);
    Change::NewProcessor {
        name: processor.name.clone(),
        role: names::role(processor),
        region: names::region(&processor.region),
        receives: once_each(sent.chain(stored)),
    }
}

fn processor(before: &Published, after: &Published, old: &Processor, new: &Processor) -> Vec<Change> {
    let name = || new.name.clone();
    let mut changes = Vec::new();
    let more = receives_more(before, after, old, new);
    if !more.is_empty() {
        changes.push(Change::ReceivesMore { name: name(), what: more });
    }
    let purposes: Vec<_> = new.purposes.iter().copied().filter(|purpose| !old.purposes.contains(purpose)).collect();
    if !purposes.is_empty() {
        changes.push(Change::NewPurpose { of: new.into(), purposes });
    }
    let agreed = |version: &Published| version.zero_retention.contains(&new.id);
    let lost = agreed(before) && !agreed(after) && new.keeps != Keeps::Nothing;
    if lost || keeps_longer(&old.keeps, &new.keeps) {
        changes.push(Change::ProcessorKeepsLonger { name: name(), kept: new.keeps.time() });
    }
    if old.region != new.region {
        changes.push(Change::ProcessorRegion { name: name(), region: names::region(&new.region) });
    }
    if changes.is_empty() && (keeps_longer(&new.keeps, &old.keeps) || !receives_more(after, before, new, old).is_empty()) {
        changes.push(Change::Less { what: new.into() });
    }
    changes
}

/// What it is sent that it was not, and what was kept without it.
fn receives_more(before: &Published, after: &Published, old: &Processor, new: &Processor) -> Vec<Thing> {
    let known = |is: &&Received| old.received(before.profile).any(|was| covers(was, is));
    let sent = new.received(after.profile).filter(|is| !known(is)).map(Thing::from);
    let stored = after.entries.iter().filter(|is| {
        let without = before.entry(&is.id).is_some_and(|was| !was.processors.contains(&new.id));
        without && is.is_personal() && is.processors.contains(&new.id)
    });
    once_each(sent.chain(stored.map(Thing::from)))
}

/// Whether `was` says all that `is` does: fields by their names, anything else by its words.
fn covers(was: &Received, is: &Received) -> bool {
    let same = (was.r#for, &was.class) == (is.r#for, &is.class);
    let fields = is.fields.iter().all(|field| was.fields.contains(field));
    same && if is.class.is_some() { fields } else { was.what == is.what }
}

fn once_each(things: impl Iterator<Item = Thing>) -> Vec<Thing> {
    things.fold(Vec::new(), |mut seen, thing| {
        if !seen.contains(&thing) {
            seen.push(thing);
        }
        seen
    })
}

fn new_cookie(new: &Published, cookie: &Cookie) -> Change {
    match cookie.personal {
        true => Change::NewCookie { cookie: cookie.into(), lasts: lasts(new, cookie) },
        false => Change::AboutNobody { what: cookie.into() },
    }
}

fn cookie(before: &Published, after: &Published, old: &Cookie, new: &Cookie) -> Vec<Change> {
    let (was, is) = (lasts(before, old), lasts(after, new));
    match new.personal {
        true if !old.personal => vec![Change::NewCookie { cookie: new.into(), lasts: is }],
        true if lasts_longer(was, is) => vec![Change::CookieLonger { cookie: new.into(), lasts: is }],
        _ if lasts_longer(is, was) => vec![Change::Less { what: new.into() }],
        _ => Vec::new(),
    }
}

/// How long a browser keeps it: as long as the rows it ends with, or its own time.
fn lasts(version: &Published, cookie: &Cookie) -> Option<SignedDuration> {
    let entry = cookie.ends_with.as_ref().and_then(|class| version.entry(class));
    match entry.map(|entry| &entry.retention) {
        Some(crate::Retention::For(kept)) => Some(kept.duration),
        _ => cookie.own,
    }
}

fn new_on_device(kept: &OnDevice) -> Change {
    match kept.personal {
        true => Change::NewOnDevice { what: kept.into() },
        false => Change::AboutNobody { what: kept.into() },
    }
}

fn on_device(old: &OnDevice, new: &OnDevice) -> Vec<Change> {
    let is_longer = |was: &OnDevice, is: &OnDevice| lasts_longer(was.own, is.own) || (was.ends_with_sign_out && !is.ends_with_sign_out);
    match new.personal {
        true if !old.personal => vec![Change::NewOnDevice { what: new.into() }],
        true if is_longer(old, new) => vec![Change::OnDeviceLonger { what: new.into() }],
        _ if is_longer(new, old) => vec![Change::Less { what: new.into() }],
        _ => Vec::new(),
    }
}
