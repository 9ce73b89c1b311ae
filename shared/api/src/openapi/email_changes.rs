//! The routes by which an account gets another address.

use kernel::Reason;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::{Required, ResponseBuilder};

use super::routes::{ACCOUNT, Endpoint, json, parameter};
use super::schemas;

pub(super) fn all() -> [Endpoint; 2] {
    let create = Endpoint::new("email-changes-create", ACCOUNT)
        .describe(
            "Mails a code to the address that the account has, and another to the new one. Neither the answer nor its cost depends on whether the new address has \
             an account.",
        )
        .takes("EmailChangeRequest")
        .answers("202", json("Two codes are on their way", "EmailChangeReply"))
        .refuses(&[Reason::BudgetSpent])
        .busy();
    let id = parameter("id", ParameterIn::Path, schemas::id("ech_").build()).required(Required::True);
    let confirm = Endpoint::new("email-changes-confirm", ACCOUNT)
        .describe(
            "Needs both codes, and admits five attempts. Profile, sign-in, marketing consent and lead move together; all other sessions end; both addresses are \
             told. A repetition with the same codes changes nothing.",
        )
        .parameter(id.description(Some("The id of the change")))
        .takes("EmailChangeCodes")
        .answers("204", ResponseBuilder::new().description("The account has the new address").build())
        .refuses(&[Reason::NotFound, Reason::CodeRefused, Reason::AddressTaken])
        .busy();
    [create, confirm]
}
