//! The mail service says which "ready" mails it has (on-mail-sent).
//!
//! SES has no idempotency token, so a worker that is killed between its claim of the mail and SES's answer leaves a claim of which nobody knows whether
//! its mail went. SES knows: it sends an event for every mail it has accepted, with the generation's ids as tags. The event turns the claim into `sent`; a
//! claim without one when its timeout is over (10 minutes, the deadline of the claim) was never sent, and the sweeper makes the mail due again.
//!
//! So there is exactly one mail (AN-02) as long as the event arrives within the time-out. What remains: SES delivers events at best effort, typically
//! within seconds. Only if a worker died (or heard nothing) between SES's acceptance and its own note, *and* the event of just that mail is lost or later
//! than the timeout, a second mail goes. And a mail that SES refuses again and again is given up, with an error in the log.

use kernel::{Clock, Failure, GenerationId, Owner};

use crate::generation::{Generation, MailState, State};
use crate::store::{Change, Generations, Written};

/// Times a change is tried when others change the generation meanwhile.
const TRIES: usize = 5;

/// Notes that the mail service has the "ready" mail of a generation.
pub struct ConfirmMail<'a> {
    /// Where generations live.
    pub generations: &'a dyn Generations,
    /// The time.
    pub clock: &'a dyn Clock,
}

impl ConfirmMail<'_> {
    /// The mail of a delivered order is `sent`, also when the sweeper made it due again just before. Anything else is left as it is, so that the same
    /// event may come twice, late, or for a generation that is gone.
    ///
    /// # Errors
    /// [`Failure::Busy`] when a store throttles or others changed the generation again and again; the event comes again.
    pub async fn run(&self, owner: Owner, id: GenerationId) -> Result<(), Failure> {
        match self.generations.load(owner, id).await? {
            None => Ok(()),
            Some(generation) => note_sent(self.generations, self.clock, generation).await.map(drop),
        }
    }
}

/// Makes the mail of a delivered order `sent`, whoever changes the generation meanwhile. Answers the generation as it then is, if it is delivered and its mail is
/// `sent`.
///
/// # Errors
/// [`Failure::Busy`] when a store throttles or others changed the generation again and again.
pub async fn note_sent(
    generations: &dyn Generations,
    clock: &dyn Clock,
    mut generation: Generation,
) -> Result<Option<Generation>, Failure> {
    for _ in 0..TRIES {
        match (generation.state, generation.mail) {
            (State::Done, Some(MailState::Sent)) => return Ok(Some(generation)),
            (State::Done, Some(MailState::Due | MailState::Sending)) => {}
            _ => return Ok(None),
        }
        let sent = generation.mail_is(MailState::Sent, clock.now()).map_err(Failure::broken)?;
        match generations.change(Change::of(&generation, &sent)).await? {
            Written::Stored => return Ok(Some(sent)),
            Written::Overtaken => match generations.load(generation.owner, generation.id).await? {
                Some(newer) => generation = newer,
                None => return Ok(None),
            },
        }
    }
    Err(Failure::unavailable(std::time::Duration::from_secs(1)))
}
