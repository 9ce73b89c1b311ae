//! What is stated of an erasure that is done.

use kernel::{SignedDuration, Timestamp};
use policy::{Class, Keeps as Kept, Store, Subject, inventory};
use receipts::{Erasure as Stated, Keeps, Objects, Refusal, Residue, Statement, Times, Vendor};

use super::{Counted, Erasure};
use crate::{ARMS, Erasing};

/// The entry of the log, in its one form.
///
/// # Errors
/// [`Refusal`] if a verifier would refuse it, or a step has no time.
pub(super) fn statement_of(erasure: &Erasure) -> Result<String, Refusal> {
    let (Some(counted), Some(purged), Some(verified), Some(done)) =
        (&erasure.counted, erasure.purged_at, erasure.verified_at, erasure.done_at)
    else {
        return Err(Refusal::StatementOrder);
    };
    let Counted { classes, objects, root } = counted;
    let (asked, closed) = (erasure.asked_at, erasure.closed_at);
    let stated = Stated {
        nonce: erasure.nonce,
        policy: erasure.policy.clone(),
        times: Times { asked, proven: asked, closed, purged, verified, done },
        erased: classes.clone(),
        objects: Objects { count: *objects, root: *root },
        residue: residue(done),
        vendors: erasure.vendors.iter().map(|(id, last)| vendor(id, *last)).collect(),
    };
    let entry = Statement::Erasure(stated).to_entry()?;
    String::from_utf8(entry).map_err(|_| Refusal::StatementCharacters)
}

/// What nothing deletes but its end: each class of it, and when the last of it goes.
fn residue(done: Timestamp) -> Vec<Residue> {
    let left = ARMS.iter().filter(|arm| matches!(arm.erasing, Erasing::OfItself | Erasing::Left | Erasing::OfRequest));
    let entries = left.filter_map(|arm| Class::from_id(arm.id)).map(Class::entry).filter(|entry| entry.subject == Subject::User);
    // What is in a partition of an account went with it.
    let entries = entries.filter(|entry| !matches!(&entry.store, Store::DynamoDb { pk, .. } if pk.contains("<account>")));
    let stays = entries.filter_map(|entry| Some((entry, entry.kept()?.at_most())));
    let said = |(entry, kept): (&policy::Entry, SignedDuration)| {
        let until = done.checked_add(kept).ok();
        Residue { what: entry.what.clone(), why: "it names nobody without what was deleted, and ends by itself".to_owned(), until }
    };
    stays.map(said).collect()
}

/// What a third party may still have, by the provider ledger.
fn vendor(id: &str, last_call: Timestamp) -> Vendor {
    let processor = inventory().processor(id);
    let keeps = match processor.map(|processor| &processor.keeps) {
        Some(Kept::Nothing) => Keeps::Nothing,
        Some(Kept::Logs(kept)) => match last_call.checked_add(kept.duration()) {
            Ok(at) => Keeps::Until { at, longer: kept.longer.clone() },
            Err(_) => Keeps::Unsaid,
        },
        Some(Kept::Unsaid(_)) | None => Keeps::Unsaid,
    };
    Vendor { name: processor.map_or_else(|| id.to_owned(), |processor| processor.name.clone()), last_call, keeps }
}
