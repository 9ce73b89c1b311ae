//! Trials, their links and claims, and leads.

use ::accounts::{Lead, LeadPage, Networks, Pass};
use futures_util::future::join_all;
use kernel::{
    AccountSession, CallerAddress, Failure, GenerationId, Owner, Reason, SecretHash, SignedDuration, TrialHolder, TrialId, limits,
};
use outreach::CONSENT_VERSION;
use policy::Class;
use studio::{Change, Generation, Placement, State, Upload, Written};
use trials::{Claim, Claimed, LinkConsent, NewLink, NewTrial, Opening, Standing};
use wallet::Charge;

use super::Stores;
use super::stores::reason;
use crate::builders;

impl Stores {
    fn secret(&self) -> Pass {
        Pass::new(&self.randomness)
    }

    /// A trial that may be opened, with the pass of its browser.
    async fn new_trial(&self, address: CallerAddress, proof: SecretHash, trials_per_day: u64) -> (NewTrial, TrialHolder) {
        let (id, now) = (TrialId::new(&*self.clock, &self.randomness), self.now());
        let networks = Networks::of(address, &builders::pepper(), &*self.salts, &self.randomness, now).await.unwrap();
        let (pass, expires_at) = (self.secret().hash(), Class::TRIAL.expires_at(id.created_at()));
        let proof_known_until = Class::TRIAL_PROOF.expires_at(now);
        let trial = NewTrial { id, pass, proof, proof_known_until, networks, trials_per_day, at: now, expires_at };
        (trial, TrialHolder { trial: id, pass })
    }

    async fn trial(&self) -> TrialHolder {
        let (trial, holder) = self.new_trial(self.network(), self.secret().hash(), builders::PER_DAY).await;
        self.trials.open(&trial).await.unwrap();
        holder
    }

    async fn trial_upload(&self, holder: TrialHolder) -> Upload {
        let end = Class::TRIAL_UPLOAD.expires_at(holder.trial.created_at());
        let upload = builders::upload(holder, &*self.clock, &self.randomness);
        let upload = Upload { unused_until: end, used_until: end, ..upload };
        self.uploads.open(&upload).await.unwrap();
        upload
    }

    /// Without add-ons, as a trial's are.
    fn of_trial(&self, upload: &Upload) -> studio::NewGeneration {
        let new = builders::new_generation(upload.principal, upload.id, Charge::Trial, "the trial", &*self.clock, &self.randomness);
        studio::NewGeneration { generation: Generation { stickers: Vec::new(), bubble: None, ..new.generation }, ..new }
    }

    /// A trial whose generation is done.
    async fn done(&self) -> (TrialHolder, Generation) {
        let holder = self.trial().await;
        let new = self.of_trial(&self.trial_upload(holder).await);
        assert_eq!(self.placements.place(&new).await.unwrap(), Placement::New);
        let (before, now) = (new.generation, self.now());
        let done =
            Generation { state: State::Done, version: before.version + 1, bubble: None, mail: None, updated_at: now, ..before.clone() };
        let delivered = builders::delivered();
        let change = Change { delivered: Some(&delivered), ..Change::of(&before, &done) };
        assert_eq!(self.generations.change(change).await.unwrap(), Written::Stored);
        (holder, done)
    }

    fn link(&self, holder: TrialHolder, marketing: bool) -> (NewLink, Pass) {
        let (secret, at) = (self.secret(), self.now());
        let lead = Lead::new(&self.address(), LeadPage::TrialLink, &builders::pepper(), at);
        let expires_at = Class::TRIAL_LINK.expires_at(holder.trial.created_at());
        (
            NewLink {
                holder,
                secret: secret.hash(),
                lead,
                marketing: marketing.then(|| CONSENT_VERSION.into()),
                mails_per_day: builders::PER_DAY,
                at,
                expires_at,
            },
            secret,
        )
    }

    fn opening(&self, trial: TrialId, secret: SecretHash) -> Opening {
        let expires_at = Class::TRIAL.expires_at(trial.created_at());
        Opening { trial, secret, pass: self.secret().hash(), at: self.now(), expires_at }
    }

    fn claim(&self, caller: AccountSession, holder: TrialHolder, of: &Generation) -> Claim {
        let id = GenerationId::new(&*self.clock, &self.randomness);
        Claim { caller, holder, of: of.id, generation: of.claimed_by(caller.account, id, self.now()).unwrap() }
    }
}

