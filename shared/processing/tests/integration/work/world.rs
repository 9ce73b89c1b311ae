//! A studio on fakes: customers, the steps, the queues between them, the sweeper, and the invariants once everything is idle.

use std::collections::BTreeSet;
use std::sync::Arc;

use accounts::{CallerNetworks, Networks, Nonce, SignIns};
use kernel::message::GenerationStep;
use kernel::{
    AccountSession, CallerAddress, Failure, FixedClock, GenerationId, Owner, Principal, SeededRandomness, SignedDuration, UploadId,
};
use outreach::Mail;
use processing::{Deliver, Prepare};
use screening::{Decision, Moderation};
use sha2::{Digest, Sha256};
use studio::*;
use testkit::fakes::*;
use testkit::{Crashed, Faults, Kind, When, builders, pictures, survive};
use wallet::{Charge, Kind as Movement, Tariff};

/// Maximum deliveries of a message before the queue drops it.
const RECEIVES: usize = 4;

/// The text of a test's bubble.
pub(crate) const WORDS: &str = "Zebras at noon";

/// The outcome of one run of a step.
pub(crate) type Run = Result<Result<(), Failure>, Crashed>;

/// Every way in which a call can fail.
pub(crate) const FAULTS: [(When, Kind); 6] = [
    (When::Before, Kind::Crash),
    (When::After, Kind::Crash),
    (When::Before, Kind::Busy),
    (When::After, Kind::Busy),
    (When::Before, Kind::Broken),
    (When::After, Kind::Broken),
];

pub(crate) struct World {
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) faults: Faults,
    pub(crate) database: FakeDatabase,
    pub(crate) bucket: FakeBucket,
    pub(crate) steps: FakeSteps,
    pub(crate) mailer: FakeMailer,
    pub(crate) artist: FakeArtist,
    pub(crate) second: FakeArtist,
    /// In the order in which they are asked.
    pub(crate) artists: Vec<Box<dyn Artist>>,
    /// The time of a worker that draws.
    pub(crate) time: SignedDuration,
    /// The delivery of every message that is handled.
    pub(crate) message: &'static str,
    /// What vendors may be paid in a day.
    pub(crate) micro_dollars_per_day: u64,
    pub(crate) screener: FakeScreener,
    pub(crate) randomness: SeededRandomness,
    pub(crate) generations: FakeGenerations,
    /// `None` for tests without signatures.
    pub(crate) signer: Option<Arc<dyn provenance::Signer>>,
    /// How generations are charged.
    pub(crate) tariff: Tariff,
    selfies: FakeSelfies,
    pictures: Arc<dyn Pictures>,
}

impl World {
    pub(crate) fn new() -> Self {
        let (clock, faults) = (Arc::new(FixedClock::at(builders::midnight())), Faults::default());
        let (database, bucket) = (FakeDatabase::new(clock.clone(), faults.clone()), FakeBucket::new(faults.clone()));
        let artist = FakeArtist::new(faults.clone());
        Self {
            steps: FakeSteps::new(faults.clone()),
            mailer: FakeMailer::new(faults.clone()),
            second: FakeArtist::new(faults.clone()).named("second"),
            artists: vec![Box::new(artist.clone())],
            artist,
            time: SignedDuration::from_secs(240),
            message: "a-message/1",
            micro_dollars_per_day: u64::MAX / 2,
            screener: FakeScreener::new(faults.clone()),
            randomness: SeededRandomness::new(11),
            generations: FakeGenerations(database.clone()),
            signer: None,
            tariff: Tariff::Credits,
            selfies: FakeSelfies(bucket.clone()),
            pictures: Arc::new(FakePictures(bucket.clone())),
            clock,
            faults,
            database,
            bucket,
        }
    }

    /// A world in which generations are charged so.
    pub(crate) fn charging(tariff: Tariff) -> Self {
        Self { tariff, ..Self::new() }
    }

    /// With a second artist after the first.
    pub(crate) fn of_two() -> Self {
        let world = Self::new();
        let artists: Vec<Box<dyn Artist>> = vec![Box::new(world.artist.clone()), Box::new(world.second.clone())];
        Self { artists, ..world }
    }

