//! `GET /v1/generations`: the caller's generations, the newest first (events/generations-list).

use std::sync::Arc;

use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::{AccountSession, Failure, limits};
use studio::Views;
use via_dynamodb_studio::DynamoViews;

struct App {
    views: DynamoViews,
    keys: SessionKeys,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let client = dynamo::Database::new(&settings.aws()?);
    let (fleeting, studio) = (settings.required("FLEETING_TABLE")?, settings.required("STUDIO_TABLE")?);
    let app = &App { views: DynamoViews::new(client, fleeting, studio, Arc::new(settings.clock)), keys: settings.session_keys()? };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in(&request, |caller| list(app, &request, caller)).await
}

async fn list(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let cursor = request.query("cursor", "cursor must be the next_cursor of a previous page.")?;
    let limit = request.query_within("limit", limits::PAGE_ITEMS)?.unwrap_or(limits::PAGE_ITEMS_DEFAULT);
    let page = app.views.page(&caller.into(), cursor, limit).await?;
    Reply::ok(&api_studio::GenerationsReply::new(&page))
}
