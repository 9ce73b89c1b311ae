//! The fallback between artists: how one drawing is obtained from the artists of the configuration, in their order.
//!
//! | the artist's answer | the next step |
//! |---|---|
//! | drawn | the drawing is used |
//! | refused by the safety system | the generation ends; no artist is asked again |
//! | busy, for up to five seconds | the same artist after that time and up to as much again, three times; then the next |
//! | busy for longer, down, misconfigured | the next artist |
//! | our account is empty | the next artist; this one is never asked again for this drawing |
//! | no picture | the same artist once more, then the next |
//! | the day's budget for vendors is spent | not asked: the next artist; where there is none, the drawing waits as for a vendor that is down |
//! | unclear | the best next artist; the second time the generation ends, since each call may be billed |
//!
//! When no artist is left and one of them may be able later, the drawing waits in a message with a delay ([`Steps::tell_later`]) and not in one that
//! fails: a failed message comes again after the queue's visibility, 24 minutes, and is a dead letter after five times, while an outage of a vendor
//! is no fault of the message. The generation's deadline does not move meanwhile, so the sweeper bounds the waiting: messages cover an outage of half
//! an hour, the sweeper's revivals one of up to an hour and a half, and a longer one ends the generation and releases its credits.
//!
//! [`Steps::tell_later`]: crate::Steps::tell_later

use std::time::Duration;

use accounts::Pepper;
use kernel::{Clock, Failure, Randomness, Reason, SignedDuration, Timestamp};

use crate::artist::{Artist, Brief, DrawRequest, Drawing, NotDrawn, Sketches, Usage};
use crate::attempts::{Attempts, Claimed, Cost, History, Outcome};
use crate::circuit::{Breaker, Circuit, Permit};
use crate::generation::{EndReason, Generation};
use crate::store::Written;

/// The longest that one call may take.
pub const CALL: Duration = Duration::from_secs(150);

/// The lease of a claim: a call, and the time to record its outcome.
const LEASE: SignedDuration = SignedDuration::from_secs(170);

/// The minimum of a worker's remaining time for a call, and to store its drawing.
const NEEDED: SignedDuration = SignedDuration::from_secs(165);

/// The same minimum for an artist in this process.
const NEEDED_HERE: SignedDuration = SignedDuration::from_secs(45);

/// The longest wait for a busy vendor within a worker, before jitter.
const SHORT_WAIT: Duration = Duration::from_secs(5);

/// Maximum waits of this kind for one drawing and artist.
const SHORT_WAITS: u32 = 3;

/// The wait for a busy vendor that names none.
const UNSAID_WAIT: Duration = Duration::from_secs(1);

/// The wait until a key or a model that an operator must correct is tried again.
const RECONFIGURING: Duration = Duration::from_secs(300);

/// The minimum and maximum wait of a drawing until the next attempt; the maximum is the longest delay of a message.
const WAITS: (Duration, Duration) = (Duration::from_secs(15), Duration::from_secs(900));

/// Maximum attempts at writing an outcome that must not be lost.
const CLOSINGS: usize = 3;

/// Gets drawings from artists.
#[derive(Clone, Copy)]
pub struct ArtistFallback<'a> {
    /// The artists, in the order in which they are asked.
    pub artists: &'a [Box<dyn Artist>],
    pub breaker: &'a dyn Breaker,
    pub attempts: &'a dyn Attempts,
    /// Makes the pseudonyms.
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
    /// For claims and jitter.
    pub randomness: &'a dyn Randomness,
    /// The end of this worker's time.
    pub until: Timestamp,
    /// What all vendors together may be paid in a day, in micro-dollars.
    pub micro_dollars_per_day: u64,
}

/// One drawing to obtain.
#[derive(Clone, Copy)]
pub struct DrawingJob<'a> {
    pub generation: &'a Generation,
    /// Counted from 0.
    pub index: u8,
    pub selfie: &'a [u8],
    /// Receives unfinished versions of the drawing.
    pub sketches: &'a dyn Sketches,
}

/// The outcome of a fallback.
#[derive(Debug)]
pub enum Obtained {
    /// The drawing, and the history to write with its record.
    Drawn(Box<(Drawing, History)>),
    /// There will be no drawing.
    Ended(EndReason),
    /// No artist can draw now; one may after this time.
    Later(Duration),
    /// The generation is not drawn any more.
    Over,
    /// This worker's time does not suffice for another call.
    OutOfTime {
        /// Whether an artist was asked.
        asked: bool,
    },
}

