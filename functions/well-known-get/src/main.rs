//! `GET /.well-known/{name}`: where flaws are reported, and that `Sec-GPC` is honoured (events/well-known-get).

use edge::http::{Reply, Request, serve};
use kernel::{Clock, Failure, SystemClock};
use policy::{Contact, privacy_control, security_txt};

struct App {
    contact: Contact,
    origin: String,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let contact = settings.required("POLICY_CONTACT")?.parse()?;
    let app = &App { contact, origin: settings.origin("PUBLIC_ORIGIN")?, clock: settings.clock };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    let reply = match request.path::<String>("name", "file")?.as_str() {
        "security.txt" => Reply::text(security_txt(&app.contact, &app.origin, app.clock.now())),
        "gpc.json" => Reply::ok(&privacy_control())?,
        _ => return Err(Failure::missing("file")),
    };
    Ok(reply.public().unless_seen_by(&request))
}