/// Of however many trials at once with one proof there is one, and there is none with it later, as long as the proof is good (AN-73).
pub async fn one_proof(stores: &Stores) {
    let proof = stores.secret().hash();
    let mut trials = Vec::new();
    for _ in 0..50 {
        trials.push(stores.new_trial(stores.network(), proof, builders::PER_DAY).await);
    }
    let opened = join_all(trials.iter().map(|(trial, _)| stores.trials.open(trial))).await;
    assert_eq!(opened.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let mut found = 0;
    for ((_, holder), outcome) in trials.iter().zip(opened) {
        found += usize::from(stores.trials.find(holder).await.is_ok());
        assert!(outcome.is_ok() || reason(outcome) == Some(Reason::ChallengeRefused));
    }
    assert_eq!(found, 1, "of the others nothing was written");
    stores.later(SignedDuration::from_mins(30));
    let (late, _) = stores.new_trial(stores.network(), proof, builders::PER_DAY).await;
    assert_eq!(reason(stores.trials.open(&late).await), Some(Reason::ChallengeRefused));
}

/// A network begins a limited number of trials in a day, and all together do (AN-69).
pub async fn limits_of_trials(stores: &Stores) {
    stores.turn_back(40);
    let address = stores.network();
    let open = async |address, per_day| {
        let (trial, holder) = stores.new_trial(address, stores.secret().hash(), per_day).await;
        stores.trials.open(&trial).await.map(|()| holder)
    };
    for _ in 0..limits::TRIALS_PER_DAY_FROM_A_LINE.most {
        open(address, builders::PER_DAY).await.unwrap();
    }
    let refused = open(address, builders::PER_DAY).await;
    assert!(matches!(&refused, Err(Failure::Busy { retry_after, .. }) if !retry_after.is_zero()), "{refused:?}");
    assert_eq!(reason(refused), Some(Reason::RateLimited));
    let spent = u64::from(limits::TRIALS_PER_DAY_FROM_A_LINE.most);
    assert_eq!(reason(open(stores.network(), spent).await), Some(Reason::BudgetSpent), "what is refused spends nothing");
    open(stores.network(), spent + 1).await.unwrap();
    stores.later(SignedDuration::from_hours(24));
    open(address, builders::PER_DAY).await.unwrap();
    open(stores.network(), spent).await.unwrap();
}

/// A trial opens to its own pass, and for a day.
pub async fn passes(stores: &Stores) {
    let (holder, other) = (stores.trial().await, stores.trial().await);
    let expires_at = Class::TRIAL.expires_at(holder.trial.created_at());
    let found = stores.trials.find(&holder).await.unwrap();
    // Seconds are stored.
    assert_eq!((found.upload, found.generation, found.claimed, found.expires_at.as_second()), (None, None, None, expires_at.as_second()));
    for wrong in [TrialHolder { pass: other.pass, ..holder }, TrialHolder { trial: other.trial, ..holder }] {
        assert_eq!(reason(stores.trials.find(&wrong).await), Some(Reason::SignedOut));
        let upload = builders::upload(wrong, &*stores.clock, &stores.randomness);
        assert_eq!(reason(stores.uploads.open(&upload).await), Some(Reason::SignedOut));
    }
    stores.later(SignedDuration::from_hours(24));
    assert_eq!(reason(stores.trials.find(&holder).await), Some(Reason::SignedOut), "it is over");
    let upload = builders::upload(holder, &*stores.clock, &stores.randomness);
    assert_eq!(reason(stores.uploads.open(&upload).await), Some(Reason::SignedOut));
}

/// A trial has one upload and one generation, however many are asked for at once.
pub async fn used_once(stores: &Stores) {
    let holder = stores.trial().await;
    let uploads: Vec<_> = (0..8).map(|_| builders::upload(holder, &*stores.clock, &stores.randomness)).collect();
    let opened = join_all(uploads.iter().map(|upload| stores.uploads.open(upload))).await;
    assert_eq!(opened.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let upload = uploads.iter().zip(&opened).find(|(_, outcome)| outcome.is_ok()).unwrap().0.clone();
    assert!(opened.into_iter().filter(Result::is_err).all(|outcome| reason(outcome) == Some(Reason::TrialUsed)));
    assert_eq!(stores.trials.find(&holder).await.unwrap().upload, Some(upload.id));
    assert_eq!(stores.uploads.of_trial(holder.trial).await.unwrap(), Some((upload.id, upload.picture, upload.bytes)));
    assert_eq!(stores.uploads.of_trial(stores.trial().await.trial).await.unwrap(), None);

    let asked: Vec<_> = (0..8).map(|_| stores.of_trial(&upload)).collect();
    let placed = join_all(asked.iter().map(|new| stores.placements.place(new))).await;
    assert_eq!(placed.iter().filter(|outcome| matches!(outcome, Ok(Placement::New))).count(), 1);
    let replayed = |outcome: &Result<Placement, Failure>| matches!(outcome, Ok(Placement::New | Placement::Replayed(_)));
    assert!(placed.into_iter().filter(|outcome| !replayed(outcome)).all(|outcome| reason(outcome) == Some(Reason::IdempotencyKeyInUse)));
    let Standing { generation, .. } = stores.trials.find(&holder).await.unwrap();
    let generation = generation.unwrap();
    assert_eq!(stores.uploads.of_trial(holder.trial).await.unwrap(), None, "it is begun");
    assert!(asked.iter().any(|new| new.generation.id == generation));
    let again = stores.placements.place(&stores.of_trial(&upload)).await.unwrap();
    assert!(matches!(again, Placement::Replayed(replay) if replay.placed.id == generation));
    let view = stores.views.view(&holder.into(), generation).await.unwrap().unwrap();
    assert_eq!((view.generation.charge, view.generation.owner), (Charge::Trial, Owner::Trial(holder.trial)));

    // Even without the record of the request there is no second one.
    let another_key = builders::new_generation(upload.principal, upload.id, Charge::Trial, "another", &*stores.clock, &stores.randomness);
    assert_eq!(reason(stores.placements.place(&another_key).await), Some(Reason::TrialUsed));
    stores.generations.remove(&view.generation).await.unwrap();
    assert!(
        matches!(stores.placements.place(&stores.of_trial(&upload)).await.unwrap(), Placement::Replayed(_)),
        "deleting gives none back"
    );
}

/// A link gives another browser a pass until the trial ends, to who has its secret; who mails them and opens them is limited.
pub async fn links(stores: &Stores) {
    let holder = stores.trial().await;
    let (link, secret) = stores.link(holder, true);
    stores.links.add(&link).await.unwrap();
    assert_eq!(stores.leads.find(&link.lead.key).await.unwrap().unwrap().page, LeadPage::TrialLink);
    let opening = stores.opening(holder.trial, secret.hash());
    assert_eq!(
        stores.links.open(&opening).await.unwrap(),
        Some(LinkConsent { address: link.lead.key.clone(), text_version: CONSENT_VERSION.into() })
    );
    let second = TrialHolder { trial: holder.trial, pass: opening.pass };
    assert!(stores.trials.find(&second).await.is_ok() && stores.trials.find(&holder).await.is_ok());
    let (quiet, quiet_secret) = stores.link(holder, false);
    stores.links.add(&quiet).await.unwrap();
    assert_eq!(stores.links.open(&stores.opening(holder.trial, quiet_secret.hash())).await.unwrap(), None);

    let other = stores.trial().await;
    for (trial, wrong) in [(holder.trial, stores.secret().hash()), (other.trial, secret.hash()), (holder.trial, holder.pass)] {
        assert_eq!(reason(stores.links.open(&stores.opening(trial, wrong)).await), Some(Reason::SignedOut));
    }
    let (stranger, _) = stores.link(TrialHolder { pass: other.pass, ..holder }, false);
    assert_eq!(reason(stores.links.add(&stranger).await), Some(Reason::SignedOut));
    assert_eq!(stores.leads.find(&stranger.lead.key).await.unwrap(), None, "nothing was written");

    for _ in 2..limits::TRIAL_LINKS_PER_DAY.most {
        stores.links.add(&stores.link(holder, false).0).await.unwrap();
    }
    assert_eq!(reason(stores.links.add(&stores.link(holder, false).0).await), Some(Reason::RateLimited));
    for _ in 2..limits::TRIAL_LINKS_OPENED_PER_HOUR.most {
        stores.links.open(&stores.opening(holder.trial, secret.hash())).await.unwrap();
    }
    assert_eq!(reason(stores.links.open(&stores.opening(holder.trial, secret.hash())).await), Some(Reason::RateLimited));
    stores.later(SignedDuration::from_hours(24));
    assert_eq!(reason(stores.links.open(&stores.opening(holder.trial, secret.hash())).await), Some(Reason::SignedOut), "it is over");
}

/// A trial is claimed once, by one account, when it is done.
pub async fn claims(stores: &Stores) {
    let (holder, done) = stores.done().await;
    let callers = [stores.customer(0).await, stores.customer(0).await];
    let claims: Vec<_> = callers.iter().flat_map(|caller| (0..4).map(|_| stores.claim(*caller, holder, &done))).collect();
    let outcomes = join_all(claims.iter().map(|claim| stores.claims.claim(claim))).await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Ok(Claimed::New))).count(), 1);
    let won = claims.iter().zip(&outcomes).find(|(_, outcome)| matches!(outcome, Ok(Claimed::New))).unwrap().0;
    let (winner, id) = (won.caller, won.generation.id);
    for (claim, outcome) in claims.iter().zip(outcomes) {
        match outcome {
            Ok(Claimed::New) => {}
            Ok(Claimed::Before(before)) => assert_eq!((claim.caller, before), (winner, id)),
            refused => assert_eq!((claim.caller == winner, reason(refused)), (false, Some(Reason::TrialUsed))),
        }
    }
    assert_eq!(stores.trials.find(&holder).await.unwrap().claimed, Some((winner.account, id)));
    let stored = stores.generations.load(winner.owner(), id).await.unwrap().unwrap();
    assert_eq!(stored, won.generation);
    assert_eq!(stores.generations.load(done.owner, done.id).await.unwrap(), Some(done), "the trial's own stays until it ends");
}

