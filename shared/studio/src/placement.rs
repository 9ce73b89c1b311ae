//! Creating a generation: credits held, row written, idempotency recorded, in one transaction; then the first step is queued.

use async_trait::async_trait;
use kernel::{Clock, Failure, GenerationId, Limit, Owner, Principal, Randomness, Reason, SignedDuration, Timestamp, UploadId, limits};
use picture_files::Messenger;
use policy::Class;
use sha2::{Digest, Sha256};
use wallet::{Reservation, Tariff};

use crate::addons::{self, BUBBLE_CREDITS, Bubble, STICKERS_CREDITS};
use crate::generation::{Generation, State};
use crate::steps::{Step, Steps, tell_again};
use crate::store::Generations;
use crate::style;

/// A request may take so long between its transaction and its message, and is not to be helped meanwhile.
const ABOUT_TO_TELL: SignedDuration = SignedDuration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenerationRequest {
    /// The caller's own key for this request: the same key means the same generation.
    pub idempotency_key: String,
    pub upload: UploadId,
    pub style: String,
    /// 1 to 8.
    pub count: u8,
    /// Up to 2^53 − 1; random when absent.
    pub seed: Option<u64>,
    /// The messengers that get stickers, in any order.
    pub stickers: Vec<Messenger>,
    pub bubble: Option<Bubble>,
}

/// All rows that a new generation writes.
#[derive(Debug, Clone)]
pub struct NewGeneration {
    pub principal: Principal,
    pub generation: Generation,
    /// What its charge reserves.
    pub reservation: Reservation,
    /// SHA-256 of the idempotency key, in hex.
    pub key_hash: String,
    /// SHA-256 of the request, in hex.
    pub payload_hash: String,
    pub key_expires_at: Timestamp,
}

impl NewGeneration {
    /// How many generations its owner may start in an hour (AN-69); none where it has one for all its life.
    #[must_use]
    pub fn limit(&self) -> Option<Limit> {
        let most = match self.reservation {
            Reservation::Trial => return None,
            Reservation::Count(quota) => quota.per_hour,
            Reservation::Hold(_) | Reservation::Nothing => u32::MAX,
        };
        Some(Limit { most: most.min(limits::GENERATIONS_PER_HOUR.most), ..limits::GENERATIONS_PER_HOUR })
    }
}

/// The generation of a reused idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// SHA-256 of the first request, in hex.
    pub payload_hash: String,
    /// The first answer.
    pub placed: Placed,
}

/// The answer to a new generation: the same for every repetition of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    pub id: GenerationId,
    /// The held credits.
    pub credits: u32,
}

/// The outcome of the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placement {
    New,
    /// The key already belongs to a generation; nothing was written.
    Replayed(Replay),
}

/// Why a generation could not be created although its request is valid: its upload has no bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingUpload {
    /// The generation that the key already belongs to.
    pub replay: Option<Replay>,
    /// The upload's row, if it is the caller's and has not expired.
    pub upload: Option<UploadStanding>,
}

/// The state of an upload's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadStanding {
    /// Opened, and usable as far as the row shows.
    Open,
    /// The content check refused it.
    Refused,
}

#[async_trait]
pub trait Arrivals: Send + Sync {
    /// Whether the bytes of an upload have arrived. The key contains the caller's account, so another account's upload never has.
    async fn has_arrived(&self, owner: Owner, upload: UploadId) -> Result<bool, Failure>;
}

#[async_trait]
pub trait Placements: Send + Sync {
    /// Writes a generation: session alive, key unused, upload the principal's and alive, no limit or quota used up, wallet long enough; all or nothing.
    ///
    /// # Errors
    /// [`Failure::Denied`] (session closed, or [`Reason::WalletShort`]), [`Failure::Busy`] above a quota, [`limits::GENERATIONS_PER_HOUR`] or
    /// [`limits::GENERATIONS_AT_ONCE`], [`Failure::Missing`] or [`Failure::Conflict`] for the upload,
    /// [`Failure::Conflict`] with [`Reason::IdempotencyKeyInUse`] while the same key is being written.
    async fn place(&self, new_generation: &NewGeneration) -> Result<Placement, Failure>;

    /// Reads the state of an upload without bytes.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed.
    async fn missing_upload(
        &self,
        principal: &Principal,
        key_hash: &str,
        upload: UploadId,
        now: Timestamp,
    ) -> Result<MissingUpload, Failure>;
}

pub struct PlaceGeneration<'a> {
    pub arrivals: &'a dyn Arrivals,
    pub placements: &'a dyn Placements,
    pub generations: &'a dyn Generations,
    pub steps: &'a dyn Steps,
    /// How it is charged.
    pub tariff: Tariff,
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
}

