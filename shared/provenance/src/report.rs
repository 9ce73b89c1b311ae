//! The report on a picture's origin.

use serde::Serialize;

use crate::source_type::{is_of_ai, meaning};

/// The code for a manifest that is elsewhere, where nothing is fetched
pub(crate) const ELSEWHERE: &str = "manifest.inaccessible";

/// The validity of Content Credentials
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The picture has none
    None,
    /// They do not match the file, or cannot be checked
    Invalid,
    /// They match the file; no trust anchor vouches for the signer
    Valid,
    /// They match the file, and a trust anchor vouches for the signer
    Trusted,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Such as `c2pa.created`
    pub action: String,
    /// The IPTC digital source type of its result
    pub digital_source_type: Option<String>,
}

/// A source of the picture
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ingredient {
    /// `parentOf`, `componentOf` or `inputTo`
    pub relationship: String,
    pub title: Option<String>,
    /// The software that made it, by its own manifest
    pub generator: Option<String>,
    /// Its IPTC digital source type, by its own manifest: where a source of it is of AI, and it does not say that itself, that of the source
    pub digital_source_type: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub state: State,
    /// The faults found, as codes of the C2PA specification, such as `signingCredential.untrusted`
    pub codes: Vec<String>,
    /// The software that made the manifest
    pub generator: Option<String>,
    /// The signer's name, by the certificate
    pub signer: Option<String>,
    /// The IPTC digital source type of the picture: the last that is of AI, or else the last
    pub digital_source_type: Option<String>,
    /// In order; where there are too many, those of AI before others
    pub actions: Vec<Action>,
    pub ingredients: Vec<Ingredient>,
}

/// The claims of a picture about its origin. Only the state is a finding of ours: an untrusted manifest can claim anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub credentials: Credentials,
    /// The IPTC digital source type in its XMP, which is unsigned
    pub xmp_digital_source_type: Option<String>,
    /// The whole report in one sentence
    pub summary: String,
}

impl Credentials {
    /// For a picture without any claim
    pub(crate) const fn none() -> Self {
        Self {
            state: State::None,
            codes: Vec::new(),
            generator: None,
            signer: None,
            digital_source_type: None,
            actions: Vec::new(),
            ingredients: Vec::new(),
        }
    }

    /// For a picture with an unreadable manifest
    pub(crate) fn unreadable(code: &str) -> Self {
        Self { state: State::Invalid, codes: vec![code.to_owned()], ..Self::none() }
    }
}

impl Report {
    pub(crate) fn new(credentials: Credentials, xmp_digital_source_type: Option<String>) -> Self {
        let summary = summary(&credentials, xmp_digital_source_type.as_deref());
        Self { credentials, xmp_digital_source_type, summary }
    }
}

fn summary(credentials: &Credentials, xmp: Option<&str>) -> String {
    let signed = match credentials.state {
        State::Trusted => format!("Signed by a trusted signer and unchanged since: {}.", claim(credentials)),
        State::Valid => format!("Unchanged since it was signed, by a signer we do not know: {}.", claim(credentials)),
        State::Invalid if credentials.codes == [ELSEWHERE] => {
            "It says that its Content Credentials are elsewhere; nothing is fetched, and so they cannot be checked.".to_owned()
        }
        State::Invalid => {
            "It carries Content Credentials, but they do not fit the file or cannot be checked: believe nothing they say.".to_owned()
        }
        State::None => {
            return match xmp {
                Some(uri) => format!("It carries no Content Credentials; an unsigned note in it says that {}.", meaning(uri)),
                None => "It says nothing of its origin. That is no sign of anything: most pictures do not.".to_owned(),
            };
        }
    };
    // Beside a signature, what anyone may have written counts only where it speaks against the writer.
    match xmp.filter(|uri| is_of_ai(uri)) {
        Some(uri) if !signed.contains(meaning(uri)) => format!("{signed} An unsigned note in it says that {}.", meaning(uri)),
        _ => signed,
    }
}

/// What the signer says, and nothing that others say: of the picture, and of the sources it was made of where they are of AI
fn claim(credentials: &Credentials) -> String {
    let generator = credentials.generator.as_deref().unwrap_or("an unnamed program");
    let own = credentials.digital_source_type.as_deref();
    let said =
        own.map_or_else(|| format!("{generator} does not say how it was made"), |uri| format!("{generator} says that {}", meaning(uri)));
    let sources = credentials.ingredients.iter().filter_map(|source| source.digital_source_type.as_deref());
    match sources.filter(|uri| is_of_ai(uri)).map(meaning).next() {
        Some(made) if !own.is_some_and(is_of_ai) => format!("{said}; of a picture it was made from, the credentials say that {made}"),
        _ => said,
    }
}
