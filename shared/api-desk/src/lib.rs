//! The JSON of the desk.

use std::collections::BTreeMap;
use std::str::FromStr;

use desk::{Assertion, AtTheDesk, AuditEntry, CasePage, CredentialId, Opened, Place, Registration, Role};
use kernel::{Email, Failure, GenerationId, OperatorId, Reason, Timestamp};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use studio::Case;
use studio::case::{Category, Ground, Outcome, Ruling, StatementOfReasons};

/// What a browser says when a passkey signed: each part in base64url without padding. The challenge is the SHA-256 of the action in RFC 8785.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AssertionParts {
    #[cfg_attr(feature = "openapi", schema(min_length = 2, max_length = 340))]
    pub credential_id: String,
    pub client_data_json: String,
    pub authenticator_data: String,
    pub signature: String,
}

impl AssertionParts {
    /// # Errors
    /// [`Failure::Denied`] for an id that is none.
    pub fn read(self) -> Result<Assertion, Failure> {
        let Self { credential_id, client_data_json, authenticator_data, signature } = self;
        Ok(Assertion { credential_id: credential_id.parse::<CredentialId>()?, client_data_json, authenticator_data, signature })
    }
}

impl From<Assertion> for AssertionParts {
    fn from(assertion: Assertion) -> Self {
        let Assertion { credential_id, client_data_json, authenticator_data, signature } = assertion;
        Self { credential_id: credential_id.to_string(), client_data_json, authenticator_data, signature }
    }
}

/// An object: a list of its fields would do for the derived code.
fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<T, D::Error> {
    match Value::deserialize(deserializer)? {
        object @ Value::Object(_) => serde_json::from_value(object).map_err(|_| D::Error::custom("an object of these fields is needed")),
        _ => Err(D::Error::custom("an object is needed")),
    }
}

/// The same where it may be absent.
fn maybe_object<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    object(deserializer).map(Some)
}

/// The time of an action, in whole seconds: `2026-11-30T18:00:00Z`, so that both sides write it alike.
fn whole_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let at = Timestamp::deserialize(deserializer)?;
    if at.subsec_nanosecond() == 0 { Ok(at) } else { Err(D::Error::custom("at must be in whole seconds")) }
}

/// `POST /v1/desk/sessions`
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeskSignIn {
    pub email: String,
    /// Of `POST /v1/auth/codes`.
    pub code: String,
    /// Once there is a passkey: `{"action":"sign-in","at":…}`, signed.
    #[serde(default, deserialize_with = "maybe_object")]
    pub passkey: Option<SignedAt>,
}

/// When something was signed, and how.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignedAt {
    /// In whole seconds, within two minutes of now.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(deserialize_with = "whole_seconds")]
    pub at: Timestamp,
    #[serde(deserialize_with = "object")]
    pub assertion: AssertionParts,
}

impl SignedAt {
    /// # Errors
    /// As of [`AssertionParts::read`].
    pub fn read(self) -> Result<(Timestamp, Assertion), Failure> {
        Ok((self.at, self.assertion.read()?))
    }
}

impl DeskSignIn {
    /// # Errors
    /// [`Failure::Invalid`] for what is no address.
    pub fn email(&self) -> Result<Email, Failure> {
        self.email.parse().map_err(|_| Failure::invalid(Reason::FieldInvalid, "email must be an e-mail address."))
    }

    /// What was signed, if anything.
    ///
    /// # Errors
    /// As of [`AssertionParts::read`].
    pub fn signed(&mut self) -> Result<Option<(Timestamp, Assertion)>, Failure> {
        self.passkey.take().map(SignedAt::read).transpose()
    }
}

/// Somebody at the desk.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeskSessionReply {
    /// `opr_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub operator_id: OperatorId,
    /// `support`, `moderator` or `lead`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub role: Role,
    /// `by-passkey`, or `by-code`, which may register the first passkey and nothing else.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub opened: &'static str,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

impl From<&AtTheDesk> for DeskSessionReply {
    fn from(session: &AtTheDesk) -> Self {
        let AtTheDesk { operator, opened, expires_at, .. } = session;
        Self { operator_id: operator.id, role: operator.role, opened: Opened::name(*opened), expires_at: *expires_at }
    }
}

/// `POST /v1/desk/passkeys`
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasskeyRequest {
    /// Of the action `{"action":"register-passkey","at":…,"operator_id":…}`, whose hash is the challenge.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(deserialize_with = "whole_seconds")]
    pub at: Timestamp,
    pub client_data_json: String,
    pub authenticator_data: String,
    /// By a passkey that one has, over the same hash; absent for the first.
    #[serde(default, deserialize_with = "maybe_object")]
    pub assertion: Option<AssertionParts>,
}

impl PasskeyRequest {
    /// # Errors
    /// As of [`AssertionParts::read`].
    pub fn read(self) -> Result<(Timestamp, Registration, Option<Assertion>), Failure> {
        let Self { at, client_data_json, authenticator_data, assertion } = self;
        Ok((at, Registration { client_data_json, authenticator_data }, assertion.map(AssertionParts::read).transpose()?))
    }
}

/// A passkey that was registered.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyReply {
    pub credential_id: String,
}

/// The queue.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CasesReply {
    /// Open ones, by the time by which somebody decides.
    pub cases: Vec<CaseReply>,
    /// The start of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl CasesReply {
    #[must_use]
    pub fn new(page: &CasePage, operator: OperatorId) -> Self {
        let next_cursor = page.next.map(|(due_at, id)| format!("{}.{id}", due_at.as_second()));
        Self { cases: page.cases.iter().map(|case| CaseReply::new(case, operator)).collect(), next_cursor }
    }
}

