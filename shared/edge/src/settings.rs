//! The environment variables, read once at start.

use std::collections::BTreeMap;

use accounts::Pepper;
use kernel::{SignedDuration, SystemClock, limits};
use lambda_http::http::HeaderValue;
use policy::{Deployment, NotAttested, listed};
use url::Url;

use crate::http::OriginSecret;
use crate::http::stream::Delivery;
use crate::{DeskCookie, LocaleCookie, SessionKeys, SignInCookie, TrialCookie};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The local cloud: plain http on localhost, offline stand-ins by default, a movable clock.
    Local,
    Production,
}

/// The environment is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A variable is absent or empty.
    #[error("the environment variable {0} is not set")]
    Absent(&'static str),
    #[error("the environment variable {name} {what}")]
    Invalid { name: &'static str, what: &'static str },
    /// A list holds an unknown or repeated name.
    #[error("the environment variable {name} names {value:?}; known are {}, each at most once, separated by commas", .known.join(", "))]
    Unknown {
        name: &'static str,
        /// The name.
        value: String,
        /// The known names.
        known: &'static [&'static str],
    },
    /// The deployment attests what nobody can agree to.
    #[error("the environment variable ZERO_RETENTION: {0}")]
    Attested(#[from] NotAttested),
}

/// The methods that a path takes, for the function that answers the others: `ALLOWED_METHODS`, which the stacks give it.
pub(crate) fn allowed_methods() -> String {
    std::env::var("ALLOWED_METHODS").unwrap_or_default()
}

/// What the distribution in front of the API says with each request: `ORIGIN_SECRET`, which the stacks give to what asks for addresses.
pub(crate) fn origin_secret() -> Option<OriginSecret> {
    OriginSecret::new(std::env::var("ORIGIN_SECRET").ok()?)
}

/// What the function counts, with its limits in the table of [`kernel::limits`]: `COUNTS`, which the stacks give it, as the value of `RateLimit-Policy`.
/// None where it counts nothing.
pub(crate) fn rate_limit_policy() -> Option<HeaderValue> {
    policy_of(&std::env::var("COUNTS").ok()?)
}

fn policy_of(counts: &str) -> Option<HeaderValue> {
    let items: Vec<String> = counts.split(',').flat_map(limits::quotas).map(|quota| quota.policy()).collect();
    HeaderValue::from_str(&items.join(", ")).ok().filter(|value| !value.is_empty())
}

/// The settings that every function shares; others are read by name.
#[derive(Clone)]
pub struct Settings {
    pub stage: Stage,
    /// Moved by `CLOCK_OFFSET_SECONDS` in the local cloud.
    pub clock: SystemClock,
    /// The values of variables; `None` reads the environment.
    values: Option<BTreeMap<&'static str, String>>,
}

