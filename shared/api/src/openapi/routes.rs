//! The routes: what the manifest of each function says of its own, and what only can be said here.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use kernel::{Quota, Reason, limits};
use stacks::{Caller, Function, Manifest};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, PathsBuilder};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Header, Paths, Ref, Required, Response, ResponseBuilder};

use super::problems::{Refusal, refuse};
use super::{DESK, SESSION, TRIAL, schemas};

pub(super) const POLICY: &str = "policy";
pub(super) const CATALOGUE: &str = "catalogue";
pub(super) const ACCOUNT: &str = "account";
pub(super) const UPLOADS: &str = "uploads";
pub(super) const GENERATIONS: &str = "generations";
pub(super) const INSTANT: &str = "instant";
pub(super) const VERIFICATIONS: &str = "verifications";
pub(super) const INSIGHTS: &str = "insights";

/// The reasons of every route with a JSON body.
const BODY: [Reason; 4] = [Reason::BodyMalformed, Reason::FieldInvalid, Reason::BodyTooLarge, Reason::MediaTypeUnsupported];

/// An endpoint, by the name of its function.
pub(super) struct Endpoint {
    function: &'static str,
    operation: OperationBuilder,
    description: Option<String>,
    answers: Vec<(String, Response)>,
    /// What it asks for instead of its caller's cookie alone.
    security: Option<SecurityRequirement>,
    reasons: Vec<Reason>,
}

impl Endpoint {
    pub(super) fn new(function: &'static str, tag: &str) -> Self {
        let operation = OperationBuilder::new().operation_id(Some(function)).tag(tag);
        Self { function, operation, description: None, answers: Vec::new(), security: None, reasons: Vec::new() }
    }

    pub(super) fn describe(mut self, description: &str) -> Self {
        self.description = Some(description.to_owned());
        self
    }

    /// Takes a body that is not JSON.
    pub(super) fn takes_body(mut self, body: RequestBody) -> Self {
        self.operation = self.operation.request_body(Some(body));
        self.refuses(&BODY)
    }

    pub(super) fn takes(mut self, schema: &str) -> Self {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
        let body = RequestBodyBuilder::new().required(Some(Required::True)).content("application/json", content);
        self.operation = self.operation.request_body(Some(body.build()));
        self.refuses(&BODY)
    }

    /// Takes any object in JSON.
    pub(super) fn takes_object(mut self) -> Self {
        let content = ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::Object).build())).build();
        let body = RequestBodyBuilder::new().required(Some(Required::True)).content("application/json", content);
        self.operation = self.operation.request_body(Some(body.build()));
        self.refuses(&[Reason::BodyMalformed, Reason::BodyTooLarge, Reason::MediaTypeUnsupported])
    }

    /// Takes bytes of these media types.
    fn takes_bytes(mut self, types: &[&str]) -> Self {
        let bytes = || ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary))).build();
        let content = |body: RequestBodyBuilder, media: &&str| body.content(*media, ContentBuilder::new().schema(Some(bytes())).build());
        let body = types.iter().fold(RequestBodyBuilder::new().required(Some(Required::True)), content);
        self.operation = self.operation.request_body(Some(body.build()));
        self.refuses(&[Reason::BodyMalformed, Reason::BodyTooLarge, Reason::MediaTypeUnsupported])
    }

    /// Asks for more than its caller's cookie.
    pub(super) fn secured_by(self, security: SecurityRequirement) -> Self {
        Self { security: Some(security), ..self }
    }

    pub(super) fn parameter(mut self, parameter: ParameterBuilder) -> Self {
        self.operation = self.operation.parameter(parameter.build());
        self
    }

    pub(super) fn answers(mut self, status: &str, response: Response) -> Self {
        self.answers.push((status.to_owned(), response));
        self
    }

    /// Counts its callers: every answer says the limits, and above them it refuses.
    fn counts(mut self, quotas: &[Quota]) -> Self {
        if quotas.is_empty() {
            return self;
        }
        let limits: Vec<String> = quotas.iter().map(ToString::to_string).collect();
        let limits = format!("Limits, by their names in the header `RateLimit-Policy`: {}.", limits.join(", "));
        self.description = Some(self.description.map_or_else(|| limits.clone(), |said| format!("{said}\n\n{limits}")));
        for (_, answer) in &mut self.answers {
            answer.headers.insert(super::problems::POLICY.into(), super::problems::policy().into());
        }
        self.refuses(&[Reason::RateLimited])
    }

    fn operation(&mut self) -> OperationBuilder {
        let operation = std::mem::take(&mut self.operation).description(self.description.take());
        self.answers.drain(..).fold(operation, |operation, (status, answer)| operation.response(status, answer))
    }

    pub(super) fn refuses(mut self, reasons: &[Reason]) -> Self {
        self.reasons.extend(reasons);
        self
    }

    /// Needs the cookie of this scheme and, where it changes something, refuses what a browser sends from another site.
    fn private(mut self, method: &HttpMethod, scheme: &str) -> Self {
        let security = self.security.take().unwrap_or_else(|| SecurityRequirement::new(scheme, [] as [&str; 0]));
        self.operation = self.operation.security(security);
        let private = self.refuses(&[Reason::SignedOut]);
        if *method == HttpMethod::Get { private } else { private.refuses(&[Reason::CrossSite]) }
    }

    /// Depends on a service that may be slow.
    pub(super) fn busy(self) -> Self {
        self.refuses(&[Reason::Unavailable])
    }
}