/// The cursor of the queue.
pub struct CaseCursor(pub Place);

impl FromStr for CaseCursor {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let read = || {
            let (due_at, id) = text.split_once('.')?;
            Some((Timestamp::from_second(due_at.parse().ok()?).ok()?, id.parse().ok()?))
        };
        read().map(Self).ok_or_else(|| Failure::invalid(Reason::FieldInvalid, "cursor must be a next_cursor."))
    }
}

/// A case. It names no account.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseReply {
    /// The id of its generation.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub case_id: GenerationId,
    /// `referred` or `blocked`, by the screening.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub decision: &'static str,
    /// `needs-review` or `content-rules`, as its person reads it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub category: Category,
    /// By what the screeners look for, 0 to 1.
    pub scores: BTreeMap<String, f64>,
    pub screener: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub opened_at: Timestamp,
    /// By when somebody decides; absent when it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub due_at: Option<Timestamp>,
    /// When the photo is gone.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub photo_until: Timestamp,
    /// Whether whoever asks may decide it now.
    pub may_decide: bool,
    /// The decision without an appeal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ruling: Option<RulingReply>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appeal: Option<AppealReply>,
}

/// What an operator decided.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RulingReply {
    /// `uphold` or `overturn`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub outcome: Outcome,
    /// `sexual`, `violence`, `self-harm`, `hate`, `child-safety`, `not-theirs`, `other-terms`, or `allowed` with `overturn`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub ground: Ground,
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub operator_id: OperatorId,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// Whether its generation went on.
    pub resumed: bool,
}

/// What its person says against it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppealReply {
    pub text: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ruling: Option<RulingReply>,
}

impl CaseReply {
    /// As this operator sees it.
    #[must_use]
    pub fn new(case: &Case, operator: OperatorId) -> Self {
        let appeal = case.appeal.as_ref();
        Self {
            case_id: case.generation,
            decision: case.decision.name(),
            category: case.category(),
            scores: case.scores.clone(),
            screener: case.screener.clone(),
            opened_at: case.opened_at,
            due_at: case.due_at,
            photo_until: case.photo_until,
            may_decide: case.is_open() && case.may_be_decided_by(operator),
            ruling: case.ruling.as_ref().map(RulingReply::new),
            appeal: appeal.map(|appeal| AppealReply {
                text: appeal.text.clone(),
                at: appeal.at,
                ruling: appeal.ruling.as_ref().map(RulingReply::new),
            }),
        }
    }
}

impl RulingReply {
    fn new(ruling: &Ruling) -> Self {
        let Ruling { outcome, ground, operator, at, resumed, .. } = *ruling;
        Self { outcome, ground, operator_id: operator, at, resumed }
    }
}

/// A case with the reasons that its person was given.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WholeCaseReply {
    #[serde(flatten)]
    pub case: CaseReply,
    pub reasons: Vec<ReasonsReply>,
}

/// A statement of reasons (DSA, art. 17), in words of closed lists.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReasonsReply {
    /// `photo-blocked`, `lifted` or `lifted-too-late`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub restriction: studio::case::Restriction,
    /// `found-and-blocked-by-program` or `found-by-program-decided-by-person`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub facts: studio::case::Facts,
    /// `screening`, or that of a decision.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub ground: Ground,
    /// `appeal` or `courts`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub redress: studio::case::Redress,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
}

impl WholeCaseReply {
    #[must_use]
    pub fn new(case: &Case, reasons: &[StatementOfReasons], operator: OperatorId) -> Self {
        let reply = |reasons: &StatementOfReasons| {
            let StatementOfReasons { restriction, facts, ground, redress, at } = *reasons;
            ReasonsReply { restriction, facts, ground, redress, at }
        };
        Self { case: CaseReply::new(case, operator), reasons: reasons.iter().map(reply).collect() }
    }
}

/// `POST /v1/desk/cases/{id}/decisions`: `{"action":"decide","at":…,"case_id":…,"ground":…,"outcome":…}`, signed.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    /// `uphold` or `overturn`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub outcome: Outcome,
    /// `allowed` with `overturn`, and any other with `uphold`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub ground: Ground,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(deserialize_with = "whole_seconds")]
    pub at: Timestamp,
    #[serde(deserialize_with = "object")]
    pub assertion: AssertionParts,
}

/// A part of a trail.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditReply {
    /// The earliest first.
    pub entries: Vec<AuditEntryReply>,
    /// The number after which the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_after: Option<u64>,
}

/// An entry of a trail. The SHA-256 of its RFC 8785 form, without `hash`, is its hash, and the `previous` of the next.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntryReply {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub operator_id: OperatorId,
    /// From 1 on.
    pub number: u64,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// What was signed, in its canonical spelling.
    pub action: String,
    /// The case that it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub case_id: Option<GenerationId>,
    pub assertion: AssertionParts,
    /// The hash of the entry before; empty for the first.
    pub previous: String,
    pub hash: String,
}

impl AuditReply {
    /// # Errors
    /// [`Failure::Broken`] when an entry cannot be written.
    pub fn new(entries: Vec<AuditEntry>, limit: u16) -> Result<Self, Failure> {
        let next_after = entries.last().filter(|_| entries.len() == usize::from(limit)).map(|last| last.number);
        let reply = |entry: AuditEntry| {
            let hash = entry.hash()?;
            let AuditEntry { operator_id, number, at, action, case_id, assertion, previous } = entry;
            Ok(AuditEntryReply { operator_id, number, at, action, case_id, assertion: assertion.into(), previous, hash })
        };
        Ok(Self { entries: entries.into_iter().map(reply).collect::<Result<_, Failure>>()?, next_after })
    }
}