impl ArtistFallback<'_> {
    /// Obtains one drawing. Safe to repeat at any point, and by several workers at once.
    ///
    /// # Errors
    /// [`Failure::Busy`] or [`Failure::Broken`] when a store that must be consulted before a call cannot be read or written.
    pub async fn run(&self, job: DrawingJob<'_>) -> Result<Obtained, Failure> {
        if self.artists.is_empty() {
            return Err(Failure::broken("nobody is there to draw"));
        }
        let elsewhere: Vec<&str> = self.artists.iter().filter(|artist| artist.is_elsewhere()).map(|artist| artist.name()).collect();
        let circuits = if elsewhere.is_empty() { Vec::new() } else { self.breaker.circuits(&elsewhere).await? };
        let candidates = self.artists.iter().map(|artist| {
            let circuit = circuits.iter().find(|circuit| circuit.artist == artist.name()).cloned();
            Candidate { artist: artist.as_ref(), circuit, probes: false, waited: 0, done: false }
        });
        let generation = job.generation;
        let mut run = FallbackRun {
            fallback: self,
            job,
            candidates: candidates.collect(),
            history: History::new(generation.owner, generation.id, job.index, self.clock.now()),
            claims: !elsewhere.is_empty(),
            asked: false,
            waits: Vec::new(),
        };
        let obtained = run.run().await;
        run.give_turns_back().await;
        obtained
    }
}

/// The state of an artist during a fallback.
struct Candidate<'a> {
    artist: &'a dyn Artist,
    /// `None` for an artist in this process, which is always available.
    circuit: Option<Circuit>,
    /// Whether this worker probes the vendor.
    probes: bool,
    waited: u32,
    /// Whether it is not asked again in this run.
    done: bool,
}

/// What came of a claim.
enum Claim {
    Mine,
    /// Another worker's record decides.
    Found,
    /// The generation is not drawn any more.
    Over,
}

struct FallbackRun<'a> {
    fallback: &'a ArtistFallback<'a>,
    job: DrawingJob<'a>,
    candidates: Vec<Candidate<'a>>,
    history: History,
    /// Whether attempts are claimed in the store before they begin. Where all artists are in this process, asking twice costs nothing.
    claims: bool,
    asked: bool,
    waits: Vec<Duration>,
}

