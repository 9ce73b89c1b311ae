//! How one drawing is got from the artists of the configuration, in their order.
//!
//! | an artist says | then |
//! |---|---|
//! | drawn | that is it |
//! | refused by the safety system | the generation ends; nobody else is asked, ever |
//! | busy, for up to five seconds | the same artist after that time and up to as much again, three times; then the next |
//! | busy for longer, down, unfit | the next artist |
//! | our account is empty | the next artist; this one is never asked again for this drawing |
//! | no picture | the same once more, then the next |
//! | it is unclear | whoever is best asked next; the second time the generation ends, since each may have to be paid |
//!
//! When nobody is left and one of them may be able later, the drawing waits. It does so in a message with a delay ([`Steps::tell_later`]) and not in one
//! that fails: a failed message comes again after the queue's visibility, 24 minutes, and is a dead letter after five times, while an outage of a vendor is
//! no fault of the message. The generation's deadline does not move meanwhile, so the sweeper bounds the waiting: an outage of half an hour is waited out
//! by messages, one of up to an hour and a half by the sweeper's revivals, and a longer one ends the generation and releases its credits.
//!
//! [`Steps::tell_later`]: crate::Steps::tell_later

use std::time::Duration;

use accounts::Pepper;
use kernel::{Clock, Failure, Randomness, SignedDuration, Timestamp};

use crate::artist::{Artist, Brief, DrawRequest, Drawing, NotDrawn, Sketches, Usage};
use crate::attempts::{Attempts, Claimed, History, Outcome};
use crate::circuit::{Breaker, Circuit, Permit};
use crate::generation::{EndReason, Generation};
use crate::store::Written;

/// The longest that one call may take.
pub const CALL: Duration = Duration::from_secs(150);

/// How long a claim is its worker's: a call, and the time to note its outcome.
const LEASE: SignedDuration = SignedDuration::from_secs(170);

/// What must be left of a worker's time for a call, and to store what comes of it.
const NEEDED: SignedDuration = SignedDuration::from_secs(165);

/// The same for an artist in this process.
const NEEDED_HERE: SignedDuration = SignedDuration::from_secs(45);

/// The longest that a worker itself waits for a busy vendor, before its jitter.
const SHORT_WAIT: Duration = Duration::from_secs(5);

/// Times it does so for one drawing and artist.
const SHORT_WAITS: u32 = 3;

/// How long a busy vendor wants when it does not say.
const UNSAID_WAIT: Duration = Duration::from_secs(1);

/// How long an operator is given to mend a key or a model, before it is tried again.
const RECONFIGURING: Duration = Duration::from_secs(300);

/// How long it takes at least until a drawing that waits is looked at again; and at most, which is the longest delay of a message.
const WAITS: (Duration, Duration) = (Duration::from_secs(15), Duration::from_secs(900));

/// Times the outcome is written that must not be lost.
const CLOSINGS: usize = 3;

/// Gets drawings from artists.
#[derive(Clone, Copy)]
pub struct ArtistFallback<'a> {
    /// The artists, in the order in which they are asked.
    pub artists: &'a [Box<dyn Artist>],
    /// Knows which of them are worth asking.
    pub breaker: &'a dyn Breaker,
    /// Knows what was tried.
    pub attempts: &'a dyn Attempts,
    /// Makes pseudonyms.
    pub pepper: &'a Pepper,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Where claims and jitter come from.
    pub randomness: &'a dyn Randomness,
    /// When this worker's time is over.
    pub until: Timestamp,
}

/// One drawing to get.
#[derive(Clone, Copy)]
pub struct DrawingJob<'a> {
    /// Of this generation.
    pub generation: &'a Generation,
    /// Which drawing of it, counted from 0.
    pub index: u8,
    /// The normalised selfie.
    pub selfie: &'a [u8],
    /// Hears of the drawing as it grows.
    pub sketches: &'a dyn Sketches,
}

/// What came of a fallback.
#[derive(Debug)]
pub enum Obtained {
    /// A drawing, and the history to write with what is noted of it.
    Drawn(Box<(Drawing, History)>),
    /// There will be none.
    Ended(EndReason),
    /// Nobody draws it now; after this time somebody may.
    Later(Duration),
    /// This worker's time does not suffice for another call; whether it has made one.
    OutOfTime {
        /// Whether somebody was asked.
        asked: bool,
    },
}

impl ArtistFallback<'_> {
    /// Gets one drawing. Safe to repeat at any point, and by several workers at once.
    ///
    /// # Errors
    /// [`Failure::Busy`] or [`Failure::Broken`] when what must be known before somebody is asked cannot be read or written.
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

/// An artist during a fallback.
struct Candidate<'a> {
    artist: &'a dyn Artist,
    /// `None` for an artist in this process, which is never away.
    circuit: Option<Circuit>,
    /// Whether this worker is the one who tries whether the vendor is back.
    probes: bool,
    /// Short waits so far.
    waited: u32,
    /// Whether it is not asked again this time.
    done: bool,
}

