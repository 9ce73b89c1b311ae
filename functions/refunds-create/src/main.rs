//! `POST /v1/refunds`: a customer asks for the money of an order back (events/refunds-create).

use std::sync::Arc;

use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::{AccountSession, Failure, SystemClock};
use outreach::PurchaseMails;
use payments::{Merchant, RefundPolicy, RequestRefund, Settle};
use via_dynamodb_accounts::DynamoRecipients;
use via_dynamodb_payments::{DynamoOrderViews, DynamoOrders};
use via_ses::SesMailer;

struct App {
    views: DynamoOrderViews,
    orders: DynamoOrders,
    merchant: Box<dyn Merchant>,
    mails: PurchaseMails<DynamoRecipients, SesMailer>,
    policy: RefundPolicy,
    keys: SessionKeys,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (aws, clock, origin) = (settings.aws()?, settings.clock, settings.origin("PUBLIC_ORIGIN")?);
    let (database, accounts) = (dynamo::Database::new(&aws), settings.required("ACCOUNTS_TABLE")?);
    let recipients = DynamoRecipients::new(database.clone(), accounts.clone());
    let app = &App {
        views: DynamoOrderViews::new(database.clone(), settings.required("FLEETING_TABLE")?, accounts.clone(), Arc::new(clock)),
        orders: DynamoOrders::new(database, accounts),
        merchant: vendors::merchant(&settings)?,
        mails: PurchaseMails {
            recipients,
            mailer: SesMailer::new(&aws, settings.required("MAIL_FROM")?, settings.required("MAIL_CONFIGURATION_SET")?, settings.pepper()?),
            origin,
        },
        policy: RefundPolicy { days: settings.number("REFUND_DAYS")? },
        keys: settings.session_keys()?,
        clock,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in_from(&app.mails.origin, &request, |caller| create(app, &request, caller)).await
}

async fn create(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let api_payments::RefundRequest { order_id, reason } = request.json()?;
    let App { views, orders, merchant, mails, policy, clock, .. } = app;
    let settle = Settle { books: &**merchant, refunder: &**merchant, orders, notices: mails, clock };
    let order = RequestRefund { views, settle, policy: *policy, clock }.run(&caller.into(), order_id, reason.into()).await?;
    Reply::accepted(&api_payments::OrderReply::new(&order, None))
}
