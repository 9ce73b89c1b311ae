//! The JSON of what a browser needs before anybody signs in.

use api_studio::StylesReply;
use kernel::{Language, Limit, limits};
use outreach::{CONSENT_VERSION, consent_words};
use policy::{Changes, Contact, Profile, Said, inventory};
use serde::Serialize;
use studio::BubbleText;

/// What an artist or a screener of our own is called.
const OWN: &str = "Built in";

/// A deployment, as its variables describe it.
#[derive(Debug, Clone)]
pub struct Site {
    pub profile: Profile,
    pub service: String,
    /// The site's origin.
    pub origin: String,
    pub contact: Contact,
    pub artists: Vec<String>,
    pub screeners: Vec<String>,
    /// Empty where nobody may try without an account.
    pub turnstile_site_key: String,
    /// Where the challenge is, with its version.
    pub turnstile_base_url: String,
    pub refund_days: u32,
    /// Where drawings in the answer to one request are asked for; empty where there are none.
    pub instant_url: String,
    /// Which of the merchant's servers sells credits; empty where nothing is for sale.
    pub polar_server: String,
}

/// `GET /privacy/changes`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangesReply {
    pub from: String,
    /// The present version.
    pub to: String,
    /// The day from which the present version applies, where it was announced before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub effective: Option<String>,
    /// Changes that people are told of by mail before they apply.
    pub material: Vec<ChangeReply>,
    pub editorial: Vec<ChangeReply>,
}

/// One change, a sentence in each language
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeReply {
    /// Its name for programs, in kebab case.
    pub kind: &'static str,
    pub en: String,
    pub ja: String,
}

impl From<Changes> for ChangesReply {
    fn from(changes: Changes) -> Self {
        let said = |all: Vec<Said>| all.into_iter().map(|Said { kind, en, ja }| ChangeReply { kind, en, ja }).collect();
        let Changes { from, to, effective, material, editorial } = changes;
        Self { from, to, effective: effective.map(|day| day.to_string()), material: said(material), editorial: said(editorial) }
    }
}

/// `GET /v1/site`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SiteReply {
    /// The policy profile of the deployment.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub profile: Profile,
    /// The name of the service.
    pub service: String,
    pub features: FeaturesReply,
    /// The entity tag of `GET /v1/styles` without its quotes: another means other styles or prices.
    pub styles_version: String,
    /// Who draws, in the order in which they are asked.
    pub artists: Vec<NamedReply>,
    /// Who looks at a picture before it is drawn.
    pub screeners: Vec<NamedReply>,
    /// The challenge before a trial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge: Option<ChallengeReply>,
    /// BCP 47 tags; the first is the one for all other languages.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub locales: [&'static str; Language::ALL.len()],
    /// The words of an opt-in to news and offers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marketing: Option<ConsentReply>,
    pub limits: LimitsReply,
    pub links: LinksReply,
}

/// A widget of Turnstile.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChallengeReply {
    /// The public key of the widget.
    pub site_key: String,
    /// The script that shows it, with `render=explicit`: a page loads it when its form is opened, and not before.
    pub script_url: String,
}

/// What this deployment has.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeaturesReply {
    /// Signing in, credits and generations.
    pub accounts: bool,
    /// A try without an account.
    pub trials: bool,
    /// Buying credits.
    pub payments: bool,
    /// Drawings in the answer to one request, with nothing stored.
    pub instant: bool,
}

/// Words that somebody may agree to. What is sent with the agreement is their version.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentReply {
    pub text_version: &'static str,
    pub texts: Vec<ConsentTextReply>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentTextReply {
    /// One of `locales`.
    pub locale: &'static str,
    pub text: &'static str,
}

/// Software of ours or of somebody else.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedReply {
    /// As in the policy, and in the header `Provider-Consent`.
    pub id: String,
    /// For people.
    pub name: String,
    /// Whether a picture leaves the service for it.
    pub is_third_party: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LimitsReply {
    /// Bytes of a picture to draw from.
    pub upload_bytes: u64,
    /// Drawings of one generation.
    pub drawings: u8,
    /// Characters of a speech bubble, as a person counts them.
    pub bubble_characters: usize,
    /// Characters of a message to the operator.
    pub feedback_characters: usize,
    /// Actions in one request.
    pub actions: usize,
    /// Generations that run at once.
    pub generations_at_once: u32,
    /// Days after paying within which unused credits are refunded at once.
    pub refund_days: u32,
    /// How often something may be done.
    pub rates: Vec<RateReply>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateReply {
    /// As in the headers `RateLimit-Policy` and `RateLimit`.
    pub name: String,
    /// What is counted.
    pub what: &'static str,
    /// By whom.
    pub by: &'static str,
    pub most: u32,
    pub window_seconds: i64,
}

/// Absolute paths of this API, and other addresses.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinksReply {
    /// The site.
    pub site: String,
    pub privacy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub styles: Option<&'static str>,
    /// Where a picture is posted to that is drawn in the answer: an address of its own, which streams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instant: Option<String>,
    /// Who answers questions: `mailto:…` or `https://…`.
    pub contact: String,
}

