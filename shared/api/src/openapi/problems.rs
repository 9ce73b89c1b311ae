//! Refusals: the meaning of each reason, its status, and the responses that name them.

use kernel::Reason;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::schema::{AllOfBuilder, Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{ComponentsBuilder, Header, Ref, Response, ResponseBuilder, Schema};

/// The prefix of a problem's `type`.
const NAMESPACE: &str = "urn:nigao:problem:";

/// The refusals of one status on one route; a fault of ours has no reason.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    For(Vec<Reason>),
    Internal,
}

impl Refusal {
    /// The refusals of a route, one a status: the route's own reasons, and those that every route has.
    pub(super) fn of(reasons: &[Reason]) -> Vec<Self> {
        let mut all: Vec<(u16, Vec<Reason>)> = Vec::new();
        for reason in reasons {
            match all.iter_mut().find(|(known, _)| *known == status(*reason)) {
                Some((_, same)) => same.push(*reason),
                None => all.push((status(*reason), vec![*reason])),
            }
        }
        let every = [Self::For(vec![Reason::MethodNotAllowed]), Self::Internal];
        all.into_iter().map(|(_, reasons)| Self::For(reasons)).chain(every).collect()
    }

    fn status(&self) -> u16 {
        match self {
            Self::For(reasons) => reasons.first().map_or(500, |reason| status(*reason)),
            Self::Internal => 500,
        }
    }

    /// The name of the response in the document.
    fn name(&self) -> String {
        self.slugs().join(".")
    }

    fn slugs(&self) -> Vec<&'static str> {
        match self {
            Self::For(reasons) => reasons.iter().map(|reason| reason.slug()).collect(),
            Self::Internal => vec!["internal"],
        }
    }

    fn description(&self) -> String {
        match self {
            Self::For(reasons) => {
                reasons.iter().map(|reason| format!("`{}`: {}", reason.slug(), meaning(*reason))).collect::<Vec<_>>().join("\n\n")
            }
            Self::Internal => "`internal`: Something went wrong on the service's side; the caller learns no more than that.".into(),
        }
    }

    fn asks_to_wait(&self) -> bool {
        let waits = |reason: &Reason| {
            use Reason::{BudgetSpent, IdempotencyKeyInUse, Overloaded, RateLimited, TimedOut, Unavailable};
            matches!(reason, IdempotencyKeyInUse | RateLimited | BudgetSpent | Unavailable | Overloaded | TimedOut)
        };
        matches!(self, Self::For(reasons) if reasons.iter().any(waits))
    }

    fn response(&self) -> Response {
        let types = self.slugs().into_iter().map(|slug| format!("{NAMESPACE}{slug}"));
        let own = ObjectBuilder::new().schema_type(SchemaType::AnyValue).property("type", text("").enum_values(Some(types)));
        let schema = AllOfBuilder::new().item(Ref::from_schema_name("Problem")).item(own);
        let content = ContentBuilder::new().schema(Some(Schema::AllOf(schema.build()))).build();
        let response = ResponseBuilder::new().description(self.description()).content("application/problem+json", content);
        let response = if self.asks_to_wait() { response.header("Retry-After", retry_after()) } else { response };
        match self.status() {
            401 => response
                .header("WWW-Authenticate", said("The scheme of the session's cookie; no browser asks for a password by it"))
                .build(),
            405 => response.header("Allow", said("The methods that the path takes")).build(),
            429 => response
                .header("RateLimit", said("The limit that is reached, and the seconds until its window ends"))
                .header(POLICY, policy())
                .build(),
            _ => response.build(),
        }
    }
}

/// Adds every refusal as a response of the document, and their shared schema.
pub(super) fn add_to(components: ComponentsBuilder, refusals: Vec<Refusal>) -> ComponentsBuilder {
    let components = components.schema("Problem", problem());
    refusals.into_iter().fold(components, |components, refusal| components.response(refusal.name(), refusal.response()))
}

