//! On queue `payment-event`: an order becomes what the merchant's books say (events/on-payment-event).

use edge::batch::{Message, serve};
use kernel::{Failure, SystemClock};
use outreach::PurchaseMails;
use payments::{Merchant, PaymentNotice, Settle};
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
    serve(move |message| handle(app, message)).await
}

async fn handle(app: &App, message: Message<PaymentNotice>) -> Result<(), Failure> {
    let App { merchant, orders, mails, clock } = app;
    let settle = Settle { books: &**merchant, refunder: &**merchant, orders, notices: mails, clock };
    settle.run(&message.content.merchant_order_id).await.map(drop)
}
