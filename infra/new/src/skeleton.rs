//! The crate of a new function: a manifest that grants as little as it can, and a `main.rs` that does nothing yet.

use stacks::Trigger;

const MANIFEST: &str = r#"[package]
name = "{name}"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true

[package.metadata.function]
stack = "studio"
profiles = ["wallet"]
on = "{on}"
{trigger}
[dependencies]
edge.workspace = true
kernel.workspace = true
tokio.workspace = true

[lints]
workspace = true
"#;

const READS: &str = r#"caller = "session"
about = "Answers {on}."
calls = 0
secrets = ["session"]
"#;

const CHANGES: &str = r#"caller = "session"
about = "Answers {on}."
calls = 0
env = ["PUBLIC_ORIGIN"]
secrets = ["session"]
"#;

const CONSUMES: &str = r#"about = "Works off {on}."
timeout = 120
calls = 0
"#;

const RUNS: &str = r#"about = "Runs at the {on}."
calls = 0
retry = { runs = 1, deliveries = 1, seconds = {seconds} }
"#;

const ENDPOINT: &str = r#"//! `{on}`: answers nothing yet (events/{name}).

use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::Failure;

struct App {
    keys: SessionKeys,{field}
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let app = &App { keys: settings.session_keys()?{value} };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    // The token is genuine; whether the session still lives is the store's to say, in the call that reads or writes for the caller.
    let _caller = app.keys.{caller}?;
    Ok(Reply::no_content())
}
"#;

const CONSUMER: &str = r#"//! On queue `{on}`: does nothing yet (events/{name}).

use edge::batch::{Message, serve};
use kernel::Failure;
use kernel::message::GenerationStep;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    edge::boot()?;
    serve(handle).await
}

async fn handle(_: Message<GenerationStep>) -> Result<(), Failure> {
    Ok(())
}
"#;

const SCHEDULE: &str = r#"//! Every {period}: does nothing yet (events/{name}).

use edge::schedule::serve;
use kernel::{Failure, Timestamp};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    edge::boot()?;
    serve(handle).await
}

async fn handle(_: Timestamp) -> Result<(), Failure> {
    Ok(())
}
"#;

/// What `on` says.
fn on(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Route(route) | Trigger::Url(route) => route.to_string(),
        Trigger::Queue(queue) => queue.clone(),
        Trigger::Rate(rate) => format!("rate({rate})"),
        Trigger::Event(_) => "the event of a rule".to_owned(),
    }
}

/// Whether it answers a request that changes something, which a browser of another site may not send.
fn changes(trigger: &Trigger) -> bool {
    trigger.route().is_some_and(|route| route.method != "GET")
}

/// The text of its `Cargo.toml`.
pub(crate) fn manifest(name: &str, trigger: &Trigger) -> String {
    let lines = match trigger {
        Trigger::Queue(_) => CONSUMES,
        Trigger::Rate(_) | Trigger::Event(_) => RUNS,
        _ if changes(trigger) => CHANGES,
        _ => READS,
    };
    let seconds = if on(trigger) == "rate(1 minute)" { "60" } else { "3000" };
    let text = MANIFEST.replace("{trigger}", lines).replace("{name}", name).replace("{seconds}", seconds);
    text.replace("{on}", &on(trigger))
}

/// The text of its `main.rs`.
pub(crate) fn main(name: &str, trigger: &Trigger) -> String {
    let text = match trigger {
        Trigger::Route(_) | Trigger::Url(_) => ENDPOINT,
        Trigger::Queue(_) => CONSUMER,
        Trigger::Rate(_) | Trigger::Event(_) => SCHEDULE,
    };
    let (field, value, caller) = match changes(trigger) {
        true => ("\n    origin: String,", ", origin: settings.origin(\"PUBLIC_ORIGIN\")?", "caller_from(&app.origin, &request)"),
        false => ("", "", "caller(&request)"),
    };
    let period = name.split('-').nth(1).unwrap_or_default();
    let text = text.replace("{field}", field).replace("{value}", value).replace("{caller}", caller).replace("{period}", period);
    text.replace("{name}", name).replace("{on}", &on(trigger))
}
