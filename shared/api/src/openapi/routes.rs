//! The routes: one entry an endpoint, named after its function.

use kernel::{Reason, limits};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, PathsBuilder};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Header, Paths, Ref, Required, Response, ResponseBuilder};

use super::problems::{Refusal, refuse};
use super::{SESSION, schemas};

pub(super) const POLICY: &str = "policy";
pub(super) const CATALOGUE: &str = "catalogue";
pub(super) const ACCOUNT: &str = "account";
pub(super) const UPLOADS: &str = "uploads";
pub(super) const GENERATIONS: &str = "generations";
pub(super) const INSTANT: &str = "instant";
pub(super) const VERIFICATIONS: &str = "verifications";

/// The reasons of every route with a JSON body.
const BODY: [Reason; 4] = [Reason::BodyMalformed, Reason::FieldInvalid, Reason::BodyTooLarge, Reason::MediaTypeUnsupported];

/// An endpoint.
pub(super) struct Route {
    method: HttpMethod,
    path: &'static str,
    operation: OperationBuilder,
    reasons: Vec<Reason>,
}

impl Route {
    pub(super) fn new(method: HttpMethod, path: &'static str, function: &str, tag: &str, summary: &str) -> Self {
        let operation = OperationBuilder::new().operation_id(Some(function)).tag(tag).summary(Some(summary));
        Self { method, path, operation, reasons: Vec::new() }
    }

    pub(super) fn describe(mut self, description: &str) -> Self {
        self.operation = self.operation.description(Some(description));
        self
    }

    /// Takes a body that is not JSON.
    pub(super) fn takes_body(mut self, body: RequestBody) -> Self {
        self.operation = self.operation.request_body(Some(body));
        self.refuses(&BODY)
    }

    fn takes(mut self, schema: &str) -> Self {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
        let body = RequestBodyBuilder::new().required(Some(Required::True)).content("application/json", content);
        self.operation = self.operation.request_body(Some(body.build()));
        self.refuses(&BODY)
    }

    /// Takes bytes of these media types.
    fn takes_bytes(mut self, types: &[&str]) -> Self {
        let bytes = || ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary))).build();
        let content = |body: RequestBodyBuilder, media: &&str| body.content(*media, ContentBuilder::new().schema(Some(bytes())).build());
        let body = types.iter().fold(RequestBodyBuilder::new().required(Some(Required::True)), content);
        self.operation = self.operation.request_body(Some(body.build()));
        self.refuses(&[Reason::BodyMalformed, Reason::BodyTooLarge, Reason::MediaTypeUnsupported])
    }

    pub(super) fn parameter(mut self, parameter: ParameterBuilder) -> Self {
        self.operation = self.operation.parameter(parameter.build());
        self
    }

    pub(super) fn answers(mut self, status: &str, response: Response) -> Self {
        self.operation = self.operation.response(status, response);
        self
    }

    pub(super) fn refuses(mut self, reasons: &[Reason]) -> Self {
        self.reasons.extend(reasons);
        self
    }

    /// Needs a session.
    fn private(mut self) -> Self {
        self.operation = self.operation.security(SecurityRequirement::new(SESSION, [] as [&str; 0]));
        self.refuses(&[Reason::SignedOut])
    }

    /// Needs a session, and refuses a browser's request from another site.
    fn changing(self) -> Self {
        self.private().refuses(&[Reason::CrossSite])
    }

    /// Depends on a service that may be slow.
    pub(super) fn busy(self) -> Self {
        self.refuses(&[Reason::Unavailable])
    }
}

/// The paths of the document.
pub(super) fn paths() -> Paths {
    let mut paths = PathsBuilder::new();
    for Route { method, path, operation, reasons } in all() {
        paths = paths.path(path, PathItem::new(method, refuse(operation, &Refusal::of(&reasons)).build()));
    }
    paths.build()
}

/// Every refusal of any route, each once.
pub(super) fn problems() -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for refusal in all().iter().flat_map(|route| Refusal::of(&route.reasons)) {
        if !refusals.contains(&refusal) {
            refusals.push(refusal);
        }
    }
    refusals
}

fn all() -> Vec<Route> {
    let mut all = account();
    all.push(privacy_get());
    all.push(styles_list());
    all.push(uploads_create());
    all.push(generations_create());
    all.extend(generations());
    all.push(super::instant::create());
    all.push(verifications_create());
    all
}

