//! `GET /unsubscribe/{token}`: a page with a button; opening it changes nothing (events/unsubscribes-get).

use edge::LocaleCookie;
use edge::http::{Reply, Request, serve};
use kernel::{Failure, Language};
use outreach::{STYLE_HASH, unsubscribe_page};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let cookie = &settings.locale_cookie();
    serve(move |request| handle(cookie, request)).await
}

async fn handle(cookie: &LocaleCookie, request: Request) -> Result<Reply, Failure> {
    Ok(Reply::form(unsubscribe_page(Language::of(&cookie.locale(&request))), STYLE_HASH))
}
