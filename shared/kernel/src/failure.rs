//! Failures in the caller's terms. `edge` maps each to a status, a retry or a drop, in one place.

use std::borrow::Cow;
use std::time::Duration;

use strum::{IntoStaticStr, VariantArray};

use crate::Quota;

/// The stable name of a problem; its kebab case is the last segment of the `type` of an RFC 9457 answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Reason {
    /// The body is no JSON, or lacks a field, or has one of the wrong type.
    BodyMalformed,
    /// The body is larger than [`crate::limits::BODY_BYTES`].
    BodyTooLarge,
    /// The body is not `application/json`.
    MediaTypeUnsupported,
    /// The path does not take this method.
    MethodNotAllowed,
    /// A field is out of its range.
    FieldInvalid,
    /// The header `Idempotency-Key` is absent or not 1 to 255 printable characters.
    IdempotencyKeyInvalid,
    /// The same `Idempotency-Key` came with another body.
    IdempotencyKeyReused,
    /// The request with this `Idempotency-Key` is still running.
    IdempotencyKeyInUse,
    SignedOut,
    /// The sign-in code is wrong, used, expired or tried too often.
    CodeRefused,
    /// A browser sent the request from another site.
    CrossSite,
    /// The wallet holds fewer credits than the generation costs.
    WalletShort,
    /// The thing does not exist, or belongs to another account.
    NotFound,
    /// The upload was opened but its bytes never arrived.
    UploadNotReceived,
    /// The upload was refused by the content check and cannot be used.
    UploadRefused,
    RateLimited,
    /// What the service may spend in a day is spent.
    BudgetSpent,
    /// A dependency is slow or refuses for the moment.
    Unavailable,
    /// More work waits than is done in a sensible time.
    Overloaded,
    /// The caller has not named the vendor that may draw from the picture (RT-07).
    ConsentRequired,
    /// The caller has not attested to be old enough (AN-64, RT-18).
    AgeAttestationRequired,
    /// The bytes are no readable picture.
    PictureUnreadable,
    /// The picture shows one colour, or colours that flow into each other, and nobody.
    PictureBlank,
    /// The content check refuses the picture, or the words that came with it.
    PictureRefused,
    /// The artist refuses this drawing.
    DrawingRefused,
    /// The work exceeded its time limit.
    TimedOut,
    /// The merchant gives no money back for this order: it has done so, it is about to, or the payment is disputed.
    RefundRefused,
    /// A notice is not signed by who it says it is from.
    SignatureRefused,
    /// The challenge that tells people from programs was not met, was met before, or cannot be judged now (AN-37).
    ChallengeRefused,
    /// The trial has had what it may have once (AN-73).
    TrialUsed,
    /// The address has an account of its own.
    AddressTaken,
    /// The account's owner restricted the use of their data: nothing new is made of it (AN-57).
    ProcessingRestricted,
    /// The trial has no finished pictures that could be claimed.
    TrialUnfinished,
    /// The account waits for its erasure: nobody signs in to it.
    AccountClosing,
    /// It is too late to take an erasure back.
    ErasureBegun,
    /// A passkey did not sign this, or not now, not here or not with its owner verified.
    PasskeyRefused,
    /// Somebody with another role does this.
    RoleInsufficient,
    /// The case is decided, or somebody decided it meanwhile.
    CaseDecided,
    /// Who decided first does not decide on the appeal, and who asks for a hold does not approve it.
    AnotherMustDecide,
    /// There is nothing to appeal against, or there was an appeal.
    AppealRefused,
    /// The photo is gone.
    PhotoGone,
}

impl Reason {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name in kebab case.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        self.into_str()
    }
}

/// A failure's name and a sentence for the caller: the fault and its remedy, without personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub reason: Reason,
    pub detail: Cow<'static, str>,
}

/// Why an operation did not happen, in the caller's terms.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The request can never succeed as it is.
    #[error("invalid: {}", .0.detail)]
    Invalid(Problem),
    /// The caller has no permission.
    #[error("denied: {}", .0.detail)]
    Denied(Problem),
    /// The thing does not exist for this caller.
    #[error("missing: {}", .0.detail)]
    Missing(Problem),
    /// The request does not fit the present state.
    #[error("conflict: {}", .0.detail)]
    Conflict(Problem),
    /// The same request may succeed later.
    #[error("busy: {}", .problem.detail)]
    Busy {
        problem: Problem,
        retry_after: Duration,
        /// The limit on the caller that is reached, where it is one.
        quota: Option<Quota>,
    },
    /// A fault of ours or of a dependency; the caller sees no detail of it.
    #[error("broken")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Failure {
    pub fn invalid(reason: Reason, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid(Problem { reason, detail: detail.into() })
    }

    pub fn denied(reason: Reason, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Denied(Problem { reason, detail: detail.into() })
    }

    /// Never says whether the thing exists for another account.
    pub fn missing(what: &'static str) -> Self {
        Self::Missing(Problem { reason: Reason::NotFound, detail: format!("There is no such {what}.").into() })
    }

    pub fn conflict(reason: Reason, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Conflict(Problem { reason, detail: detail.into() })
    }

    /// What may succeed later, for this reason.
    pub fn busy(reason: Reason, detail: impl Into<Cow<'static, str>>, retry_after: Duration) -> Self {
        Self::Busy { problem: Problem { reason, detail: detail.into() }, retry_after, quota: None }
    }

    /// The caller did as much as may be.
    pub fn rate_limited(detail: impl Into<Cow<'static, str>>, quota: Quota, retry_after: Duration) -> Self {
        Self::Busy { problem: Problem { reason: Reason::RateLimited, detail: detail.into() }, retry_after, quota: Some(quota) }
    }

    /// A dependency that asks to be tried again.
    #[must_use]
    pub fn unavailable(retry_after: Duration) -> Self {
        let detail = "The service is busy. Please try again shortly.";
        Self::busy(Reason::Unavailable, detail, retry_after)
    }

    /// What the service may spend in a day is spent, until `retry_after` is over.
    #[must_use]
    pub fn budget_spent(retry_after: Duration) -> Self {
        let detail = "The service has done what it may do in a day. Please try again tomorrow.";
        Self::busy(Reason::BudgetSpent, detail, retry_after)
    }

    /// More work waits than is done in a sensible time: nothing was taken.
    #[must_use]
    pub fn overloaded(retry_after: Duration) -> Self {
        let detail = "More pictures are being drawn than there is time for. Nothing was charged. Please try again shortly.";
        Self::busy(Reason::Overloaded, detail, retry_after)
    }

    pub fn broken(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Broken(source.into())
    }

    /// The 401 of every private route.
    #[must_use]
    pub fn signed_out() -> Self {
        Self::denied(Reason::SignedOut, "Sign in first: there is no valid session.")
    }
}
