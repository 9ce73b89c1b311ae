//! Trials: the same steps for who has no account, small files, an end after a day, and claims.

use std::collections::BTreeMap;

use accounts::Pass;
use kernel::{AccountSession, Clock, Failure, GenerationId, Reason, SignedDuration, TrialHolder, TrialId};
use policy::Class;
use screening::Decision;
use studio::{EndReason, Generation, PlaceGeneration, State, Step, object_keys};
use testkit::fakes::{FakeArrivals, FakePlacements, FakeTrials, Rows, TrialRow};
use testkit::{Crashed, pictures, survive};
use trials::ClaimTrial;
use wallet::{Charge, Tariff};

use super::world::{FAULTS, World, failure, reason};

impl World {
    fn trial(&self) -> TrialHolder {
        let holder = TrialHolder { trial: TrialId::new(&*self.clock, &self.randomness), pass: Pass::new(&self.randomness).hash() };
        let expires_at = Class::TRIAL.expires_at(holder.trial.created_at());
        let row = TrialRow { passes: [holder.pass].into(), upload: None, generation: None, claimed: None, expires_at };
        self.database.rows().trials.insert(holder.trial, row);
        holder
    }

    async fn start(&self, holder: TrialHolder, upload: kernel::UploadId, style: &str) -> Result<studio::Placed, Failure> {
        let (arrivals, placements) = (FakeArrivals(self.bucket.clone()), FakePlacements(self.database.clone()));
        let place = PlaceGeneration {
            arrivals: &arrivals,
            placements: &placements,
            generations: &self.generations,
            steps: &self.steps,
            tariff: Tariff::Trial,
            clock: &*self.clock,
            randomness: &self.randomness,
        };
        trials::start(&place, holder, upload, style.to_owned()).await
    }

    /// A trial whose generation was started.
    async fn tried_out(&self, bytes: Vec<u8>) -> (TrialHolder, GenerationId) {
        let holder = self.trial();
        let upload = self.sent(holder, bytes).await;
        let placed = self.start(holder, upload, "soft-anime").await.unwrap();
        (holder, placed.id)
    }

    fn of_trial(&self, holder: TrialHolder, id: GenerationId) -> Option<Generation> {
        self.database.rows().generations.get(&(holder.owner(), id)).cloned()
    }

    async fn claim(&self, caller: AccountSession, holder: TrialHolder) -> Result<Result<GenerationId, Failure>, Crashed> {
        let trials = FakeTrials(self.database.clone());
        let claim = ClaimTrial {
            trials: &trials,
            generations: &self.generations,
            claims: &trials,
            steps: &self.steps,
            clock: &*self.clock,
            randomness: &self.randomness,
        };
        survive(claim.run(caller, holder)).await
    }

    /// Moves the clock to so long after the trial began.
    fn after(&self, holder: TrialHolder, hours: i64, minutes: i64) {
        let to = holder.trial.created_at() + SignedDuration::from_hours(hours) + SignedDuration::from_mins(minutes);
        self.clock.advance(to.duration_since(self.clock.now()));
    }

    /// The sweeper, each minute until a day after the trial began.
    async fn end_of_day(&self, holder: TrialHolder) {
        self.after(holder, 23, 0);
        for _ in 0..60 {
            self.clock.advance(SignedDuration::from_mins(1));
            let _swept = self.sweep().await;
        }
    }

    /// The objects and rows that are the trial's, uploads apart.
    fn left_of(&self, holder: TrialHolder) -> Vec<String> {
        let owner = holder.owner();
        let rows = self.database.rows();
        let generations = rows.generations.keys().filter(|(of, _)| *of == owner).map(|(_, id)| id.to_string());
        let attempts =
            rows.attempts.values().filter(|history| history.owner == owner).map(|history| format!("{} tried", history.generation));
        generations.chain(attempts).chain(self.bucket.keys(&format!("generated/{owner}/"))).collect()
    }

    fn files_of(&self, owner: kernel::Owner, id: GenerationId) -> BTreeMap<String, Vec<u8>> {
        let folder = object_keys::generation(owner, id);
        let objects = self.bucket.objects();
        objects.iter().filter_map(|(key, bytes)| Some((key.strip_prefix(&folder)?.to_owned(), bytes.clone()))).collect()
    }
}

