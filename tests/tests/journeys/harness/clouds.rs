//! Clouds for tests: one shared by tests that leave it unchanged, and own ones for faults, other times and other parameters.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use local_cloud::{Cloud, Options, repository, target_dir};
use permissions::{Entry, Grant};
use stand_ins::polar::Address;
use stand_ins::{GeminiStandIn, OpenAiStandIn, PolarStandIn, TurnstileStandIn};
use tokio::runtime::Runtime;
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

/// Maximum concurrent own clouds: each is a dozen processes.
static OWN: Semaphore = Semaphore::const_new(2);

/// One runtime for all tests, because the shared cloud outlives the test that started it.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap());

pub(crate) fn run<T>(test: impl Future<Output = T>) -> T {
    RUNTIME.block_on(test)
}

/// The cloud of the tests that do not touch its clock, its queues or its functions. Its processes die with this one.
pub(crate) async fn shared() -> &'static Cloud {
    static SHARED: OnceCell<(Cloud, PolarStandIn)> = OnceCell::const_new();
    note_sharing();
    &SHARED.get_or_init(async || start(&BTreeMap::new(), &state_dir(), "shared").await).await.0
}

/// A cloud of a test's own.
pub(crate) struct TestCloud {
    cloud: Option<Cloud>,
    merchant: PolarStandIn,
    state_dir: PathBuf,
    _permit: SemaphorePermit<'static>,
}

impl TestCloud {
    /// A cloud with the template's defaults.
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// A cloud with many starter credits.
    pub(crate) async fn rich() -> Self {
        Self::with(&[("StarterCredits", "1000")]).await
    }

    /// A cloud with these template parameters.
    pub(crate) async fn with(parameters: &[(&str, &str)]) -> Self {
        let permit = OWN.acquire().await.unwrap();
        let state_dir = state_dir();
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (cloud, merchant) = start(&parameters, &state_dir, &test_name()).await;
        Self { cloud: Some(cloud), merchant, state_dir, _permit: permit }
    }

    /// The merchant of record, a stand-in.
    pub(crate) fn merchant(&self) -> &PolarStandIn {
        &self.merchant
    }

    /// A cloud whose vendors are stand-ins, with these template parameters too.
    pub(crate) async fn with_vendors(parameters: &[(&str, &str)]) -> (Self, OpenAiStandIn, GeminiStandIn) {
        let (openai, gemini) = (OpenAiStandIn::start(0).await.unwrap(), GeminiStandIn::start(0).await.unwrap());
        let (openai_url, gemini_url) = (openai.base_url(), gemini.base_url());
        let vendors = [
            ("OpenAiBaseUrl", openai_url.as_str()),
            ("OpenAiApiKey", "sk-of-a-test"),
            ("GeminiBaseUrl", gemini_url.as_str()),
            ("GeminiApiKey", "AIza-of-a-test"),
        ];
        (Self::with(&[&vendors, parameters].concat()).await, openai, gemini)
    }

    /// The folder with the logs of each function and of the stack.
    pub(crate) fn logs_folder(&self) -> PathBuf {
        self.state_dir.join("logs")
    }

    /// The folder of the site, empty at first.
    pub(crate) fn pages_folder(&self) -> PathBuf {
        self.state_dir.join("pages")
    }

    /// Stops it. A failed test does not get here: its state stays for inspection.
    pub(crate) async fn stop(mut self) {
        if let Some(cloud) = self.cloud.take() {
            let denials = cloud.denials();
            cloud.stop().await;
            assert!(denials.is_empty() || withheld().is_some(), "roles did not allow {denials:#?}");
        }
        std::fs::remove_dir_all(&self.state_dir).unwrap();
    }
}

impl Deref for TestCloud {
    type Target = Cloud;

    fn deref(&self) -> &Cloud {
        self.cloud.as_ref().unwrap()
    }
}

