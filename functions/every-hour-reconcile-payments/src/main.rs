//! Every hour: the orders and the merchant's books are compared (events/every-hour-reconcile-payments).

use edge::schedule::serve;
use kernel::{Failure, SystemClock, Timestamp};
use outreach::PurchaseMails;
use payments::{Merchant, Reconcile, Settle};
use via_dynamodb_accounts::DynamoRecipients;
use via_dynamodb_payments::DynamoOrders;
use via_ses::SesMailer;

struct App {
    merchant: Box<dyn Merchant>,
    orders: DynamoOrders,
    mails: PurchaseMails<DynamoRecipients, SesMailer>,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let (database, accounts) = (dynamo::Database::new(&aws), settings.required("ACCOUNTS_TABLE")?);
    let app = &App {
        merchant: vendors::merchant(&settings)?,
        orders: DynamoOrders::new(database.clone(), accounts.clone()),
        mails: PurchaseMails {
            recipients: DynamoRecipients::new(database, accounts),
            mailer: SesMailer::new(&aws, settings.required("MAIL_FROM")?, settings.required("MAIL_CONFIGURATION_SET")?, settings.pepper()?),
            origin: settings.origin("PUBLIC_ORIGIN")?,
        },
        clock: settings.clock,
    };
    serve(move |ends_at| handle(app, ends_at)).await
}

async fn handle(app: &App, ends_at: Timestamp) -> Result<(), Failure> {
    let App { merchant, orders, mails, clock } = app;
    let settle = Settle { books: &**merchant, refunder: &**merchant, orders, notices: mails, clock };
    Reconcile { settle, clock, until: clock.shown_at(ends_at) }.run().await.map(|reconciled| reconciled.log())
}
