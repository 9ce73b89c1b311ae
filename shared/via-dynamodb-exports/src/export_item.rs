//! An export and its volumes as items.

use dynamo::{Attributes, EXPIRY, Item, Read, name_of};
use exports::{Export, NewExport, PlannedVolume, State, Volume, folder};
use kernel::{AccountId, ExportId, Failure, Owner};
use policy::Class;

use crate::keys;

pub(crate) fn new(new: &NewExport) -> Item {
    let account = new.caller.account;
    Item::new(Class::ExportRequest.id(), keys::export(account, new.id))
        .text("state", name_of(&State::Queued))
        .text("asked_at", new.asked_at.to_string())
        .text("objects", folder(account, new.id, 0))
        .due(EXPIRY, Class::EXPORT_REQUEST.expires_at(new.asked_at))
}

/// It goes with its export, and so do its objects.
pub(crate) fn volume(export: &Export, volume: PlannedVolume) -> Item {
    Item::new(Class::ExportVolume.id(), keys::volume(export.account, export.id, volume.number))
        .number("files", volume.files)
        .text("objects", folder(export.account, export.id, volume.number))
        .due(EXPIRY, Class::EXPORT_VOLUME.expires_at(export.asked_at))
}

/// The exports among rows that are in the order of their keys: each is before its volumes.
pub(crate) fn read(rows: &[Attributes]) -> Result<Vec<Export>, Failure> {
    let mut exports: Vec<Export> = Vec::new();
    for row in rows {
        let name = row.required_text("sk")?.strip_prefix(keys::EXPORTS).ok_or_else(|| Failure::broken("no key of an export"))?;
        match name.split_once('#') {
            None => exports.push(export(account(row)?, name, row)?),
            Some((id, number)) => {
                // A volume whose export went is of nothing.
                if let Some(export) = exports.last_mut().filter(|export| export.id.to_string() == id) {
                    export.volumes.push(volume_of(number, row)?);
                }
            }
        }
    }
    exports.iter_mut().filter(|export| export.state == State::Queued).for_each(|export| export.volumes.clear());
    Ok(exports)
}

fn account(row: &Attributes) -> Result<AccountId, Failure> {
    match keys::owner_of(row.required_text("pk")?)? {
        Owner::Account(account) => Ok(account),
        Owner::Install(_) | Owner::Trial(_) => Err(Failure::broken("an export of no account")),
    }
}

fn export(account: AccountId, id: &str, row: &Attributes) -> Result<Export, Failure> {
    Ok(Export {
        id: id.parse::<ExportId>().map_err(Failure::broken)?,
        account,
        state: row.named("state")?,
        asked_at: row.parsed("asked_at")?,
        ready_at: row.maybe_text("ready_at").map(|_| row.parsed("ready_at")).transpose()?,
        volumes: Vec::new(),
    })
}

fn volume_of(number: &str, row: &Attributes) -> Result<Volume, Failure> {
    let number = number.parse().map_err(Failure::broken)?;
    Ok(Volume { number, files: row.required_number("files")?, bytes: row.maybe_number("bytes") })
}
