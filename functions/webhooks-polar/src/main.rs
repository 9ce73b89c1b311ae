//! `POST /v1/webhooks/polar`: a notice of the merchant (events/webhooks-polar).

use edge::http::{Reply, Request, serve};
use kernel::{Clock, Failure, Reason, SystemClock, limits};
use payments::TakeNotice;
use via_polar::{Delivery, NotVerified, WebhookVerifier};
use via_sqs::SqsQueue;

struct App {
    verifier: WebhookVerifier,
    queue: SqsQueue,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let app = &App {
        verifier: vendors::webhook_verifier(&settings)?,
        queue: SqsQueue::new(&settings.aws()?, settings.required("PAYMENT_EVENT_QUEUE_URL")?),
        clock: settings.clock,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    let header = |name| request.header(name).unwrap_or_default();
    let (id, timestamp, signature) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let body = request.bytes(limits::WEBHOOK_BYTES, &["application/json"])?;
    let event = app.verifier.verify(&Delivery { id, timestamp, signature, body }, app.clock.now()).map_err(refused)?;
    TakeNotice { queue: &app.queue }.run(&event).await?;
    Ok(Reply::taken())
}

fn refused(error: NotVerified) -> Failure {
    Failure::denied(Reason::SignatureRefused, error.to_string())
}
