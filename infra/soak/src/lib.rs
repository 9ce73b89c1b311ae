//! A soak: many generations through the real binaries while workers die and services throttle; then the books are read.
//!
//! Each generation is of one drawing without stickers. None may be lost, nothing may happen twice, and one must
//! cost as much at the end as at the beginning.

mod books;
mod customer;
mod figures;
mod people;
mod trouble;

use anyhow::{Result, ensure};
use customer::{Customer, Generation};
use figures::Figures;
use futures_util::future::try_join_all;
use local_cloud::Cloud;
use local_cloud::terminal::say;
use people::People;
use stand_ins::OpenAiStandIn;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use trouble::Trouble;

/// Generations of one account: below what an account may have at once.
const EACH: usize = 5;

/// Generations in a row that may be left to the sweeper: killed workers leave single ones.
const LEFT_IN_A_ROW: usize = 4 * EACH;

/// Generations whose pictures stay until this many later ones are done: the emulator keeps objects in memory, and 10,000 generations have 300,000 of them.
const KEPT: usize = 60;

/// The extent of a soak.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub generations: usize,
    /// Customers at once, each with some generations.
    pub at_once: usize,
    /// One fault for this many generations.
    pub fault_each: usize,
}

/// The parameters of the template that a soak needs: a vendor that draws, and nobody who signs, as a signature is nothing but time here. The budgets of
/// a day are beyond what all generations need: a spent one stops the drawing, as it should.
#[must_use]
pub fn parameters(vendor: &OpenAiStandIn) -> Vec<(String, String)> {
    let all = [
        ("Artist", "openai"),
        ("OpenAiApiKey", "sk-of-a-soak"),
        ("Signer", "off"),
        ("StarterCredits", "5"),
        ("StarterCreditsPerDay", "1000000"),
        ("MailsPerDay", "1000000"),
        ("VendorDollarsPerDay", "1000000"),
    ];
    let mut all: Vec<(String, String)> = all.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    all.push(("OpenAiBaseUrl".to_owned(), vendor.base_url()));
    all
}

/// What all customers share.
struct Soak<'a> {
    cloud: &'a Cloud,
    plan: Plan,
    people: People,
    trouble: Trouble<'a>,
    figures: Mutex<Figures>,
    begun: AtomicUsize,
    /// Every generation, with its owner.
    generations: Mutex<Vec<Generation>>,
    /// Done, and their pictures still there.
    kept: Mutex<VecDeque<Generation>>,
    /// Those that were left to the sweeper since the last one was done.
    left: AtomicUsize,
}

/// Runs it in a cloud with [`parameters`], and prints how it goes.
///
/// # Errors
/// When a generation was lost, happened twice or cost too much, or the books do not balance: says which.
pub async fn run(cloud: &Cloud, vendor: &OpenAiStandIn, plan: Plan) -> Result<()> {
    let soak = Soak {
        cloud,
        plan,
        people: People::new(cloud)?,
        trouble: Trouble::new(cloud, vendor),
        figures: Mutex::new(Figures::new()),
        begun: AtomicUsize::new(0),
        generations: Mutex::default(),
        kept: Mutex::default(),
        left: AtomicUsize::new(0),
    };
    cloud.reset_calls();
    try_join_all((0..plan.at_once).map(|_| soak.customers())).await?;
    locked(&soak.figures).end();
    let unused = cloud.clear_faults();
    soak.conclude().await?;
    let generations = locked(&soak.generations).clone();
    ensure!(generations.len() == plan.generations, "{} generations were accepted, not {}", generations.len(), plan.generations);
    books::check(cloud, vendor, &generations).await?;
    let figures = locked(&soak.figures);
    figures.print();
    print_functions(cloud)?;
    figures.check()?;
    let faults = soak.trouble.count() - unused;
    say(&format!(
        "\n{} generations, {faults} faults on the way: none lost, none twice, every balance is the sum of its ledger.",
        generations.len()
    ));
    Ok(())
}

/// What the time goes to.
fn print_functions(cloud: &Cloud) -> Result<()> {
    say("\n   runs    ms each   function");
    for function in cloud.model().functions.keys() {
        let worked = cloud.worked(function)?;
        if worked.invocations > 0 {
            let each = worked.time.as_secs_f64() * 1000.0 / f64::from(worked.invocations);
            say(&format!("{:>7}    {each:>7.0}   {function}", worked.invocations));
        }
    }
    Ok(())
}

impl Soak<'_> {
    /// One customer after the other, until all generations are placed.
    async fn customers(&self) -> Result<()> {
        loop {
            let first = self.begun.fetch_add(EACH, Ordering::SeqCst);
            let count = EACH.min(self.plan.generations.saturating_sub(first));
            if count == 0 {
                return Ok(());
            }
            self.serve(count).await?;
        }
    }

    async fn serve(&self, count: usize) -> Result<()> {
        let customer = Customer::new(self.cloud, self.people.sign_in().await?, &self.figures);
        let upload = customer.upload().await?;
        // All at once, as a queue has them.
        let generations = try_join_all((0..count).map(|_| customer.place(&upload))).await?;
        locked(&self.generations).extend(generations.iter().cloned());
        for generation in generations {
            if customer.is_done(&generation).await? {
                self.left.store(0, Ordering::SeqCst);
                self.done(generation).await?;
            } else {
                let left = self.left.fetch_add(1, Ordering::SeqCst) + 1;
                ensure!(left <= LEFT_IN_A_ROW, "{left} generations in a row were not done in time: nothing is drawn any more");
            }
        }
        Ok(())
    }

    async fn done(&self, generation: Generation) -> Result<()> {
        let count = locked(&self.figures).done(generation.placed.elapsed());
        if count.is_multiple_of(self.plan.fault_each) {
            self.trouble.next();
        }
        if figures::is_milestone(count, self.plan.generations) {
            let calls = self.cloud.calls();
            self.cloud.reset_calls();
            let memory = self.cloud.memory();
            locked(&self.figures).milestone(count, &calls, memory);
        }
        let gone = {
            let mut kept = locked(&self.kept);
            kept.push_back(generation);
            if kept.len() > KEPT { kept.pop_front() } else { None }
        };
        match gone {
            Some(generation) => customer::forget_pictures(self.cloud, &generation).await,
            None => Ok(()),
        }
    }

    /// What a killed worker left waits for the sweeper, which comes when its time has come.
    async fn conclude(&self) -> Result<()> {
        for minutes in [0, 16, 32, 48, 64] {
            self.cloud.set_clock_offset(minutes * 60);
            self.cloud.settle(Duration::from_secs(300)).await?;
            let swept = self.cloud.fire_schedule("every-minute-end-stuck").await?;
            ensure!(!swept.failed, "the sweeper failed: {}", swept.json());
        }
        self.cloud.settle(Duration::from_secs(300)).await
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
