//! `GET /v1/orders/{id}`: one order, with its receipt (events/orders-get).

use std::sync::Arc;

use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::{AccountSession, Failure};
use payments::{Merchant, OrderViews, receipt};
use via_dynamodb_payments::DynamoOrderViews;

struct App {
    views: DynamoOrderViews,
    merchant: Box<dyn Merchant>,
    keys: SessionKeys,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let database = dynamo::Database::new(&settings.aws()?);
    let (fleeting, accounts) = (settings.required("FLEETING_TABLE")?, settings.required("ACCOUNTS_TABLE")?);
    let app = &App {
        views: DynamoOrderViews::new(database, fleeting, accounts, Arc::new(settings.clock)),
        merchant: vendors::merchant(&settings)?,
        keys: settings.session_keys()?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in(&request, |caller| get(app, &request, caller)).await
}

async fn get(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let order = app.views.view(&caller.into(), request.path("id", "order")?).await?.ok_or_else(|| Failure::missing("order"))?;
    let receipt = receipt(&*app.merchant, &order).await;
    Reply::ok(&api_payments::OrderReply::new(&order, receipt))
}
