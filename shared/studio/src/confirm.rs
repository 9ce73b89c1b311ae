//! Confirmation of "ready" mails by the mail service (on-mail-sent).
//!
//! SES has no idempotency token, so a worker that is killed between its claim of the mail and SES's answer leaves a claim with an unknown outcome.
//! SES sends an event for every mail it has accepted, with the generation's ids as tags. The event turns the claim into `sent`; a claim without an
//! event at its deadline (10 minutes) was never sent, and the sweeper makes the mail due again.
//!
//! So exactly one mail goes (AN-02) as long as the event arrives before that deadline. SES delivers events at best effort, typically within seconds.
//! A second mail goes only if a worker died (or got no answer) between SES's acceptance and its own record, *and* the event of that mail is lost or
//! late. A mail that SES refuses again and again is given up, with an error in the log.

use kernel::{Clock, Failure, GenerationId, Owner};

use crate::generation::{Generation, MailState, State};
use crate::store::{Change, Generations, Written};

/// Maximum repetitions when others change the generation meanwhile.
const TRIES: usize = 5;

/// Records that the mail service has accepted the "ready" mail of a generation.
pub struct ConfirmMail<'a> {
    pub generations: &'a dyn Generations,
    pub clock: &'a dyn Clock,
}

impl ConfirmMail<'_> {
    /// The mail of a delivered generation becomes `sent`, also when the sweeper made it due again just before. Any other state stays unchanged, so
    /// that the same event may come twice, late, or for a deleted generation.
    ///
    /// # Errors
    /// [`Failure::Busy`] when a store throttles or others changed the generation repeatedly; the event comes again.
    pub async fn run(&self, owner: Owner, id: GenerationId) -> Result<(), Failure> {
        match self.generations.load(owner, id).await? {
            None => Ok(()),
            Some(generation) => note_sent(self.generations, self.clock, generation).await.map(drop),
        }
    }
}

/// Makes the mail of a delivered generation `sent`, even while others change the generation. Returns the generation in its new state, if it is
/// delivered and its mail is `sent`.
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
