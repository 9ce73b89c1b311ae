//! The cost of 1,000 trials and of 1,000 purchases, and how soon a notice of the merchant is answered.

use super::cost::{self, Bill};
use super::figure::{Figure, percentile};
use super::vendors::{logged, logged_since, signatures};
use super::{Group, Plan};
use anyhow::{Context, Result, ensure};
use demo::{Journey, Picture};
use http::Method;
use kernel::Clock;
use local_cloud::terminal::say;
use local_cloud::{Cloud, HttpClient, Options, StandIns};
use stand_ins::PolarStandIn;
use stand_ins::polar::{Address, Buyer, Letter, SECRET, Signing, signature};
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::{Duration, Instant};

/// The requests of one trial: the site, the trial, its upload and generation, six looks at it, and the bundle's link needs none.
const TRIAL_REQUESTS: f64 = 10.0;
/// Those of one purchase: the offers, the checkout, the merchant's two notices, three looks at the order and one at the wallet.
const PURCHASE_REQUESTS: f64 = 8.0;
/// The most purchases of one account in an hour, less one that warms up.
const MOST_PURCHASES: usize = kernel::limits::CHECKOUTS_PER_HOUR.most as usize - 1;
/// Notices whose answers are timed.
const NOTICES: usize = 500;
/// The most that 99 of 100 notices may take, in milliseconds.
const MOST_NOTICE_MS: f64 = 50.0;
/// Longest time that the last writes may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Measures the groups of the plan.
pub(super) async fn figures(root: &Path, plan: &Plan) -> Result<Vec<Figure>> {
    let (costs, times) = (Group::Cost.is_in(plan.only), Group::Webhook.is_in(plan.only));
    if !costs && !times {
        return Ok(Vec::new());
    }
    let picture = Picture::read(&root.join("shared/testkit/fixtures/selfie.jpg"))?;
    let business = Business::start(plan).await?;
    let outcome = async {
        let mut figures = Vec::new();
        if costs {
            figures.extend(business.trials(plan, &picture).await?);
            figures.extend(business.purchases(plan).await?);
        }
        if times {
            figures.push(business.notices().await?);
        }
        Ok(figures)
    };
    let outcome = outcome.await;
    business.cloud.stop().await;
    outcome
}

/// A cloud with a merchant and a challenge, which are stand-ins.
struct Business {
    cloud: Cloud,
    merchant: PolarStandIn,
    _challenge: StandIns,
}

impl Business {
    async fn start(plan: &Plan) -> Result<Self> {
        let state = plan.state_dir.join("bench-business");
        drop(std::fs::remove_dir_all(&state));
        let mut options = Options::new(&state)?;
        options.binaries.clone_from(&plan.binaries);
        let merchant = PolarStandIn::start(0).await?;
        let parameters = [
            ("PolarServer", "sandbox"),
            ("PolarBaseUrl", &merchant.base_url()),
            ("PolarAccessToken", "polar_oat_of-a-benchmark"),
            ("PolarWebhookSecret", SECRET),
        ];
        options.parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let challenge = StandIns::start(&mut options).await?;
        let cloud = Cloud::start(options).await?;
        merchant.vendor().tell(Some(Address::of(&format!("{}/v1/webhooks/polar", cloud.api_url()))));
        Ok(Self { cloud, merchant, _challenge: challenge })
    }

    /// Somebody in a network of their own, as limits count by networks.
    fn person(&self, number: usize) -> Result<Journey> {
        let [.., high, low] = u32::try_from(number)?.to_be_bytes();
        let http = HttpClient::from_address(Ipv4Addr::new(127, 77, high.saturating_add(1), low.saturating_add(1)));
        Ok(Journey::new(http, self.cloud.api_url(), &self.cloud.mail_url()))
    }

    /// Trials of one drawing each, one after the other.
    async fn trials(&self, plan: &Plan, picture: &Picture) -> Result<Vec<Figure>> {
        say(&format!("{} trials", plan.runs));
        let signed = signatures(&self.tried(0, picture).await?)?;
        self.cloud.settle(TIMEOUT).await?;
        let (before, logged) = (cost::worked(&self.cloud)?, logged(&self.cloud));
        self.cloud.reset_calls();
        let mut sent = 0.0;
        for number in 1..=plan.runs {
            sent += self.tried(number, picture).await?.len() as f64;
        }
        self.cloud.settle(TIMEOUT).await?;
        let runs = plan.runs as f64;
        let mut bill = Bill::of(&self.cloud, &before, &self.cloud.calls(), runs)?;
        (bill.requests, bill.sent, bill.signatures) = (TRIAL_REQUESTS, sent / runs, signed);
        bill.logged = logged_since(&self.cloud, logged) / runs;
        bill.figures("trials", None)
    }