/// One fallback under way.
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
                // Another worker made it after this one had looked what is stored: the next look finds it.
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

    /// The first artist that may still be asked; one of whom it is unclear what it made comes after the others.
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

    /// Asks one artist once; `None` when somebody is to be asked again.
    async fn ask(&mut self, at: usize, now: Timestamp) -> Result<Option<Obtained>, Failure> {
        let artist = self.candidates[at].artist;
        if !self.has_time_for(artist, Duration::ZERO) {
            return Ok(Some(Obtained::OutOfTime { asked: self.asked }));
        }
        if !self.is_permitted(at, now).await? {
            self.candidates[at].done = true;
            return Ok(None);
        }
        if !self.claim(artist, now).await? {
            return Ok(None);
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
            // Where nobody claimed it, claim and outcome are one write.
            Ok(drawing) if self.claims => return Ok(Some(Obtained::Drawn(Box::new((drawing, closed))))),
            Ok(drawing) => return Ok(Some(Obtained::Drawn(Box::new((drawing, History { version: 1, ..closed }))))),
            Err(why) => why,
        };
        if self.close(closed, outcome).await? == Written::Overtaken {
            // The lease ran out, and another worker is at it.
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
                // Somebody was faster.
                probed.open_until.unwrap_or(now)
            }
        };
        self.waits.push(between(now, until));
        Ok(false)
    }

    /// Writes down that the artist is being asked; `false` when something else is written there, which is now known.
    async fn claim(&mut self, artist: &dyn Artist, now: Timestamp) -> Result<bool, Failure> {
        let mut mark = [0; 8];
        self.fallback.randomness.fill(&mut mark);
        let mark = hex::encode(mark);
        let opened = self.history.opened(artist.name(), artist.model(), &mark, now, LEASE);
        let claimed = if self.claims { self.fallback.attempts.open(&opened).await? } else { Claimed::Mine };
        match claimed {
            Claimed::Mine => self.history = opened,
            // Written by this very call, whose first answer was lost on the way.
            Claimed::Found(found) if found.is_claimed_by(&mark) => self.history = found,
            Claimed::Found(found) => {
                self.history = found;
                return Ok(false);
            }
        }
        Ok(true)
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

    /// One line an attempt, without what was drawn or said.
    fn log(&self, artist: &dyn Artist, outcome: Outcome, latency: Duration, usage: &Usage, why: Option<&NotDrawn>) {
        let (generation_id, drawing) = (self.job.generation.id, self.job.index);
        let (vendor, model, outcome) = (artist.name(), artist.model(), outcome.name());
        let latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        let Usage { input_tokens, output_tokens, micro_dollars, .. } = *usage;
        if let Some(NotDrawn::Misconfigured(source)) = why {
            let source: &(dyn std::error::Error + 'static) = source.as_ref();
            tracing::error!(%generation_id, drawing, vendor, model, outcome, latency_ms, source, "artist cannot draw; its configuration must be mended");
            return;
        }
        if let Some(NotDrawn::Down(source) | NotDrawn::Unclear(source)) = why {
            let source: &(dyn std::error::Error + 'static) = source.as_ref();
            tracing::warn!(%generation_id, drawing, vendor, model, outcome, latency_ms, source, "artist did not answer");
            return;
        }
        tracing::info!(%generation_id, drawing, vendor, model, outcome, latency_ms, input_tokens, output_tokens, micro_dollars, "artist answered");
    }

    /// Tells the circuit breaker. A count that is lost costs a call; a drawing that is lost costs money, so no failure here stops one.
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
                    // Another worker counted meanwhile: count on from there.
                    let Ok(found) = self.fallback.breaker.circuits(&[candidate.artist.name()]).await else { return };
                    let Some(next) = found.first().and_then(|found| found.after(outcome, probes, now)) else { return };
                    after = next;
                }
                Err(failure) => {
                    let failure: &(dyn std::error::Error + 'static) = &failure;
                    tracing::warn!(vendor = candidate.artist.name(), failure, "the circuit breaker was not told");
                    return;
                }
            }
        }
        candidate.circuit = Some(after);
    }

    /// Writes the outcome of the attempt. That it was refused is written with more timeout: nobody may be asked again.
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
            // The generation ends in any case, with what is known here.
            self.history = closed;
            return Ok(Written::Stored);
        }
        let written = written?;
        self.history = closed;
        Ok(written)
    }

    /// Decides who is asked next, and waits for a short while where that is best.
    async fn go_on(&mut self, at: usize, why: &NotDrawn) {
        let wait = match why {
            // The history says what follows.
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

    /// Waits as long as a busy vendor wants and up to as long again, so that not all who wait come back at once; `false` when that is too long.
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

    /// Gives back the turn of trying whether a vendor is back, where nothing came of it.
    async fn give_turns_back(&self) {
        let now = self.fallback.clock.now();
        for circuit in self.candidates.iter().filter(|candidate| candidate.probes).filter_map(|candidate| candidate.circuit.as_ref()) {
            // If this fails, the next one tries when this turn has run out.
            let _given = self.fallback.breaker.change(&circuit.given_back(now)).await;
        }
    }
}

fn between(from: Timestamp, until: Timestamp) -> Duration {
    until.duration_since(from).max(SignedDuration::ZERO).unsigned_abs()
}
