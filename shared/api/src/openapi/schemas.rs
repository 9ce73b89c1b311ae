//! The bodies: derived from the types, then narrowed to the values that the code accepts and returns.

use api_accounts::{
    AskForCode, ChangeMe, ChangedMe, CodeSent, EmailChangeCodes, EmailChangeReply, EmailChangeRequest, LeadPage, MeReply, SessionReply,
    SignInRequest, WalletReply,
};
use api_choices::{ChoiceReply, ChoiceRequest, ChoicesReply, PurposeReply};
use api_desk::{
    AppealReply, AssertionParts, AuditEntryReply, AuditReply, CaseReply, CasesReply, DecisionRequest, DeskSessionReply, DeskSignIn,
    PasskeyReply, PasskeyRequest, ReasonsReply, RulingReply, SignedAt, WholeCaseReply,
};
use api_exports::{ExportProgress, ExportReply, ExportState, ExportSummary, ExportsReply, VolumeReply};
use api_insights::{ActionRequest, EventsRequest, FeedbackReply, FeedbackRequest};
use api_instant::{PictureEvent, ProgressEvent, SketchEvent};
use api_outreach::{CONSENT_VERSION, ChangeMarketing, MarketingReply};
use api_payments::{
    CheckoutReply, CheckoutRequest, EntriesReply, EntryReply, MoneyReply, OfferReply, OffersReply, OrderReply, OrdersReply, RefundReply,
    RefundRequest,
};
use api_rights::{ErasureReply, ErasureRequest, ReceiptReply};
use api_site::{
    ChallengeReply, ChangeReply, ChangesReply, ConsentReply, ConsentTextReply, FeaturesReply, LimitsReply, LinksReply, NamedReply,
    RateReply, SiteReply,
};
use api_studio::{
    AddonsReply, AppealRequest, BlockedReply, BubbleAddon, BubbleRequest, BundleReply, DecisionReply, DeliverableReply, FormReply,
    GenerationReply, GenerationRequest, GenerationStarted, GenerationSummary, GenerationsReply, ListedGeneration, PreviewReply,
    StickersAddon, StyleReply, StylesReply, UploadReply, UploadRequest,
};
use api_trials::{
    OpenTrialLink, TrialBegun, TrialClaimed, TrialGenerationRequest, TrialLinkRequest, TrialLinkSent, TrialReply, TrialRequest,
};
use api_verifications::{ActionReply, CredentialsReply, IngredientReply, VerificationReply};
use bubble_text::{Side, Words};
use kernel::limits;
use picture_files::{Kind, Messenger, Provenance};
use processing::instant::Stage;
use studio::{EndReason, State};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{Components, ComponentsBuilder, Object, RefOr, Schema};

use super::insights;

