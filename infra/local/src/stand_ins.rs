//! The stand-ins of third parties: servers that behave as the vendors do, for vendors that are named without an address or a key.

use crate::spawner::{Spawner, die_with_parent};
use crate::{HttpClient, Options};
use anyhow::{Context, Result, bail, ensure};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

/// Longest time the stand-ins may take to start.
const START_LIMIT: Duration = Duration::from_secs(20);
/// A key that no vendor knows.
const NO_KEY: &str = "stand-in";

/// The secret of the notices of a merchant that is a stand-in.
const WEBHOOK_SECRET: &str = "whsec_bG9jYWwgY2xvdWQgd2ViaG9vayBzZWNyZXQgMDAwMDE=";
/// The route that they go to.
const WEBHOOK_PATH: &str = "/v1/webhooks/polar";

/// A vendor, and the template parameters of its address and key.
struct Vendor {
    name: &'static str,
    title: &'static str,
    url: &'static str,
    key: &'static str,
    variables: &'static str,
    needed: Needed,
    /// What it does not do as a stand-in, and when it is the real one.
    words: (&'static str, &'static str),
    /// What else is set with the stand-in.
    more: &'static [(&'static str, &'static str)],
}

/// Where a vendor is needed.
enum Needed {
    /// Where the artists or the screeners name it.
    WhereNamed,
    /// In this profile.
    In(&'static str),
}

const VENDORS: [Vendor; 4] = [
    Vendor {
        name: "openai",
        title: "OpenAI",
        url: "OpenAiBaseUrl",
        key: "OpenAiApiKey",
        variables: "OPENAI_API_KEY, OPENAI_BASE_URL",
        needed: Needed::WhereNamed,
        words: ("it draws nothing real", "its calls cost money"),
        more: &[],
    },
    Vendor {
        name: "gemini",
        title: "Gemini",
        url: "GeminiBaseUrl",
        key: "GeminiApiKey",
        variables: "GEMINI_API_KEY, GEMINI_BASE_URL",
        needed: Needed::WhereNamed,
        words: ("it draws nothing real", "its calls cost money"),
        more: &[],
    },
    Vendor {
        name: "polar",
        title: "Polar",
        url: "PolarBaseUrl",
        key: "PolarAccessToken",
        variables: "POLAR_ACCESS_TOKEN, POLAR_BASE_URL",
        needed: Needed::In("wallet"),
        words: ("nobody pays there", "its notices do not reach this machine by themselves"),
        more: &[],
    },
    Vendor {
        name: "turnstile",
        title: "Turnstile",
        url: "TurnstileBaseUrl",
        key: "TurnstileSecretKey",
        variables: "TURNSTILE_SECRET_KEY, TURNSTILE_BASE_URL",
        needed: Needed::In("wallet"),
        words: ("everybody meets its challenge", "browsers load its script"),
        // The key of a widget that everybody meets.
        more: &[("TurnstileSiteKey", "1x00000000000000000000AA")],
    },
];

impl Vendor {
    fn is_named(&self, parameters: &BTreeMap<String, String>) -> bool {
        match self.needed {
            Needed::WhereNamed => {
                let lists = ["Artist", "Screener"].into_iter().filter_map(|list| parameters.get(list));
                lists.flat_map(|list| list.split(',')).any(|name| name.trim() == self.name)
            }
            Needed::In(profile) => parameters.get("Profile").map_or("wallet", String::as_str) == profile,
        }
    }