#[tokio::test]
async fn an_73_a_trial_passes_the_same_steps_and_has_small_avatars_and_nothing_else() {
    let world = World::new();
    let (holder, id) = world.tried_out(pictures::turned_jpeg(6)).await;
    world.quieten().await;
    let done = world.of_trial(holder, id).unwrap();
    assert_eq!((done.state, done.charge, done.mail), (State::Done, Charge::Trial, None));
    assert_eq!(done.deadline, done.ends_at(), "it waits for its end");
    let files = world.files_of(holder.owner(), id);
    let names: Vec<&str> = files.keys().map(String::as_str).filter(|name| *name != "bundle.zip").collect();
    assert!((5..=8).contains(&names.len()) && names.iter().all(|name| name.starts_with("1/avatars/")), "{names:?}");
    for (name, bytes) in files.iter().filter(|(name, _)| *name != "bundle.zip") {
        let picture = image::load_from_memory(bytes).unwrap();
        assert!(picture.width().max(picture.height()) <= 320, "{name}");
    }
    assert!(files["bundle.zip"].len() < 2_000_000, "{}", files["bundle.zip"].len());
    assert!(world.mailer.sent().is_empty() && world.database.rows().wallets.is_empty());
    world.check_quiet();
}

/// Delivered, refused, blocked or deleted: a second one is never to be had, and what was asked for is answered the same.
#[tokio::test]
async fn an_73_the_one_generation_is_one_however_it_ends() {
    for end in ["delivered", "unreadable", "blocked", "deleted", "running"] {
        let world = World::new();
        if end == "blocked" {
            world.screener.decide(Decision::Blocked);
        }
        let bytes = if end == "unreadable" { b"no picture".to_vec() } else { pictures::turned_jpeg(6) };
        let (holder, id) = world.tried_out(bytes).await;
        let upload = world.of_trial(holder, id).unwrap().upload;
        match end {
            "deleted" => world.delete(holder, id).await.unwrap().unwrap(),
            "running" => world.next().await.unwrap().unwrap(),
            _ => world.quieten().await,
        }
        for _ in 0..3 {
            if let Ok(again) = world.start(holder, upload, "soft-anime").await {
                assert_eq!(again.id, id, "{end}");
            }
            let other = world.start(holder, upload, "ink-manga").await;
            assert!(other.is_err(), "{end}: {other:?}");
        }
        let own = world.database.rows().generations.keys().filter(|(owner, _)| *owner == holder.owner()).count();
        assert!(own <= 1, "{end}");
        let again = testkit::builders::upload(holder, &*world.clock, &world.randomness);
        let refused = studio::Uploads::open(&testkit::fakes::FakeUploads(world.database.clone()), &again).await;
        assert_eq!(reason(&failure(refused)), Some(Reason::TrialUsed), "{end}");
    }
}

#[tokio::test]
async fn an_73_another_request_of_a_used_trial_is_told_so_and_the_last_hour_begins_nothing() {
    let world = World::new();
    let (holder, id) = world.tried_out(pictures::turned_jpeg(6)).await;
    let upload = world.of_trial(holder, id).unwrap().upload;
    assert_eq!(reason(&failure(world.start(holder, upload, "ink-manga").await)), Some(Reason::TrialUsed));
    let late = world.trial();
    let upload = world.sent(late, pictures::turned_jpeg(6)).await;
    world.after(late, 23, 0);
    assert_eq!(reason(&failure(world.start(late, upload, "soft-anime").await)), Some(Reason::SignedOut));
}

/// It is there for 23 hours, and a day after it began nothing of it is, whatever became of it and wherever a sweeper died.
#[tokio::test]
async fn an_73_a_trial_is_gone_after_a_day_wherever_the_sweeper_dies() {
    for (state, nth) in
        [State::Done, State::Blocked, State::Queued, State::Drawing].into_iter().flat_map(|state| (0..8).map(move |nth| (state, nth)))
    {
        let world = World::new();
        if state == State::Blocked {
            world.screener.decide(Decision::Blocked);
        }
        let (holder, id) = world.tried_out(pictures::turned_jpeg(6)).await;
        match state {
            State::Queued => {}
            State::Drawing => world.next().await.unwrap().unwrap(),
            _ => world.quieten().await,
        }
        let kept = matches!(state, State::Done | State::Blocked);
        if kept {
            world.after(holder, 23, 0);
            let _swept = world.sweep().await;
            assert_eq!(world.of_trial(holder, id).unwrap().state, state, "it is still there");
        }
        world.after(holder, 23, 29);
        for (when, kind) in FAULTS.into_iter().cycle().take(3) {
            world.faults.fail(nth, when, kind);
            world.clock.advance(SignedDuration::from_mins(1));
            let _died = world.sweep().await;
            world.faults.clear();
        }
        world.end_of_day(holder).await;
        assert_eq!(world.left_of(holder), Vec::<String>::new(), "{state:?} {nth}");
    }
}

#[tokio::test]
async fn an_73_a_worker_that_goes_on_after_the_end_leaves_nothing() {
    for step in [Step::GenerationQueued, Step::ScreeningPassed, Step::DrawingReady] {
        let world = World::new();
        let (holder, _) = world.tried_out(pictures::turned_jpeg(6)).await;
        while world.steps.queue().front().is_some_and(|(next, _)| *next != step) {
            world.next().await.unwrap().unwrap();
        }
        let late = *world.steps.queue().front().unwrap();
        world.end_of_day(holder).await;
        let _outcome = world.work(late).await;
        world.drain_all().await;
        assert_eq!(world.left_of(holder), Vec::<String>::new(), "{step:?}");
    }
}

