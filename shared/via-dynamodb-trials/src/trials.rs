//! The rows of a trial: what it was used for, the passes that open it, and the proof that gave it.

use std::sync::Arc;

use accounts::no_pass;
use async_trait::async_trait;
use dynamo::{Attributes, Batch, Database, EXPIRY, Item, Read, Transaction, number};
use kernel::{Clock, Failure, SecretHash, Timestamp, TrialHolder, TrialId, limits};
use policy::Class;
use trials::{NewTrial, Standing, Trials, challenge_refused};
use via_dynamodb_accounts::trials::{GENERATION, UPLOAD};
use via_dynamodb_accounts::{count_networks, keys, spend};

pub struct DynamoTrials {
    database: Database,
    fleeting: String,
    clock: Arc<dyn Clock>,
}

impl DynamoTrials {
    #[must_use]
    pub fn new(database: Database, fleeting: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, clock }
    }
}

#[async_trait]
impl Trials for DynamoTrials {
    async fn open(&self, trial: &NewTrial) -> Result<(), Failure> {
        let (table, at) = (&*self.fleeting, trial.at);
        let proof = Item::new(Class::TrialProof.id(), keys::trial_proof(trial.proof)).due(EXPIRY, trial.proof_known_until);
        // TTL removes late what no longer counts.
        let unused = proof.put(table).only_if("attribute_not_exists(pk) OR expires_at <= :now").value(":now", number(at.as_second()));
        let row = Item::new(Class::Trial.id(), keys::trial(trial.id)).due(EXPIRY, trial.expires_at);
        Transaction::default()
            // Another request with this proof at the same moment has it: this one need not wait.
            .part(unused.or(|_| Err(challenge_refused())).or_on_conflict(|| Err(challenge_refused())))
            .parts(count_networks(table, limits::TRIALS_PER_DAY_FROM_A_LINE, &trial.networks, at))
            .part(spend(table, "trials", 1, trial.trials_per_day, at))
            .part(row.put_new(table).or_broken("a trial that is there already"))
            .part(pass_item(trial.id, trial.pass, trial.expires_at).put_new(table).or_broken("a pass that is there already"))
            .write(&self.database, ())
            .await
    }

    async fn find(&self, holder: &TrialHolder) -> Result<Standing, Failure> {
        let (pass, trial, now) = (keys::trial_pass(holder), keys::trial(holder.trial), self.clock.now());
        let rows = self.database.read(Batch::default().of(&self.fleeting, &pass).of(&self.fleeting, &trial)).await?;
        let alive = |row: Option<&Attributes>| row.is_some_and(|row| row.is_alive(now));
        match rows.get(&trial).filter(|trial| alive(Some(trial)) && alive(rows.get(&pass))) {
            Some(row) => standing(row),
            None => Err(no_pass()),
        }
    }
}

/// That who has this pass may open the trial.
pub(crate) fn pass_item(trial: TrialId, pass: SecretHash, expires_at: Timestamp) -> Item {
    Item::new(Class::TrialPass.id(), keys::trial_pass(&TrialHolder { trial, pass })).due(EXPIRY, expires_at)
}

fn standing(row: &Attributes) -> Result<Standing, Failure> {
    let claimed = match row.maybe_text("claimed_by") {
        Some(_) => Some((row.parsed("claimed_by")?, row.parsed("claimed_as")?)),
        None => None,
    };
    Ok(Standing {
        upload: row.maybe_text(UPLOAD).map(|_| row.parsed(UPLOAD)).transpose()?,
        generation: row.maybe_text(GENERATION).map(|_| row.parsed(GENERATION)).transpose()?,
        claimed,
        expires_at: Timestamp::from_second(row.required_number("expires_at")?).map_err(Failure::broken)?,
    })
}