async fn start(parameters: &BTreeMap<String, String>, state_dir: &Path, name: &str) -> (Cloud, PolarStandIn) {
    let mut options = Options::new(state_dir).unwrap();
    options.parameters.clone_from(parameters);
    let (url, key) = (turnstile().await.base_url(), "0x-of-the-tests".to_owned());
    for (name, value) in [("TurnstileBaseUrl", url), ("TurnstileSiteKey", key.clone()), ("TurnstileSecretKey", key)] {
        options.parameters.entry(name.to_owned()).or_insert(value);
    }
    options.redelivery = Duration::ZERO;
    options.pages = state_dir.join("pages");
    options.withheld.extend(withheld());
    options.grants_record = Some(grants_record(name));
    let merchant = PolarStandIn::start(0).await.unwrap();
    for (name, value) in [
        // Elsewhere, so that it is the API that lets its pages in.
        ("PublicOrigin", "http://localhost:8080"),
        ("PolarServer", "sandbox"),
        ("PolarBaseUrl", &*merchant.base_url()),
        ("PolarAccessToken", "polar_oat_of-a-test"),
        ("PolarWebhookSecret", stand_ins::polar::SECRET),
    ] {
        options.parameters.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    let cloud = Cloud::start(options).await;
    let cloud = cloud.expect("the local cloud starts: are the binaries built and ministack installed (make test does both)?");
    merchant.vendor().tell(Some(Address::of(&format!("{}/v1/webhooks/polar", cloud.api_url()))));
    (cloud, merchant)
}

/// The challenge of all clouds that do not bring their own: it takes every answer once.
async fn turnstile() -> &'static TurnstileStandIn {
    static TURNSTILE: OnceCell<TurnstileStandIn> = OnceCell::const_new();
    TURNSTILE.get_or_init(async || TurnstileStandIn::start(0).await.unwrap()).await
}

/// The grant that every role here lacks although it is deployed, as JSON in `WITHHELD_GRANT`: whether a test notices is what `make permissions` asks.
fn withheld() -> Option<(String, Grant)> {
    let entry: Entry = serde_json::from_str(&std::env::var("WITHHELD_GRANT").ok()?).unwrap();
    Some((entry.function, entry.grant))
}

/// Whether a call was refused for the lack of that grant: what a test waits for may then never happen.
pub(crate) fn is_hampered() -> bool {
    let is_denial = |entry: std::fs::DirEntry| entry.path().extension().is_some_and(|end| end == "denied");
    withheld().is_some() && std::fs::read_dir(grants_folder()).into_iter().flatten().flatten().any(is_denial)
}

/// The folder that says what grants the clouds have and use: `GRANTS_RECORD`, else `target/permissions`.
fn grants_folder() -> PathBuf {
    let folder = std::env::var_os("GRANTS_RECORD").map(PathBuf::from);
    folder.unwrap_or_else(|| target_dir(&repository().unwrap()).join("permissions"))
}

/// A new file in that folder, for a cloud of this test, or for the shared one.
fn grants_record(name: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    grants_folder().join(format!("{name}.{}-{}.jsonl", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst)))
}

/// The test that runs on this thread: the test runner names threads so.
fn test_name() -> String {
    std::thread::current().name().unwrap_or("unknown").to_owned()
}

/// Notes that the test of this thread uses the shared cloud.
fn note_sharing() {
    std::fs::create_dir_all(grants_folder()).unwrap();
    let mut file = File::options().create(true).append(true).open(grants_folder().join("shared.tests")).unwrap();
    writeln!(file, "{}", test_name()).unwrap();
}

/// A new folder below `target/journeys/<process id>`.
fn state_dir() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    static HOME: LazyLock<PathBuf> = LazyLock::new(|| {
        let all = target_dir(&repository().unwrap()).join("journeys");
        sweep(&all);
        all.join(std::process::id().to_string())
    });
    HOME.join(COUNT.fetch_add(1, Ordering::SeqCst).to_string())
}

/// Removes the state of earlier runs.
fn sweep(all: &Path) {
    for folder in std::fs::read_dir(all).into_iter().flatten().flatten() {
        let is_running = Path::new("/proc").join(folder.file_name()).exists();
        if !is_running {
            drop(std::fs::remove_dir_all(folder.path()));
        }
    }
}
