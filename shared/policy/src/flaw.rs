//! What can be wrong with an inventory that has the right form.

use std::collections::HashSet;

use crate::Class;
use crate::inventory::{Entry, Erasure, Export, Inventory, Store};
use crate::retention::{Mechanism, Owner, Retention};

/// Why a text is no inventory.
#[derive(Debug, thiserror::Error)]
pub enum Flaw {
    /// It lacks something, or holds something unknown.
    #[error("{0}")]
    Form(#[from] toml::de::Error),
    /// A class has no entry.
    #[error("the class `{0}` has no entry")]
    Missing(Class),
    /// A class has two.
    #[error("the class `{0}` has two entries")]
    Twice(Class),
    /// An entry contradicts itself or the rest.
    #[error("{class}: {what}")]
    Entry {
        /// Whose entry.
        class: Class,
        /// What is wrong.
        what: String,
    },
    /// A rule for all contradicts another.
    #[error("{0}")]
    Rule(&'static str),
}

/// Words of what is never stored (IM-10, RT-05): a face's geometry in any form.
const FORBIDDEN: [&str; 6] = ["biometric", "embedding", "faceprint", "mesh", "blendshape", "landmark"];

/// Checks what the types cannot.
pub(crate) fn check(inventory: &Inventory) -> Result<(), Flaw> {
    for class in Class::ALL {
        match inventory.entries().iter().filter(|entry| entry.class() == *class).count() {
            0 => return Err(Flaw::Missing(*class)),
            1 => {}
            _ => return Err(Flaw::Twice(*class)),
        }
    }
    check_rules(inventory)?;
    for entry in inventory.entries() {
        check_entry(inventory, entry).map_err(|what| Flaw::Entry { class: entry.class(), what })?;
    }
    Ok(())
}

fn check_rules(inventory: &Inventory) -> Result<(), Flaw> {
    let sweep = inventory.sweep();
    if sweep.lookahead() >= sweep.every() {
        return Err(Flaw::Rule("the lookahead of the sweep must be shorter than its period, or data goes early"));
    }
    if sweep.batch == 0 || sweep.rounds == 0 {
        return Err(Flaw::Rule("a sweep of nothing deletes nothing"));
    }
    if inventory.backups().iter().any(|backup| backup.kept.0 >= inventory.erasure().within()) {
        return Err(Flaw::Rule("a backup must end before the deadline of an erasure"));
    }
    Ok(())
}

fn check_entry(inventory: &Inventory, entry: &Entry) -> Result<(), String> {
    if entry.what.trim().is_empty() {
        return Err("it does not say what it is".into());
    }
    check_fields(entry)?;
    check_store(inventory, entry)?;
    check_mechanisms(entry)?;
    for id in &entry.processors {
        if !inventory.processors().iter().any(|processor| processor.id == *id) {
            return Err(format!("there is no processor `{id}`"));
        }
    }
    if entry.processors.is_empty() {
        return Err("whatever is stored is stored by a processor".into());
    }
    let (Export::Included(text) | Export::Excluded(text)) = &entry.export;
    if text.trim().is_empty() {
        return Err("an export needs a file, or a reason why not".into());
    }
    let outlives = entry.kept().is_none_or(|kept| kept.duration >= inventory.erasure().within());
    if entry.erasure == Erasure::Expires && outlives {
        return Err("it would outlive the deadline of an erasure, so erasure must do more than wait".into());
    }
    Ok(())
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
    if entry.has(Mechanism::Ttl) && !entry.field_names().any(|name| name == "expires_at") {
        return Err("a TTL needs the field `expires_at`".into());
    }
    Ok(())
}