fn privacy_get() -> Route {
    let cache = || header("Any cache may keep it for five minutes", string());
    let seen = parameter("If-None-Match", ParameterIn::Header, string()).description(Some("The entity tag of the client's stored reply"));
    let content = |kind: Type| ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(kind).build())).build();
    let page = ResponseBuilder::new().description("The policy").content("text/html", content(Type::String));
    let page = page.content("application/json", content(Type::Object)).header("ETag", etag()).header("Cache-Control", cache());
    Route::new(HttpMethod::Get, "/privacy", "privacy-get", POLICY, "The policy of this deployment")
        .describe(
            "A page for people. With `Accept: application/json` the reply is the data behind it: the inventory of what is stored (every field \
             with its kind, retention and processors), the ledger of those processors, and the artists and screeners of this deployment.",
        )
        .parameter(seen)
        .answers("200", page.build())
        .answers("304", ResponseBuilder::new().description("Nothing has changed").header("ETag", etag()).header("Cache-Control", cache()).build())
}

fn styles_list() -> Route {
    let cache = header("Any cache may keep it for five minutes", string());
    Route::new(HttpMethod::Get, "/v1/styles", "styles-list", CATALOGUE, "The styles and add-ons, and their prices")
        .answers("200", ResponseBuilder::from(json("All styles", "StylesReply")).header("Cache-Control", cache).build())
}

fn account() -> Vec<Route> {
    let code = Route::new(HttpMethod::Post, "/v1/auth/codes", "auth-codes-create", ACCOUNT, "Mails a sign-in code")
        .describe("The answer and its cost are the same whether or not the address is known. A newer code replaces the older one.")
        .takes("AskForCode")
        .answers("202", json("A code is on its way", "CodeSent"))
        .refuses(&[Reason::RateLimited])
        .busy();
    let sign_in = Route::new(HttpMethod::Post, "/v1/auth/sessions", "auth-sessions-create", ACCOUNT, "Signs in with a mailed code")
        .describe("The code works once and admits five attempts. The first sign-in opens the account and grants its starter credits.")
        .parameter(accept_language())
        .takes("SignInRequest")
        .answers(
            "201",
            ResponseBuilder::from(json("Signed in", "SessionReply")).header("Set-Cookie", header("The session", string())).build(),
        )
        .refuses(&[Reason::CodeRefused, Reason::CrossSite])
        .busy();
    let sign_out = Route::new(HttpMethod::Delete, "/v1/auth/sessions", "auth-sessions-delete", ACCOUNT, "Signs out")
        .describe("The session ends at once, everywhere.")
        .answers(
            "204",
            ResponseBuilder::new().description("Signed out").header("Set-Cookie", header("Removes the cookie", string())).build(),
        )
        .changing()
        .busy();
    let me = Route::new(HttpMethod::Get, "/v1/me", "me-get", ACCOUNT, "The account and its wallet")
        .answers("200", json("The account", "MeReply"))
        .private()
        .busy();
    vec![code, sign_in, sign_out, me]
}

fn uploads_create() -> Route {
    Route::new(HttpMethod::Post, "/v1/uploads", "uploads-create", UPLOADS, "Opens an upload")
        .describe(
            "Answers with a form that admits exactly one object: this key, this type, this number of bytes, for 15 minutes. Post it as `multipart/form-data` to \
             `post.url`: all of `post.fields`, then the bytes as a field named `file`. An upload that no generation uses is deleted after one day, a used one after 30 days.",
        )
        .takes("UploadRequest")
        .answers("201", json("The form", "UploadReply"))
        .changing()
        .refuses(&[Reason::RateLimited])
        .busy()
}

fn generations_create() -> Route {
    let key = parameter("Idempotency-Key", ParameterIn::Header, idempotency_key()).required(Required::True);
    let location = header("`/v1/generations/{id}` of the new generation", string());
    Route::new(HttpMethod::Post, "/v1/generations", "generations-create", GENERATIONS, "Starts a generation")
        .describe("Holds the credits and queues the generation. The same `Idempotency-Key` with the same body means the same generation, for 24 hours.")
        .parameter(key.description(Some("The caller's own key for this request")))
        .takes("GenerationRequest")
        .answers("202", ResponseBuilder::from(json("Accepted", "GenerationStarted")).header("Location", location).build())
        .changing()
        .refuses(&[Reason::IdempotencyKeyInvalid, Reason::WalletShort, Reason::NotFound])
        .refuses(&[Reason::IdempotencyKeyInUse, Reason::UploadNotReceived, Reason::UploadRefused, Reason::IdempotencyKeyReused])
        .busy()
}