/// Adds the schema of every type of the `api-…` crates.
pub(super) fn add_to(components: ComponentsBuilder) -> ComponentsBuilder {
    components
        .schema_from::<StylesReply>()
        .schema_from::<StyleReply>()
        .schema_from::<AddonsReply>()
        .schema_from::<BubbleAddon>()
        .schema_from::<StickersAddon>()
        .schema_from::<AskForCode>()
        .schema_from::<CodeSent>()
        .schema_from::<SignInRequest>()
        .schema_from::<SessionReply>()
        .schema_from::<MeReply>()
        .schema_from::<WalletReply>()
        .schema_from::<UploadRequest>()
        .schema_from::<UploadReply>()
        .schema_from::<FormReply>()
        .schema_from::<GenerationRequest>()
        .schema_from::<BubbleRequest>()
        .schema_from::<GenerationReply>()
        .schema_from::<GenerationStarted>()
        .schema_from::<GenerationSummary>()
        .schema_from::<GenerationsReply>()
        .schema_from::<ListedGeneration>()
        .schema_from::<PreviewReply>()
        .schema_from::<DeliverableReply>()
        .schema_from::<BundleReply>()
        .schema_from::<ProgressEvent>()
        .schema_from::<SketchEvent<'static>>()
        .schema_from::<PictureEvent<'static>>()
        .schema_from::<VerificationReply>()
        .schema_from::<CredentialsReply>()
        .schema_from::<ActionReply>()
        .schema_from::<IngredientReply>()
        .schema_from::<ChangeReply>()
        .schema_from::<ChangesReply>()
        .schema_from::<SiteReply>()
        .schema_from::<ChallengeReply>()
        .schema_from::<FeaturesReply>()
        .schema_from::<ConsentReply>()
        .schema_from::<ConsentTextReply>()
        .schema_from::<NamedReply>()
        .schema_from::<LimitsReply>()
        .schema_from::<RateReply>()
        .schema_from::<LinksReply>()
        .schema_from::<EventsRequest>()
        .schema_from::<ActionRequest>()
        .schema_from::<FeedbackRequest>()
        .schema_from::<FeedbackReply>()
        .schema_from::<ChoiceRequest>()
        .schema_from::<ChoicesReply>()
        .schema_from::<PurposeReply>()
        .schema_from::<ChoiceReply>()
        .schema_from::<ChangeMe>()
        .schema_from::<EmailChangeRequest>()
        .schema_from::<EmailChangeReply>()
        .schema_from::<EmailChangeCodes>()
        .schema_from::<ChangedMe>()
        .schema_from::<ChangeMarketing>()
        .schema_from::<MarketingReply>()
        .schema_from::<OffersReply>()
        .schema_from::<OfferReply>()
        .schema_from::<MoneyReply>()
        .schema_from::<CheckoutRequest>()
        .schema_from::<CheckoutReply>()
        .schema_from::<OrderReply>()
        .schema_from::<OrdersReply>()
        .schema_from::<RefundReply>()
        .schema_from::<RefundRequest>()
        .schema_from::<EntriesReply>()
        .schema_from::<EntryReply>()
        .schema_from::<ExportReply>()
        .schema_from::<ExportSummary>()
        .schema_from::<ExportsReply>()
        .schema_from::<ExportState>()
        .schema_from::<ExportProgress>()
        .schema_from::<VolumeReply>()
        .schema_from::<TrialRequest>()
        .schema_from::<ErasureRequest>()
        .schema_from::<ErasureReply>()
        .schema_from::<ReceiptReply>()
        .schema_from::<TrialBegun>()
        .schema_from::<TrialReply>()
        .schema_from::<TrialGenerationRequest>()
        .schema_from::<TrialLinkRequest>()
        .schema_from::<TrialLinkSent>()
        .schema_from::<OpenTrialLink>()
        .schema_from::<TrialClaimed>()
        .schema_from::<AppealRequest>()
        .schema_from::<BlockedReply>()
        .schema_from::<DecisionReply>()
        .schema_from::<AssertionParts>()
        .schema_from::<SignedAt>()
        .schema_from::<DeskSignIn>()
        .schema_from::<DeskSessionReply>()
        .schema_from::<PasskeyRequest>()
        .schema_from::<PasskeyReply>()
        .schema_from::<CasesReply>()
        .schema_from::<CaseReply>()
        .schema_from::<WholeCaseReply>()
        .schema_from::<RulingReply>()
        .schema_from::<AppealReply>()
        .schema_from::<ReasonsReply>()
        .schema_from::<DecisionRequest>()
        .schema_from::<AuditReply>()
        .schema_from::<AuditEntryReply>()
}

/// An id with this prefix.
pub(super) fn id(prefix: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(id_pattern(prefix)))
}

/// Such an id, or an empty text.
pub(super) fn id_or_nothing(prefix: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(format!("^({prefix}[0-9a-f]{{32}})?$")))
}

/// A place in a ledger, or an empty string.
pub(super) fn place_or_nothing() -> ObjectBuilder {
    use wallet::Kind::{Capture, ClawBack, Grant, Hold, Reinstate, Release};
    let kinds = [Grant, Hold, Capture, Release, ClawBack, Reinstate].map(wallet::Kind::name).join("|");
    let cause = "starter|(reopened-)?gen_[0-9a-f]{32}|ord_[0-9a-f]{32}(\\.[0-9]{1,9})?";
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(format!("^([0-9]{{1,18}}\\.({kinds})\\.({cause}))?$")))
}

/// A place in the queue of cases, or an empty text.
pub(super) fn case_cursor() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some("^([0-9]{1,12}\\.gen_[0-9a-f]{32})?$"))
}

fn id_pattern(prefix: &str) -> String {
    format!("^{prefix}[0-9a-f]{{32}}$")
}