    /// Neither an address nor a key was given, so the real vendor is not meant.
    fn needs_stand_in(&self, parameters: &BTreeMap<String, String>) -> bool {
        self.is_named(parameters) && !parameters.contains_key(self.url) && !parameters.contains_key(self.key)
    }
}

/// A line for each named vendor: real or stand-in.
pub fn words(parameters: &BTreeMap<String, String>) -> Vec<String> {
    let named = VENDORS.iter().filter(|vendor| vendor.is_named(parameters));
    let line = |vendor: &Vendor| match parameters.get(vendor.url) {
        _ if vendor.needs_stand_in(parameters) => {
            format!("{} is a stand-in on this machine: {} ({} are not set).", vendor.title, vendor.words.0, vendor.variables)
        }
        Some(url) => format!("{} is whoever answers at {url}.", vendor.title),
        None => format!("{} is the real one, and {}.", vendor.title, vendor.words.1),
    };
    named.map(line).collect()
}

/// Running stand-ins; dropping them ends them.
#[derive(Debug, Default)]
pub struct StandIns {
    urls: BTreeMap<String, String>,
    /// It ends when its standard input closes, which this holds.
    _running: Option<(Child, Spawner)>,
}

impl StandIns {
    /// Starts a stand-in of each vendor that is named without an address and a key, and sets the functions' parameters.
    ///
    /// # Errors
    /// When the program is not built or does not start.
    pub async fn start(options: &mut Options) -> Result<Self> {
        let parameters = &mut options.parameters;
        let mut urls = BTreeMap::new();
        let vendors: Vec<&Vendor> = VENDORS.iter().filter(|vendor| vendor.needs_stand_in(parameters)).collect();
        let mut running = None;
        if !vendors.is_empty() {
            let spawner = Spawner::start()?;
            let (child, answer) = run(&spawner, &options.binaries.join("stand-ins"), &vendors).await?;
            running = Some((child, spawner));
            for vendor in &vendors {
                let url = answer[vendor.name].as_str().with_context(|| format!("the stand-ins have no {}", vendor.name))?.to_owned();
                parameters.insert(vendor.url.to_owned(), url.clone());
                parameters.insert(vendor.key.to_owned(), NO_KEY.to_owned());
                for (name, value) in vendor.more {
                    parameters.entry((*name).to_owned()).or_insert_with(|| (*value).to_owned());
                }
                urls.insert(vendor.name.to_owned(), url);
            }
            // A server of ours that keeps nothing: the profile `ephemeral` requires the reference of an agreement.
            let attested = vendors.iter().filter(|vendor| matches!(vendor.needed, Needed::WhereNamed));
            let attested = attested.map(|vendor| format!("{}:stand-in", vendor.name)).collect::<Vec<_>>().join(",");
            parameters.entry("ZeroRetention".to_owned()).or_insert(attested);
            if urls.contains_key("polar") {
                parameters.insert("PolarServer".to_owned(), "sandbox".to_owned());
                parameters.insert("PolarWebhookSecret".to_owned(), WEBHOOK_SECRET.to_owned());
            }
        }
        // An address without a key belongs to a server that requires none: the functions need one all the same.
        for vendor in VENDORS.iter().filter(|vendor| vendor.is_named(parameters)).collect::<Vec<_>>() {
            if parameters.contains_key(vendor.url) {
                parameters.entry(vendor.key.to_owned()).or_insert_with(|| NO_KEY.to_owned());
            }
        }
        Ok(Self { urls, _running: running })
    }

    /// Tells them where the cloud is: the merchant sends its notices there.
    ///
    /// # Errors
    /// When one cannot be told.
    pub async fn connect(&self, api_url: &str) -> Result<()> {
        let Some(polar) = self.urls.get("polar") else { return Ok(()) };
        let url = format!("{}/_polar/webhook", polar.trim_end_matches("/v1"));
        let body = json!({ "url": format!("{api_url}{WEBHOOK_PATH}"), "secret": WEBHOOK_SECRET }).to_string();
        let headers = [("content-type", "application/json")];
        let reply = HttpClient::default().send(Method::PUT, &url, &headers, body).await?;
        ensure!(reply.status.is_success(), "the stand-in of Polar answered {}", reply.status);
        Ok(())
    }

