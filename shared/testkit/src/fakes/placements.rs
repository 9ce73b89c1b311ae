//! Uploads and the creation of generations.

use async_trait::async_trait;
use kernel::{Failure, Principal, Timestamp, TrialId, UploadId, limits};
use studio::{MissingUpload, NewGeneration, PictureType, Placement, Placements, Upload, UploadStanding, Uploads};

use super::{FakeDatabase, UploadRow};
use wallet::Reservation;

#[derive(Clone)]
pub struct FakeUploads(pub FakeDatabase);

#[async_trait]
impl Uploads for FakeUploads {
    async fn open(&self, upload: &Upload) -> Result<(), Failure> {
        let now = self.0.now();
        self.0
            .transact("uploads.open", |rows| {
                rows.ask_unrestricted(&upload.principal, now)?;
                match upload.principal {
                    Principal::Trial(holder) => {
                        rows.use_trial(&holder, |trial| trial.upload.replace(upload.id).is_none(), "upload", now)?;
                    }
                    _ => rows.count(limits::UPLOADS_PER_HOUR, &upload.owner.to_string(), now)?,
                }
                rows.uploads.insert(upload.id, UploadRow { upload: upload.clone(), used: false, refused: false });
                Ok(())
            })
            .await
    }

    async fn of_trial(&self, trial: TrialId) -> Result<Option<(UploadId, PictureType, u64)>, Failure> {
        self.0
            .read("uploads.of_trial", |rows| {
                let unbegun = rows.trials.get(&trial).filter(|row| row.generation.is_none()).and_then(|row| row.upload);
                let row = unbegun.and_then(|id| rows.uploads.get(&id));
                Ok(row.map(|UploadRow { upload, .. }| (upload.id, upload.picture, upload.bytes)))
            })
            .await
    }
}

#[derive(Clone)]
pub struct FakePlacements(pub FakeDatabase);

#[async_trait]
impl Placements for FakePlacements {
    async fn place(&self, new_generation: &NewGeneration) -> Result<Placement, Failure> {
        let (now, owner) = (self.0.now(), new_generation.generation.owner);
        self.0
            .transact("generations.place", |rows| {
                rows.ask_unrestricted(&new_generation.principal, now)?;
                let key = (owner, new_generation.key_hash.clone());
                if let Some((replay, _)) = rows.answers.get(&key).filter(|(_, expires_at)| *expires_at > now) {
                    return Ok(Placement::Replayed(replay.clone()));
                }
                if let Some(until) = rows.closed_until.filter(|until| *until > now) {
                    return Err(Failure::overloaded(until.duration_since(now).unsigned_abs()));
                }
                let alive = |row: &&mut UploadRow| row.upload.owner == owner && row.expires_at() > now;
                let upload =
                    rows.uploads.get_mut(&new_generation.generation.upload).filter(alive).ok_or_else(|| Failure::missing("upload"))?;
                if upload.refused {
                    return Err(studio::placement::upload_refused());
                }
                upload.used = true;
                if let Some(limit) = new_generation.limit() {
                    rows.count(limit, &owner.to_string(), now)?;
                }
                if let Reservation::Hold(hold) = new_generation.reservation {
                    if rows.wallets.get(&owner).is_some_and(|balance| balance.running >= limits::GENERATIONS_AT_ONCE) {
                        return Err(wallet::too_many_at_once());
                    }
                    if !rows.move_credits(owner, &[hold]) {
                        return Err(wallet::too_short());
                    }
                }
                if let (Reservation::Trial, Principal::Trial(holder)) = (new_generation.reservation, new_generation.principal) {
                    let id = new_generation.generation.id;
                    rows.use_trial(&holder, |trial| trial.generation.replace(id).is_none(), "generation", now)?;
                }
                let placed = studio::Placed { id: new_generation.generation.id, credits: new_generation.generation.charge.credits() };
                let replay = studio::Replay { payload_hash: new_generation.payload_hash.clone(), placed };
                rows.answers.insert(key, (replay, new_generation.key_expires_at));
                rows.generations.insert((owner, new_generation.generation.id), new_generation.generation.clone());
                Ok(Placement::New)
            })
            .await
    }

    async fn missing_upload(
        &self,
        principal: &Principal,
        key_hash: &str,
        upload: UploadId,
        now: Timestamp,
    ) -> Result<MissingUpload, Failure> {
        self.0
            .read("generations.background", |rows| {
                rows.ask_session(principal, now)?;
                let owner = principal.owner()?;
                let replay = rows.answers.get(&(owner, key_hash.to_owned())).filter(|(_, expires_at)| *expires_at > now);
                let row = rows.uploads.get(&upload).filter(|row| row.upload.owner == owner && row.expires_at() > now);
                let standing = |row: &UploadRow| if row.refused { UploadStanding::Refused } else { UploadStanding::Open };
                Ok(MissingUpload { replay: replay.map(|(replay, _)| replay.clone()), upload: row.map(standing) })
            })
            .await
    }
}
