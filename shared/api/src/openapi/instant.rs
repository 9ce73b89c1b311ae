//! The route that takes a picture and answers with a drawing.

use kernel::{Reason, limits};
use processing::instant::AGE_ATTESTATION;
use studio::Brief;
use utoipa::openapi::content::{Content, ContentBuilder};
use utoipa::openapi::encoding::EncodingBuilder;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{AdditionalProperties, AllOfBuilder, ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{Ref, Required, Response, ResponseBuilder, Schema};

use super::routes::{Endpoint, INSTANT, header, parameter, string};

const DESCRIPTION: &str = "One request in, the drawing out. Neither picture nor words are stored, whatever the outcome.\n\n\
Send `multipart/form-data` with `picture` and either `style` or `prompt`; or the bare picture with `style` in the URL, where a prompt never \
belongs. The header `Provider-Consent` names the vendors that may see the picture, for this request alone: a request without it is refused, and its `detail` \
lists the possible names. Not every artist draws by a prompt.\n\n\
With `Accept: text/event-stream` the answer is a stream of events: `progress`, perhaps `sketch`, and `picture` or `error`. An error before the \
stream begins has its status; a later one is the event `error`, with the problem as its data. A comment every 15 seconds keeps the \
connection open. Otherwise the answer is the picture's bytes.";

pub(super) fn create() -> Endpoint {
    let consent = parameter("Provider-Consent", ParameterIn::Header, string()).required(Required::True);
    let age = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([AGE_ATTESTATION])).build();
    let age = parameter("Age-Attestation", ParameterIn::Header, age).required(Required::True);
    Endpoint::new("instant-create", INSTANT)
        .describe(DESCRIPTION)
        .parameter(consent.description(Some("The vendors that may see the picture, separated by commas, such as `openai`")))
        .parameter(age.description(Some("States that the caller is at least 13 years old")))
        .parameter(
            parameter("style", ParameterIn::Query, style().build())
                .description(Some("The style of a bare picture, which needs one; it has no place beside a form")),
        )
        .parameter(
            parameter("seed", ParameterIn::Query, seed().build())
                .description(Some("The seed of a bare picture; it has no place beside a form")),
        )
        .takes_body(body())
        .answers("200", answer())
        .refuses(&[Reason::ConsentRequired, Reason::AgeAttestationRequired, Reason::BudgetSpent])
        .refuses(&[Reason::PictureUnreadable, Reason::PictureBlank, Reason::PictureRefused])
        .refuses(&[Reason::DrawingRefused, Reason::TimedOut])
        .busy()
}

fn style() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(studio::CATALOGUE.iter().map(|style| style.id)))
}

fn seed() -> ObjectBuilder {
    let most = usize::try_from(limits::SEED_MAX).unwrap_or(usize::MAX);
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).maximum(Some(most))
}

fn body() -> RequestBody {
    let picture = format!("A JPEG, PNG or WebP; the whole body has at most {} bytes", limits::INSTANT_BODY_BYTES);
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let prompt = text().min_length(Some(1)).max_length(Some(Brief::WORDS)).pattern(Some(ONE_LINE));
    let pictures = EncodingBuilder::new().content_type(Some(PICTURES.join(", "))).build();
    let form = ObjectBuilder::new()
        .property("picture", text().content_media_type("application/octet-stream").description(Some(picture)))
        .property("style", style().description(Some("The id of a style, from `GET /v1/styles`; or a prompt")))
        .property("prompt", prompt.description(Some("What it shall look like, on one line; or a style")))
        .property("seed", seed().description(Some("Artists that can repeat themselves do so by it")))
        .required("picture")
        .additional_properties(Some(AdditionalProperties::FreeForm(false)));
    let needs = |field: &str| ObjectBuilder::new().required(field);
    let either = OneOfBuilder::new().item(needs("style")).item(needs("prompt"));
    let form = AllOfBuilder::new().item(form).item(either).build();
    let body = RequestBodyBuilder::new().required(Some(Required::True));
    let body =
        body.content("multipart/form-data", ContentBuilder::new().schema(Some(Schema::AllOf(form))).encoding("picture", pictures).build());
    PICTURES.iter().fold(body, |body, media_type| body.content(*media_type, Content::default())).build()
}

/// No control characters, of which a line break is one.
const ONE_LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";

const PICTURES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

fn answer() -> Response {
    let data = OneOfBuilder::new()
        .item(Ref::from_schema_name("ProgressEvent"))
        .item(Ref::from_schema_name("SketchEvent"))
        .item(Ref::from_schema_name("PictureEvent"))
        .item(Ref::from_schema_name("Problem"))
        .description(Some("The data of one event: of `progress`, `sketch`, `picture` or `error`"));
    let events = ContentBuilder::new().schema(Some(Schema::OneOf(data.build()))).build();
    let response = ResponseBuilder::new()
        .description("The drawing, of the type its artist made")
        .header("Cache-Control", header("`no-store`", string()))
        .header("Digital-Source-Type", header("The picture's digital source type: a term of the IPTC's vocabulary", string()))
        .content("text/event-stream", events);
    PICTURES.iter().fold(response, |response, media_type| response.content(*media_type, Content::default())).build()
}
