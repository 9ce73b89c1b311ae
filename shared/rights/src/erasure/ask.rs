//! Asking for erasure, and taking it back.

use accounts::{Pass, ProveAddress};
use kernel::message::Queue;
use kernel::{Clock, Failure, Page, Randomness, Reason, Recipient, Timestamp};
use outreach::{Mail, Mailer};
use receipts::Nonce;

use crate::{Proven, ReceiptLog, receipt_of};

use super::{Closing, Erasure, ErasureDue, ErasureId, Erasures, Person, Salt, Step, UsedCode};

/// What somebody enters to have everything of their address erased.
pub struct Asked<'a> {
    pub to: &'a Recipient,
    pub code: &'a str,
    pub nonces: &'a [accounts::Nonce],
    pub address: kernel::CallerAddress,
    /// The key that their browser made: whoever has it sees the request, and may take it back.
    pub key: &'a Pass,
}

/// Closes an account and has everything of its address erased, or what there is of an address without one.
pub struct AskForErasure<'a> {
    pub prove: ProveAddress<'a>,
    pub erasures: &'a dyn Erasures,
    pub queue: &'a dyn Queue<ErasureDue>,
    pub mailer: &'a dyn Mailer,
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
    /// The site of the mailed link, without a trailing slash.
    pub origin: &'a str,
}

impl AskForErasure<'_> {
    /// Proves that whoever asks reads the mail of the address, closes its account in the same transaction that ends its sessions, and mails the link by
    /// which it may be taken back. The same key again finds the request that is there, so that a lost answer is asked for again.
    ///
    /// An address without an account has nothing to regret: what there is goes at once.
    ///
    /// # Errors
    /// Those of [`ProveAddress::run`] and [`Erasures::close`].
    pub async fn run(&self, asked: &Asked<'_>) -> Result<Erasure, Failure> {
        let id = ErasureId::of(asked.key);
        let proven = match self.prove.run(&asked.to.email, asked.code, asked.nonces, asked.address).await {
            // The code is used up where it did its work, and the answer was lost.
            Err(failure @ Failure::Denied(_)) => return self.again(asked, id, failure).await,
            proven => proven?,
        };
        let (account, latest) = proven.account.map_or_else(Default::default, |known| (Some(known.id), known.latest));
        let person = Person { account, address: proven.slot.key.clone() };
        let regret = if account.is_some() { policy::inventory().erasure().regret() } else { kernel::SignedDuration::ZERO };
        let now = self.clock.now();
        let due = now.checked_add(regret).unwrap_or(now);
        let erasure = new_erasure(id, person, Salt::of(asked.key), Nonce::new(self.randomness), now, due);
        let code = UsedCode { slot: proven.slot, hash: proven.code };
        let closing = Closing { erasure, code: Some(code), latest };
        match self.erasures.close(&closing).await {
            Err(failure @ (Failure::Denied(_) | Failure::Conflict(_))) => return self.again(asked, id, failure).await,
            closed => closed?,
        }
        let Closing { erasure, .. } = closing;
        self.tell(asked, &erasure).await?;
        Ok(erasure)
    }

    /// The request of this key that is there already. Whoever asks again may have got no mail of it.
    async fn again(&self, asked: &Asked<'_>, id: ErasureId, failure: Failure) -> Result<Erasure, Failure> {
        let erasure = self.erasures.find(id).await?.ok_or(failure)?;
        if erasure.step == Step::Closing {
            self.tell(asked, &erasure).await?;
        }
        Ok(erasure)
    }

    /// A mail that does not go delays nothing: whoever asked has the key. The schedule tells what a lost message does not.
    async fn tell(&self, asked: &Asked<'_>, erasure: &Erasure) -> Result<(), Failure> {
        let at_once = erasure.due == Some(erasure.asked_at);
        let link = format!("{}#{}", Page::Erasure.on(self.origin), asked.key.as_str());
        let until = erasure.due.filter(|_| !at_once);
        if let Err(failure) = self.mailer.send(asked.to, &Mail::ErasureAsked { link, until }).await {
            tracing::warn!(%failure, "the mail about an erasure did not go");
        }
        if at_once {
            self.queue.send(&ErasureDue { erasure_id: erasure.id }, std::time::Duration::ZERO).await?;
        }
        Ok(())
    }
}

pub(super) fn new_erasure(id: ErasureId, person: Person, salt: Salt, nonce: Nonce, now: Timestamp, due: Timestamp) -> Erasure {
    Erasure {
        id,
        version: 1,
        step: Step::Closing,
        person: Some(person),
        salt: Some(salt),
        nonce,
        asked_at: now,
        closed_at: now,
        purged_at: None,
        verified_at: None,
        done_at: None,
        counted: None,
        vendors: Default::default(),
        policy: policy::inventory().version().to_owned(),
        statement: None,
        index: None,
        due: Some(due),
    }
}

/// Takes a request back while nothing was deleted.
pub struct TakeBack<'a> {
    pub erasures: &'a dyn Erasures,
    pub clock: &'a dyn Clock,
}

impl TakeBack<'_> {
    /// Opens the account again, for whoever signs in to it. Taken back again, it stays as it is.
    ///
    /// # Errors
    /// [`Failure::Missing`] for a key of no request; [`Failure::Conflict`] with [`Reason::ErasureBegun`] when the time for it is over.
    pub async fn run(&self, key: &Pass) -> Result<(), Failure> {
        let id = ErasureId::of(key);
        loop {
            let found = self.erasures.find(id).await?.ok_or_else(|| Failure::missing("erasure"))?;
            match found.step {
                Step::TakenBack => return Ok(()),
                Step::Closing if found.due.is_some_and(|due| self.clock.now() < due) => {}
                _ => return Err(Failure::conflict(Reason::ErasureBegun, "It is too late to take this back: things are being deleted.")),
            }
            let account = found.person.as_ref().and_then(|person| person.account);
            let next = Erasure { step: Step::TakenBack, version: found.version + 1, person: None, salt: None, due: None, ..found };
            if self.erasures.reopen(&next, account).await? {
                return Ok(());
            }
        }
    }
}

/// Shows a request, with its receipt once the log is signed with it.
pub struct ViewErasure<'a> {
    pub erasures: &'a dyn Erasures,
    pub log: &'a dyn ReceiptLog,
}

impl ViewErasure<'_> {
    /// # Errors
    /// [`Failure::Missing`] for a request that is not there.
    pub async fn run(&self, id: ErasureId) -> Result<(Erasure, Option<Proven>), Failure> {
        let erasure = self.erasures.find(id).await?.ok_or_else(|| Failure::missing("erasure"))?;
        let proven = match erasure.index {
            Some(index) => receipt_of(self.log, index).await?,
            None => None,
        };
        Ok((erasure, proven))
    }
}