/// Adds constraints that a Rust type cannot express: bounds, the form of ids, the names a field accepts.
pub(super) fn refine(mut components: Components) -> Components {
    for (schema, field, prefix) in [
        ("SessionReply", "account_id", "acc_"),
        ("MeReply", "account_id", "acc_"),
        ("EmailChangeReply", "email_change_id", "ech_"),
        ("UploadReply", "upload_id", "upl_"),
        ("GenerationRequest", "upload_id", "upl_"),
        ("GenerationStarted", "generation_id", "gen_"),
        ("GenerationSummary", "generation_id", "gen_"),
        ("GenerationsReply", "next_cursor", "gen_"),
        ("EventsRequest", "device_id", "dev_"),
        ("FeedbackReply", "feedback_id", "fbk_"),
        ("CheckoutReply", "order_id", "ord_"),
        ("OrderReply", "order_id", "ord_"),
        ("OrdersReply", "next_cursor", "ord_"),
        ("RefundRequest", "order_id", "ord_"),
        ("EntryReply", "generation_id", "gen_"),
        ("EntryReply", "order_id", "ord_"),
        ("TrialBegun", "trial_id", "tri_"),
        ("TrialReply", "trial_id", "tri_"),
        ("TrialReply", "upload_id", "upl_"),
        ("TrialGenerationRequest", "upload_id", "upl_"),
        ("TrialClaimed", "generation_id", "gen_"),
        ("DeskSessionReply", "operator_id", "opr_"),
        ("CaseReply", "case_id", "gen_"),
        ("RulingReply", "operator_id", "opr_"),
        ("AuditEntryReply", "operator_id", "opr_"),
        ("ExportSummary", "export_id", "exp_"),
    ] {
        with(&mut components, schema, field, |text| text.pattern = Some(id_pattern(prefix)));
    }
    components.schemas.insert("ActionRequest".into(), insights::actions());
    bounds(&mut components);
    names(&mut components);
    stickers(&mut components);
    absent_rather_than_null(&mut components);
    components
}

/// The format of an address that `kernel::Email` takes: no pattern can say which domains have an ASCII form.
const MAIL_ADDRESS: &str = "mail-address";

/// The format of a text that a speech bubble can hold: no pattern can say which characters the fonts have.
const BUBBLE_TEXT: &str = "bubble-text";

/// The format of a language tag that is taken (BCP 47): no pattern can say which subtags may follow each other.
const LANGUAGE_TAG: &str = "language-tag";

/// Bytes as a browser hands them on, without padding.
const BASE64URL: &str = "^[A-Za-z0-9_-]{1,4096}$";