    /// The bundle of a trial.
    async fn tried(&self, number: usize, picture: &Picture) -> Result<Vec<u8>> {
        let mut visitor = self.person(number)?;
        let trial = visitor.begin_trial().await?;
        let results = visitor.try_out(&trial, picture, "soft-anime").await?;
        Ok(visitor.download(&results.bundle).await?.into())
    }

    /// Purchases of one account, one after the other; signing in is none of their cost.
    async fn purchases(&self, plan: &Plan) -> Result<Vec<Figure>> {
        let runs = plan.runs.min(MOST_PURCHASES);
        say(&format!("{runs} purchases"));
        let mut buyer = self.person(usize::from(u16::MAX))?;
        buyer.sign_in().await?;
        self.buy(&buyer).await?;
        self.settle().await?;
        let (before, logged) = (cost::worked(&self.cloud)?, logged(&self.cloud));
        self.cloud.reset_calls();
        for _ in 0..runs {
            self.buy(&buyer).await?;
        }
        self.settle().await?;
        let mut bill = Bill::of(&self.cloud, &before, &self.cloud.calls(), runs as f64)?;
        (bill.requests, bill.logged) = (PURCHASE_REQUESTS, logged_since(&self.cloud, logged) / runs as f64);
        bill.figures("purchases", None)
    }

    async fn buy(&self, buyer: &Journey) -> Result<()> {
        let offer = buyer.smallest_offer().await?;
        let checkout = buyer.check_out(offer["id"].as_str().context("an offer has an id")?).await?;
        let order = checkout["order_id"].as_str().context("a checkout has an order")?;
        self.pay(order)?;
        buyer.order_reaches(order, "/state", "credited").await.map(drop)
    }

    fn pay(&self, order: &str) -> Result<()> {
        let merchant = self.merchant.vendor();
        let now = merchant.now();
        let mut books = merchant.books();
        let checkout = books.checkouts.iter().find(|checkout| checkout.metadata["order_id"] == order).map(|checkout| checkout.id.clone());
        books.pay(&checkout.context("the merchant has the checkout")?, Buyer::default(), now).context("it can be paid").map(drop)
    }

    /// Waits for the merchant's notices and all that follows.
    async fn settle(&self) -> Result<()> {
        self.merchant.vendor().deliver().await;
        self.cloud.settle(TIMEOUT).await
    }

    /// One notice of a paid order after the other, each as a delivery of its own, while its consumer works.
    async fn notices(&self) -> Result<Figure> {
        say(&format!("{NOTICES} notices of the merchant"));
        let mut buyer = self.person(usize::from(u16::MAX) - 1)?;
        buyer.sign_in().await?;
        self.buy(&buyer).await?;
        self.settle().await?;
        let letter = self.paid_letter().context("the merchant told of it")?;
        let http = HttpClient::default();
        self.notice(&http, &letter, 0).await?;
        let mut times = Vec::new();
        for number in 1..=NOTICES {
            let sent = Instant::now();
            self.notice(&http, &letter, number).await?;
            times.push(sent.elapsed().as_secs_f64() * 1e3);
        }
        Ok(Figure::new("webhook/p99", "ms", percentile(times, 99), None).at_most(MOST_NOTICE_MS))
    }

    fn paid_letter(&self) -> Option<Letter> {
        let books = self.merchant.vendor().books();
        books.letters.all().iter().rev().find(|letter| letter.kind == "order.paid").cloned()
    }

    async fn notice(&self, http: &HttpClient, letter: &Letter, number: usize) -> Result<()> {
        let (id, at) = (format!("{}-{number}", letter.id), kernel::SystemClock::default().now().as_second());
        let (signed, at) = (signature(SECRET, Signing::Decoded, &id, at, &letter.body), at.to_string());
        let headers =
            [("content-type", "application/json"), ("webhook-id", &*id), ("webhook-timestamp", &at), ("webhook-signature", &signed)];
        let url = format!("{}/v1/webhooks/polar", self.cloud.api_url());
        let reply = http.send(Method::POST, &url, &headers, letter.body.clone()).await?;
        ensure!(reply.status == 202, "a notice was answered with {}", reply.status);
        Ok(())
    }
}