impl std::fmt::Debug for Settings {
    /// Without the values, some of which are keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("stage", &self.stage).finish_non_exhaustive()
    }
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// [`SettingsError`] when `STAGE` is neither `local` nor `production`, or a clock offset is set outside the local cloud.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::from(None)
    }

    /// Settings of these values alone, without the environment: for tests.
    ///
    /// # Errors
    /// As [`Settings::from_env`].
    pub fn of(values: &[(&'static str, &str)]) -> Result<Self, SettingsError> {
        Self::from(Some(values.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()))
    }

    fn from(values: Option<BTreeMap<&'static str, String>>) -> Result<Self, SettingsError> {
        let unread = Self { stage: Stage::Production, clock: SystemClock::default(), values };
        let stage = match unread.read("STAGE").as_deref() {
            Some("local") => Stage::Local,
            Some("production") => Stage::Production,
            Some(_) => return Err(SettingsError::Invalid { name: "STAGE", what: "must be local or production" }),
            None => return Err(SettingsError::Absent("STAGE")),
        };
        let offset = clock_offset(unread.read("CLOCK_OFFSET_SECONDS"), stage)?;
        Ok(Self { stage, clock: SystemClock::ahead_by(offset), ..unread })
    }

    fn read(&self, name: &'static str) -> Option<String> {
        match &self.values {
            Some(values) => values.get(name).cloned(),
            None => std::env::var(name).ok(),
        }
    }

    /// The value of a variable.
    ///
    /// # Errors
    /// [`SettingsError::Absent`] when it is not set or empty.
    pub fn required(&self, name: &'static str) -> Result<String, SettingsError> {
        self.read(name).filter(|value| !value.is_empty()).ok_or(SettingsError::Absent(name))
    }

    /// The value of an optional variable; empty when it is not set.
    #[must_use]
    pub fn optional(&self, name: &'static str) -> String {
        self.read(name).unwrap_or_default()
    }

    /// The function's AWS region, which Lambda sets.
    ///
    /// # Errors
    /// [`SettingsError::Absent`] outside Lambda and the local cloud.
    pub fn region(&self) -> Result<String, SettingsError> {
        self.required("AWS_REGION")
    }

    /// # Errors
    /// [`SettingsError`] when it is absent or no such number.
    pub fn number(&self, name: &'static str) -> Result<u32, SettingsError> {
        self.required(name)?.parse().map_err(|_| SettingsError::Invalid { name, what: "must be a whole number" })
    }

    /// The origin of a site, as browsers write it (RFC 6454, 6.2): in lower case and ASCII, without the scheme's own port and without a final slash.
    ///
    /// # Errors
    /// [`SettingsError`] when it is absent, or more or less than `http` or `https`, a host and perhaps a port.
    pub fn origin(&self, name: &'static str) -> Result<String, SettingsError> {
        origin(&self.required(name)?).ok_or(SettingsError::Invalid { name, what: "must be http or https, a host and perhaps a port" })
    }

    /// The deployment as its policy describes it, without what its screeners look for.
    ///
    /// # Errors
    /// [`SettingsError`] when one of its variables is absent or invalid.
    pub fn deployment(&self) -> Result<Deployment, SettingsError> {
        let contact = self.required("POLICY_CONTACT")?;
        let others = [("polar", "POLAR_SERVER"), ("turnstile", "TURNSTILE_SITE_KEY")];
        Ok(Deployment {
            service: self.required("SERVICE_NAME")?,
            contact: contact
                .parse()
                .map_err(|_| SettingsError::Invalid { name: "POLICY_CONTACT", what: "must be an address or an https page" })?,
            origin: self.origin("PUBLIC_ORIGIN")?,
            region: self.region()?,
            artists: listed(&self.optional("ARTIST"), "palette"),
            screeners: listed(&self.optional("SCREENER"), "offline"),
            others: others.into_iter().filter(|(_, key)| !self.optional(key).is_empty()).map(|(id, _)| id.to_owned()).collect(),
            attestations: self.optional("ZERO_RETENTION").parse()?,
            looked_for: Vec::new(),
            not_looked_for: Vec::new(),
        })
    }

    /// The mode of delivery by `RESPONSE_STREAMING`: `on` or `off`; by default off.
    ///
    /// # Errors
    /// [`SettingsError`] for any other value.
    pub fn delivery(&self) -> Result<Delivery, SettingsError> {
        let name = "RESPONSE_STREAMING";
        match self.required(name).as_deref() {
            Ok("on") => Ok(Delivery::Streamed),
            Ok("off") | Err(_) => Ok(Delivery::Whole),
            Ok(_) => Err(SettingsError::Invalid { name, what: "must be on or off" }),
        }
    }

    /// The pepper of the keyed hashes, `PEPPER_SECRET`.
    ///
    /// # Errors
    /// [`SettingsError`] when it is absent or shorter than 32 characters.
    pub fn pepper(&self) -> Result<Pepper, SettingsError> {
        Ok(Pepper::new(self.secret("PEPPER_SECRET")?.as_bytes()))
    }

    /// The cookie of a sign-in.
    #[must_use]
    pub fn sign_in_cookie(&self) -> SignInCookie {
        SignInCookie::new(self.stage)
    }

    /// The cookie of a chosen language.
    #[must_use]
    pub fn locale_cookie(&self) -> LocaleCookie {
        LocaleCookie::new(self.stage)
    }

    /// The cookie of a trial.
    #[must_use]
    pub fn trial_cookie(&self) -> TrialCookie {
        TrialCookie::new(self.stage)
    }

    /// The cookie of a session at the desk.
    #[must_use]
    pub fn desk_cookie(&self) -> DeskCookie {
        DeskCookie::new(self.stage)
    }

    /// The keys of session tokens, `SESSION_SECRET`: the first signs, and all of them are accepted.
    ///
    /// # Errors
    /// [`SettingsError`] when there is none, or one is shorter than 32 characters.
    pub fn session_keys(&self) -> Result<SessionKeys, SettingsError> {
        let (first, others) = self.keys("SESSION_SECRET")?;
        Ok(SessionKeys::new(&first, &others, self.stage, self.clock))
    }

    /// The names in `variable`: some of `known`, separated by commas, in their order. The first of `known` is the offline stand-in: it is the default
    /// in the local cloud.
    ///
    /// # Errors
    /// [`SettingsError`] when a name is unknown or repeated, and in production when none is given, so that nobody runs an offline stand-in by
    /// accident.
    pub fn choices(&self, variable: &'static str, known: &'static [&'static str]) -> Result<Vec<&'static str>, SettingsError> {
        choices(self.stage, variable, self.required(variable), known)
    }

    /// A generated secret. Its variable holds the deployment's revision of the secrets, a space and the secret.
    ///
    /// # Errors
    /// [`SettingsError`] when it is absent or shorter than 32 characters.
    pub fn secret(&self, name: &'static str) -> Result<String, SettingsError> {
        match self.keys(name)? {
            (secret, others) if others.is_empty() => Ok(secret),
            _ => Err(SettingsError::Invalid { name, what: "must be one secret" }),
        }
    }

    /// The keys of a secret that may have several, with spaces between them.
    fn keys(&self, name: &'static str) -> Result<(String, Vec<String>), SettingsError> {
        let value = self.required(name)?;
        let mut keys = value.split_ascii_whitespace().skip(1).map(str::to_owned);
        match (keys.next(), keys.collect::<Vec<_>>()) {
            (Some(first), others) if first.len() >= 32 && others.iter().all(|key| key.len() >= 32) => Ok((first, others)),
            _ => Err(SettingsError::Invalid { name, what: "must be a revision and secrets of at least 32 characters" }),
        }
    }
}

fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_web = ["http", "https"].contains(&url.scheme()) && !url.host_str()?.contains('*');
    let is_bare =
        url.username().is_empty() && url.password().is_none() && url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    (is_web && is_bare).then(|| url.origin().ascii_serialization())
}

fn choices(
    stage: Stage,
    name: &'static str,
    value: Result<String, SettingsError>,
    known: &'static [&'static str],
) -> Result<Vec<&'static str>, SettingsError> {
    let text = match (value, stage) {
        (Ok(text), _) => text,
        (Err(_), Stage::Local) => return Ok(known.iter().take(1).copied().collect()),
        (Err(absent), Stage::Production) => return Err(absent),
    };
    let mut chosen: Vec<&'static str> = Vec::new();
    for value in text.split(',').map(str::trim) {
        let found = known.iter().find(|known| **known == value && !chosen.contains(known));
        chosen.push(found.ok_or_else(|| SettingsError::Unknown { name, value: value.to_owned(), known })?);
    }
    Ok(chosen)
}

