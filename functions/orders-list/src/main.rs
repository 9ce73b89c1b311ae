//! `GET /v1/orders`: the caller's orders, the newest first (events/orders-list).

use std::sync::Arc;

use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::{AccountSession, Failure, limits};
use payments::OrderViews;
use via_dynamodb_payments::DynamoOrderViews;

struct App {
    views: DynamoOrderViews,
    keys: SessionKeys,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let database = dynamo::Database::new(&settings.aws()?);
    let (fleeting, accounts) = (settings.required("FLEETING_TABLE")?, settings.required("ACCOUNTS_TABLE")?);
    let views = DynamoOrderViews::new(database, fleeting, accounts, Arc::new(settings.clock));
    let app = &App { views, keys: settings.session_keys()? };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in(&request, |caller| list(app, &request, caller)).await
}

async fn list(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let cursor = request.query("cursor", "cursor must be the next_cursor of a previous page.")?;
    let limit = request.query_within("limit", limits::PAGE_ITEMS)?.unwrap_or(limits::PAGE_ITEMS_DEFAULT);
    let page = app.views.page(&caller.into(), cursor, limit).await?;
    Reply::ok(&api_payments::OrdersReply::new(&page))
}
