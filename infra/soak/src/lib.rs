//! A soak: many orders through the real binaries while workers die and services throttle; then the books are read.
//!
//! An order here is a request for one generation of one drawing without stickers. Nothing may be lost, nothing may happen twice, and an order must
//! cost as much at the end as at the beginning.

mod books;
mod figures;
mod orders;
mod people;
mod trouble;

use anyhow::{Result, ensure};
use figures::Figures;
use futures_util::future::try_join_all;
use local_cloud::Cloud;
use local_cloud::terminal::say;
use orders::{Customer, Order};
use people::People;
use stand_ins::OpenAiStandIn;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use trouble::Trouble;

/// Orders of one account: below what an account may have at once.
const EACH: usize = 5;

/// Orders whose pictures stay until this many later ones are done: the emulator keeps objects in memory, and 10,000 orders have 300,000 of them.
const KEPT: usize = 60;

/// The extent of a soak.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub orders: usize,
    /// Customers at once, each with some orders.
    pub at_once: usize,
    /// One fault for this many orders.
    pub fault_each: usize,
}

/// The parameters of the template that a soak needs: a vendor that draws, and nobody who signs, as a signature is nothing but time here.
#[must_use]
pub fn parameters(vendor: &OpenAiStandIn) -> Vec<(String, String)> {
    let all = [("Artist", "openai"), ("OpenAiApiKey", "sk-of-a-soak"), ("Signer", "off"), ("StarterCredits", "5")];
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
    /// Every order, with its owner.
    orders: Mutex<Vec<Order>>,
    /// Done, and their pictures still there.
    kept: Mutex<VecDeque<Order>>,
}

/// Runs it in a cloud with [`parameters`], and prints how it goes.
///
/// # Errors
/// When an order was lost, happened twice or cost too much, or the books do not balance: says which.
pub async fn run(cloud: &Cloud, vendor: &OpenAiStandIn, plan: Plan) -> Result<()> {
    let soak = Soak {
        cloud,
        plan,
        people: People::new(cloud)?,
        trouble: Trouble::new(cloud, vendor),
        figures: Mutex::new(Figures::new()),
        begun: AtomicUsize::new(0),
        orders: Mutex::default(),
        kept: Mutex::default(),
    };
    cloud.reset_calls();
    try_join_all((0..plan.at_once).map(|_| soak.customers())).await?;
    locked(&soak.figures).end();
    let unused = cloud.clear_faults();
    soak.conclude().await?;
    let orders = locked(&soak.orders).clone();
    ensure!(orders.len() == plan.orders, "{} orders were accepted, not {}", orders.len(), plan.orders);
    books::check(cloud, vendor, &orders).await?;
    let figures = locked(&soak.figures);
    figures.print();
    print_functions(cloud)?;
    figures.check()?;
    let faults = soak.trouble.count() - unused;
    say(&format!("\n{} orders, {faults} faults on the way: none lost, none twice, every balance is the sum of its ledger.", orders.len()));
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
    /// One customer after the other, until all orders are placed.
    async fn customers(&self) -> Result<()> {
        loop {
            let first = self.begun.fetch_add(EACH, Ordering::SeqCst);
            let count = EACH.min(self.plan.orders.saturating_sub(first));
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
        let orders = try_join_all((0..count).map(|_| customer.order(&upload))).await?;
        locked(&self.orders).extend(orders.iter().cloned());
        for order in orders {
            if customer.is_done(&order).await? {
                self.done(order).await?;
            }
        }
        Ok(())
    }

    async fn done(&self, order: Order) -> Result<()> {
        let count = locked(&self.figures).done(order.placed.elapsed());
        if count.is_multiple_of(self.plan.fault_each) {
            self.trouble.next();
        }
        if figures::is_milestone(count, self.plan.orders) {
            let calls = self.cloud.calls();
            self.cloud.reset_calls();
            let memory = self.cloud.memory();
            locked(&self.figures).milestone(count, &calls, memory);
        }
        let gone = {
            let mut kept = locked(&self.kept);
            kept.push_back(order);
            if kept.len() > KEPT { kept.pop_front() } else { None }
        };
        match gone {
            Some(order) => orders::forget_pictures(self.cloud, &order).await,
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
