//! What a picture says of its origin.

use serde::Serialize;

/// What its Content Credentials are worth
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// There are none
    None,
    /// They do not fit the file, or cannot be checked
    Invalid,
    /// They fit the file; nobody we trust vouches for the signer
    Valid,
    /// They fit the file, and somebody we trust vouches for the signer
    Trusted,
}

/// A step that a manifest names
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Such as `c2pa.created`
    pub action: String,
    /// What is true of its result, an IPTC digital source type
    pub digital_source_type: Option<String>,
}

/// Something the picture was made of
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ingredient {
    /// `parentOf`, `componentOf` or `inputTo`
    pub relationship: String,
    /// What it was called
    pub title: Option<String>,
    /// What made it, by its own manifest
    pub generator: Option<String>,
    /// What is true of it, by its own manifest
    pub digital_source_type: Option<String>,
}

/// Content Credentials (C2PA)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// What they are worth
    pub state: State,
    /// What was found wrong or not trusted, as codes of the C2PA specification, such as `signingCredential.untrusted`
    pub codes: Vec<String>,
    /// What made the manifest
    pub generator: Option<String>,
    /// Who signed it, by the certificate
    pub signer: Option<String>,
    /// What is true of the picture: of its last action that says so
    pub digital_source_type: Option<String>,
    /// What was done, in order
    pub actions: Vec<Action>,
    /// What it was made of
    pub ingredients: Vec<Ingredient>,
}

/// What a picture says of its origin. Nothing in it is a claim of ours but the state: a manifest that is not trusted can say anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its Content Credentials
    pub credentials: Credentials,
    /// The IPTC digital source type in its XMP, which nobody signed
    pub xmp_digital_source_type: Option<String>,
    /// All this in a sentence
    pub summary: String,
}

impl Credentials {
    /// Of a picture without any
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

    /// Of a picture with a manifest that cannot be read
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
    let generator = credentials.generator.as_deref().unwrap_or("an unnamed program");
    let made = meaning(credentials.digital_source_type.as_deref().or(xmp));
    match credentials.state {
        State::Trusted => format!("Signed by a trusted signer and unchanged since: {generator} says that {made}."),
        State::Valid => format!("Unchanged since it was signed, by a signer we do not know: {generator} says that {made}."),
        State::Invalid => {
            "It carries Content Credentials, but they do not fit the file or cannot be checked: believe nothing they say.".to_owned()
        }
        State::None if xmp.is_some() => format!("It carries no Content Credentials; an unsigned note in it says that {made}."),
        State::None => "It says nothing of its origin. That is no sign of anything: most pictures do not.".to_owned(),
    }
}

/// The end of a sentence that says what a digital source type means
fn meaning(term: Option<&str>) -> &'static str {
    match term.and_then(|uri| uri.rsplit('/').next()) {
        Some("trainedAlgorithmicMedia") => "it was made by generative AI",
        Some("compositeWithTrainedAlgorithmicMedia" | "compositeSynthetic") => "it was edited with generative AI",
        Some("algorithmicallyEnhanced") => "a program changed a real picture, without generative AI",
        Some("algorithmicMedia") => "a program made it, without generative AI",
        Some("digitalCapture" | "computationalCapture") => "a camera took it",
        Some("humanEdits" | "minorHumanEdits" | "digitalArt" | "digitalCreation") => "a person made or edited it",
        Some(_) => "its origin is of a kind named in the report",
        None => "nothing is known of its origin",
    }
}
