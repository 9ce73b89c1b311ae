//! `PATCH /v1/me`: the language of the account, and of this browser (events/me-update).

use std::sync::Arc;

use accounts::Profiles;
use api_accounts::{ChangeMe, ChangedMe};
use edge::http::{Reply, Request, language_tag, serve};
use edge::{LocaleCookie, SessionKeys};
use kernel::{Failure, Reason};
use via_dynamodb_accounts::DynamoProfiles;

struct App {
    profiles: DynamoProfiles,
    keys: SessionKeys,
    cookie: LocaleCookie,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let client = dynamo::Database::new(&settings.aws()?);
    let (fleeting, accounts) = (settings.required("FLEETING_TABLE")?, settings.required("ACCOUNTS_TABLE")?);
    let app = &App {
        profiles: DynamoProfiles::new(client, fleeting, accounts, Arc::new(settings.clock)),
        keys: settings.session_keys()?,
        cookie: settings.locale_cookie(),
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in_from(&app.origin, &request, |caller| change(app, &request, caller)).await
}

async fn change(app: &App, request: &Request, caller: kernel::AccountSession) -> Result<Reply, Failure> {
    let body: ChangeMe = request.json()?;
    let locale =
        language_tag(&body.locale).ok_or_else(|| Failure::invalid(Reason::FieldInvalid, "locale must be a BCP 47 language tag."))?;
    app.profiles.set_locale(&caller, &locale).await?;
    let cookie = app.cookie.set(&locale);
    Ok(Reply::ok(&ChangedMe { locale: locale.into_owned() })?.cookie(cookie))
}