    /// A session with this many credits.
    pub(crate) async fn customer(&self, credits: u32) -> AccountSession {
        let caller = builders::caller(&*self.clock, &self.randomness);
        let (email, pepper, chance) = (builders::email(&caller.owner().to_string()), builders::pepper(), SeededRandomness::new(0));
        let slot = pepper.code_slot(&email, &Nonce::new(&chance));
        let hash = pepper.code_hash(&slot, "123456");
        let now = kernel::Clock::now(&*self.clock);
        self.database.rows().codes.insert(slot.clone(), (hash.clone(), 0, now));
        let salts = FakeSalts(self.database.clone());
        let networks = CallerNetworks::of(CallerAddress::default(), &slot.key, &pepper, &salts, &chance, now).await.unwrap();
        // Nobody counts the accounts of a world.
        let networks = CallerNetworks { each: Networks::default(), ..networks };
        let sign_in = builders::first_sign_in(caller, &email, (&slot, &hash), networks, credits, now);
        FakeSignIns(self.database.clone()).open(&sign_in).await.unwrap();
        caller
    }

    /// An upload whose bytes have arrived.
    pub(crate) async fn sent(&self, principal: impl Into<Principal>, bytes: Vec<u8>) -> UploadId {
        let upload = builders::upload(principal, &*self.clock, &self.randomness);
        FakeUploads(self.database.clone()).open(&upload).await.unwrap();
        self.bucket.receive(upload.owner, upload.id, bytes);
        upload.id
    }

    pub(crate) async fn selfie(&self, caller: AccountSession) -> UploadId {
        self.sent(caller, pictures::turned_jpeg(6)).await
    }

    pub(crate) fn request(&self, upload: UploadId, count: u8, key: &str) -> GenerationRequest {
        GenerationRequest {
            idempotency_key: key.into(),
            upload,
            style: "soft-anime".into(),
            count,
            seed: Some(7),
            stickers: Vec::new(),
            bubble: None,
        }
    }

    pub(crate) async fn place(&self, principal: impl Into<Principal>, request: &GenerationRequest) -> Result<Placed, Failure> {
        let (arrivals, placements) = (FakeArrivals(self.bucket.clone()), FakePlacements(self.database.clone()));
        let place = PlaceGeneration {
            arrivals: &arrivals,
            placements: &placements,
            generations: &self.generations,
            steps: &self.steps,
            tariff: self.tariff,
            clock: &*self.clock,
            randomness: &self.randomness,
        };
        place.run(principal, request).await
    }

    /// A customer of ten credits and a generation of `count` drawings, queued for the first step.
    pub(crate) async fn started(&self, count: u8) -> (AccountSession, GenerationId) {
        let caller = self.customer(10).await;
        let upload = self.selfie(caller).await;
        let placed = self.place(caller, &self.request(upload, count, "key")).await.unwrap();
        (caller, placed.id)
    }

    /// A generation that has passed every step before `step`.
    pub(crate) async fn ready_for(&self, step: Step, count: u8) -> (AccountSession, GenerationId) {
        let (caller, id) = self.started(count).await;
        self.work_until(step).await;
        (caller, id)
    }

    /// The same, with every sticker and a bubble.
    pub(crate) async fn ready_with_extras(&self, step: Step, count: u8) -> (AccountSession, GenerationId) {
        let caller = self.customer(10).await;
        let request = GenerationRequest {
            stickers: picture_files::Messenger::ALL.to_vec(),
            bubble: Some(Bubble::parse(WORDS, None).unwrap()),
            ..self.request(self.selfie(caller).await, count, "key")
        };
        let id = self.place(caller, &request).await.unwrap().id;
        self.work_until(step).await;
        (caller, id)
    }

    async fn work_until(&self, step: Step) {
        while self.steps.queue().front().is_some_and(|(next, _)| *next != step) {
            self.next().await.unwrap().unwrap();
        }
    }