fn generations() -> [Route; 3] {
    let cursor = parameter("cursor", ParameterIn::Query, schemas::id_or_nothing("gen_").build())
        .description(Some("The `next_cursor` of the page before; absent or empty for the first page"));
    let limit = parameter("limit", ParameterIn::Query, page_limit()).description(Some("Orders on the page"));
    let list = Route::new(HttpMethod::Get, "/v1/generations", "generations-list", GENERATIONS, "The caller's orders, the newest first")
        .describe("A page may hold fewer orders than asked for, and still not be the last: only a page without `next_cursor` is.")
        .parameter(cursor)
        .parameter(limit)
        .answers("200", json("A page", "GenerationsReply"))
        .private()
        .refuses(&[Reason::FieldInvalid])
        .busy();
    let seen = parameter("If-None-Match", ParameterIn::Header, string()).description(Some("The entity tag of the client's stored reply"));
    let get =
        Route::new(HttpMethod::Get, "/v1/generations/{id}", "generations-get", GENERATIONS, "The progress of a generation, and its files")
            .describe("The links in it work without a session, for 15 to 20 minutes; ask again for new ones.")
            .parameter(generation_id())
            .parameter(seen)
            .answers("200", ResponseBuilder::from(json("The generation", "GenerationReply")).header("ETag", etag()).build())
            .answers("304", ResponseBuilder::new().description("Nothing has changed").header("ETag", etag()).build())
            .private()
            .refuses(&[Reason::NotFound])
            .busy();
    let delete =
        Route::new(HttpMethod::Delete, "/v1/generations/{id}", "generations-delete", GENERATIONS, "Removes a generation and all its files")
            .describe("A running generation is cancelled and its credits are released, once.")
            .parameter(generation_id())
            .answers("204", ResponseBuilder::new().description("Removed").build())
            .changing()
            .refuses(&[Reason::NotFound])
            .busy();
    [list, get, delete]
}

fn verifications_create() -> Route {
    Route::new(HttpMethod::Post, "/v1/verifications", "verifications-create", VERIFICATIONS, "Examines the origin of a picture")
        .describe(
            "The body is the picture itself, of at most 4,000,000 bytes: any PNG, JPEG or WebP, not only ours. Needs no session, stores nothing and contacts no third party: \
             a manifest that lies elsewhere is not fetched.",
        )
        .takes_bytes(&api_verifications::VERIFIABLE)
        .answers("200", json("The picture's claims and their validity", "VerificationReply"))
}

fn json(description: &str, schema: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
    ResponseBuilder::new().description(description).content("application/json", content).build()
}

pub(super) fn header(description: &str, schema: Object) -> Header {
    HeaderBuilder::new().description(Some(description)).schema(Some(schema)).build()
}

fn etag() -> Header {
    header("The entity tag, for `If-None-Match`", string())
}

pub(super) fn parameter(name: &str, place: ParameterIn, schema: Object) -> ParameterBuilder {
    ParameterBuilder::new().name(name).parameter_in(place).required(Required::False).schema(Some(schema))
}

fn accept_language() -> ParameterBuilder {
    let what = "Its first language becomes the account's when this sign-in opens it; `en` without one";
    parameter("Accept-Language", ParameterIn::Header, string()).description(Some(what))
}

fn generation_id() -> ParameterBuilder {
    parameter("id", ParameterIn::Path, schemas::id("gen_").build()).required(Required::True).description(Some("The generation"))
}

pub(super) fn string() -> Object {
    ObjectBuilder::new().schema_type(Type::String).build()
}

fn idempotency_key() -> Object {
    let (least, most) = (*limits::IDEMPOTENCY_KEY_CHARS.start(), *limits::IDEMPOTENCY_KEY_CHARS.end());
    ObjectBuilder::new().schema_type(Type::String).min_length(Some(least)).max_length(Some(most)).pattern(Some("^[ -~]+$")).build()
}

fn page_limit() -> Object {
    let (least, most) = (*limits::PAGE_ITEMS.start(), *limits::PAGE_ITEMS.end());
    let limit = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most));
    limit.default(Some(limits::PAGE_ITEMS_DEFAULT.into())).build()
}
