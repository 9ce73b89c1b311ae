//! Trials: their rows, links and claims, and the challenge before them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use kernel::{Failure, Principal, SecretHash, TrialHolder, limits};
use studio::State;
use trials::{
    Challenge, ChallengeAnswer, Claim, Claimed, Claims, LinkConsent, NewLink, NewTrial, Opening, Standing, TrialLinks, Trials,
    challenge_refused, claimed_by_another, link_refused, unfinished,
};

use super::accounts::{count_networks, note_lead, spend};
use super::{FakeDatabase, TrialRow};
use crate::Faults;

#[derive(Clone)]
pub struct FakeTrials(pub FakeDatabase);

#[async_trait]
impl Trials for FakeTrials {
    async fn open(&self, trial: &NewTrial) -> Result<(), Failure> {
        self.0
            .transact("trials.open", |rows| {
                if rows.proofs.get(&trial.proof).is_some_and(|until| *until > trial.at) {
                    return Err(challenge_refused());
                }
                rows.proofs.insert(trial.proof, trial.proof_known_until);
                count_networks(rows, limits::TRIALS_PER_DAY_FROM_A_LINE, &trial.networks, trial.at)?;
                spend(rows, "trials", 1, trial.trials_per_day, trial.at)?;
                let (passes, expires_at) = (BTreeSet::from([trial.pass]), trial.expires_at);
                rows.trials.insert(trial.id, TrialRow { passes, upload: None, generation: None, claimed: None, expires_at });
                Ok(())
            })
            .await
    }

    async fn find(&self, holder: &TrialHolder) -> Result<Standing, Failure> {
        self.0
            .read("trials.find", |rows| {
                let TrialRow { upload, generation, claimed, expires_at, .. } = rows.trial(holder, self.0.now())?;
                Ok(Standing { upload: *upload, generation: *generation, claimed: *claimed, expires_at: *expires_at })
            })
            .await
    }
}

#[async_trait]
impl TrialLinks for FakeTrials {
    async fn add(&self, link: &NewLink) -> Result<(), Failure> {
        let NewLink { holder, secret, lead, at, .. } = link;
        self.0
            .transact("trial_links.add", |rows| {
                rows.trial(holder, *at)?;
                rows.count(limits::TRIAL_LINKS_PER_DAY, &holder.trial.to_string(), *at)?;
                rows.count(limits::TRIAL_LINKS_PER_DAY_TO_AN_ADDRESS, lead.key.as_str(), *at)?;
                spend(rows, "mails", 1, link.mails_per_day, *at)?;
                note_lead(rows, lead);
                let consent = link.marketing.clone().map(|text_version| LinkConsent { address: lead.key.clone(), text_version });
                rows.links.insert(*secret, (holder.trial, consent, link.expires_at));
                Ok(())
            })
            .await
    }

    async fn open(&self, opening: &Opening) -> Result<Option<LinkConsent>, Failure> {
        self.0
            .transact("trial_links.open", |rows| {
                let link = rows.links.get(&opening.secret).cloned();
                let link = link.filter(|(trial, _, until)| *trial == opening.trial && *until > opening.at);
                let (_, consent, _) = link.ok_or_else(link_refused)?;
                rows.count(limits::TRIAL_LINKS_OPENED_PER_HOUR, &opening.trial.to_string(), opening.at)?;
                let row = rows.trials.get_mut(&opening.trial).filter(|row| row.expires_at > opening.at).ok_or_else(link_refused)?;
                row.passes.insert(opening.pass);
                Ok(consent)
            })
            .await
    }
}

#[async_trait]
impl Claims for FakeTrials {
    async fn claim(&self, claim: &Claim) -> Result<Claimed, Failure> {
        let (now, account, id) = (self.0.now(), claim.caller.account, claim.generation.id);
        self.0
            .transact("claims.claim", |rows| {
                rows.ask_session(&Principal::from(claim.caller), now)?;
                match rows.trial(&claim.holder, now)?.claimed {
                    Some((by, before)) if by == account => return Ok(Claimed::Before(before)),
                    Some(_) => return Err(claimed_by_another()),
                    None => {}
                }
                let done = rows.generations.get(&(claim.holder.owner(), claim.of));
                if done.is_none_or(|done| done.state != State::Done) {
                    return Err(unfinished());
                }
                rows.trials.entry(claim.holder.trial).and_modify(|trial| trial.claimed = Some((account, id)));
                rows.generations.insert((claim.generation.owner, id), claim.generation.clone());
                Ok(Claimed::New)
            })
            .await
    }
}

/// Takes every answer but those that begin with `no`, however often they are sent: that an answer gives one trial is for the store to see.
#[derive(Clone)]
pub struct FakeChallenge {
    asked: Arc<Mutex<Vec<SecretHash>>>,
    faults: Faults,
}

impl FakeChallenge {
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { asked: Arc::default(), faults }
    }

    /// What was asked about so far.
    #[must_use]
    pub fn asked(&self) -> Vec<SecretHash> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Challenge for FakeChallenge {
    async fn verify(&self, answer: &ChallengeAnswer) -> Result<(), Failure> {
        let ask = || {
            self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(answer.proof());
            if answer.as_str().starts_with("no") { Err(challenge_refused()) } else { Ok(()) }
        };
        self.faults.call("challenge.verify", ask).await
    }
}