    pub(crate) fn tidy(&self) -> Tidy<'_> {
        Tidy { selfies: &self.selfies, pictures: &*self.pictures }
    }

    pub(crate) async fn work(&self, (step, told): StepMessage) -> Run {
        match step {
            Step::GenerationQueued => Box::pin(survive(self.prepare(told))).await,
            Step::ScreeningPassed => Box::pin(survive(self.draw(told))).await,
            Step::DrawingReady => Box::pin(survive(self.deliver(told))).await,
        }
    }

    /// A step of a generation, as a message of long ago.
    pub(crate) fn message(step: Step, caller: AccountSession, id: GenerationId) -> StepMessage {
        (step, GenerationStep { owner_id: caller.owner(), generation_id: id, revival: None })
    }

    /// The end of a worker's time that begins now.
    fn until(&self) -> kernel::Timestamp {
        kernel::Clock::now(&*self.clock).checked_add(self.time).unwrap()
    }

    async fn prepare(&self, told: GenerationStep) -> Result<(), Failure> {
        let quarantine = FakeQuarantine(self.bucket.clone());
        let moderation = Moderation::of(vec![Box::new(self.screener.clone())]);
        let prepare = Prepare {
            generations: &self.generations,
            selfies: &self.selfies,
            quarantine: &quarantine,
            moderation: &moderation,
            steps: &self.steps,
            tidy: self.tidy(),
            clock: &*self.clock,
            until: self.until(),
            delivery: self.message,
        };
        prepare.run(told).await
    }

    async fn draw(&self, told: GenerationStep) -> Result<(), Failure> {
        let (breaker, attempts) = (FakeBreaker(self.database.clone()), FakeAttempts(self.database.clone()));
        let fallback = ArtistFallback {
            artists: &self.artists,
            breaker: &breaker,
            attempts: &attempts,
            pepper: &builders::pepper(),
            clock: &*self.clock,
            randomness: &self.randomness,
            until: self.until(),
            micro_dollars_per_day: self.micro_dollars_per_day,
        };
        let draw = Draw {
            generations: &self.generations,
            selfies: &self.selfies,
            pictures: &*self.pictures,
            fallback,
            steps: &self.steps,
            tidy: self.tidy(),
            clock: &*self.clock,
            delivery: self.message,
        };
        draw.run(told).await
    }

    async fn deliver(&self, told: GenerationStep) -> Result<(), Failure> {
        let recipients = FakeRecipients(self.database.clone());
        let deliver = Deliver {
            generations: &self.generations,
            pictures: &self.pictures,
            signer: self.signer.as_ref(),
            recipients: &recipients,
            mailer: &self.mailer,
            tidy: self.tidy(),
            clock: &*self.clock,
            origin: "https://nigao.example.org",
            until: self.until(),
            delivery: self.message,
        };
        deliver.run(told).await
    }

    /// Delivers SES's events of all accepted mails, some of them repeated; a failed event comes again until it is handled.
    pub(crate) async fn hear(&self) {
        let told = |mail: &Mail| match mail {
            Mail::Ready { owner, generation, .. } => Some((*owner, *generation)),
            _ => None,
        };
        let accepted: Vec<_> = self.mailer.sent().iter().filter_map(|(_, mail)| told(mail)).collect();
        for (owner, id) in accepted {
            let mut tries = 0;
            while tries < 50 && !matches!(survive(self.confirm(owner, id)).await, Ok(Ok(()))) {
                tries += 1;
            }
        }
    }

    pub(crate) async fn confirm(&self, owner: Owner, id: GenerationId) -> Result<(), Failure> {
        ConfirmMail { generations: &self.generations, clock: &*self.clock }.run(owner, id).await
    }

    pub(crate) async fn sweep(&self) -> Result<Swept, Crashed> {
        survive(async {
            let overdue = FakeOverdue(self.database.clone());
            let sweeper = EndStuck {
                overdue: &overdue,
                generations: &self.generations,
                steps: &self.steps,
                waiting: &Waiting::of(&self.steps).await,
                tidy: self.tidy(),
                clock: &*self.clock,
                until: self.until(),
            };
            sweeper.run().await
        })
        .await
    }

    pub(crate) async fn delete(&self, principal: impl Into<Principal>, id: GenerationId) -> Run {
        let own = FakeViews(self.database.clone());
        let delete = DeleteGeneration { own: &own, generations: &self.generations, tidy: self.tidy(), clock: &*self.clock };
        survive(delete.run(&principal.into(), id)).await
    }

    /// Handles the next message once; it is gone whatever the outcome.
    pub(crate) async fn next(&self) -> Run {
        let told = self.steps.queue().pop_front().unwrap();
        self.work(told).await
    }

    /// Handles every message of `steps` until none is left; a failed one comes again, a few times. Returns the number of failures.
    pub(crate) async fn drain(&self, steps: &[Step]) -> usize {
        let mut failures = 0;
        for _ in 0..200 {
            let position = self.steps.queue().iter().position(|(step, _)| steps.contains(step));
            let Some(told) = position.and_then(|position| self.steps.queue().remove(position)) else { return failures };
            for _ in 0..RECEIVES {
                match self.work(told).await {
                    Ok(Ok(())) => break,
                    Ok(Err(_)) => {}
                    // The message comes again when its worker must be dead.
                    Err(Crashed) => self.clock.advance(self.time),
                }
                failures += 1;
            }
        }
        panic!("the queues never empty");
    }

    pub(crate) async fn drain_all(&self) -> usize {
        self.drain(&[Step::GenerationQueued, Step::ScreeningPassed, Step::DrawingReady]).await
    }

    /// Lets messages, redeliveries, SES's events and the sweeper run until nothing is left to do.
    pub(crate) async fn quieten(&self) {
        for _ in 0..30 {
            self.drain_all().await;
            // What is a trial's waits for its end.
            if self.database.rows().generations.values().all(|one| one.deadline.is_none() || one.deadline == one.ends_at()) {
                return;
            }
            self.hear().await;
            self.later(16);
            let _swept = self.sweep().await;
        }
        panic!("it never gets quiet: {:?}", self.database.rows().generations);
    }

    /// Advances the clock by this many minutes, and delivers the messages delayed until then.
    pub(crate) fn later(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
        self.steps.release();
    }

    /// The attempts of a generation: artist and outcome, `None` while it runs.
    pub(crate) fn tried(&self, id: GenerationId) -> Vec<(String, Option<Outcome>)> {
        let rows = self.database.rows();
        let own = rows.attempts.iter().filter(|((of, _), _)| *of == id).flat_map(|(_, history)| &history.attempts);
        own.map(|attempt| (attempt.artist.clone(), attempt.outcome)).collect()
    }

    pub(crate) fn find(&self, caller: AccountSession, id: GenerationId) -> Option<Generation> {
        self.database.rows().generations.get(&(caller.owner(), id)).cloned()
    }

    pub(crate) fn state(&self, caller: AccountSession, id: GenerationId) -> State {
        self.find(caller, id).unwrap().state
    }

    /// Available and held credits.
    pub(crate) fn balance(&self, caller: AccountSession) -> (i64, u32) {
        let balance = self.database.rows().wallets[&caller.owner()];
        (balance.available, balance.held)
    }

    pub(crate) fn movements(&self, id: GenerationId) -> Vec<Movement> {
        let rows = self.database.rows();
        let own = rows.ledger.iter().filter(|(_, entry)| entry.cause() == wallet::Cause::Generation(id));
        own.map(|(_, entry)| entry.kind()).collect()
    }

    /// Invariants that hold at any moment.
    pub(crate) fn check_ledger(&self) {
        let rows = self.database.rows();
        for (owner, balance) in &rows.wallets {
            let sum = rows.ledger_sum(*owner);
            assert_eq!(sum, (balance.available, i64::from(balance.held)), "the ledger is not the balance");
            let own = rows.generations.values().filter(|generation| generation.owner == *owner && generation.state.is_running());
            let held: Vec<u32> = own.map(|generation| generation.charge.credits()).filter(|credits| *credits > 0).collect();
            assert_eq!(held.iter().sum::<u32>(), balance.held, "held is not what runs");
            assert_eq!(held.len(), balance.running as usize, "an_69: what runs is not counted");
        }
        for generation in rows.generations.values().filter(|generation| generation.drawn > 0) {
            let record = rows.moderation.get(&generation.id).unwrap_or_else(|| panic!("an_70: drawn without screening"));
            assert!(record.verdict.decision == Decision::Allowed || generation.cleared, "an_70: drawn though blocked");
            assert!(record.verdict.scores.values().all(|score| score.is_finite()));
        }
    }

    /// Invariants that hold when nothing is left to do.
    pub(crate) fn check_quiet(&self) {
        self.check_ledger();
        let generations: Vec<Generation> = self.database.rows().generations.values().cloned().collect();
        for generation in &generations {
            self.check_ended(generation);
        }
        let of_done = |key: &String| generations.iter().any(|g| g.state == State::Done && key.contains(&g.id.to_string()));
        assert!(self.bucket.keys("generated/").iter().all(of_done), "objects of no generation: {:?}", self.bucket.keys("generated/"));
        let placements: BTreeSet<GenerationId> = generations.iter().map(|generation| generation.id).collect();
        assert!(self.database.rows().delivered.keys().all(|id| placements.contains(id)), "files of no generation");
    }

    fn check_ended(&self, generation: &Generation) {
        let (mails, movements) = (self.mailer.ready(generation.id), self.movements(generation.id));
        let charged = |end| match generation.charge {
            Charge::Credits(_) => vec![Movement::Hold, end],
            Charge::Quota(_) | Charge::Trial | Charge::Nothing => Vec::new(),
        };
        match generation.state {
            State::Done => {
                assert_eq!(movements, charged(Movement::Capture), "one charge");
                assert!(mails <= 1, "an_02: {mails} mails");
                self.check_files(generation);
            }
            State::Blocked | State::Failed => {
                assert_eq!(movements, charged(Movement::Release), "{:?}", generation.state);
                assert_eq!(mails, 0);
            }
            other => panic!("{other:?} is no end"),
        }
        let folder = object_keys::upload(generation.owner, generation.upload);
        if generation.state == State::Blocked {
            let isolated = self.bucket.keys(&object_keys::quarantine(generation.owner, generation.upload));
            assert_eq!(isolated.len(), 1, "an_42: a blocked selfie is under quarantine");
            assert_eq!(self.bucket.keys(&folder), Vec::<String>::new(), "an_42: a blocked selfie is nowhere else");
        }
        assert!(!self.bucket.keys(&folder).contains(&format!("{folder}original")), "an_11: the original is still there");
    }

    /// One set of deliverables: every listed file is stored, and no other.
    fn check_files(&self, generation: &Generation) {
        let folder = object_keys::generation(generation.owner, generation.id);
        let delivered = self.database.rows().delivered[&generation.id].clone();
        assert_eq!(
            delivered.files.iter().filter(|file| file.kind != picture_files::Kind::SpeechBubble).count(),
            expected_files(generation)
        );
        let mut listed: Vec<_> = delivered.files.iter().map(|file| (format!("{folder}{}", file.name), file.sha256.clone())).collect();
        listed.push((format!("{folder}bundle.zip"), delivered.bundle.sha256.clone()));
        listed.sort();
        let objects = self.bucket.objects();
        let own = objects.iter().filter(|(key, _)| key.starts_with(&folder));
        let stored: Vec<_> = own.map(|(key, bytes)| (key.clone(), hex::encode(Sha256::digest(bytes)))).collect();
        assert_eq!(stored, listed);
    }
}