fn clock_offset(value: Option<String>, stage: Stage) -> Result<SignedDuration, SettingsError> {
    let name = "CLOCK_OFFSET_SECONDS";
    let Some(text) = value.filter(|text| !text.is_empty()) else { return Ok(SignedDuration::ZERO) };
    if stage == Stage::Production {
        return Err(SettingsError::Invalid { name, what: "is for the local cloud alone" });
    }
    let seconds = text.parse().map_err(|_| SettingsError::Invalid { name, what: "must be a whole number of seconds" })?;
    Ok(SignedDuration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_one_spelling_or_is_none() {
        let read = |text: &'static str| Settings::of(&[("STAGE", "local"), ("PUBLIC_ORIGIN", text)]).unwrap().origin("PUBLIC_ORIGIN");
        for (text, origin) in [
            ("https://app.example", "https://app.example"),
            ("HTTPS://App.Example", "https://app.example"),
            ("https://app.example/", "https://app.example"),
            ("https://app.example:443", "https://app.example"),
            ("http://app.example:80/", "http://app.example"),
            ("https://app.example:8443", "https://app.example:8443"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("https://Bücher.example", "https://xn--bcher-kva.example"),
            ("https://例え。テスト", "https://xn--r8jz45g.xn--zckzah"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(origin), "{text}");
        }
        for text in [
            "app.example",
            "https://",
            "https://app.example/site",
            "https://app.example//",
            "https://app.example/?a",
            "https://app.example?",
            "https://app.example#a",
            "https://ada@app.example",
            "https://:secret@app.example",
            "https://*.app.example",
            "*",
            "null",
            "ftp://app.example",
            "file:///site",
            "https://app.example:99999",
            "https://a b.example",
            "https://app.example, https://b.example",
        ] {
            assert!(matches!(read(text), Err(SettingsError::Invalid { name: "PUBLIC_ORIGIN", .. })), "{text}");
        }
        assert_eq!(read(""), Err(SettingsError::Absent("PUBLIC_ORIGIN")));
    }

    fn settings(stage: &'static str, offset: &'static str) -> Result<Settings, SettingsError> {
        Settings::of(&[("STAGE", stage), ("CLOCK_OFFSET_SECONDS", offset)])
    }

    /// Invariant: Time and chance are ports.
    #[test]
    fn production_refuses_another_time() {
        assert!(settings("local", "86400").is_ok());
        assert!(settings("production", "").is_ok());
        assert_eq!(
            settings("production", "86400").map(|_| ()),
            Err(SettingsError::Invalid { name: "CLOCK_OFFSET_SECONDS", what: "is for the local cloud alone" })
        );
    }

    /// Invariant: Production names its artist, its screener and its signer.
    #[test]
    fn production_runs_no_offline_stand_in_unless_it_is_named() {
        let absent = || Err(SettingsError::Absent("ARTIST"));
        let known = &["palette", "openai"];
        assert_eq!(choices(Stage::Local, "ARTIST", absent(), known), Ok(vec!["palette"]));
        assert_eq!(choices(Stage::Production, "ARTIST", absent(), known), Err(SettingsError::Absent("ARTIST")));
    }

    #[test]
    fn a_list_keeps_its_order_and_names_only_what_there_is() {
        let choose = |text: &str| choices(Stage::Production, "ARTIST", Ok(text.to_owned()), &["palette", "openai", "gemini"]);
        assert_eq!(choose("gemini, palette"), Ok(vec!["gemini", "palette"]));
        for wrong in ["dalle", "openai,openai", "openai,", "OpenAI", ","] {
            assert!(choose(wrong).is_err(), "{wrong}");
        }
        let said = choose("openai,dalle").unwrap_err().to_string();
        assert_eq!(
            said,
            "the environment variable ARTIST names \"dalle\"; known are palette, openai, gemini, each at most once, separated by commas"
        );
    }

    #[test]
    fn an_69_the_limits_of_what_a_function_counts_are_a_header() {
        let policy = |counts| policy_of(counts).map(|value| value.to_str().unwrap().to_owned());
        let generations = r#""generations-account-hour";q=60;w=3600, "generations-account-at-once";q=10"#;
        assert_eq!(policy("generations").as_deref(), Some(generations));
        assert!(policy("guesses,accounts").is_some_and(|both| both.contains("guesses-line-hour") && both.contains("accounts-block-day")));
        assert_eq!((policy(""), policy("nothing")), (None, None));
    }

    #[test]
    fn an_unknown_stage_does_not_start() {
        assert!(settings("staging", "").is_err());
    }
}