/// An endpoint with all that is said of it.
pub(super) struct Route {
    method: HttpMethod,
    path: String,
    operation: OperationBuilder,
    refusals: Vec<Refusal>,
}

impl Route {
    /// Adds what the manifest of its function says.
    fn of(function: &Function, route: &stacks::Route, endpoint: Endpoint) -> Result<Self> {
        let Manifest { about, caller, counts, .. } = &function.manifest;
        let method = method(&route.method)?;
        let endpoint = match caller {
            Some(Caller::Session) => endpoint.private(&method, SESSION),
            Some(Caller::Trial) => endpoint.private(&method, TRIAL),
            Some(Caller::Operator) => endpoint.private(&method, DESK),
            _ => endpoint,
        };
        let quotas: Vec<Vec<Quota>> = counts.iter().map(|what| limits::quotas(what)).collect();
        ensure!(quotas.iter().all(|some| !some.is_empty()), "{} counts what has no limit: {counts:?}", function.name);
        let mut endpoint = endpoint.counts(&quotas.concat());
        let operation = endpoint.operation().summary(Some(about.trim_end_matches('.')));
        // The rest of a path is one parameter, which OpenAPI has no sign for.
        Ok(Self { method, path: route.path.replace("+}", "}"), operation, refusals: Refusal::of(&endpoint.reasons) })
    }
}

fn method(name: &str) -> Result<HttpMethod> {
    Ok(match name {
        "DELETE" => HttpMethod::Delete,
        "GET" => HttpMethod::Get,
        "PATCH" => HttpMethod::Patch,
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        other => bail!("the document knows no method {other}"),
    })
}

/// The routes of these functions.
///
/// # Errors
/// When a function with a route is not described here, or what is described here has no route.
pub(super) fn of(functions: &[Function]) -> Result<Vec<Route>> {
    let mut endpoints: BTreeMap<_, _> = all().into_iter().map(|endpoint| (endpoint.function, endpoint)).collect();
    let mut routes = Vec::new();
    for function in functions {
        let Some(route) = function.manifest.on.route() else { continue };
        let endpoint = endpoints.remove(function.name.as_str());
        let endpoint =
            endpoint.with_context(|| format!("{} has a route, but shared/api/src/openapi does not describe it", function.name))?;
        routes.push(Route::of(function, route, endpoint)?);
    }
    let left: Vec<_> = endpoints.into_keys().collect();
    ensure!(left.is_empty(), "shared/api/src/openapi describes {}, but no function of that name has a route", left.join(", "));
    Ok(routes)
}