fn bounds(components: &mut Components) {
    with(components, "ChangeMe", "locale", |text| {
        (text.min_length, text.max_length) = (Some(2), Some(35));
        text.format = Some(SchemaFormat::Custom(LANGUAGE_TAG.into()));
    });
    for (schema, field) in [
        ("AskForCode", "email"),
        ("SignInRequest", "email"),
        ("DeskSignIn", "email"),
        ("EmailChangeRequest", "email"),
        ("TrialLinkRequest", "email"),
        ("FeedbackRequest", "contact"),
        ("ErasureRequest", "email"),
    ] {
        with(components, schema, field, |text| {
            text.max_length = Some(limits::EMAIL_CHARS);
            text.format = Some(SchemaFormat::Custom(MAIL_ADDRESS.into()));
        });
    }
    for (schema, field) in
        [("SignInRequest", "code"), ("ErasureRequest", "code"), ("EmailChangeCodes", "old_code"), ("EmailChangeCodes", "new_code")]
    {
        with(components, schema, field, |text| text.pattern = Some("^[0-9]{6}$".into()));
    }
    for (schema, field) in [("ErasureRequest", "key"), ("ErasureReply", "erasure_id"), ("ReceiptReply", "salt")] {
        with(components, schema, field, |text| text.pattern = Some("^[0-9a-f]{64}$".into()));
    }
    for schema in ["SignInRequest", "TrialRequest"] {
        with(components, schema, "age_attestation", |text| text.enum_values = Some(vec!["13+".into(), "16+".into()]));
    }
    with(components, "TrialRequest", "turnstile_token", |text| {
        (text.min_length, text.max_length, text.pattern) = (Some(1), Some(2_048), Some("^[!-~]+$".into()));
    });
    with(components, "OpenTrialLink", "secret", |text| text.pattern = Some("^[0-9a-f]{64}$".into()));
    between(components, "UploadRequest", "bytes", *limits::UPLOAD_BYTES.start(), *limits::UPLOAD_BYTES.end());
    between(components, "GenerationRequest", "count", u64::from(*limits::DRAWINGS.start()), u64::from(*limits::DRAWINGS.end()));
    between(components, "GenerationRequest", "seed", 0, limits::SEED_MAX);
    between(components, "GenerationSummary", "progress", 0, 100);
    between(components, "ProgressEvent", "progress", 0, 100);
    with(components, "BubbleRequest", "text", |text| {
        (text.min_length, text.max_length) = (Some(1), Some(Words::MAX_BYTES));
        text.format = Some(SchemaFormat::Custom(BUBBLE_TEXT.into()));
    });
    with(components, "FeedbackRequest", "text", |text| {
        (text.min_length, text.max_length) = (Some(*limits::FEEDBACK_CHARS.start()), Some(*limits::FEEDBACK_CHARS.end()));
        text.pattern = Some(insights::SAYS_SOMETHING.into());
    });
    if let RefOr::T(Schema::Array(actions)) = property(components, "EventsRequest", "actions") {
        (actions.min_items, actions.max_items) = (Some(insights::batch().0), Some(insights::batch().1));
    }
    with(components, "AppealRequest", "text", |text| {
        (text.min_length, text.max_length) = (Some(*limits::APPEAL_CHARS.start()), Some(*limits::APPEAL_CHARS.end()));
        text.pattern = Some(insights::SAYS_SOMETHING.into());
    });
    with(components, "DeskSignIn", "code", |text| text.pattern = Some("^[0-9]{6}$".into()));
    for schema in ["SignedAt", "PasskeyRequest", "DecisionRequest"] {
        with(components, schema, "at", |text| text.pattern = Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$".into()));
    }
    for schema in ["AssertionParts", "PasskeyRequest"] {
        for field in ["client_data_json", "authenticator_data"] {
            with(components, schema, field, |text| text.pattern = Some(BASE64URL.into()));
        }
    }
    for field in ["credential_id", "signature"] {
        with(components, "AssertionParts", field, |text| text.pattern = Some(BASE64URL.into()));
    }
    with(components, "MoneyReply", "currency", |text| text.pattern = Some("^[A-Z]{3}$".into()));
    for (schema, field) in [("OfferReply", "id"), ("CheckoutRequest", "offer"), ("OrderReply", "offer")] {
        with(components, schema, field, |text| text.pattern = Some("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$".into()));
    }
    with(components, "StyleReply", "thumbnail", |url| url.pattern = Some("^data:image/webp;base64,".into()));
}

/// What `studio::PictureType` takes: letters of either case, names that browsers wrote, and parameters
const PICTURE_TYPE: &str =
    r"^[ \t]*[Ii][Mm][Aa][Gg][Ee]/([Pp]?[Jj][Pp][Ee][Gg]|[Jj][Pp][Gg]|[Pp][Nn][Gg]|[Ww][Ee][Bb][Pp])[ \t]*(;[\s\S]*)?$";

fn names(components: &mut Components) {
    one_of(components, "TrialLinkRequest", "marketing_text_version", &[CONSENT_VERSION]);
    one_of(components, "AskForCode", "page", &[LeadPage::RefundForm.name()]);
    one_of(components, "MarketingReply", "text_version", &[CONSENT_VERSION]);
    super::choices::bounds(components);
    for schema in ["GenerationRequest", "TrialGenerationRequest"] {
        one_of(components, schema, "style", &studio::CATALOGUE.iter().map(|style| style.id).collect::<Vec<_>>());
    }
    with(components, "UploadRequest", "content_type", |text| text.pattern = Some(PICTURE_TYPE.into()));
    // A cancelled generation is gone for its owner.
    let states: Vec<_> = State::ALL.iter().filter(|state| **state != State::Cancelled).collect();
    one_of(components, "GenerationSummary", "state", &states);
    one_of(components, "GenerationStarted", "state", &[State::Queued]);
    one_of(components, "GenerationSummary", "reason", &end_reasons());
    one_of(components, "DeliverableReply", "kind", &kinds());
    one_of(components, "DeliverableReply", "format", picture_files::Format::ALL);
    one_of(components, "ErasureReply", "state", &rights::Step::ALL.iter().map(|step| step.name()).collect::<Vec<_>>());
    one_of(components, "SiteReply", "profile", policy::Profile::ALL);
    one_of(components, "ProgressEvent", "stage", &Stage::ALL.iter().map(|stage| stage.name()).collect::<Vec<_>>());
    one_of(components, "DeliverableReply", "provenance", &[Provenance::C2pa, Provenance::Xmp, Provenance::Manifest, Provenance::Members]);
    use payments::{OrderState, RequestState};
    one_of(components, "OrderReply", "state", &[OrderState::Pending, OrderState::Paid, OrderState::Credited, OrderState::Void]);
    one_of(components, "RefundReply", "state", &[RequestState::Begun, RequestState::Done, RequestState::Waiting]);
    use studio::case::{AppealStanding, Category, Facts, Ground, Outcome, Redress, Restriction};
    let grounds = [
        Ground::Sexual,
        Ground::Violence,
        Ground::SelfHarm,
        Ground::Hate,
        Ground::ChildSafety,
        Ground::NotTheirs,
        Ground::OtherTerms,
        Ground::Allowed,
    ];
    for schema in ["DecisionReply", "RulingReply", "DecisionRequest"] {
        one_of(components, schema, "outcome", &[Outcome::Uphold, Outcome::Overturn]);
        one_of(components, schema, "ground", &grounds);
    }
    one_of(components, "ReasonsReply", "ground", &[&[Ground::Screening], &grounds[..]].concat());
    one_of(components, "ReasonsReply", "restriction", &[Restriction::PhotoBlocked, Restriction::Lifted, Restriction::LiftedTooLate]);
    one_of(components, "ReasonsReply", "facts", &[Facts::FoundAndBlockedByProgram, Facts::FoundByProgramDecidedByPerson]);
    one_of(components, "ReasonsReply", "redress", &[Redress::Appeal, Redress::Courts]);
    for schema in ["CaseReply", "BlockedReply"] {
        one_of(components, schema, "category", &[Category::NeedsReview, Category::ContentRules]);
    }
    use AppealStanding::{NotNeeded, Open, Overturned, Possible, Upheld};
    one_of(components, "BlockedReply", "appeal", &[Possible, Open, Upheld, Overturned, NotNeeded]);
    one_of(components, "CaseReply", "decision", &["referred", "blocked"]);
    one_of(components, "DeskSessionReply", "role", &["support", "moderator", "lead"]);
    one_of(components, "DeskSessionReply", "opened", &["by-code", "by-passkey"]);
    let entries = ["grant", "hold", "capture", "release", "claw-back", "reinstate"];
    one_of(components, "EntryReply", "kind", &entries);
    one_of(components, "BubbleRequest", "side", &[Side::Left, Side::Right]);
    one_of(
        components,
        "CredentialsReply",
        "state",
        &[provenance::State::Trusted, provenance::State::Valid, provenance::State::Invalid, provenance::State::None],
    );
}

/// Lists of messengers, and the alternatives a generation accepts for one.
fn stickers(components: &mut Components) {
    let messenger =
        || ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Messenger::ALL.iter().map(|messenger| messenger.id())));
    let list = || ArrayBuilder::new().items(messenger()).unique_items(true);
    for (schema, field) in [("GenerationSummary", "stickers"), ("StickersAddon", "platforms")] {
        *property(components, schema, field) = described(property(components, schema, field), list());
    }
    let all = ObjectBuilder::new().schema_type(Type::Boolean);
    let field = property(components, "GenerationRequest", "stickers");
    let choice = OneOfBuilder::new().item(all).item(list()).description(description(field));
    *field = RefOr::T(Schema::OneOf(choice.build()));
}