    /// Their URLs by vendor.
    pub fn urls(&self) -> &BTreeMap<String, String> {
        &self.urls
    }
}

async fn run(spawner: &Spawner, program: &Path, vendors: &[&Vendor]) -> Result<(Child, Value)> {
    if !program.is_file() {
        bail!("{} is missing: `cargo build -p stand-ins` builds it, as `make` does", program.display());
    }
    let mut command = die_with_parent(program);
    for vendor in vendors {
        command.arg(format!("--{}", vendor.name)).arg("0");
    }
    // Its own Ctrl-C would come too early: it ends with us.
    command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = spawner.spawn(command).await.with_context(|| format!("cannot start {}", program.display()))?;
    let output = child.stdout.take().context("the stand-ins have no output")?;
    let mut lines = BufReader::new(output).lines();
    let line = tokio::time::timeout(START_LIMIT, lines.next_line()).await.context("the stand-ins did not start in time")??;
    let line = line.context("the stand-ins ended at once")?;
    let answer = serde_json::from_str(&line).with_context(|| format!("the stand-ins said {line:?}"))?;
    Ok((child, answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(all: &[(&str, &str)]) -> BTreeMap<String, String> {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_vendor_is_a_stand_in_when_it_is_needed_and_nothing_else_is_said_of_it() {
        let said = |all: &[(&str, &str)]| words(&parameters(&[&[("Profile", "ephemeral")], all].concat())).join("\n");
        assert_eq!(said(&[("Artist", "palette")]), "");
        assert!(said(&[("Artist", "palette,openai")]).starts_with("OpenAI is a stand-in"));
        assert!(said(&[("Screener", "openai")]).starts_with("OpenAI is a stand-in"));
        assert!(said(&[("Artist", "openai"), ("OpenAiApiKey", "k")]).contains("the real one"));
        assert!(said(&[("Artist", "gemini"), ("GeminiBaseUrl", "http://h")]).contains("http://h"));
        assert_eq!(said(&[("Artist", "gemini,openai")]).lines().count(), 2);
    }

    #[test]
    fn where_credits_are_sold_there_is_a_merchant() {
        let said = |all: &[(&str, &str)]| words(&parameters(all)).join("\n");
        assert!(said(&[]).contains("Polar is a stand-in on this machine: nobody pays there"));
        assert!(said(&[("PolarAccessToken", "k")]).contains("Polar is the real one"));
    }

    #[tokio::test]
    async fn what_is_given_is_not_replaced() {
        let mut options = Options::new("/nowhere").unwrap();
        let artists = [("Artist", "openai,gemini"), ("OpenAiBaseUrl", "http://h/v1"), ("GeminiApiKey", "k")];
        let given = [&artists[..], &[("PolarAccessToken", "t"), ("TurnstileSecretKey", "s")]].concat();
        options.parameters = parameters(&given);
        let started = StandIns::start(&mut options).await.unwrap();
        assert!(started.urls().is_empty());
        let of = |name: &str| options.parameters.get(name).map(String::as_str);
        assert_eq!((of("OpenAiBaseUrl"), of("OpenAiApiKey")), (Some("http://h/v1"), Some(NO_KEY)));
        assert_eq!((of("GeminiBaseUrl"), of("GeminiApiKey")), (None, Some("k")));
        assert_eq!((of("PolarBaseUrl"), of("PolarAccessToken"), of("PolarWebhookSecret")), (None, Some("t"), None));
        assert_eq!((of("TurnstileSiteKey"), of("TurnstileSecretKey")), (None, Some("s")));
    }

    #[tokio::test]
    async fn a_program_that_is_not_built_is_named_with_the_remedy() {
        let mut options = Options::new("/nowhere").unwrap();
        options.binaries = "/nowhere".into();
        options.parameters = parameters(&[("Artist", "openai")]);
        let error = format!("{:#}", StandIns::start(&mut options).await.unwrap_err());
        assert!(error.contains("cargo build"), "{error}");
    }
}
