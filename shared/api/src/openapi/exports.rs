//! The routes of copies of everything.

use kernel::Reason;
use utoipa::openapi::Required;
use utoipa::openapi::path::ParameterIn;

use super::routes::{Endpoint, idempotency_key, json, parameter};
use super::schemas;

pub(super) const EXPORTS: &str = "exports";

pub(super) fn all() -> [Endpoint; 3] {
    let key = parameter("Idempotency-Key", ParameterIn::Header, idempotency_key()).required(Required::True);
    let create = Endpoint::new("exports-create", EXPORTS)
        .describe(
            "Everything that is stored of the account: rows as JSON with their schemas, pictures as they are, and a page that explains all of it. It is put \
             into zips of a gibibyte at most, and mailed about when they are there. One a day; the same `Idempotency-Key` means the same copy, for 24 hours.",
        )
        .parameter(key.description(Some("The caller's own key for this request")))
        .answers("202", json("The copy", "ExportReply"))
        .refuses(&[Reason::IdempotencyKeyInvalid, Reason::IdempotencyKeyInUse, Reason::NotFound])
        .busy();
    let list = Endpoint::new("exports-list", EXPORTS)
        .describe("Those of the last seven days, which are eight at most.")
        .answers("200", json("The copies", "ExportsReply"))
        .busy();
    let id = parameter("id", ParameterIn::Path, schemas::id("exp_").build()).required(Required::True);
    let get = Endpoint::new("exports-get", EXPORTS)
        .describe("A page polls it until the copy is `ready`. A link works for twenty minutes, and is made anew with each answer.")
        .parameter(id.description(Some("The copy")))
        .answers("200", json("The copy with its files", "ExportReply"))
        .refuses(&[Reason::NotFound])
        .busy();
    [create, list, get]
}
