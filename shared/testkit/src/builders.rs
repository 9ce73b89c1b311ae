//! Domain objects with valid values.

use std::collections::BTreeMap;

use accounts::{CallerNetworks, CodeHash, CodeSlot, Flags, Grant, LatestSessions, Lead, LeadPage, NewAccount, Pepper, SignIn};
use kernel::{AccountId, AccountSession, Clock, Email, GenerationId, Owner, Principal, Randomness, SessionId, Timestamp, UploadId};
use policy::Class;
use screening::{Decision, Verdict};
use studio::{Bubble, BubbleText, BundleFile, Delivered, Generation, ModerationRecord, NewGeneration, PictureType, State, Upload};
use wallet::{Charge, Entry};

/// The start time of every test: far ahead, so that no store takes fresh rows for expired.
#[must_use]
pub fn midnight() -> Timestamp {
    Timestamp::from_second(1_893_456_000).unwrap_or_default()
}

/// An address that does not exist.
#[must_use]
pub fn email(name: &str) -> Email {
    #[expect(clippy::expect_used, reason = "a test with a wrong address must stop")]
    format!("{name}@example.org").parse().expect("an address")
}

#[must_use]
pub fn pepper() -> Pepper {
    Pepper::new(b"0123456789abcdef0123456789abcdef")
}

#[must_use]
pub fn caller(clock: &dyn Clock, randomness: &dyn Randomness) -> AccountSession {
    AccountSession { account: AccountId::new(clock, randomness), session: SessionId::new(clock, randomness) }
}

/// The budget of mails and of starter credits of every test that is not about them.
pub const PER_DAY: u64 = 1_000_000;

/// With a code and starter credits.
#[must_use]
pub fn first_sign_in(
    session: AccountSession,
    email: &Email,
    (slot, code): (&CodeSlot, &CodeHash),
    networks: CallerNetworks,
    credits: u32,
    now: Timestamp,
) -> SignIn {
    let grant = (credits > 0).then(|| Grant {
        entry: Entry::starter_grant(credits, now),
        credits,
        mailbox: pepper().mailbox_key(email),
        known_until: Class::MAILBOX_GRANT.expires_at(now),
        credits_per_day: PER_DAY,
    });
    let lead = Lead::new(email, LeadPage::SignIn, &pepper(), now);
    let opening = NewAccount { email: email.clone(), locale: "en".into(), created_at: now, networks, lead, grant };
    let expires_at = Class::SESSION.expires_at(now);
    SignIn {
        slot: slot.clone(),
        code: code.clone(),
        session,
        at: now,
        expires_at,
        latest: LatestSessions::default(),
        flags: Flags::default(),
        opening: Some(opening),
    }
}

#[expect(clippy::expect_used, reason = "a test whose principal can own nothing must stop")]
fn owner_of(principal: Principal) -> Owner {
    principal.owner().expect("an owner")
}

/// An upload that `principal` opens now.
#[must_use]
pub fn upload(principal: impl Into<Principal>, clock: &dyn Clock, randomness: &dyn Randomness) -> Upload {
    let (principal, now) = (principal.into(), clock.now());
    Upload {
        id: UploadId::new(clock, randomness),
        principal,
        owner: owner_of(principal),
        picture: PictureType::Jpeg,
        bytes: 1_234,
        created_at: now,
        form_closes_at: now,
        unused_until: Class::UPLOAD_UNUSED.expires_at(now),
        used_until: Class::UPLOAD.expires_at(now),
    }
}

/// A generation that `principal` places now, under the idempotency key hash `key_hash`.
#[must_use]
pub fn new_generation(
    principal: Principal,
    upload: UploadId,
    charge: Charge,
    key_hash: &str,
    clock: &dyn Clock,
    randomness: &dyn Randomness,
) -> NewGeneration {
    let now = clock.now();
    let id = GenerationId::new(clock, randomness);
    // A drawing costs one credit.
    let count = if let Charge::Credits(credits) = charge { u8::try_from(credits).unwrap_or(u8::MAX) } else { 1 };
    let generation = Generation { charge, ..generation(owner_of(principal), upload, count, now, id) };
    NewGeneration {
        principal,
        reservation: charge.reserve(id, now),
        generation,
        key_hash: key_hash.to_owned(),
        payload_hash: "payload".to_owned(),
        key_expires_at: Class::IDEMPOTENCY_RECORD.expires_at(now),
    }
}

/// A queued generation of `count` drawings at one credit each.
#[must_use]
pub fn generation(owner: Owner, upload: UploadId, count: u8, now: Timestamp, id: GenerationId) -> Generation {
    Generation {
        id,
        owner,
        upload,
        style: "soft-anime".into(),
        count,
        seed: 9_007_199_254_740_991,
        stickers: vec![picture_files::Messenger::Whatsapp, picture_files::Messenger::Line],
        bubble: Some(bubble()),
        charge: Charge::Credits(u32::from(count)),
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
    }
}

/// The text of a test's bubble, which occurs in no other text.
pub const WORDS: &str = "Ça va, Zoë?";

/// With the text [`WORDS`], on the left.
#[must_use]
pub fn bubble() -> Bubble {
    Bubble { text: BubbleText::stored(WORDS.into()), side: Some(bubble_text::Side::Left) }
}

#[must_use]
pub fn moderation(generation: &Generation, decision: Decision, now: Timestamp) -> ModerationRecord {
    let verdict = Verdict { decision, scores: BTreeMap::from([("violence".to_owned(), 0.25)]), screener: "test".to_owned() };
    ModerationRecord {
        generation: generation.id,
        owner: generation.owner,
        upload: generation.upload,
        verdict,
        at: now,
        expires_at: Class::MODERATION_RECORD.expires_at(now),
        quarantined_until: (decision != Decision::Allowed).then(|| Class::QUARANTINE.expires_at(now)),
    }
}

#[must_use]
pub fn delivered() -> Delivered {
    let file = picture_files::FileEntry {
        name: "1/drawing/master.png".into(),
        kind: picture_files::Kind::Master,
        format: picture_files::Format::Png,
        width: 1024,
        height: 1024,
        bytes: 5,
        sha256: "00".repeat(32),
        digital_source_type: picture_files::DigitalSource::AlgorithmicallyEnhanced,
        provenance: picture_files::Provenance::Xmp,
    };
    Delivered { files: vec![file], bundle: BundleFile { bytes: 7, sha256: "11".repeat(32) } }
}