fn described(field: &RefOr<Schema>, list: ArrayBuilder) -> RefOr<Schema> {
    RefOr::T(Schema::Array(list.description(description(field)).build()))
}

fn description(field: &RefOr<Schema>) -> Option<String> {
    match field {
        RefOr::T(Schema::Array(array)) => array.description.clone(),
        RefOr::T(Schema::OneOf(choice)) => choice.description.clone(),
        RefOr::T(Schema::Object(object)) => object.description.clone(),
        _ => None,
    }
}

/// Every kind, in the order of the type: a new one does not compile until it has its place here.
fn kinds() -> Vec<Kind> {
    let next = |kind: &Kind| match kind {
        Kind::Master => Some(Kind::Transparent),
        Kind::Transparent => Some(Kind::Avatar),
        Kind::Avatar => Some(Kind::Favicon),
        Kind::Favicon => Some(Kind::OpenGraph),
        Kind::OpenGraph => Some(Kind::Banner),
        Kind::Banner => Some(Kind::Story),
        Kind::Story => Some(Kind::Wallpaper),
        Kind::Wallpaper => Some(Kind::SpeechBubble),
        Kind::SpeechBubble => Some(Kind::Sticker),
        Kind::Sticker => Some(Kind::Tray),
        Kind::Tray => Some(Kind::Pack),
        Kind::Pack => None,
    };
    std::iter::successors(Some(Kind::Master), next).collect()
}