impl SiteReply {
    #[must_use]
    pub fn new(site: &Site) -> Self {
        let is_wallet = site.profile == Profile::Wallet;
        let key = Some(&site.turnstile_site_key).filter(|key| is_wallet && !key.is_empty());
        Self {
            profile: site.profile,
            service: site.service.clone(),
            features: FeaturesReply {
                accounts: is_wallet,
                trials: key.is_some(),
                payments: is_wallet && !site.polar_server.is_empty(),
                instant: !is_wallet,
            },
            styles_version: StylesReply::catalogue().version(),
            artists: site.artists.iter().map(|id| NamedReply::of(id)).collect(),
            screeners: site.screeners.iter().map(|id| NamedReply::of(id)).collect(),
            challenge: key.map(|key| ChallengeReply {
                site_key: key.clone(),
                script_url: format!("{}/api.js?render=explicit", site.turnstile_base_url),
            }),
            locales: Language::ALL.map(Language::tag),
            marketing: is_wallet.then(ConsentReply::new),
            limits: LimitsReply::of(site),
            links: LinksReply {
                site: site.origin.clone(),
                privacy: "/privacy",
                styles: is_wallet.then_some("/v1/styles"),
                instant: (!site.instant_url.is_empty()).then(|| format!("{}/v1/instant", site.instant_url.trim_end_matches('/'))),
                contact: site.contact.href(),
            },
        }
    }
}

impl ConsentReply {
    fn new() -> Self {
        let text = |language: Language| ConsentTextReply { locale: language.tag(), text: consent_words(language) };
        Self { text_version: CONSENT_VERSION, texts: Language::ALL.map(text).into() }
    }
}

impl NamedReply {
    /// As the provider ledger calls it; what is not in it is ours.
    fn of(id: &str) -> Self {
        let known = inventory().processors().iter().find(|processor| processor.id == id);
        Self { id: id.to_owned(), name: known.map_or(OWN, |processor| &processor.name).to_owned(), is_third_party: known.is_some() }
    }
}

impl LimitsReply {
    fn of(site: &Site) -> Self {
        // Each profile counts its own: without accounts, only drawings at once are counted.
        let counts = |limit: &Limit| (limit.what == limits::INSTANT_PER_HOUR.what) == (site.profile == Profile::Ephemeral);
        Self {
            upload_bytes: *limits::UPLOAD_BYTES.end(),
            drawings: *limits::DRAWINGS.end(),
            bubble_characters: BubbleText::MOST_CHARACTERS,
            feedback_characters: *limits::FEEDBACK_CHARS.end(),
            actions: *limits::ACTIONS.end(),
            generations_at_once: limits::GENERATIONS_AT_ONCE,
            refund_days: site.refund_days,
            rates: limits::COUNTED.iter().copied().filter(counts).flat_map(Limit::each).map(RateReply::of).collect(),
        }
    }
}

impl RateReply {
    fn of(limit: Limit) -> Self {
        Self { name: limit.name(), what: limit.what, by: limit.by.name(), most: limit.most, window_seconds: limit.window.seconds() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn reply(profile: Profile, artists: &[&str], key: &str) -> Value {
        let site = Site {
            profile,
            service: "Nigao".into(),
            origin: "https://app.example".into(),
            contact: "privacy@app.example".parse().unwrap(),
            artists: artists.iter().map(|id| (*id).to_owned()).collect(),
            screeners: vec!["offline".into()],
            turnstile_site_key: key.into(),
            turnstile_base_url: "https://challenges.cloudflare.com/turnstile/v0".into(),
            instant_url: if profile == Profile::Ephemeral { "https://instant.example/".into() } else { String::new() },
            polar_server: "sandbox".into(),
            refund_days: 14,
        };
        serde_json::to_value(SiteReply::new(&site)).unwrap()
    }

    #[test]
    fn a_profile_says_what_it_has() {
        let wallet = reply(Profile::Wallet, &["palette"], "0x4AAA");
        assert_eq!(wallet["features"], json!({ "accounts": true, "trials": true, "payments": true, "instant": false }));
        let script = "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit";
        assert_eq!(wallet["challenge"], json!({ "site_key": "0x4AAA", "script_url": script }));
        assert_eq!((&wallet["links"]["instant"], &wallet["links"]["contact"]), (&Value::Null, &json!("mailto:privacy@app.example")));
        assert_eq!(reply(Profile::Wallet, &[], "")["features"]["trials"], false);
        let ephemeral = reply(Profile::Ephemeral, &[], "0x4AAA");
        assert_eq!(ephemeral["features"], json!({ "accounts": false, "trials": false, "payments": false, "instant": true }));
        assert!(
            ["challenge", "marketing"].iter().all(|wallets| ephemeral.get(wallets).is_none())
                && ephemeral["links"].get("styles").is_none()
                && ephemeral["links"]["instant"] == "https://instant.example/v1/instant"
        );
    }

    #[test]
    fn artists_are_called_as_the_ledger_calls_them() {
        let artists = reply(Profile::Wallet, &["openai", "palette"], "")["artists"].clone();
        let openai = json!({ "id": "openai", "name": "OpenAI", "is_third_party": true });
        assert_eq!(artists, json!([openai, { "id": "palette", "name": "Built in", "is_third_party": false }]));
    }

    #[test]
    fn an_69_the_limits_are_those_of_the_table() {
        let names = |profile| -> Vec<String> {
            let rates = reply(profile, &[], "")["limits"]["rates"].clone();
            rates.as_array().unwrap().iter().map(|rate| rate["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(Profile::Ephemeral), ["instant-line-hour", "instant-site-hour", "instant-block-hour"]);
        let (wallet, all) = (names(Profile::Wallet), limits::COUNTED.iter().flat_map(|limit| limit.each()).count());
        assert!(wallet.len() == all - 3 && wallet.contains(&"codes-address-hour".to_owned()), "{wallet:?}");
    }
}
