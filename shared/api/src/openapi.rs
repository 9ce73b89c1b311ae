//! The OpenAPI 3.1 document of `/v1`, made from the types of the `api-…` crates and the functions' manifests: `infra/openapi.yaml` is what
//! [`document`] says. Method, path, summary and callers are in the manifests; parameters, bodies, replies and refusals are here.
//!
//! `make openapi` (`cargo run -p api --features openapi --example openapi`) writes that file; a test fails when it is not up to date.

mod choices;
mod desk;
mod email_changes;
mod exports;
mod insights;
mod instant;
mod outreach;
mod payments;
mod problems;
mod rights;
mod routes;
mod schemas;
mod trials;

use anyhow::Result;
use stacks::Function;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::server::{ServerBuilder, ServerVariableBuilder};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Components, ComponentsBuilder, InfoBuilder, License, OpenApi, OpenApiBuilder, Server, Tag};

const SESSION: &str = "session";
const TRIAL: &str = "trial";
const DESK: &str = "desk";

const DESCRIPTION: &str = "A selfie goes in; anime avatars come out.

Sign in with a code sent by mail, post a picture to the form that `POST /v1/uploads` gives, start a generation from it, poll its progress, and download its files.

Errors are `application/problem+json` (RFC 9457). The `type` is stable and meant for programs; the `detail` is a \
sentence for a person. Requests that reach no function (an unknown path, a request that is too large, too many requests at once) are answered by the \
gateway as `{\"message\": …}`.

Ids are a prefix and the 32 lowercase hexadecimal digits of a UUID v7, so that later ids sort later. Times are RFC 3339, in UTC.";

/// The document of the routes of these functions.
///
/// # Errors
/// When one of them has a route and no description here, or the reverse.
pub fn document(functions: &[Function]) -> Result<OpenApi> {
    let routes = routes::of(functions)?;
    let info = InfoBuilder::new()
        .title("Nigao")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(License::builder().name("Apache-2.0").identifier(Some("Apache-2.0")).build()));
    let document = OpenApiBuilder::new()
        .info(info.build())
        .servers(Some(servers()))
        .components(Some(components(&routes)))
        .paths(routes::paths(routes))
        .tags(Some(tags()));
    Ok(document.build())
}

/// In the form of `infra/openapi.yaml`.
///
/// # Errors
/// As those of [`document`].
pub fn yaml(functions: &[Function]) -> Result<String> {
    let head = "# Made from shared/api and the functions' manifests by `make openapi`; a test fails when it is not up to date.\n";
    Ok(head.to_owned() + &serde_yaml_ng::to_string(&document(functions)?)?)
}

fn servers() -> [Server; 2] {
    let host = ServerVariableBuilder::new()
        .default_value("api.example.com")
        .description(Some("The host of a deployment, its stack's output `ApiUrl`"));
    [
        ServerBuilder::new().url("https://{host}").description(Some("A deployment")).parameter("host", host).build(),
        ServerBuilder::new().url("http://127.0.0.1:3000").description(Some("The local cloud, after `make up`")).build(),
    ]
}

fn tags() -> [Tag; 14] {
    let tag = |name: &str, what: &str| TagBuilder::new().name(name).description(Some(what)).build();
    [
        tag(routes::POLICY, "The privacy policy: what is stored, why, and who else sees it."),
        tag(routes::CATALOGUE, "What there is: the deployment, styles, add-ons and their prices."),
        tag(routes::ACCOUNT, "Sign-in and the account."),
        tag(routes::UPLOADS, "Pictures to draw from."),
        tag(routes::GENERATIONS, "Jobs that turn a selfie into drawings, and their files."),
        tag(routes::INSTANT, "Drawings in the reply to one request, with nothing stored: the profile `ephemeral`."),
        tag(trials::TRIALS, "One small generation without an account, for a day."),
        tag(routes::VERIFICATIONS, "The origin of pictures."),
        tag(routes::INSIGHTS, "What a browser tells of, counted without persons, and messages to the operator."),
        tag(outreach::OUTREACH, "News and offers by mail: opting in, and out."),
        tag(desk::DESK_TAG, "Where those who run the service look at what was blocked, decide, and answer for it."),
        tag(exports::EXPORTS, "A copy of everything that is stored of an account."),
        tag(payments::PAYMENTS, "Credits: what is for sale, and how it is bought."),
        tag(rights::RIGHTS, "What people ask about their data, and receipts."),
    ]
}

fn components(routes: &[routes::Route]) -> Components {
    let cookie = ApiKeyValue::with_description(
        "__Host-session",
        "A signed token of 30 days that `POST /v1/auth/sessions` sets. Over plain http on localhost the cookie is named `session`.",
    );
    let pass = ApiKeyValue::with_description(
        "__Host-trial",
        "The pass of a trial, which `POST /v1/trials` sets for a day. Over plain http on localhost the cookie is named `trial`.",
    );
    let operator = ApiKeyValue::with_description(
        "__Host-desk",
        "The session of an operator, which `POST /v1/desk/sessions` sets for twelve hours. Over plain http on localhost the cookie is named `desk`.",
    );
    let components = ComponentsBuilder::new()
        .security_scheme(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)))
        .security_scheme(DESK, SecurityScheme::ApiKey(ApiKey::Cookie(operator)))
        .security_scheme(TRIAL, SecurityScheme::ApiKey(ApiKey::Cookie(pass)));
    let components = problems::add_to(schemas::add_to(components), routes::problems(routes));
    schemas::refine(components.build())
}