/// The number of files with links of a generation with these drawings and stickers, beside those with a bubble.
fn expected_files(generation: &Generation) -> usize {
    use imaging::{AVATARS, PACKS, STICKERS, Sizes};
    use picture_files::Format;
    let count = usize::from(generation.count);
    let sizes = if let Owner::Trial(_) = generation.owner { Sizes::Small } else { Sizes::All };
    let pictures = |format| AVATARS.iter().filter(move |row| sizes.has(row) && row.stands_alone(format)).count();
    let stickers = STICKERS.iter().filter(|row| row.alone && generation.stickers.contains(&row.messenger)).count();
    let packs = PACKS.iter().filter(|pack| generation.stickers.contains(&pack.messenger) && pack.counts.take(count)).count();
    count * (Format::PICTURES.map(pictures).iter().sum::<usize>() + stickers) + packs
}

/// The failure of a run.
pub(crate) fn failure<T>(outcome: Result<T, Failure>) -> Failure {
    match outcome {
        Ok(_) => panic!("it succeeded"),
        Err(failure) => failure,
    }
}

/// The reason of a failure, if it has one.
pub(crate) fn reason(failure: &Failure) -> Option<kernel::Reason> {
    match failure {
        Failure::Invalid(p) | Failure::Denied(p) | Failure::Missing(p) | Failure::Conflict(p) | Failure::Busy { problem: p, .. } => {
            Some(p.reason)
        }
        Failure::Broken(_) => None,
    }
}
