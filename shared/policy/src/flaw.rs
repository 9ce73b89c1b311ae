//! Checks of a well-formed inventory.

use std::collections::HashSet;

use crate::admission::leaves;
use crate::inventory::{Entry, Erasure, Export, Inventory, Store, Subject, Table};
use crate::processor::{Keeps, Processor, Received, ZeroRetention};
use crate::purpose::Purpose;
use crate::retention::{Mechanism, Owner, Retention};
use crate::{Class, Cookie, OnDevice, Profile};

/// Why a text is not a valid inventory.
#[derive(Debug, thiserror::Error)]
pub enum Flaw {
    /// A field is missing or unknown.
    #[error("{0}")]
    Form(#[from] toml::de::Error),
    #[error("the class `{0}` has no entry")]
    Missing(Class),
    #[error("the class `{0}` has two entries")]
    Twice(Class),
    /// An entry contradicts itself or another.
    #[error("{class}: {what}")]
    Entry { class: Class, what: String },
    /// A processor's entry contradicts itself or another.
    #[error("the processor `{id}`: {what}")]
    Processor { id: String, what: String },
    /// A general rule contradicts another.
    #[error("{0}")]
    Rule(&'static str),
}

/// Words for data that is never stored (IM-10, RT-05): a face's geometry in any form.
const FORBIDDEN: [&str; 6] = ["biometric", "embedding", "faceprint", "mesh", "blendshape", "landmark"];

/// The checks beyond the types.
pub(crate) fn check(inventory: &Inventory) -> Result<(), Flaw> {
    for class in Class::ALL {
        match inventory.entries().iter().filter(|entry| entry.class() == *class).count() {
            0 => return Err(Flaw::Missing(*class)),
            1 => {}
            _ => return Err(Flaw::Twice(*class)),
        }
    }
    check_rules(inventory)?;
    for processor in inventory.processors() {
        check_processor(inventory, processor).map_err(|what| Flaw::Processor { id: processor.id.clone(), what })?;
    }
    for entry in inventory.entries() {
        check_entry(inventory, entry).map_err(|what| Flaw::Entry { class: entry.class(), what })?;
    }
    Ok(())
}

fn check_rules(inventory: &Inventory) -> Result<(), Flaw> {
    if !is_version(inventory.version()) {
        return Err(Flaw::Rule("the version is the day of the last change, and a dot and a number where a day had several"));
    }
    if inventory.notice().in_force.as_deref().is_some_and(|version| !is_version(version)) {
        return Err(Flaw::Rule("what is in force is a version of the policy"));
    }
    if Purpose::ALL.iter().any(|purpose| !inventory.purposes().contains_key(purpose)) {
        return Err(Flaw::Rule("every purpose rests on something"));
    }
    let sweep = inventory.sweep();
    if sweep.lookahead() >= sweep.every() {
        return Err(Flaw::Rule("the lookahead of the sweep must be shorter than its period, or data goes early"));
    }
    let names: HashSet<&str> = inventory.cookies().iter().map(|cookie| cookie.name.as_str()).collect();
    if names.len() != inventory.cookies().len() || !inventory.cookies().iter().all(Cookie::is_sound) {
        return Err(Flaw::Rule("a cookie has a name of its own, and says what it does and how long it lasts"));
    }
    if inventory.cookies().iter().any(|cookie| cookie.profiles.contains(&Profile::Ephemeral)) {
        return Err(Flaw::Rule("the profile ephemeral sets no cookie"));
    }
    let places: HashSet<&str> = inventory.on_device().iter().map(|kept| kept.place.as_str()).collect();
    if places.len() != inventory.on_device().len() || !inventory.on_device().iter().all(OnDevice::is_sound) {
        return Err(Flaw::Rule("what is kept on a device has a place of its own there, and says what it is"));
    }
    // Language, theme and empty pages: nothing that says something of a person.
    if inventory.on_device().iter().any(|kept| kept.personal && kept.profiles.contains(&Profile::Ephemeral)) {
        return Err(Flaw::Rule("the profile ephemeral keeps nothing of a person on a device"));
    }
    if sweep.batch == 0 {
        return Err(Flaw::Rule("a sweep of nothing deletes nothing"));
    }
    if inventory.backups().iter().any(|backup| backup.kept.0 >= inventory.erasure().within()) {
        return Err(Flaw::Rule("a backup must end before the deadline of an erasure"));
    }
    Ok(())
}

/// `2026-11-26`, or `2026-11-26.2`.
fn is_version(version: &str) -> bool {
    let (day, number) = version.split_once('.').map_or((version, None), |(day, number)| (day, Some(number)));
    let counts = number.is_none_or(|number| number.parse().is_ok_and(|number: u32| number > 1));
    day.len() == 10 && day.parse::<jiff::civil::Date>().is_ok() && counts
}

fn check_entry(inventory: &Inventory, entry: &Entry) -> Result<(), String> {
    if entry.what.trim().is_empty() {
        return Err("it does not say what it is".into());
    }
    if entry.kept().is_some() != entry.class().expiring().is_some() {
        return Err("whether it expires is a matter of its class: `Expiring` and the inventory must agree".into());
    }
    check_fields(entry)?;
    check_profiles(entry)?;
    check_store(inventory, entry)?;
    check_mechanisms(entry)?;
    check_processors_of(inventory, entry)?;
    if entry.processors.is_empty() {
        return Err("whatever is stored is stored by a processor".into());
    }
    let (Export::Included(text) | Export::Excluded(text)) = &entry.export;
    if text.trim().is_empty() {
        return Err("an export needs a file, or a reason why not".into());
    }
    let outlives = entry.kept().is_none_or(|kept| kept.at_most() >= inventory.erasure().within());
    if entry.erasure == Erasure::Expires && outlives {
        return Err("it would outlive the deadline of an erasure, so erasure must do more than wait".into());
    }
    let ends = entry.kept().is_some() || entry.subject == Subject::None;
    if entry.erasure == Erasure::Stays && (!ends || entry.objects.is_some() || says_something(entry)) {
        return Err("what an erasure leaves has an end, unless it is about nobody, and nothing of a person but its key".into());
    }
    if matches!(&entry.retention(), Retention::While(kept) if kept.owner == Owner::Service) && entry.subject != Subject::None {
        return Err("nothing about anybody is kept as long as the service".into());
    }
    Ok(())
}

/// Whether it says something of a person beside its key.
fn says_something(entry: &Entry) -> bool {
    entry.fields().iter().any(|field| field.personal && !["pk", "sk"].contains(&field.name.as_str()))
}

fn check_fields(entry: &Entry) -> Result<(), String> {
    if entry.fields.is_empty() {
        return Err("it has no fields".into());
    }
    let mut seen = HashSet::new();
    for name in entry.field_names() {
        if name.is_empty() || !seen.insert(name) {
            return Err(format!("the field `{name}` is empty or there twice"));
        }
        if FORBIDDEN.iter().any(|word| name.to_lowercase().contains(word)) {
            return Err(format!("`{name}`: the geometry of a face is never stored"));
        }
    }
    for field in entry.fields.iter().filter(|field| field.retention.is_some()) {
        let ends_with_the_work = matches!(&field.retention, Some(Retention::While(work)) if work.owner == Owner::Generation);
        if entry.table().is_none() || !ends_with_the_work {
            return Err(format!("`{}`: only an attribute of a row goes before its row, with the work on a generation", field.name));
        }
    }
    Ok(())
}

/// The profile `ephemeral` stores no data of a person but its rate keys, and no pictures (RT-02, RT-04).
fn check_profiles(entry: &Entry) -> Result<(), String> {
    if entry.profiles.is_empty() {
        return Err("which profile?".into());
    }
    if !entry.profiles.contains(&Profile::Ephemeral) {
        return Ok(());
    }
    if entry.prefix().is_some() || entry.objects.is_some() {
        return Err("the profile ephemeral keeps no objects".into());
    }
    match entry.fields_of(Profile::Ephemeral).find(|field| field.personal) {
        Some(field) if entry.class() != Class::RateKey => {
            Err(format!("`{}`: the profile ephemeral keeps nothing of a person but its rate keys", field.name))
        }
        _ => Ok(()),
    }
}

/// A processor that stores a class does so for its purpose and in each of its profiles (AN-30).
fn check_processors_of(inventory: &Inventory, entry: &Entry) -> Result<(), String> {
    for id in &entry.processors {
        let processor = inventory.processor(id).ok_or_else(|| format!("there is no processor `{id}`"))?;
        if !processor.purposes.contains(&entry.purpose) {
            return Err(format!("`{id}` is not there for this purpose"));
        }
        if !entry.profiles.iter().all(|profile| processor.profiles.contains(profile)) {
            return Err(format!("`{id}` is not in every profile that has it"));
        }
    }
    Ok(())
}

/// Checks of a ledger's entry beyond the types.
fn check_processor(inventory: &Inventory, processor: &Processor) -> Result<(), String> {
    let said =
        [&processor.id, &processor.name, &processor.role, &processor.region, &processor.transfer.why, &processor.agreement.concluded];
    if said.iter().any(|text| text.trim().is_empty()) || processor.purposes.is_empty() || processor.profiles.is_empty() {
        return Err("it lacks a name, a role, a purpose, a region, an agreement, a transfer or a profile".into());
    }
    if inventory.processors().iter().filter(|other| other.id == processor.id).count() > 1 {
        return Err("it is there twice".into());
    }
    check_sources(processor)?;
    match (&processor.keeps, &processor.zero_retention) {
        (Keeps::Nothing, ZeroRetention::NotNeeded) => {}
        (Keeps::Nothing, _) => return Err("who keeps nothing needs no zero retention".into()),
        (Keeps::Logs(_) | Keeps::Unsaid(_), ZeroRetention::NotNeeded) => {
            return Err("it keeps something, so zero retention is needed".into());
        }
        (_, ZeroRetention::Attested(attested)) if attested.reference.trim().is_empty() => {
            return Err("an attestation needs a reference".into());
        }
        _ => {}
    }
    if (processor.region == "deployment") == leaves(processor.transfer.basis) {
        return Err("data that leaves the region of the deployment needs a basis, and what does not leave has none".into());
    }
    if processor.is_provider() && (processor.receives.is_empty() || processor.endpoint.is_some()) {
        return Err("a provider with hosts says what it receives, and has no endpoint of AWS".into());
    }
    processor.receives.iter().try_for_each(|received| check_received(inventory, processor, received))
}

fn check_received(inventory: &Inventory, processor: &Processor, received: &Received) -> Result<(), String> {
    if received.what.trim().is_empty() || !processor.purposes.contains(&received.r#for) {
        return Err(format!("`{}` is not said, or not for a purpose of its own", received.what));
    }
    if received.profiles.as_ref().is_some_and(|profiles| !profiles.iter().all(|profile| processor.profiles.contains(profile))) {
        return Err(format!("`{}` is sent in a profile that may not use it", received.what));
    }
    let fields: Vec<&str> = received.fields.iter().map(String::as_str).collect();
    match received.class {
        None if fields.is_empty() => Ok(()),
        None => Err("fields of which class?".into()),
        Some(class) => {
            let entry = inventory.entries().iter().find(|entry| entry.class() == class);
            let known = |field: &&str| entry.is_some_and(|entry| entry.field_names().any(|name| name == *field));
            let all = !fields.is_empty() && fields.iter().all(known);
            if all { Ok(()) } else { Err(format!("`{class}` has no such fields as {fields:?}")) }
        }
    }
}

/// A fact about a processor names the place where it was read.
fn check_sources(processor: &Processor) -> Result<(), String> {
    let mut sources = vec![&processor.training.source, &processor.agreement.source];
    sources.extend(&processor.transfer.source);
    match &processor.keeps {
        Keeps::Nothing => {}
        Keeps::Logs(kept) => sources.push(&kept.source),
        Keeps::Unsaid(kept) => sources.push(&kept.source),
    }
    if let ZeroRetention::OnRequest(offer) = &processor.zero_retention {
        sources.push(&offer.source);
    }
    let dated = processor.transfer.source.is_some() == processor.transfer.read.is_some();
    let needed = leaves(processor.transfer.basis) && processor.transfer.source.is_none();
    if !dated || needed || sources.iter().any(|source| !source.starts_with("https://")) {
        return Err("a fact about it does not say where and when it was read".into());
    }
    for host in &processor.hosts {
        let plain = host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.' || byte == b'-');
        if !plain || !host.contains('.') {
            return Err(format!("`{host}` is no host"));
        }
    }
    Ok(())
}

fn check_store(inventory: &Inventory, entry: &Entry) -> Result<(), String> {
    match &entry.store {
        Store::DynamoDb { pk, sk, .. } if pk.is_empty() || sk.is_empty() => Err("a row needs both keys".into()),
        Store::S3 { prefix, key } if !is_prefix(prefix) || !key.starts_with(prefix.as_str()) => {
            Err("a prefix is one segment with its slash, and begins the key".into())
        }
        Store::Sqs { queues } if queues.is_empty() => Err("which queue?".into()),
        Store::Log { group } if group.is_empty() => Err("which log group?".into()),
        _ => match entry.objects {
            Some(class) if !inventory.entries().iter().any(|other| other.class() == class && other.prefix().is_some()) => {
                Err(format!("`{class}` is no class of objects"))
            }
            Some(_) if entry.table().is_none() => Err("only a row can own objects".into()),
            _ => Ok(()),
        },
    }
}

fn is_prefix(prefix: &str) -> bool {
    prefix.len() > 1 && prefix.find('/') == Some(prefix.len() - 1)
}

/// Each mechanism works in one kind of store.
fn check_mechanisms(entry: &Entry) -> Result<(), String> {
    let Some(kept) = entry.kept() else { return Ok(()) };
    for mechanism in &kept.mechanisms {
        let fits = match mechanism {
            Mechanism::Sweep | Mechanism::Ttl => entry.table().is_some(),
            Mechanism::Row | Mechanism::Lifecycle => entry.prefix().is_some(),
            Mechanism::QueueRetention => matches!(entry.store, Store::Sqs { .. }),
            Mechanism::LogRetention => matches!(entry.store, Store::Log { .. }),
        };
        if !fits {
            return Err(format!("{mechanism:?} does not work where it is stored"));
        }
    }
    if entry.has(Mechanism::Ttl) && entry.objects.is_some() {
        return Err("a TTL would delete the row that alone says where its objects are".into());
    }
    if let Some(field) =
        entry.table().map(Table::ttl).filter(|ttl| entry.has(Mechanism::Ttl) && !entry.field_names().any(|name| name == *ttl))
    {
        return Err(format!("a TTL needs the field `{field}`"));
    }
    // One key of the folder for each name: the deletion asks for no list.
    if entry.has(Mechanism::Row) && entry.object_names().any(|name| name.contains(['<', '>'])) {
        return Err("the names of objects that go with a row are known".into());
    }
    if entry.has(Mechanism::Sweep) && !entry.field_names().any(|name| name == "expiry_shard") {
        return Err("a sweep needs the field `expiry_shard`".into());
    }
    Ok(())
}