/// What cannot be claimed writes nothing.
pub async fn refused_claims(stores: &Stores) {
    let (holder, done) = stores.done().await;
    let (caller, nobody) = (stores.customer(0).await, stores.nobody());
    let other = stores.trial().await;
    for (caller, holder) in [(nobody, holder), (caller, TrialHolder { pass: other.pass, ..holder })] {
        assert_eq!(reason(stores.claims.claim(&stores.claim(caller, holder, &done)).await), Some(Reason::SignedOut));
    }
    let cancelled = done.cancel(stores.now()).unwrap();
    assert_eq!(stores.generations.change(Change::of(&done, &cancelled)).await.unwrap(), Written::Stored);
    let claim = stores.claim(caller, holder, &done);
    assert_eq!(reason(stores.claims.claim(&claim).await), Some(Reason::TrialUnfinished));
    stores.generations.remove(&cancelled).await.unwrap();
    assert_eq!(reason(stores.claims.claim(&claim).await), Some(Reason::TrialUnfinished));
    assert_eq!(stores.trials.find(&holder).await.unwrap().claimed, None);
    assert_eq!(stores.generations.load(caller.owner(), claim.generation.id).await.unwrap(), None);
}

/// One row an address: whoever comes first stays, though several pages note it at once (AN-03).
pub async fn leads(stores: &Stores) {
    let email = stores.address();
    let lead = |page, minutes| {
        let at = stores.now().checked_add(SignedDuration::from_mins(minutes)).unwrap();
        Lead::new(&email, page, &builders::pepper(), at)
    };
    let surfaces = [lead(LeadPage::SignIn, 0), lead(LeadPage::TrialLink, 1), lead(LeadPage::RefundForm, 2)];
    let noted = join_all(surfaces.iter().cycle().take(12).map(|lead| stores.leads.note(lead))).await;
    assert!(noted.iter().all(Result::is_ok));
    let first = stores.leads.find(&surfaces[0].key).await.unwrap().unwrap();
    assert!(surfaces.contains(&first), "the row is one of them and no mixture: {first:?}");
    for later in &surfaces {
        stores.leads.note(later).await.unwrap();
        assert_eq!(stores.leads.find(&first.key).await.unwrap(), Some(first.clone()), "the first stays");
    }
}

