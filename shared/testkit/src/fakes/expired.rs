//! Expired rows.

use async_trait::async_trait;
use kernel::{Failure, Timestamp};
use policy::Class;
use policy::deletion::{DueRows, ExpiredPage, ExpiredRow, ExpiredRows, RowKey};
use studio::object_keys;

use super::{FakeDatabase, Rows};

#[derive(Clone)]
pub struct FakeExpiredRows(pub FakeDatabase);

#[async_trait]
impl ExpiredRows for FakeExpiredRows {
    async fn page(&self, due: &DueRows, after: Option<&ExpiredRow>, limit: usize) -> Result<ExpiredPage, Failure> {
        let position = |row: &ExpiredRow| (row.expires_at, row.key.pk.clone(), row.key.sk.clone());
        let is_asked_for = |row: &ExpiredRow| {
            let is_after = after.is_none_or(|after| position(row) > position(after));
            row.class == due.class && row.expires_at <= due.due_by && is_after && shard_of(row) == due.shard
        };
        self.0
            .read("expired_rows.page", |rows| {
                let mut rows: Vec<_> = expiring(rows).into_iter().filter(is_asked_for).collect();
                rows.sort_by_key(position);
                let more = rows.len() > limit;
                rows.truncate(limit);
                Ok(ExpiredPage { rows, more })
            })
            .await
    }

    async fn remove(&self, row: &ExpiredRow, at_or_before: Timestamp) -> Result<bool, Failure> {
        self.0
            .transact("expired_rows.remove", |rows| {
                let is_it = |known: ExpiredRow| known.key == row.key && known.class == row.class && known.expires_at <= at_or_before;
                let due = expiring(rows).into_iter().any(is_it);
                if due {
                    remove(rows, &row.key);
                }
                Ok(due)
            })
            .await
    }
}

/// Sixteen shards, by the key.
fn shard_of(row: &ExpiredRow) -> u8 {
    row.key.pk.bytes().chain(row.key.sk.bytes()).fold(0_u8, u8::wrapping_add) % 16
}

/// Every row that expires.
fn expiring(rows: &Rows) -> Vec<ExpiredRow> {
    let row = |class, pk: String, sk: String, objects, expires_at| ExpiredRow { class, key: RowKey { pk, sk }, expires_at, objects };
    let uploads = rows.uploads.values().map(|known| {
        let (owner, id) = (known.upload.owner, known.upload.id);
        row(known.class(), owner.to_string(), format!("UPL#{id}"), Some(object_keys::upload(owner, id)), known.expires_at())
    });
    let moderation = rows.moderation.values().map(|record| {
        row(Class::ModerationRecord, record.owner.to_string(), format!("SCR#{}", record.generation), None, record.expires_at)
    });
    let quarantine = rows.moderation.values().filter_map(|record| {
        let (owner, objects) = (record.owner, object_keys::quarantine(record.owner, record.upload));
        Some(row(Class::Quarantine, owner.to_string(), format!("QUA#{}", record.generation), Some(objects), record.quarantined_until?))
    });
    let sessions = rows
        .sessions
        .iter()
        .map(|(id, session)| row(Class::Session, session.account.to_string(), format!("SES#{id}"), None, session.expires_at));
    let codes = rows.codes.iter().map(|(slot, (_, _, at))| {
        let (pk, sk) = (format!("CODE#{}", slot.key.as_str()), format!("CODE#{}", slot.nonce.as_str()));
        row(Class::SignInCode, pk, sk, None, *at)
    });
    let attempts = rows.attempts.values().map(|known| {
        let key = format!("ATT#{}#{}", known.generation, known.index);
        row(Class::Attempt, known.owner.to_string(), key, None, known.expires_at)
    });
    let circuits = rows.circuits.values().filter_map(|known| {
        let end = Class::CIRCUIT.expires_at(known.failed_at?);
        Some(row(Class::Circuit, format!("CIRCUIT#{}", known.artist), "STATE".into(), None, end))
    });
    attempts.chain(circuits).chain(uploads).chain(moderation).chain(quarantine).chain(sessions).chain(codes).collect()
}

fn remove(rows: &mut Rows, key: &RowKey) {
    rows.uploads.retain(|id, _| key.sk != format!("UPL#{id}"));
    rows.attempts.retain(|(id, index), _| key.sk != format!("ATT#{id}#{index}"));
    rows.circuits.retain(|artist, _| key.pk != format!("CIRCUIT#{artist}"));
    rows.sessions.retain(|id, _| key.sk != format!("SES#{id}"));
    rows.codes.retain(|slot, _| key.sk != format!("CODE#{}", slot.nonce.as_str()));
    rows.moderation.retain(|id, _| key.sk != format!("SCR#{id}"));
    for (id, record) in &mut rows.moderation {
        record.quarantined_until = record.quarantined_until.filter(|_| key.sk != format!("QUA#{id}"));
    }
}