/// The paths of the document.
pub(super) fn paths(routes: Vec<Route>) -> Paths {
    let add = |paths: PathsBuilder, Route { method, path, operation, refusals }: Route| {
        paths.path(path, PathItem::new(method, refuse(operation, &refusals).build()))
    };
    routes.into_iter().fold(PathsBuilder::new(), add).build()
}

/// Every refusal of any route, each once.
pub(super) fn problems(routes: &[Route]) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for refusal in routes.iter().flat_map(|route| &route.refusals) {
        if !refusals.contains(refusal) {
            refusals.push(refusal.clone());
        }
    }
    refusals
}

fn all() -> Vec<Endpoint> {
    let mut all = account();
    all.push(privacy_get());
    all.push(privacy_changes_get());
    all.push(well_known_get());
    all.push(styles_list());
    all.push(uploads_create());
    all.push(generations_create());
    all.extend(generations());
    all.push(super::instant::create());
    all.extend(super::trials::all());
    all.push(verifications_create());
    all.extend(super::desk::all());
    all.extend(super::insights::all());
    all.extend(super::choices::all());
    all.extend(super::email_changes::all());
    all.extend(super::outreach::all());
    all.extend(super::payments::all());
    all.extend(super::rights::all());
    all.extend(super::exports::all());
    all
}

fn privacy_get() -> Endpoint {
    let cache = || header("Any cache may keep it for five minutes", string());
    let seen = parameter("If-None-Match", ParameterIn::Header, string()).description(Some("The entity tag of the client's stored reply"));
    let content = |kind: Type| ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(kind).build())).build();
    let page = ResponseBuilder::new().description("The policy").content("text/html", content(Type::String));
    let page = page.content("application/json", content(Type::Object)).header("ETag", etag()).header("Cache-Control", cache());
    Endpoint::new("privacy-get", POLICY)
        .describe(
            "A page for people; `HEAD` is answered as well. With `Accept: application/json` the reply is the data behind it: the inventory of what is stored (every field \
             with its kind, retention and processors), the ledger of those processors, and the artists and screeners of this deployment.",
        )
        .parameter(seen)
        .answers("200", page.build())
        .answers("304", ResponseBuilder::new().description("Nothing has changed").header("ETag", etag()).header("Cache-Control", cache()).build())
}

fn privacy_changes_get() -> Endpoint {
    let version = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).build();
    let from = parameter("from", ParameterIn::Query, version).required(Required::True).description(Some("The version that one knows"));
    let seen = parameter("If-None-Match", ParameterIn::Header, string()).description(Some("The entity tag of the client's stored reply"));
    let cache = || header("Any cache may keep it for five minutes", string());
    let all = ResponseBuilder::from(json("What changed", "ChangesReply")).header("ETag", etag()).header("Cache-Control", cache());
    let same = ResponseBuilder::new().description("Nothing has changed").header("ETag", etag()).header("Cache-Control", cache());
    Endpoint::new("privacy-changes-get", POLICY)
        .describe("Material changes are announced by mail thirty days before they apply; `HEAD` is answered as well.")
        .parameter(from)
        .parameter(seen)
        .answers("200", all.build())
        .answers("304", same.build())
        .refuses(&[Reason::FieldInvalid, Reason::NotFound])
}

fn well_known_get() -> Endpoint {
    let content = |kind: Type| ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(kind).build())).build();
    let cache = || header("Any cache may keep it for five minutes", string());
    let file = ResponseBuilder::new().description("The file").content("text/plain", content(Type::String));
    let file = file.content("application/json", content(Type::Object)).header("ETag", etag()).header("Cache-Control", cache());
    let same = ResponseBuilder::new().description("Nothing has changed").header("ETag", etag()).header("Cache-Control", cache());
    let seen = parameter("If-None-Match", ParameterIn::Header, string()).description(Some("The entity tag of the client's stored reply"));
    Endpoint::new("well-known-get", POLICY)
        .describe("`security.txt` (RFC 9116) and `gpc.json` (Global Privacy Control); `HEAD` is answered as well.")
        .parameter(
            parameter("name", ParameterIn::Path, string()).required(Required::True).description(Some("`security.txt` or `gpc.json`")),
        )
        .parameter(seen)
        .answers("200", file.build())
        .answers("304", same.build())
        .refuses(&[Reason::NotFound])
}