#[tokio::test]
async fn an_73_claimed_files_are_the_accounts_and_outlive_the_trial() {
    let world = World::new();
    let (holder, id) = world.tried_out(pictures::turned_jpeg(6)).await;
    let caller = world.customer(5).await;
    assert_eq!(reason(&failure(world.claim(caller, holder).await.unwrap())), Some(Reason::TrialUnfinished));
    world.quieten().await;
    let own = world.claim(caller, holder).await.unwrap().unwrap();
    assert_eq!(world.claim(caller, holder).await.unwrap().unwrap(), own, "again is the same");
    let other = world.customer(5).await;
    assert_eq!(reason(&failure(world.claim(other, holder).await.unwrap())), Some(Reason::TrialUsed));
    world.quieten().await;
    let claimed = world.find(caller, own).unwrap();
    assert_eq!((claimed.state, claimed.charge, claimed.claimed_from), (State::Done, Charge::Nothing, None));
    assert_eq!(world.files_of(caller.owner(), own), world.files_of(holder.owner(), id), "byte for byte");
    assert_eq!((world.balance(caller), world.mailer.ready(own)), ((5, 0), 1));
    world.end_of_day(holder).await;
    assert_eq!(world.left_of(holder), Vec::<String>::new());
    assert_eq!(world.files_of(caller.owner(), own).len(), world.database.rows().delivered[&own].files.len() + 1);
}

/// The rows and objects of a world, to begin from again.
fn snapshot(world: &World) -> (Rows, BTreeMap<String, Vec<u8>>) {
    (world.database.rows().clone(), world.bucket.objects().clone())
}

#[tokio::test]
async fn an_73_a_claim_that_dies_at_any_call_is_one_claim_and_loses_nothing() {
    let world = World::new();
    let (holder, id) = world.tried_out(pictures::turned_jpeg(6)).await;
    world.quieten().await;
    let caller = world.customer(5).await;
    let (rows, objects) = snapshot(&world);
    let mut deaths = 0;
    for fault in FAULTS {
        for nth in 0.. {
            (*world.database.rows(), *world.bucket.objects()) = (rows.clone(), objects.clone());
            world.steps.queue().clear();
            world.after(holder, 2, 0);
            let before = world.mailer.sent().len();
            world.faults.fail(nth, fault.0, fault.1);
            let _first = world.claim(caller, holder).await;
            world.drain_all().await;
            let struck = !world.faults.clear().is_empty();
            let own = world.claim(caller, holder).await.unwrap().unwrap();
            world.clock.advance(SignedDuration::from_secs(11));
            world.claim(caller, holder).await.unwrap().unwrap();
            world.drain_all().await;
            world.hear().await;
            world.later(16);
            let _swept = world.sweep().await;
            world.drain_all().await;
            let of_account = world.database.rows().generations.keys().filter(|(owner, _)| *owner == caller.owner()).count();
            assert_eq!(of_account, 1, "{nth} {fault:?}");
            assert_eq!(world.state(caller, own), State::Done, "{nth} {fault:?}");
            assert_eq!(world.files_of(caller.owner(), own), world.files_of(holder.owner(), id), "{nth} {fault:?}");
            assert!(world.mailer.sent().len() <= before + 2, "{nth} {fault:?}");
            if !struck {
                break;
            }
            deaths += 1;
        }
    }
    assert!(deaths > 60, "{deaths}");
}

#[tokio::test]
async fn an_73_a_trial_that_ends_before_its_files_are_copied_leaves_no_half_of_them() {
    let world = World::new();
    let (holder, _) = world.tried_out(pictures::turned_jpeg(6)).await;
    world.quieten().await;
    let caller = world.customer(5).await;
    let own = world.claim(caller, holder).await.unwrap().unwrap();
    let message = world.steps.queue().pop_front().unwrap();
    // Some of the files were copied when it ended.
    world.faults.fail(9, testkit::When::Before, testkit::Kind::Crash);
    assert_eq!(world.work(message).await.err(), Some(Crashed));
    assert!(!world.files_of(caller.owner(), own).is_empty());
    world.after(holder, 23, 31);
    let _swept = world.sweep().await;
    world.quieten().await;
    let ended = world.find(caller, own).unwrap();
    assert_eq!((ended.state, ended.reason), (State::Failed, Some(EndReason::TrialOver)));
    assert!(world.files_of(caller.owner(), own).is_empty());
    assert_eq!(world.balance(caller), (5, 0));
}
