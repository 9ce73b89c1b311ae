//! Times, throughput and cost, at milestones.

use anyhow::{Result, ensure};
use local_cloud::terminal::say;
use local_cloud::{Call, Memory};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Where a row of the table is printed, beside the end.
const ROWS: [usize; 3] = [100, 1_000, 10_000];

/// The most a generation may cost at the end, as a part of what one cost at the first milestone.
const FLAT: f64 = 1.25;

/// The most the local cloud may grow after the first thousand generations, in bytes.
const GROWTH: u64 = 400 * 1024 * 1024;

/// Whether calls and memory are looked at after this many generations.
pub(crate) fn is_milestone(count: usize, generations: usize) -> bool {
    count.is_multiple_of(100) || count == generations
}

/// Times of one kind, in milliseconds.
#[derive(Debug, Clone, Default)]
struct Times(Vec<u32>);

impl Times {
    fn add(&mut self, time: Duration) {
        self.0.push(u32::try_from(time.as_millis()).unwrap_or(u32::MAX));
    }

    /// The time below which this part of all is.
    fn percentile(&self, part: usize) -> u32 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted.get((sorted.len() * part / 100).min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
    }
}

/// The state at a milestone.
#[derive(Debug, Clone)]
struct Milestone {
    generations: usize,
    seconds: f64,
    /// AWS calls of the functions for a generation since the last one, questions for the state left out.
    calls: f64,
    memory: Memory,
    times: Times,
    endpoints: BTreeMap<&'static str, Times>,
}

pub(crate) struct Figures {
    began: Instant,
    done: usize,
    times: Times,
    endpoints: BTreeMap<&'static str, Times>,
    milestones: Vec<Milestone>,
    /// Seconds until the last customer left.
    seconds: f64,
}

impl Figures {
    pub(crate) fn new() -> Self {
        let began = Instant::now();
        Self { began, done: 0, times: Times::default(), endpoints: BTreeMap::new(), milestones: Vec::new(), seconds: 0.0 }
    }

    /// The last customer left.
    pub(crate) fn end(&mut self) {
        self.seconds = self.began.elapsed().as_secs_f64();
    }

    /// An endpoint has answered.
    pub(crate) fn answered(&mut self, endpoint: &'static str, time: Duration) {
        self.endpoints.entry(endpoint).or_default().add(time);
    }

    /// A generation is done; answers how many are.
    pub(crate) fn done(&mut self, time: Duration) -> usize {
        self.times.add(time);
        self.done += 1;
        self.done
    }

    #[allow(clippy::cast_precision_loss, reason = "thousands")]
    pub(crate) fn milestone(&mut self, generations: usize, calls: &[Call], memory: Memory) {
        let counted = calls.iter().filter(|call| call.function.as_deref().is_some_and(|function| function != "generations-get")).count();
        let since = generations - self.milestones.last().map_or(0, |last| last.generations);
        let is_row = ROWS.contains(&generations);
        let endpoints = if is_row { self.endpoints.clone() } else { BTreeMap::new() };
        let times = if is_row { self.times.clone() } else { Times::default() };
        let seconds = self.began.elapsed().as_secs_f64();
        let milestone = Milestone { generations, seconds, calls: counted as f64 / since.max(1) as f64, memory, times, endpoints };
        say(&format!(
            "{generations:>7} generations done after {seconds:>5.0} s, {:.1} calls each, {} MB here and {} MB in the emulator",
            milestone.calls,
            memory.own / 1_000_000,
            memory.emulator / 1_000_000
        ));
        self.milestones.push(milestone);
    }

    /// The table: throughput, and the times in which half and 99 of a hundred were done.
    #[allow(clippy::cast_precision_loss, reason = "thousands")]
    pub(crate) fn print(&self) {
        let end = Milestone {
            generations: self.done,
            seconds: self.seconds,
            calls: 0.0,
            memory: Memory::default(),
            times: self.times.clone(),
            endpoints: self.endpoints.clone(),
        };
        say("\n generations    each second   what                     p50 ms    p99 ms");
        let rows = self.milestones.iter().filter(|one| ROWS.contains(&one.generations) && one.generations != self.done);
        for row in rows.chain([&end]) {
            let rate = row.generations as f64 / row.seconds.max(0.001);
            say(&line(&row.generations.to_string(), &format!("{rate:.2}"), "from generation to done", &row.times));
            for (endpoint, times) in &row.endpoints {
                say(&line("", "", endpoint, times));
            }
        }
    }

    /// Whether cost and memory stayed what they were.
    ///
    /// # Errors
    /// Says what grew.
    pub(crate) fn check(&self) -> Result<()> {
        let whole = |milestone: &&Milestone| milestone.generations.is_multiple_of(100);
        let (first, last) = (self.milestones.iter().find(whole), self.milestones.iter().rfind(whole));
        if let (Some(first), Some(last)) = (first, last) {
            ensure!(
                last.calls <= first.calls * FLAT,
                "a generation cost {:.1} calls at first and {:.1} at the end",
                first.calls,
                last.calls
            );
        }
        if let (Some(first), Some(last)) = (self.milestones.iter().find(|one| one.generations >= 1_000), self.milestones.last()) {
            let grown = last.memory.own.saturating_sub(first.memory.own);
            ensure!(grown <= GROWTH, "the local cloud grew by {} MB after {} generations", grown / 1_000_000, first.generations);
        }
        Ok(())
    }
}

fn line(generations: &str, rate: &str, what: &str, times: &Times) -> String {
    format!("{generations:>7}    {rate:>11}   {what:<22} {:>8}  {:>8}", times.percentile(50), times.percentile(99))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(range: std::ops::RangeInclusive<u64>) -> Times {
        let mut times = Times::default();
        range.for_each(|milliseconds| times.add(Duration::from_millis(milliseconds)));
        times
    }

    #[test]
    fn a_percentile_is_one_of_the_times() {
        assert_eq!((times(1..=100).percentile(50), times(1..=100).percentile(99)), (51, 100));
        assert_eq!((times(7..=7).percentile(99), Times::default().percentile(50)), (7, 0));
    }

    #[test]
    fn a_generation_that_costs_more_and_more_is_noticed() {
        let mut figures = Figures::new();
        let calls = |count: usize| {
            vec![
                Call {
                    function: Some("me-get".into()),
                    process: None,
                    invocation: None,
                    service: "s3".into(),
                    operation: "PutObject".into(),
                    status: 200,
                    milliseconds: 1,
                    fault: None,
                    denied: None
                };
                count
            ]
        };
        figures.milestone(100, &calls(1_000), Memory::default());
        figures.milestone(200, &calls(1_100), Memory::default());
        assert!(figures.check().is_ok());
        figures.milestone(300, &calls(2_000), Memory::default());
        assert!(figures.check().unwrap_err().to_string().contains("10.0 calls at first and 20.0"));
    }
}
