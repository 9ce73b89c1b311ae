//! The local AWS endpoints, started once for a test binary.

use std::sync::{OnceLock, mpsc};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use local_cloud::{Cloud, Options, SESSION_TOKEN};

/// The endpoints, with every resource that template.yaml declares.
///
/// # Panics
/// When they cannot be started; the message names the remedy when the emulator is not installed.
pub fn cloud() -> &'static Cloud {
    static CLOUD: OnceLock<Cloud> = OnceLock::new();
    CLOUD.get_or_init(start)
}

/// Starts them on a thread and a runtime of their own, which live as long as the process: each test has a runtime that ends before the next.
#[expect(clippy::expect_used, reason = "without the endpoints no test can go on")]
fn start() -> Cloud {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        forget_the_dead();
        let state = std::env::temp_dir().join(format!("{STATE}{}", std::process::id()));
        let cloud = runtime.block_on(async { Cloud::start(Options::new(state)?).await });
        sender.send(cloud).expect("the test waits");
        runtime.block_on(std::future::pending::<()>());
    });
    receiver.recv().expect("the thread answers").unwrap_or_else(|error| panic!("no local AWS endpoints: {error:#}"))
}

/// The prefix of state folders; the process id follows.
const STATE: &str = "nigao-testkit-";

/// Removes the state of dead processes: a test binary has no moment at which it could remove its own.
fn forget_the_dead() {
    let alive = |pid: &str| !std::path::Path::new("/proc/self").exists() || std::path::Path::new("/proc").join(pid).exists();
    for folder in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = folder.file_name();
        if name.to_str().and_then(|name| name.strip_prefix(STATE)).is_some_and(|pid| !alive(pid)) {
            // Another test binary may be removing the same folder.
            let _removed = std::fs::remove_dir_all(folder.path());
        }
    }
}

/// The configuration of clients of the local endpoints.
#[must_use]
pub fn config() -> SdkConfig {
    config_of(cloud().aws_endpoint_url())
}

/// The configuration of clients of the endpoint `url`: a developer's credentials, which no role narrows, with a token as in a function, and retries with short waits.
#[must_use]
pub fn config_of(url: &str) -> SdkConfig {
    let credentials = Credentials::new("test", "test", Some(SESSION_TOKEN.to_owned()), None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(url)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::standard().with_initial_backoff(std::time::Duration::from_millis(1)))
        .build()
}
