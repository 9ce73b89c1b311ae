//! Uploads and the placing of orders.

use std::time::Duration;

use accounts::Caller;
use async_trait::async_trait;
use kernel::{Failure, Problem, Reason, Timestamp, UploadId, limits};
use studio::{Background, Order, Orders, Placing, Upload, UploadStanding, Uploads};

use super::{FakeDatabase, UploadRow};

/// Uploads in memory.
#[derive(Clone)]
pub struct FakeUploads(pub FakeDatabase);

#[async_trait]
impl Uploads for FakeUploads {
    async fn open(&self, upload: &Upload) -> Result<(), Failure> {
        let now = self.0.now();
        self.0
            .transact("uploads.open", |rows| {
                rows.ask_session(&upload.caller, now)?;
                if !rows.count_one("uploads", &upload.caller.account.to_string(), limits::UPLOADS_PER_HOUR, now) {
                    return Err(rate_limited());
                }
                rows.uploads.insert(upload.id, UploadRow { upload: upload.clone(), used: false, refused: false });
                Ok(())
            })
            .await
    }
}

/// Placed orders in memory.
#[derive(Clone)]
pub struct FakeOrders(pub FakeDatabase);

#[async_trait]
impl Orders for FakeOrders {
    async fn place(&self, order: &Order) -> Result<Placing, Failure> {
        let (now, account) = (self.0.now(), order.caller.account);
        self.0
            .transact("orders.place", |rows| {
                rows.ask_session(&order.caller, now)?;
                let key = (account, order.key_hash.clone());
                if let Some((earlier, _)) = rows.answers.get(&key).filter(|(_, expires_at)| *expires_at > now) {
                    return Ok(Placing::Before(earlier.clone()));
                }
                let alive = |row: &&mut UploadRow| row.upload.caller.account == account && row.expires_at() > now;
                let upload = rows.uploads.get_mut(&order.generation.upload).filter(alive).ok_or_else(|| Failure::missing("upload"))?;
                if upload.refused {
                    return Err(studio::order::upload_refused());
                }
                upload.used = true;
                if !rows.move_credits(account, &order.hold) {
                    return Err(Failure::denied(Reason::WalletShort, "The wallet holds fewer credits than this costs."));
                }
                let placed = studio::Placed { id: order.generation.id, credits: order.generation.credits };
                let earlier = studio::Earlier { payload_hash: order.payload_hash.clone(), placed };
                rows.answers.insert(key, (earlier, order.key_expires_at));
                rows.generations.insert((account, order.generation.id), order.generation.clone());
                Ok(Placing::New)
            })
            .await
    }

    async fn background(&self, caller: &Caller, key_hash: &str, upload: UploadId, now: Timestamp) -> Result<Background, Failure> {
        self.0
            .read("orders.background", |rows| {
                rows.ask_session(caller, now)?;
                let earlier = rows.answers.get(&(caller.account, key_hash.to_owned())).filter(|(_, expires_at)| *expires_at > now);
                let row = rows.uploads.get(&upload).filter(|row| row.upload.caller.account == caller.account && row.expires_at() > now);
                let standing = |row: &UploadRow| if row.refused { UploadStanding::Refused } else { UploadStanding::Open };
                Ok(Background { earlier: earlier.map(|(earlier, _)| earlier.clone()), upload: row.map(standing) })
            })
            .await
    }
}

/// The failure above a limit.
pub(super) fn rate_limited() -> Failure {
    let problem = Problem { reason: Reason::RateLimited, detail: "Too many requests. Please try again later.".into() };
    Failure::Busy { problem, retry_after: Duration::from_secs(60) }
}