/// Adds the refusals of a route to its operation.
pub(super) fn refuse(operation: OperationBuilder, refusals: &[Refusal]) -> OperationBuilder {
    refusals
        .iter()
        .fold(operation, |operation, refusal| operation.response(refusal.status().to_string(), Ref::from_response_name(refusal.name())))
}

fn problem() -> Object {
    let status = ObjectBuilder::new().schema_type(Type::Integer).description(Some("The status, as in the status line"));
    ObjectBuilder::new()
        .description(Some("Why a request did not happen (RFC 9457)"))
        .property("type", text("The stable name of the problem, `urn:nigao:problem:` and a reason in kebab case"))
        .property("title", text("The name of the status"))
        .property("status", status)
        .property("detail", text("One sentence for a person: what is wrong and what would be right"))
        .property("request_id", text("What to quote when asking about it"))
        .required("type")
        .required("title")
        .required("status")
        .required("detail")
        .required("request_id")
        .build()
}

fn text(description: &str) -> ObjectBuilder {
    let description = Some(description).filter(|text| !text.is_empty());
    ObjectBuilder::new().schema_type(Type::String).description(description)
}

fn said(description: &str) -> Header {
    HeaderBuilder::new().description(Some(description)).schema(Some(text("").build())).build()
}

/// The header that says the limits.
pub(super) const POLICY: &str = "RateLimit-Policy";

pub(super) fn policy() -> Header {
    said("The limits on what this route counts, each with its number and its window in seconds (draft-ietf-httpapi-ratelimit-headers-11)")
}

fn retry_after() -> Header {
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    HeaderBuilder::new().description(Some("Seconds to wait, where asking again helps")).schema(Some(seconds.build())).build()
}

/// The status with which `edge` answers a reason; a test compares both.
#[must_use]
fn status(reason: Reason) -> u16 {
    match reason {
        Reason::BodyMalformed | Reason::FieldInvalid | Reason::IdempotencyKeyInvalid => 400,
        Reason::SignedOut | Reason::CodeRefused => 401,
        Reason::WalletShort => 402,
        Reason::CrossSite | Reason::ChallengeRefused | Reason::SignatureRefused | Reason::ProcessingRestricted => 403,
        Reason::PasskeyRefused | Reason::RoleInsufficient | Reason::AnotherMustDecide => 403,
        Reason::NotFound => 404,
        Reason::IdempotencyKeyInUse | Reason::UploadNotReceived | Reason::UploadRefused => 409,
        Reason::TrialUsed | Reason::TrialUnfinished => 409,
        Reason::AccountClosing | Reason::ErasureBegun => 409,
        Reason::MethodNotAllowed => 405,
        Reason::BodyTooLarge => 413,
        Reason::MediaTypeUnsupported => 415,
        Reason::IdempotencyKeyReused => 422,
        Reason::PictureUnreadable | Reason::PictureBlank | Reason::PictureRefused | Reason::DrawingRefused => 422,
        Reason::ConsentRequired | Reason::AgeAttestationRequired => 428,
        Reason::RateLimited => 429,
        Reason::Unavailable | Reason::BudgetSpent | Reason::Overloaded => 503,
        Reason::TimedOut => 504,
        Reason::RefundRefused | Reason::AddressTaken => 409,
        Reason::CaseDecided | Reason::AppealRefused => 409,
        Reason::PhotoGone => 410,
    }
}