fn styles_list() -> Endpoint {
    let cache = || header("Any cache may keep it for five minutes", string());
    let seen = parameter("If-None-Match", ParameterIn::Header, string()).description(Some("The entity tag of the client's stored reply"));
    let all = ResponseBuilder::from(json("All styles", "StylesReply")).header("ETag", etag()).header("Cache-Control", cache());
    Endpoint::new("styles-list", CATALOGUE).describe("`HEAD` is answered as well.").parameter(seen).answers("200", all.build()).answers(
        "304",
        ResponseBuilder::new().description("Nothing has changed").header("ETag", etag()).header("Cache-Control", cache()).build(),
    )
}

fn account() -> Vec<Endpoint> {
    let code = Endpoint::new("auth-codes-create", ACCOUNT)
        .describe(
            "The answer and its cost are the same whether or not the address is known. The code is good in the browser that asked for it, by the cookie that \
             the answer sets; a newer code replaces an older one of the same browser.",
        )
        .takes("AskForCode")
        .answers(
            "202",
            ResponseBuilder::from(json("A code is on its way", "CodeSent"))
                .header("Set-Cookie", header("`__Host-sign-in` for ten minutes, to be sent with the code (`sign-in` over plain http)", string()))
                .build(),
        )
        .refuses(&[Reason::CrossSite, Reason::BudgetSpent])
        .busy();
    let sign_in = Endpoint::new("auth-sessions-create", ACCOUNT)
        .describe(
            "The code works once, with the cookie that came when it was asked for, and admits five attempts. The first sign-in opens the account and grants its \
             starter credits, which a mailbox has once; it needs `age_attestation`, and refuses without using up the code.",
        )
        .parameter(accept_language())
        .takes("SignInRequest")
        .answers(
            "201",
            ResponseBuilder::from(json("Signed in", "SessionReply")).header("Set-Cookie", header("The session", string())).build(),
        )
        .refuses(&[Reason::CodeRefused, Reason::CrossSite, Reason::BudgetSpent, Reason::AgeAttestationRequired])
        .busy();
    let sign_out = Endpoint::new("auth-sessions-delete", ACCOUNT)
        .answers(
            "204",
            ResponseBuilder::new().description("Signed out").header("Set-Cookie", header("Removes the cookie", string())).build(),
        )
        .busy();
    let me = Endpoint::new("me-get", ACCOUNT).answers("200", json("The account", "MeReply")).busy();
    vec![code, sign_in, sign_out, me]
}

fn uploads_create() -> Endpoint {
    Endpoint::new("uploads-create", UPLOADS)
        .describe(
            "Answers with a form that admits exactly one object: this key, this type, this number of bytes, for 15 minutes. Post it as `multipart/form-data` to \
             `post.url`: all of `post.fields`, then the bytes as a field named `file`. An upload that no generation uses is deleted after one day, a used one after 30 days.",
        )
        .takes("UploadRequest")
        .answers("201", json("The form", "UploadReply"))
        .refuses(&[Reason::ProcessingRestricted])
        .busy()
}

fn generations_create() -> Endpoint {
    let key = parameter("Idempotency-Key", ParameterIn::Header, idempotency_key()).required(Required::True);
    let location = header("`/v1/generations/{id}` of the new generation", string());
    Endpoint::new("generations-create", GENERATIONS)
        .describe("The same `Idempotency-Key` with the same body means the same generation, for 24 hours.")
        .parameter(key.description(Some("The caller's own key for this request")))
        .takes("GenerationRequest")
        .answers("202", ResponseBuilder::from(json("Accepted", "GenerationStarted")).header("Location", location).build())
        .refuses(&[Reason::IdempotencyKeyInvalid, Reason::WalletShort, Reason::NotFound])
        .refuses(&[Reason::IdempotencyKeyInUse, Reason::UploadNotReceived, Reason::UploadRefused, Reason::IdempotencyKeyReused])
        .refuses(&[Reason::Overloaded, Reason::ProcessingRestricted])
        .busy()
}

