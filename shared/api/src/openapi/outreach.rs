//! The routes of mails: opting in, out, and the language of the account.

use kernel::Reason;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::{Required, Response, ResponseBuilder};

use super::routes::{ACCOUNT, Endpoint, header, json, parameter, string};

pub(super) const OUTREACH: &str = "outreach";

pub(super) fn all() -> Vec<Endpoint> {
    let [get, update] = marketing();
    vec![me_update(), get, update, unsubscribes_get(), unsubscribes_create()]
}

fn me_update() -> Endpoint {
    let cookie = header("`__Host-locale` for a year (`locale` over plain http): the language before somebody signs in", string());
    Endpoint::new("me-update", ACCOUNT)
        .describe("Mails come in this language where we write it, else in English.")
        .takes("ChangeMe")
        .answers("200", ResponseBuilder::from(json("What was changed", "ChangedMe")).header("Set-Cookie", cookie).build())
        .busy()
}

fn marketing() -> [Endpoint; 2] {
    let get = Endpoint::new("subscriptions-get", OUTREACH)
        .describe("Show `text` beside the box that somebody ticks; it is not ticked before.")
        .parameter(accept_language("The language of `text`"))
        .answers("200", json("Whether news and offers come", "MarketingReply"))
        .busy();
    let update = Endpoint::new("subscriptions-update", OUTREACH)
        .describe("Opting in is kept with the version of the words that were shown, and the time. Opting out needs no version. Either may be repeated.")
        .takes("ChangeMarketing")
        .answers("204", ResponseBuilder::new().description("It is so").build())
        .busy();
    [get, update]
}

fn unsubscribes_get() -> Endpoint {
    Endpoint::new("unsubscribes-get", OUTREACH)
        .describe("Where the link of a mail leads. Opening it changes nothing: its button posts. `HEAD` is answered as well.")
        .parameter(token())
        .parameter(accept_language("The language of the page"))
        .answers("200", page("A page with a button"))
}

fn unsubscribes_create() -> Endpoint {
    Endpoint::new("unsubscribes-create", OUTREACH)
        .describe(
            "The one click of RFC 8058: mail programs and the page's button post `List-Unsubscribe=One-Click` as a form. It needs no cookie and no sign-in, works \
             once and again, and for good.",
        )
        .parameter(token())
        .parameter(accept_language("The language of the page"))
        .answers("200", page("Unsubscribed, or was so before"))
        .refuses(&[Reason::NotFound])
        .busy()
}

fn token() -> ParameterBuilder {
    parameter("token", ParameterIn::Path, string()).required(Required::True).description(Some("The secret of the link"))
}

fn accept_language(what: &str) -> ParameterBuilder {
    parameter("Accept-Language", ParameterIn::Header, string()).description(Some(what))
}

fn page(description: &str) -> Response {
    ResponseBuilder::new().description(description).content("text/html", ContentBuilder::new().schema(Some(string())).build()).build()
}
