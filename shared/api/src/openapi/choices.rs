//! The routes of choices: consents, objections and the restriction.

use utoipa::openapi::Required;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::routes::{ACCOUNT, Endpoint, json, parameter, string};
use super::schemas::choice_names;

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
