//! Beginning a trial.

use accounts::{AgeAttestation, Country, Networks, Pass, Pepper, Salts, check_age};
use kernel::{CallerAddress, Clock, Failure, Randomness, SecretHash, Timestamp, TrialId};
use policy::Class;

use crate::{Challenge, ChallengeAnswer, Trials};

/// All rows that a new trial writes.
#[derive(Debug, Clone)]
pub struct NewTrial {
    pub id: TrialId,
    /// The pass of the browser that began it.
    pub pass: SecretHash,
    /// What gives one trial.
    pub proof: SecretHash,
    /// Until when that is known.
    pub proof_known_until: Timestamp,
    /// Whose trials are counted.
    pub networks: Networks,
    /// How many trials begin in a day.
    pub trials_per_day: u64,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

/// Who asks for a trial.
pub struct Entrant<'a> {
    pub answer: &'a ChallengeAnswer,
    /// What they say of their age (AN-64).
    pub age: Option<AgeAttestation>,
    pub country: Country,
    pub address: CallerAddress,
}

/// A trial that began.
pub struct Created {
    pub trial: TrialId,
    /// What its browser must bring from now on.
    pub pass: Pass,
    pub expires_at: Timestamp,
    /// For how long that is.
    pub seconds: i64,
}

pub struct CreateTrial<'a> {
    pub challenge: &'a dyn Challenge,
    pub trials: &'a dyn Trials,
    pub salts: &'a dyn Salts,
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
    pub trials_per_day: u64,
}

impl CreateTrial<'_> {
    /// Begins a trial for somebody who is old enough and met the challenge: one for each answer, also of several at once.
    ///
    /// A request whose answer is lost has used up its answer of the challenge: the browser meets another one.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`kernel::Reason::AgeAttestationRequired`], and those of [`Challenge::verify`] and [`Trials::open`].
    pub async fn run(&self, entrant: &Entrant<'_>) -> Result<Created, Failure> {
        check_age(entrant.age, entrant.country)?;
        self.challenge.verify(entrant.answer).await?;
        let now = self.clock.now();
        let networks = Networks::of(entrant.address, self.pepper, self.salts, self.randomness, now).await?;
        let (id, pass) = (TrialId::new(self.clock, self.randomness), Pass::new(self.randomness));
        // Everything of a trial ends by the time in its id, so this does too.
        let expires_at = Class::TRIAL.expires_at(id.created_at());
        let trial = NewTrial {
            id,
            pass: pass.hash(),
            proof: entrant.answer.proof(),
            proof_known_until: Class::TRIAL_PROOF.expires_at(now),
            networks,
            trials_per_day: self.trials_per_day,
            at: now,
            expires_at,
        };
        self.trials.open(&trial).await?;
        Ok(Created { trial: id, pass, expires_at, seconds: expires_at.duration_since(now).as_secs() })
    }
}