fn meaning(reason: Reason) -> &'static str {
    match reason {
        Reason::BodyMalformed => "The body is malformed, lacks a field, or has an unknown one or one of the wrong type.",
        Reason::BodyTooLarge => "The body is larger than the route's limit: 16 KiB of JSON, 4.4 MB of a picture.",
        Reason::MethodNotAllowed => "The path does not take the method of the request, which is none of those in this document.",
        Reason::MediaTypeUnsupported => "The route does not accept the body's media type.",
        Reason::FieldInvalid => "A field or query parameter is out of its range.",
        Reason::IdempotencyKeyInvalid => "The header `Idempotency-Key` is absent or not 1 to 255 printable characters.",
        Reason::IdempotencyKeyReused => "The same `Idempotency-Key` came with another body.",
        Reason::IdempotencyKeyInUse => "The request with this `Idempotency-Key` is still running.",
        Reason::SignedOut => "There is no valid session, or no valid pass of the trial.",
        Reason::CodeRefused => "The sign-in code is wrong, used, expired or tried too often.",
        Reason::CrossSite => "A browser sent the request from another site.",
        Reason::WalletShort => "The wallet holds fewer credits than the generation costs.",
        Reason::NotFound => "The resource does not exist, or belongs to another account.",
        Reason::UploadNotReceived => "The upload was opened but its bytes never arrived.",
        Reason::UploadRefused => "The upload was refused by the content check and cannot be used.",
        Reason::RateLimited => {
            "Too many requests of this kind in this hour or on this day, or too many generations at once; `RateLimit` names the limit."
        }
        Reason::BudgetSpent => "The service has done what it may do in a day, or in an hour, for all together.",
        Reason::Unavailable => "A dependency is slow or refuses for the moment.",
        Reason::Overloaded => "More work waits than is done in a sensible time; nothing was taken or charged.",
        Reason::ConsentRequired => "The header `Provider-Consent` does not name the vendors that would see the picture; `detail` does.",
        Reason::AgeAttestationRequired => {
            "Nobody attested to be old enough: the header `Age-Attestation: 13+`, or the field `age_attestation` where the route has one, is absent or says \
             something else."
        }
        Reason::PictureUnreadable => "The bytes are no readable picture.",
        Reason::PictureBlank => "The picture is blank: it shows one colour, or colours that flow into each other, and nobody.",
        Reason::PictureRefused => "The content check refuses the picture, or the words that came with it.",
        Reason::DrawingRefused => "The artist refuses this drawing; no other is asked.",
        Reason::TimedOut => "The work exceeded its time limit.",
        Reason::SignatureRefused => "The notice is not signed by the merchant, or not now.",
        Reason::RefundRefused => {
            "The merchant gives no money back for this order: it has done so, it is about to, or the payment is disputed."
        }
        Reason::ChallengeRefused => "The challenge was not met, or its answer was used before.",
        Reason::TrialUsed => "The trial has had its one upload, or its one generation.",
        Reason::AddressTaken => "The address has an account of its own, which only who has the code from its mailbox is told.",
        Reason::ProcessingRestricted => {
            "The account's owner restricted the use of their data; nothing new is made of it until they end that."
        }
        Reason::TrialUnfinished => "The trial has no finished pictures that could be claimed.",
        Reason::AccountClosing => "The account waits for its erasure: nobody signs in to it until that is taken back.",
        Reason::ErasureBegun => "It is too late to take the erasure back.",
        Reason::PasskeyRefused => {
            "The passkey did not sign this, or not now, not here, or not with its owner verified; or it signed this before."
        }
        Reason::RoleInsufficient => "Somebody with another role does this.",
        Reason::AnotherMustDecide => "Who decided first does not decide on the appeal.",
        Reason::CaseDecided => "The case is decided.",
        Reason::AppealRefused => "There was an appeal already, or there is nothing to appeal against.",
        Reason::PhotoGone => "The photo is gone, as it must be after five days.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `edge` keeps its table to itself, so its source is read: one line an arm, `Reason::A | Reason::B => StatusCode::NAME,`.
    #[test]
    fn statuses_are_those_that_edge_answers_with() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../edge/src/http/problem.rs");
        let source = std::fs::read_to_string(path).unwrap();
        let table = source.split_once("fn status(").unwrap().1.split_once("\n}").unwrap().0;
        for reason in Reason::ALL {
            let name = format!("Reason::{reason:?}");
            let is_arm = |line: &&str| line.split(['|', ' ']).any(|word| word == name);
            let arm = table.lines().find(is_arm).unwrap_or_else(|| panic!("{name} has no status in edge"));
            let code = http::StatusCode::from_u16(status(*reason)).unwrap();
            let constant = code.canonical_reason().unwrap().to_uppercase().replace(' ', "_");
            assert!(arm.contains(&format!("StatusCode::{constant},")), "{name}: {code} here, but in edge {arm}");
        }
    }
}
