//! The routes by which a browser tells of itself, and asks what there is.

use insights::ACTIONS;
use kernel::{Reason, limits};
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{RefOr, ResponseBuilder};

use super::routes::{CATALOGUE, Endpoint, INSIGHTS, etag, header, json, parameter, string};

pub(super) fn all() -> [Endpoint; 3] {
    let site = ResponseBuilder::from(json("What there is", "SiteReply")).header("ETag", etag());
    let cache = || header("Any cache may keep it for five minutes", string());
    let seen = parameter("If-None-Match", ParameterIn::Header, string()).description(Some("The entity tag of the client's stored reply"));
    let site = Endpoint::new("site-get", CATALOGUE)
        .describe("All that a browser needs before anybody signs in. `HEAD` is answered as well.")
        .parameter(seen)
        .answers("200", site.header("Cache-Control", cache()).build())
        .answers(
            "304",
            ResponseBuilder::new().description("Nothing has changed").header("ETag", etag()).header("Cache-Control", cache()).build(),
        );
    let events = Endpoint::new("events-create", INSIGHTS)
        .describe(
            "What a browser did on a day is a set of words of the list: a repetition changes nothing. With `Sec-GPC: 1` or `DNT: 1`, and where the account \
             objected or is restricted, nothing is stored and the answer is the same. With a session, two browsers of an account count as one person. No picture, text, \
             address or balance has a place in it.",
        )
        .takes("EventsRequest")
        .answers("204", ResponseBuilder::new().description("Taken note of, or not to be").build())
        .refuses(&[Reason::CrossSite])
        .busy();
    let feedback = Endpoint::new("feedback-create", INSIGHTS)
        .describe("A message of somebody, signed in or not, that the operator reads. It is kept for 180 days.")
        .takes("FeedbackRequest")
        .answers("201", json("Kept", "FeedbackReply"))
        .refuses(&[Reason::CrossSite])
        .busy();
    [site, events, feedback]
}

/// The actions of the list, each with the contexts that it has.
pub(super) fn actions() -> RefOr<Schema> {
    let word = |words: &[&str]| ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied()));
    let closed = |object: ObjectBuilder| object.required("action").additional_properties(Some(AdditionalProperties::FreeForm(false)));
    let one = |(name, contexts): &(&str, &[&str])| {
        let object = closed(ObjectBuilder::new().property("action", word(&[name])));
        match contexts.is_empty() {
            true => object.property("context", ObjectBuilder::new().schema_type(Type::Null)),
            false => object.property("context", word(contexts)).required("context"),
        }
    };
    let all = ACTIONS.iter().fold(OneOfBuilder::new(), |all, action| all.item(one(action)));
    RefOr::T(Schema::OneOf(all.description(Some("An action of the list, in one of its contexts")).build()))
}

/// At least one character that is neither white space nor a control.
pub(super) const SAYS_SOMETHING: &str = r"[^\s\x00-\x1f\x7f-\x9f]";

/// The bounds of a batch.
pub(super) fn batch() -> (usize, usize) {
    (*limits::ACTIONS.start(), *limits::ACTIONS.end())
}