/// An address that has no account is forgotten by its key alone, in one request and for good; other addresses stay (AN-50, AN-51).
pub async fn a_lead_is_forgotten(stores: &Stores) {
    let lead = |page| Lead::new(&stores.address(), page, &builders::pepper(), stores.now());
    let (gone, other) = (lead(LeadPage::TrialLink), lead(LeadPage::TrialLink));
    for one in [&gone, &other] {
        stores.leads.note(one).await.unwrap();
    }
    for _ in ["once", "and repeated"] {
        stores.leads.forget(&gone.key).await.unwrap();
        assert_eq!(stores.leads.find(&gone.key).await.unwrap(), None);
    }
    assert_eq!(stores.leads.find(&other.key).await.unwrap(), Some(other));
    let again = Lead { page: LeadPage::RefundForm, ..gone };
    stores.leads.note(&again).await.unwrap();
    assert_eq!(stores.leads.find(&again.key).await.unwrap(), Some(again), "nothing of the first is left");
}

/// The first sign-in of an address notes it; one that was known stays as it was.
pub async fn leads_of_sign_ins(stores: &Stores) {
    for known in [false, true] {
        let (email, caller) = (stores.address(), stores.nobody());
        let before = Lead::new(&email, LeadPage::RefundForm, &builders::pepper(), stores.now());
        if known {
            stores.leads.note(&before).await.unwrap();
        }
        stores.later(SignedDuration::from_mins(1));
        let sign_in = stores.sign_in(&email, caller, 3).await;
        stores.sign_ins.open(&sign_in).await.unwrap();
        let lead = stores.leads.find(&before.key).await.unwrap().unwrap();
        assert_eq!(lead.page, if known { LeadPage::RefundForm } else { LeadPage::SignIn });
        assert_eq!(lead.at == before.at, known);
    }
}