/// Every reason, in the order of the type: a new one does not compile until it has its place here.
fn end_reasons() -> Vec<EndReason> {
    let next = |reason: &EndReason| match reason {
        EndReason::NotAccepted => Some(EndReason::PictureEmpty),
        EndReason::PictureEmpty => Some(EndReason::PictureFormatUnsupported),
        EndReason::PictureFormatUnsupported => Some(EndReason::PictureDamaged),
        EndReason::PictureDamaged => Some(EndReason::PictureTooLarge),
        EndReason::PictureTooLarge => Some(EndReason::PictureAnimated),
        EndReason::PictureAnimated => Some(EndReason::PictureBlank),
        EndReason::PictureBlank => Some(EndReason::UploadGone),
        EndReason::UploadGone => Some(EndReason::TimedOut),
        EndReason::TimedOut => Some(EndReason::DrawingRefused),
        EndReason::DrawingRefused => Some(EndReason::DrawingFailed),
        EndReason::DrawingFailed => Some(EndReason::TrialOver),
        EndReason::TrialOver => None,
    };
    std::iter::successors(Some(EndReason::NotAccepted), next).collect()
}

/// An absent field is left out and never null.
fn absent_rather_than_null(components: &mut Components) {
    let optional = [
        ("LinksReply", &["instant", "styles"][..]),
        ("GenerationSummary", &["reason"]),
        ("GenerationsReply", &["next_cursor"]),
        ("VerificationReply", &["xmp_digital_source_type"]),
        ("CredentialsReply", &["generator", "signer", "digital_source_type"]),
        ("ActionReply", &["digital_source_type"]),
        ("IngredientReply", &["title", "generator", "digital_source_type"]),
        ("ChoiceReply", &["since", "method", "notice_version", "text", "text_version"]),
    ];
    for (schema, field) in optional.into_iter().flat_map(|(schema, fields)| fields.iter().map(move |field| (schema, *field))) {
        with(components, schema, field, |text| text.schema_type = SchemaType::Type(Type::String));
    }
    let objects = [
        ("GenerationReply", "bundle"),
        ("ListedGeneration", "preview"),
        ("SiteReply", "challenge"),
        ("PurposeReply", "choice"),
        ("DeskSignIn", "passkey"),
        ("PasskeyRequest", "assertion"),
    ];
    for (schema, field) in objects {
        let object = property(components, schema, field);
        if let RefOr::T(Schema::OneOf(choice)) = object {
            let real = choice.items.iter().find(|item| matches!(item, RefOr::Ref(_))).cloned();
            real.into_iter().for_each(|real| *object = real);
        }
    }
}

fn between(components: &mut Components, schema: &str, field: &str, least: u64, most: u64) {
    let bound = |value: u64| Some(utoipa::Number::UInt(usize::try_from(value).unwrap_or(usize::MAX)));
    with(components, schema, field, |number| (number.minimum, number.maximum) = (bound(least), bound(most)));
}

pub(super) fn one_of(components: &mut Components, schema: &str, field: &str, values: &[impl serde::Serialize]) {
    let values: Vec<_> = values.iter().filter_map(|value| serde_json::to_value(value).ok()).collect();
    with(components, schema, field, |text| text.enum_values = Some(values));
}

fn with(components: &mut Components, schema: &str, field: &str, change: impl FnOnce(&mut Object)) {
    match property(components, schema, field) {
        RefOr::T(Schema::Object(object)) => change(object),
        _ => panic!("{schema}.{field} is no plain field"),
    }
}

fn property<'a>(components: &'a mut Components, schema: &str, field: &str) -> &'a mut RefOr<Schema> {
    let object = match components.schemas.get_mut(schema) {
        Some(RefOr::T(Schema::Object(object))) => Some(object),
        Some(RefOr::T(Schema::AllOf(all))) => all.items.iter_mut().find_map(|item| match item {
            RefOr::T(Schema::Object(object)) => Some(object),
            _ => None,
        }),
        _ => None,
    };
    object.and_then(|object| object.properties.get_mut(field)).unwrap_or_else(|| panic!("there is no {schema}.{field}"))
}