impl PlaceGeneration<'_> {
    /// Creates the generation, or repeats the answer when its key was used for the same request. Three calls: arrival, transaction, message. A repetition
    /// reads the generation, and helps a first request that died.
    ///
    /// # Errors
    /// Those of [`Placements::place`], and [`Failure::Invalid`] for a field out of range or a key reused for another request.
    pub async fn run(&self, principal: impl Into<Principal>, request: &GenerationRequest) -> Result<Placed, Failure> {
        let new_generation = self.new_generation(principal.into(), request)?;
        if !self.arrivals.has_arrived(new_generation.generation.owner, request.upload).await? {
            return self.explain_absence(&new_generation).await;
        }
        match self.placements.place(&new_generation).await? {
            Placement::New => {
                let placed = Placed { id: new_generation.generation.id, credits: new_generation.generation.charge.credits() };
                Self::left_to_the_sweeper(placed, self.steps.tell(Step::GenerationQueued, &new_generation.generation).await);
                Ok(placed)
            }
            Placement::Replayed(replay) => {
                let placed = same_request(&replay, &new_generation.payload_hash)?;
                Self::left_to_the_sweeper(placed, self.tell_if_untold(new_generation.generation.owner, placed.id).await);
                Ok(placed)
            }
        }
    }

    /// The earlier request may have died after its transaction. A request that is sent again and again queues the step once more at most.
    async fn tell_if_untold(&self, owner: Owner, id: GenerationId) -> Result<(), Failure> {
        let Some(generation) = self.generations.load(owner, id).await? else { return Ok(()) };
        let waits = self.clock.now().duration_since(generation.updated_at);
        if generation.state != State::Queued || waits < ABOUT_TO_TELL {
            return Ok(());
        }
        tell_again(self.generations, self.steps, Step::GenerationQueued, &generation).await
    }

    /// The generation is stored: if the message cannot be sent now, the sweeper sends it, and the caller need not know.
    fn left_to_the_sweeper(placed: Placed, told: Result<(), Failure>) {
        if let Err(failure) = told {
            tracing::warn!(generation_id = %placed.id, failure = &failure as &dyn std::error::Error, "generation created but its first step not queued; the sweeper will do it");
        }
    }

    async fn explain_absence(&self, new_generation: &NewGeneration) -> Result<Placed, Failure> {
        let upload = new_generation.generation.upload;
        let background =
            self.placements.missing_upload(&new_generation.principal, &new_generation.key_hash, upload, self.clock.now()).await?;
        if let Some(replay) = background.replay {
            return same_request(&replay, &new_generation.payload_hash);
        }
        Err(match background.upload {
            None => Failure::missing("upload"),
            Some(UploadStanding::Refused) => upload_refused(),
            Some(UploadStanding::Open) => {
                Failure::conflict(Reason::UploadNotReceived, "The picture has not arrived: post it to the upload's form first.")
            }
        })
    }

    fn new_generation(&self, principal: Principal, request: &GenerationRequest) -> Result<NewGeneration, Failure> {
        let charge = self.tariff.charge(price(request)?);
        let now = self.clock.now();
        let id = GenerationId::new(self.clock, self.randomness);
        let generation = Generation {
            id,
            owner: principal.owner()?,
            upload: request.upload,
            style: request.style.clone(),
            count: request.count,
            seed: request.seed.unwrap_or_else(|| self.random_seed()),
            stickers: addons::in_order(&request.stickers),
            bubble: request.bubble.clone(),
            charge,
            state: State::Queued,
            version: 1,
            drawn: 0,
            sketched: 0,
            reason: None,
            created_at: now,
            updated_at: now,
            deadline: Generation::first_deadline(now),
            revivals: 0,
            revivals_in_state: 0,
            held_until: None,
            held_by: None,
            retold: false,
            mail: None,
            cleared: false,
            claimed_from: None,
        };
        Ok(NewGeneration {
            principal,
            reservation: charge.reserve(id, now),
            generation,
            key_hash: hex::encode(Sha256::digest(request.idempotency_key.as_bytes())),
            payload_hash: payload_hash(request),
            key_expires_at: Class::IDEMPOTENCY_RECORD.expires_at(now),
        })
    }

    fn random_seed(&self) -> u64 {
        let mut bytes = [0; 8];
        self.randomness.fill(&mut bytes);
        u64::from_be_bytes(bytes) & limits::SEED_MAX
    }
}

/// The failure for an upload that the content check refused.
#[must_use]
pub fn upload_refused() -> Failure {
    Failure::conflict(Reason::UploadRefused, "This picture was not accepted. Please use another one.")
}

fn price(request: &GenerationRequest) -> Result<u32, Failure> {
    let field = |detail| Failure::invalid(Reason::FieldInvalid, detail);
    let style = style::find(&request.style).ok_or_else(|| field("style must be one of GET /v1/styles."))?;
    if !limits::DRAWINGS.contains(&request.count) {
        return Err(field("count must be 1 to 8."));
    }
    if request.seed.is_some_and(|seed| seed > limits::SEED_MAX) {
        return Err(field("seed must be 0 to 9007199254740991."));
    }
    let stickers = if request.stickers.is_empty() { 0 } else { STICKERS_CREDITS };
    let bubble = if request.bubble.is_some() { BUBBLE_CREDITS } else { 0 };
    Ok((style.credits + stickers + bubble) * u32::from(request.count))
}

/// SHA-256 of the whole request. The lines before the words hold no line break, and the words come last, so that different requests have different
/// inputs. The caller's key, of which only a hash is stored, is part of the input: the words cannot be guessed from the stored hash (AN-07).
fn payload_hash(request: &GenerationRequest) -> String {
    let seed = request.seed.map_or_else(|| "random".to_owned(), |seed| seed.to_string());
    let mut text = format!("{}\n{}\n{}\n{seed}", request.upload, request.style, request.count);
    let stickers = addons::in_order(&request.stickers);
    if !stickers.is_empty() {
        text += &format!("\nstickers {}", stickers.iter().map(|messenger| messenger.id()).collect::<Vec<_>>().join(" "));
    }
    if let Some(Bubble { text: words, side }) = &request.bubble {
        let (side, key) = (addons::side_name(*side), &request.idempotency_key);
        text += &format!("\nbubble {side} {} {key}\n{}", key.len(), words.as_str());
    }
    hex::encode(Sha256::digest(text))
}

fn same_request(replay: &Replay, payload_hash: &str) -> Result<Placed, Failure> {
    if replay.payload_hash == payload_hash {
        Ok(replay.placed)
    } else {
        Err(Failure::invalid(Reason::IdempotencyKeyReused, "This Idempotency-Key was used for another request. Use a new one."))
    }
}
