//! The routes of what people ask about their data.

use kernel::Reason;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Required, Response, ResponseBuilder};

use super::routes::{Endpoint, header, json, parameter, string};

pub(super) const RIGHTS: &str = "rights";

pub(super) fn all() -> Vec<Endpoint> {
    vec![create(), get(), delete(), proofs()]
}

fn create() -> Endpoint {
    let location = header("`/v1/erasures/{id}` of the request", string());
    Endpoint::new("erasures-create", RIGHTS)
        .describe(
            "Erases everything of an address: its account with all pictures and credits, if it has one, and whatever else is known by it. It is proven by a code \
             of `POST /v1/auth/codes`. Every session ends at once, and nobody can sign in. For a day it may be taken back; then everything is deleted, and looked \
             for twice. All of it is gone within 30 days, backups included. The same `key` again is answered with the same request.",
        )
        .takes("ErasureRequest")
        .answers("202", ResponseBuilder::from(json("The request", "ErasureReply")).header("Location", location).build())
        .refuses(&[Reason::CodeRefused, Reason::CrossSite, Reason::AccountClosing])
        .busy()
}

fn get() -> Endpoint {
    Endpoint::new("erasures-get", RIGHTS)
        .describe("For who has the key. When it is done there is a receipt, which anybody can verify offline.")
        .parameter(erasure_id())
        .parameter(key())
        .answers("200", json("The request", "ErasureReply"))
        .refuses(&[Reason::NotFound, Reason::SignedOut])
        .busy()
}

fn delete() -> Endpoint {
    Endpoint::new("erasures-delete", RIGHTS)
        .describe("Everything is as it was, for who signs in again. Taken back again, it stays as it is.")
        .parameter(erasure_id())
        .parameter(key())
        .answers("204", ResponseBuilder::new().description("Taken back").build())
        .refuses(&[Reason::NotFound, Reason::SignedOut, Reason::CrossSite, Reason::ErasureBegun])
        .busy()
}

fn proofs() -> Endpoint {
    let path = ObjectBuilder::new().schema_type(Type::String).max_length(Some(64)).build();
    let path = parameter("path", ParameterIn::Path, path)
        .required(Required::True)
        .description(Some("`checkpoint`, `key`, or a tile: `tile/0/000`"));
    Endpoint::new("proofs-get", RIGHTS)
        .describe("The log of receipts, as C2SP `tlog-tiles` names its files. It holds hashes alone, and nobody in it has a name.")
        .parameter(path)
        .answers("200", file())
        .refuses(&[Reason::NotFound])
        .busy()
}

fn file() -> Response {
    let bytes = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary))).build();
    let content = |schema: ObjectBuilder| ContentBuilder::new().schema(Some(schema.build())).build();
    ResponseBuilder::new()
        .description("The file")
        .content("text/plain", content(ObjectBuilder::new().schema_type(Type::String)))
        .content("application/octet-stream", ContentBuilder::new().schema(Some(bytes)).build())
        .build()
}

fn erasure_id() -> ParameterBuilder {
    let hash = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[0-9a-f]{64}$")).build();
    parameter("id", ParameterIn::Path, hash).required(Required::True).description(Some("The SHA-256 of the key"))
}

fn key() -> ParameterBuilder {
    let bearer = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^Bearer [0-9a-f]{64}$")).build();
    parameter("Authorization", ParameterIn::Header, bearer).required(Required::True).description(Some("The key of the request"))
}