fn generations() -> [Endpoint; 3] {
    let cursor = parameter("cursor", ParameterIn::Query, schemas::id_or_nothing("gen_").build())
        .description(Some("The `next_cursor` of the page before; absent or empty for the first page"));
    let limit = parameter("limit", ParameterIn::Query, page_limit()).description(Some("Generations on the page"));
    let list = Endpoint::new("generations-list", GENERATIONS)
        .describe("A page may hold fewer generations than asked for, and still not be the last: only a page without `next_cursor` is.")
        .parameter(cursor)
        .parameter(limit)
        .answers("200", json("A page", "GenerationsReply"))
        .refuses(&[Reason::FieldInvalid])
        .busy();
    let seen = parameter("If-None-Match", ParameterIn::Header, string()).description(Some("The entity tag of the client's stored reply"));
    let get = Endpoint::new("generations-get", GENERATIONS)
        .describe("The links in it work without a session, for 15 to 20 minutes; ask again for new ones.")
        .parameter(generation_id())
        .parameter(seen)
        .answers("200", ResponseBuilder::from(json("The generation", "GenerationReply")).header("ETag", etag()).build())
        .answers("304", ResponseBuilder::new().description("Nothing has changed").header("ETag", etag()).build())
        .refuses(&[Reason::NotFound])
        .busy();
    let delete = Endpoint::new("generations-delete", GENERATIONS)
        .describe(
            "A running generation is cancelled and its credits are settled, once. Each drawing has an equal share of them: those of drawings that are made, or \
             that an artist was asked for without a known answer, are spent, and the others are available again. Until drawing begins all are; once every \
             drawing is made none is. Removing a generation that has ended changes nothing in the wallet.",
        )
        .parameter(generation_id())
        .answers("204", ResponseBuilder::new().description("Removed").build())
        .refuses(&[Reason::NotFound])
        .busy();
    [list, get, delete]
}

fn verifications_create() -> Endpoint {
    Endpoint::new("verifications-create", VERIFICATIONS)
        .describe(
            "The body is the picture itself, of at most 4,000,000 bytes: any PNG, JPEG or WebP, not only ours. Needs no session, stores nothing and contacts no third party: \
             a manifest that lies elsewhere is not fetched.",
        )
        .takes_bytes(&api_verifications::VERIFIABLE)
        .answers("200", json("The picture's claims and their validity", "VerificationReply"))
}

pub(super) fn json(description: &str, schema: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
    ResponseBuilder::new().description(description).content("application/json", content).build()
}

pub(super) fn header(description: &str, schema: Object) -> Header {
    HeaderBuilder::new().description(Some(description)).schema(Some(schema)).build()
}

pub(super) fn etag() -> Header {
    header("The entity tag, for `If-None-Match`", string())
}

pub(super) fn parameter(name: &str, place: ParameterIn, schema: Object) -> ParameterBuilder {
    ParameterBuilder::new().name(name).parameter_in(place).required(Required::False).schema(Some(schema))
}

fn accept_language() -> ParameterBuilder {
    let what = "Its first language becomes the account's when this sign-in opens it; `en` without one";
    parameter("Accept-Language", ParameterIn::Header, string()).description(Some(what))
}

pub(super) fn generation_id() -> ParameterBuilder {
    parameter("id", ParameterIn::Path, schemas::id("gen_").build()).required(Required::True).description(Some("The generation"))
}

pub(super) fn string() -> Object {
    ObjectBuilder::new().schema_type(Type::String).build()
}

pub(super) fn idempotency_key() -> Object {
    let (least, most) = (*limits::IDEMPOTENCY_KEY_CHARS.start(), *limits::IDEMPOTENCY_KEY_CHARS.end());
    ObjectBuilder::new().schema_type(Type::String).min_length(Some(least)).max_length(Some(most)).pattern(Some("^[ -~]+$")).build()
}

pub(super) fn page_limit() -> Object {
    let (least, most) = (*limits::PAGE_ITEMS.start(), *limits::PAGE_ITEMS.end());
    let limit = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most));
    limit.default(Some(limits::PAGE_ITEMS_DEFAULT.into())).build()
}
