//! `POST /v1/checkouts`: an order, and the page where it is paid (events/checkouts-create).

use api_payments::{CheckoutReply, CheckoutRequest};
use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::{AccountSession, Failure, SystemClock, SystemRandomness};
use payments::{Merchant, Offers, OpenCheckout};
use via_dynamodb_payments::DynamoCheckouts;

struct App<'a> {
    offers: Offers<'a>,
    merchant: &'a dyn Merchant,
    checkouts: DynamoCheckouts,
    keys: SessionKeys,
    clock: SystemClock,
    site: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let (fleeting, accounts) = (settings.required("FLEETING_TABLE")?, settings.required("ACCOUNTS_TABLE")?);
    let merchant = vendors::merchant(&settings)?;
    let app = &App {
        offers: Offers::of(&*merchant, &settings.clock),
        merchant: &*merchant,
        checkouts: DynamoCheckouts::new(dynamo::Database::new(&aws), fleeting, accounts),
        keys: settings.session_keys()?,
        clock: settings.clock,
        site: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App<'_>, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in_from(&app.site, &request, |caller| create(app, &request, caller)).await
}

async fn create(app: &App<'_>, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let wish = request.json::<CheckoutRequest>()?.wish(request.idempotency_key()?, request.locale().into_owned());
    let open = OpenCheckout {
        offers: &app.offers,
        sales: app.merchant,
        checkouts: &app.checkouts,
        clock: &app.clock,
        randomness: &SystemRandomness,
        site: &app.site,
    };
    Reply::created(&CheckoutReply::from(open.run(caller, &wish).await?))
}