impl FallbackRun<'_> {
    async fn run(&mut self) -> Result<Obtained, Failure> {
        loop {
            let now = self.fallback.clock.now();
            if self.history.was_refused() {
                return Ok(Obtained::Ended(EndReason::DrawingRefused));
            }
            if self.history.is_drawn() {
                // Another worker made it after this one had listed the stored drawings: the next run finds it.
                return Ok(Obtained::Later(WAITS.0));
            }
            if let Some(until) = self.history.held_until(now) {
                return Ok(Obtained::Later(between(now, until)));
            }
            if self.history.is_given_up() {
                return Ok(Obtained::Ended(EndReason::DrawingFailed));
            }
            let Some(at) = self.next() else { return Ok(self.nobody()) };
            if let Some(obtained) = self.ask(at, now).await? {
                return Ok(obtained);
            }
        }
    }

    /// The first artist that may still be asked; artists with an unclear outcome come last.
    fn next(&self) -> Option<usize> {
        let open = |candidate: &Candidate<'_>| !candidate.done && !self.history.is_over_with(candidate.artist.name());
        let open = self.candidates.iter().enumerate().filter(|(_, candidate)| open(candidate));
        open.min_by_key(|(at, candidate)| (self.history.is_unclear_with(candidate.artist.name()), *at)).map(|(at, _)| at)
    }

    fn nobody(&self) -> Obtained {
        match self.waits.iter().min() {
            Some(wait) => Obtained::Later((*wait).clamp(WAITS.0, WAITS.1)),
            None => Obtained::Ended(EndReason::DrawingFailed),
        }
    }

    /// Asks one artist once; `None` when another attempt follows.
    async fn ask(&mut self, at: usize, now: Timestamp) -> Result<Option<Obtained>, Failure> {
        let artist = self.candidates[at].artist;
        if !self.has_time_for(artist, Duration::ZERO) {
            return Ok(Some(Obtained::OutOfTime { asked: self.asked }));
        }
        if !self.is_permitted(at, now).await? {
            self.candidates[at].done = true;
            return Ok(None);
        }
        match self.claim(artist, now).await {
            Ok(Claim::Mine) => {}
            Ok(Claim::Found) => return Ok(None),
            Ok(Claim::Over) => return Ok(Some(Obtained::Over)),
            Err(Failure::Busy { problem, retry_after, .. }) if problem.reason == Reason::BudgetSpent => {
                self.candidates[at].done = true;
                self.waits.push(retry_after);
                return Ok(None);
            }
            Err(failure) => return Err(failure),
        }
        let answer = self.call(artist).await;
        self.asked = true;
        let latency = between(now, self.fallback.clock.now());
        let outcome = answer.as_ref().map_or_else(Outcome::from, |_| Outcome::Drawn);
        let usage = answer.as_ref().map(|drawing| drawing.usage.clone()).unwrap_or_default();
        self.log(artist, outcome, latency, &usage, answer.as_ref().err());
        let closed = self.history.closed(outcome, u64::try_from(latency.as_millis()).unwrap_or(u64::MAX), usage);
        self.note_health(at, outcome).await;
        let why = match answer {
            // Without a claim before, claim and outcome are one write.
            Ok(drawing) if self.claims => return Ok(Some(Obtained::Drawn(Box::new((drawing, closed))))),
            Ok(drawing) => return Ok(Some(Obtained::Drawn(Box::new((drawing, History { version: 1, ..closed }))))),
            Err(why) => why,
        };
        if self.close(closed, outcome).await? == Written::Overtaken {
            // The lease ran out, and another worker is drawing.
            return Ok(Some(Obtained::Later(WAITS.0)));
        }
        self.go_on(at, &why).await;
        Ok(None)
    }

    fn has_time_for(&self, artist: &dyn Artist, wait: Duration) -> bool {
        let needed = if artist.is_elsewhere() { NEEDED } else { NEEDED_HERE };
        let needed = needed.saturating_add(SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX));
        self.fallback.clock.now().checked_add(needed).is_ok_and(|end| end <= self.fallback.until)
    }

    async fn is_permitted(&mut self, at: usize, now: Timestamp) -> Result<bool, Failure> {
        let candidate = &mut self.candidates[at];
        let Some(circuit) = candidate.circuit.as_ref().filter(|_| !candidate.probes) else { return Ok(true) };
        let until = match circuit.permit(now) {
            Permit::Granted => return Ok(true),
            Permit::Refused(until) => until,
            Permit::Probe => {
                let probed = circuit.probed(now);
                if self.fallback.breaker.change(&probed).await? == Written::Stored {
                    (candidate.circuit, candidate.probes) = (Some(probed), true);
                    return Ok(true);
                }
                // Another worker was faster.
                probed.open_until.unwrap_or(now)
            }
        };
        self.waits.push(between(now, until));
        Ok(false)
    }

    /// Records the attempt before the call, or loads the record that is found.
    async fn claim(&mut self, artist: &dyn Artist, now: Timestamp) -> Result<Claim, Failure> {
        let mut mark = [0; 8];
        self.fallback.randomness.fill(&mut mark);
        let mark = hex::encode(mark);
        let opened = self.history.opened(artist.name(), artist.model(), &mark, now, LEASE);
        let cost = Cost { expected: artist.price(), per_day: self.fallback.micro_dollars_per_day, at: now };
        let claimed = if self.claims { self.fallback.attempts.open(&opened, cost).await? } else { Claimed::Mine };
        match claimed {
            Claimed::Mine => self.history = opened,
            // Written by this very call, whose first answer was lost.
            Claimed::Found(found) if found.is_claimed_by(&mark) => self.history = found,
            Claimed::Found(found) => {
                self.history = found;
                return Ok(Claim::Found);
            }
            Claimed::Over => return Ok(Claim::Over),
        }
        Ok(Claim::Mine)
    }

    async fn call(&self, artist: &dyn Artist) -> Result<Drawing, NotDrawn> {
        let DrawingJob { generation, index, selfie, sketches } = self.job;
        let customer = self.fallback.pepper.pseudonym(artist.name(), generation.owner);
        let request = DrawRequest {
            selfie,
            brief: Brief::Style(&generation.style),
            seed: generation.seed.wrapping_add(u64::from(index)),
            customer: Some(&customer),
            sketches,
        };
        let answer = tokio::time::timeout(CALL, artist.draw(request)).await;
        answer.unwrap_or_else(|_| Err(NotDrawn::Unclear("no answer within the longest time of a call".into())))
    }

    /// One line an attempt, without its content.
    fn log(&self, artist: &dyn Artist, outcome: Outcome, latency: Duration, usage: &Usage, why: Option<&NotDrawn>) {
        let (generation_id, drawing) = (self.job.generation.id, self.job.index);
        let (vendor, model, outcome) = (artist.name(), artist.model(), outcome.name());
        let latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        let Usage { input_tokens, output_tokens, micro_dollars, .. } = *usage;
        if let Some(NotDrawn::Misconfigured(source)) = why {
            let source: &(dyn std::error::Error + 'static) = source.as_ref();
            tracing::error!(%generation_id, drawing, vendor, model, outcome, latency_ms, source, "artist cannot draw; its configuration must be corrected");
            return;
        }
        if let Some(NotDrawn::Down(source) | NotDrawn::Unclear(source)) = why {
            let source: &(dyn std::error::Error + 'static) = source.as_ref();
            tracing::warn!(%generation_id, drawing, vendor, model, outcome, latency_ms, source, "artist did not answer");
            return;
        }
        tracing::info!(%generation_id, drawing, vendor, model, outcome, latency_ms, input_tokens, output_tokens, micro_dollars, "artist answered");
    }

    /// Updates the circuit breaker. A lost count costs a call, a lost drawing costs money, so no failure here stops a drawing.
    async fn note_health(&mut self, at: usize, outcome: Outcome) {
        let candidate = &mut self.candidates[at];
        let probes = std::mem::take(&mut candidate.probes);
        let Some(circuit) = candidate.circuit.clone() else { return };
        let now = self.fallback.clock.now();
        let Some(mut after) = circuit.after(outcome, probes, now) else { return };
        for _ in 0..CLOSINGS {
            match self.fallback.breaker.change(&after).await {
                Ok(Written::Stored) => break,
                Ok(Written::Overtaken) => {
                    // Another worker counted meanwhile: continue from its count.
                    let Ok(found) = self.fallback.breaker.circuits(&[candidate.artist.name()]).await else { return };
                    let Some(next) = found.first().and_then(|found| found.after(outcome, probes, now)) else { return };
                    after = next;
                }
                Err(failure) => {
                    let failure: &(dyn std::error::Error + 'static) = &failure;
                    tracing::warn!(vendor = candidate.artist.name(), failure, "the circuit breaker was not updated");
                    return;
                }
            }
        }
        candidate.circuit = Some(after);
    }

    /// Writes the outcome of the attempt. A refusal is retried more often: no artist may be asked again.
    async fn close(&mut self, closed: History, outcome: Outcome) -> Result<Written, Failure> {
        if !self.claims {
            self.history = History { version: 0, ..closed };
            return Ok(Written::Stored);
        }
        let mut written = self.fallback.attempts.close(&closed).await;
        if outcome == Outcome::Refused {
            for _ in 1..CLOSINGS {
                if written.is_err() {
                    written = self.fallback.attempts.close(&closed).await;
                }
            }
            // The generation ends in any case, with the history known here.
            self.history = closed;
            return Ok(Written::Stored);
        }
        let written = written?;
        self.history = closed;
        Ok(written)
    }

    /// Updates the candidate after an answer without a drawing, and waits for a short while where that is best.
    async fn go_on(&mut self, at: usize, why: &NotDrawn) {
        let wait = match why {
            // The history decides.
            NotDrawn::Refused(_) | NotDrawn::Unclear(_) | NotDrawn::NoPicture | NotDrawn::Exhausted => return,
            NotDrawn::Busy { retry_after } => {
                let wait = retry_after.unwrap_or(UNSAID_WAIT);
                if self.waits_for(at, wait).await {
                    return;
                }
                wait
            }
            NotDrawn::Misconfigured(_) => RECONFIGURING,
            NotDrawn::Down(_) => WAITS.0,
        };
        let now = self.fallback.clock.now();
        let candidate = &mut self.candidates[at];
        let opens = candidate.circuit.as_ref().and_then(|circuit| circuit.open_until).map(|until| between(now, until));
        candidate.done = true;
        self.waits.push(opens.unwrap_or_default().max(wait));
    }

    /// Waits as long as a busy vendor asks for and up to as long again, so that waiting workers do not return at once; `false` when that is too long.
    async fn waits_for(&mut self, at: usize, wait: Duration) -> bool {
        if wait > SHORT_WAIT || self.candidates[at].waited >= SHORT_WAITS || !self.has_time_for(self.candidates[at].artist, wait * 2) {
            return false;
        }
        self.candidates[at].waited += 1;
        let most = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX).saturating_add(1);
        let jitter = Duration::from_millis(u64::from(self.fallback.randomness.below(most)));
        tokio::time::sleep(wait + jitter).await;
        true
    }

    /// Gives an unused probe back.
    async fn give_turns_back(&self) {
        let now = self.fallback.clock.now();
        for circuit in self.candidates.iter().filter(|candidate| candidate.probes).filter_map(|candidate| candidate.circuit.as_ref()) {
            // If this fails, the next worker may probe when this probe has run out.
            let _given = self.fallback.breaker.change(&circuit.given_back(now)).await;
        }
    }
}

fn between(from: Timestamp, until: Timestamp) -> Duration {
    until.duration_since(from).max(SignedDuration::ZERO).unsigned_abs()
}
