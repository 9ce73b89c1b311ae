//! The routes of the desk, and the appeal that leads there.

use kernel::Reason;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Response, ResponseBuilder};

use super::routes::{Endpoint, GENERATIONS, generation_id, header, json, page_limit, parameter, string};
use super::schemas;

pub(super) const DESK_TAG: &str = "desk";

/// What every signed deed may be refused for.
const SIGNED: [Reason; 2] = [Reason::PasskeyRefused, Reason::RoleInsufficient];

pub(super) fn all() -> Vec<Endpoint> {
    vec![sign_in(), passkey(), list(), get(), preview(), view(), decide(), audit(), appeal()]
}

fn sign_in() -> Endpoint {
    let cookie = header("`__Host-desk` for twelve hours (`desk` over plain http)", string());
    Endpoint::new("desk-sessions-create", DESK_TAG)
        .describe(
            "With a code of `POST /v1/auth/codes` and its cookie, and, once one has a passkey, with that. A refused passkey leaves the code good. The challenge of a \
             passkey is the SHA-256 of the action in RFC 8785, here `{\"action\":\"sign-in\",\"at\":…}`, with `at` in whole seconds within two minutes of now.",
        )
        .takes("DeskSignIn")
        .answers("201", ResponseBuilder::from(json("Signed in", "DeskSessionReply")).header("Set-Cookie", cookie).build())
        .refuses(&[Reason::CodeRefused, Reason::PasskeyRefused, Reason::CrossSite])
        .busy()
}

fn passkey() -> Endpoint {
    Endpoint::new("desk-passkeys-create", DESK_TAG)
        .describe(
            "The challenge is the SHA-256 of `{\"action\":\"register-passkey\",\"at\":…,\"operator_id\":…}`. The first one needs a session that a code opened; any other is \
             signed by one before it, over the same challenge.",
        )
        .takes("PasskeyRequest")
        .answers("201", json("Registered", "PasskeyReply"))
        .refuses(&[Reason::PasskeyRefused])
        .busy()
}

fn list() -> Endpoint {
    let cursor = parameter("cursor", ParameterIn::Query, schemas::case_cursor().build())
        .description(Some("The `next_cursor` of the page before; absent or empty for the first page"));
    let limit = parameter("limit", ParameterIn::Query, page_limit()).description(Some("Cases on the page"));
    Endpoint::new("desk-cases-list", DESK_TAG)
        .parameter(cursor)
        .parameter(limit)
        .answers("200", json("A page", "CasesReply"))
        .refuses(&SIGNED)
        .refuses(&[Reason::FieldInvalid])
        .busy()
}

fn get() -> Endpoint {
    Endpoint::new("desk-cases-get", DESK_TAG)
        .parameter(case_id())
        .answers("200", json("The case", "WholeCaseReply"))
        .refuses(&SIGNED)
        .refuses(&[Reason::NotFound])
        .busy()
}

fn preview() -> Endpoint {
    Endpoint::new("desk-previews-get", DESK_TAG)
        .describe("Made in memory for this answer, which nothing may store.")
        .parameter(case_id())
        .answers("200", jpeg("The photo, grey and blurred"))
        .refuses(&SIGNED)
        .refuses(&[Reason::NotFound, Reason::PhotoGone, Reason::CrossSite])
        .busy()
}

fn view() -> Endpoint {
    Endpoint::new("desk-views-create", DESK_TAG)
        .describe("Signed: `{\"action\":\"view\",\"at\":…,\"case_id\":…}`. The trail says so before the photo is shown.")
        .parameter(case_id())
        .takes("SignedAt")
        .answers("200", jpeg("The photo as it is"))
        .refuses(&SIGNED)
        .refuses(&[Reason::NotFound, Reason::PhotoGone])
        .busy()
}

fn decide() -> Endpoint {
    Endpoint::new("desk-decisions-create", DESK_TAG)
        .describe(
            "Signed: `{\"action\":\"decide\",\"at\":…,\"case_id\":…,\"ground\":…,\"outcome\":…}`. The same request again is answered the same. `overturn` sets the generation \
             going again, at the price that was shown, unless its photo is gone.",
        )
        .parameter(case_id())
        .takes("DecisionRequest")
        .answers("201", json("Decided", "CaseReply"))
        .refuses(&SIGNED)
        .refuses(&[Reason::NotFound, Reason::CaseDecided, Reason::AnotherMustDecide])
        .busy()
}

fn audit() -> Endpoint {
    let operator = parameter("operator_id", ParameterIn::Query, schemas::id_or_nothing("opr_").build())
        .description(Some("Whose; one's own when absent. Others' are for leads"));
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).build();
    let after = parameter("after", ParameterIn::Query, number).description(Some("The number of the last entry that one has"));
    let limit = parameter("limit", ParameterIn::Query, page_limit()).description(Some("Entries on the page"));
    Endpoint::new("desk-audit-list", DESK_TAG)
        .parameter(operator)
        .parameter(after)
        .parameter(limit)
        .answers("200", json("A page", "AuditReply"))
        .refuses(&SIGNED)
        .refuses(&[Reason::FieldInvalid])
        .busy()
}

fn appeal() -> Endpoint {
    Endpoint::new("appeals-create", GENERATIONS)
        .describe("Once for each generation that was blocked, before or after the first decision. Another operator than the one of that decision decides.")
        .parameter(generation_id())
        .takes("AppealRequest")
        .answers("201", json("Appealed", "BlockedReply"))
        .refuses(&[Reason::NotFound, Reason::AppealRefused])
        .busy()
}

fn case_id() -> ParameterBuilder {
    generation_id().description(Some("The case's id, which is that of its generation"))
}

fn jpeg(description: &str) -> Response {
    let bytes = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary))).build();
    ResponseBuilder::new().description(description).content("image/jpeg", ContentBuilder::new().schema(Some(bytes)).build()).build()
}
