//! The routes of choices: consents, objections and the restriction.

use accounts::{ChoiceOf, ChoiceState, MadeBy};
use api_outreach::CONSENT_VERSION;
use policy::{Basis, Purpose};
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Components, Required};

use super::routes::{ACCOUNT, Endpoint, json, parameter, string};
use super::schemas::one_of;

pub(super) fn all() -> [Endpoint; 2] {
    let accept_language = || parameter("Accept-Language", ParameterIn::Header, string()).description(Some("The language of the words"));
    let get = Endpoint::new("choices-get", ACCOUNT)
        .describe(
            "A purpose that rests on a consent or on an interest of ours has a choice; what was asked for or is asked by the law has none. With `Sec-GPC: 1` \
             nothing that the browser does is counted, whatever was chosen.",
        )
        .parameter(accept_language())
        .answers("200", json("What was chosen", "ChoicesReply"))
        .busy();
    let purpose = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(choice_names()));
    let purpose =
        parameter("purpose", ParameterIn::Path, purpose.build()).required(Required::True).description(Some("What leaves a choice"));
    let update = Endpoint::new("choices-update", ACCOUNT)
        .describe(
            "It holds from the next request on, in every session. Each change is on record with when, how and to which words; a repetition changes nothing. What \
             allows less is never refused for a limit. While the use of the data is restricted, uploads, generations and purchases are refused \
             (`processing-restricted`), what runs already ends as it would, and what is deleted at its time is deleted.",
        )
        .parameter(purpose)
        .parameter(accept_language())
        .takes("ChoiceRequest")
        .answers("200", json("What is so then", "ChoiceReply"))
        .refuses(&[kernel::Reason::NotFound])
        .busy();
    [get, update]
}

/// The words that choices accept and return.
pub(super) fn bounds(components: &mut Components) {
    let names = |all: &[ChoiceState]| all.iter().map(|state| state.name()).collect::<Vec<_>>();
    let chosen = ChoiceState::ALL.iter().copied().filter(|state| *state != ChoiceState::NotGranted).collect::<Vec<_>>();
    one_of(components, "ChoiceRequest", "state", &names(&chosen));
    one_of(components, "ChoiceRequest", "text_version", &[CONSENT_VERSION]);
    one_of(components, "ChoiceReply", "state", &names(ChoiceState::ALL));
    one_of(components, "ChoiceReply", "purpose", &choice_names());
    one_of(components, "ChoiceReply", "method", &[MadeBy::Settings, MadeBy::Link, MadeBy::MailService].map(MadeBy::name));
    one_of(components, "ChoiceReply", "text_version", &[CONSENT_VERSION]);
    one_of(components, "PurposeReply", "purpose", &Purpose::ALL.iter().map(|purpose| purpose.id()).collect::<Vec<_>>());
    for schema in ["ChoiceReply", "PurposeReply"] {
        one_of(components, schema, "basis", &Basis::ALL.iter().map(|basis| basis.id()).collect::<Vec<_>>());
    }
}

/// What leaves a choice.
fn choice_names() -> Vec<&'static str> {
    ChoiceOf::ALL.iter().map(|choice| choice.name()).collect()
}
