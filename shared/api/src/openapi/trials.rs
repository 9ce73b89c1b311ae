//! The routes of trials.

use kernel::Reason;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Required, Response, ResponseBuilder};

use super::routes::{Endpoint, header, json, parameter, string};
use super::{SESSION, TRIAL, schemas};

pub(super) const TRIALS: &str = "trials";

pub(super) fn all() -> Vec<Endpoint> {
    vec![create(), get(), upload(), generation(), mail_link(), open_link(), claim()]
}

fn create() -> Endpoint {
    Endpoint::new("trials-create", TRIALS)
        .describe(
            "One trial for each answer of the challenge. A request whose reply is lost has used up its answer: the browser meets another challenge. A network, \
             and all callers together, begin a limited number of trials in a day.",
        )
        .takes("TrialRequest")
        .answers("201", with_pass("The trial"))
        .refuses(&[Reason::ChallengeRefused, Reason::CrossSite, Reason::AgeAttestationRequired, Reason::BudgetSpent])
        .busy()
}

fn get() -> Endpoint {
    Endpoint::new("trials-get", TRIALS)
        .describe("To be asked again while its generation runs. The links in it work without the pass, for 15 to 20 minutes.")
        .parameter(trial_id())
        .answers("200", json("The trial", "TrialReply"))
        .refuses(&[Reason::NotFound])
        .busy()
}

fn upload() -> Endpoint {
    Endpoint::new("trial-uploads-create", TRIALS)
        .describe(
            "As `POST /v1/uploads`, once: the same request again, before a generation and while the form is good, is answered with the same upload. It ends with \
             the trial. In its last hour a trial begins nothing more.",
        )
        .parameter(trial_id())
        .takes("UploadRequest")
        .answers("201", json("The form", "UploadReply"))
        .refuses(&[Reason::NotFound, Reason::TrialUsed])
        .busy()
}

fn generation() -> Endpoint {
    Endpoint::new("trial-generations-create", TRIALS)
        .describe(
            "One drawing, as avatars in the small sizes. A trial has one generation: the same request again is answered the same, another one is refused, \
             whatever became of the first.",
        )
        .parameter(trial_id())
        .takes("TrialGenerationRequest")
        .answers("202", json("Accepted", "GenerationStarted"))
        .refuses(&[Reason::NotFound, Reason::TrialUsed, Reason::IdempotencyKeyInUse])
        .refuses(&[Reason::UploadNotReceived, Reason::UploadRefused, Reason::Overloaded])
        .busy()
}

fn mail_link() -> Endpoint {
    Endpoint::new("trial-links-create", TRIALS)
        .describe(
            "Mails a link that opens the trial in another browser until it ends. Its page is the site's `/trial?id={id}`, and its secret is behind the `#`: \
             opening the mail, or following the link, opens nothing; a button on that page posts the secret.",
        )
        .parameter(trial_id())
        .takes("TrialLinkRequest")
        .answers("202", json("The link is on its way", "TrialLinkSent"))
        .refuses(&[Reason::NotFound, Reason::BudgetSpent])
        .busy()
}

fn open_link() -> Endpoint {
    Endpoint::new("trial-links-open", TRIALS)
        .describe("Gives this browser a pass of its own. The link stays good until the trial ends.")
        .parameter(trial_id())
        .takes("OpenTrialLink")
        .answers("200", with_pass("The trial"))
        .refuses(&[Reason::NotFound, Reason::SignedOut, Reason::CrossSite])
        .busy()
}

fn claim() -> Endpoint {
    let both = SecurityRequirement::new(TRIAL, [] as [&str; 0]).add(SESSION, [] as [&str; 0]);
    let location = header("`/v1/generations/{id}` of the account's generation", string());
    Endpoint::new("trials-claim", TRIALS)
        .secured_by(both)
        .describe(
            "For who is signed in and holds the pass: the finished files become a generation of the account, once. It is `finishing` for a moment, while they \
             are copied, and costs nothing. The same account again is answered the same.",
        )
        .parameter(trial_id())
        .answers("202", ResponseBuilder::from(json("Claimed", "TrialClaimed")).header("Location", location).build())
        .refuses(&[Reason::NotFound, Reason::TrialUsed, Reason::TrialUnfinished])
        .busy()
}

fn with_pass(what: &str) -> Response {
    let cookie = header("`__Host-trial` with the pass, until the trial ends (`trial` over plain http)", string());
    ResponseBuilder::from(json(what, "TrialBegun")).header("Set-Cookie", cookie).build()
}

fn trial_id() -> ParameterBuilder {
    parameter("id", ParameterIn::Path, schemas::id("tri_").build()).required(Required::True).description(Some("The trial"))
}
