use super::*;
use http_body::Body;
use kernel::Reason;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn request(accept: &str) -> Request {
    let builder = lambda_http::http::Request::builder().method("POST").uri("/v1/x").header("accept", accept);
    Request::new(builder.body(lambda_http::Body::Empty).unwrap())
}

/// An endpoint that reports two steps and a sketch, if it is wanted, and then returns a picture or fails.
async fn endpoint(request: Request, fails: bool) -> Result<Answer, Failure> {
    Ok(Answer::made(&request, move |events| async move {
        events.send("progress", || Zeroizing::new("{\"progress\":5}".into()));
        tokio::task::yield_now().await;
        (0..events.sketches()).for_each(|index| events.send("sketch", || Zeroizing::new(format!("{{\"index\":{index}}}"))));
        if fails {
            return Err(Failure::invalid(Reason::FieldInvalid, "No."));
        }
        events.send("picture", || Zeroizing::new("{\"picture\":\"AQI=\"}".into()));
        Ok(Media::new(Zeroizing::new(vec![1, 2]), "image/png").with("digital-source-type", "x"))
    }))
}

async fn ask(delivery: Delivery, accept: &str, fails: bool) -> Response<Outgoing> {
    answer(delivery, &|request| endpoint(request, fails), request(accept), "r-1".into()).await
}

async fn next(body: &mut Outgoing) -> Option<Bytes> {
    let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await;
    frame.map(|frame| frame.unwrap().into_data().unwrap())
}

async fn all(response: Response<Outgoing>) -> String {
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(frame) = next(&mut body).await {
        bytes.extend_from_slice(&frame);
    }
    String::from_utf8(bytes).unwrap()
}

const EVENTS: &str = "text/event-stream";

#[tokio::test]
async fn a_stream_is_framed_as_documented() {
    let response = ask(Delivery::Streamed, EVENTS, false).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let wanted = concat!(
        "event: progress\ndata: {\"progress\":5}\n\n",
        "event: sketch\ndata: {\"index\":0}\n\n",
        "event: sketch\ndata: {\"index\":1}\n\n",
        "event: picture\ndata: {\"picture\":\"AQI=\"}\n\n",
    );
    assert_eq!(all(response).await, wanted);
    // A collected answer has no room for sketches.
    let whole = all(ask(Delivery::Whole, EVENTS, false).await).await;
    assert_eq!(whole, "event: progress\ndata: {\"progress\":5}\n\nevent: picture\ndata: {\"picture\":\"AQI=\"}\n\n");
}

#[tokio::test]
async fn rt_13_without_events_the_picture_is_the_answer() {
    for delivery in [Delivery::Streamed, Delivery::Whole] {
        let response = ask(delivery, "image/*", false).await;
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(
            (response.status().as_u16(), header("content-type"), header("digital-source-type")),
            (200, "image/png".into(), "x".into())
        );
        assert_eq!(header("content-disposition"), "inline");
        assert_eq!(all(response).await.as_bytes(), [1, 2]);
    }
}

#[tokio::test]
async fn rt_11_nothing_may_be_cached_and_nothing_leads_to_a_copy() {
    for delivery in [Delivery::Streamed, Delivery::Whole] {
        for (accept, fails) in [("image/png", false), ("image/png", true), (EVENTS, false), (EVENTS, true)] {
            let response = ask(delivery, accept, fails).await;
            assert_eq!(response.headers()["cache-control"], "no-store", "{delivery:?} {accept} {fails}");
            assert!(response.headers().get("location").is_none() && response.headers().get("etag").is_none());
            assert!(!all(response).await.contains("://"));
        }
    }
}

#[tokio::test]
async fn what_goes_wrong_has_its_status_until_the_stream_has_begun() {
    let response = ask(Delivery::Streamed, "image/png", true).await;
    assert_eq!((response.status().as_u16(), &response.headers()["content-type"]), (400, &"application/problem+json".parse().unwrap()));
    let refuses = |_: Request| async { Err(Failure::denied(Reason::ConsentRequired, "No.")) };
    assert_eq!(answer(Delivery::Streamed, &refuses, request(EVENTS), "r".into()).await.status().as_u16(), 428);

    for delivery in [Delivery::Streamed, Delivery::Whole] {
        let response = ask(delivery, EVENTS, true).await;
        assert_eq!(response.status().as_u16(), 200);
        let text = all(response).await;
        let (_, data) = text.rsplit_once("event: error\ndata: ").unwrap();
        let problem: serde_json::Value = serde_json::from_str(data.trim_end()).unwrap();
        assert_eq!((&problem["type"], &problem["request_id"]), (&"urn:nigao:problem:field-invalid".into(), &"r-1".into()));
        assert!(!text.contains("event: picture"));
    }
}

#[tokio::test]
async fn a_panic_is_a_fault_of_ours_also_in_a_stream() {
    let panics = |request: Request| async move { Ok(Answer::made(&request, |_| async { panic!("a test says so") })) };
    assert_eq!(answer(Delivery::Streamed, &panics, request(""), "r".into()).await.status().as_u16(), 500);
    let text = all(answer(Delivery::Streamed, &panics, request(EVENTS), "r".into()).await).await;
    assert!(text.starts_with("event: error\n") && text.contains("urn:nigao:problem:internal") && !text.contains("a test"), "{text}");
}

/// Sets the flag when it is dropped.
struct Dropped(Arc<AtomicBool>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn silence_is_filled_and_who_leaves_ends_the_work() {
    let gone = Arc::new(AtomicBool::new(false));
    let flag = gone.clone();
    let hangs = move |request: Request| {
        let held = Dropped(flag.clone());
        async move {
            Ok(Answer::made(&request, move |events| async move {
                events.send("progress", || Zeroizing::new("{}".into()));
                let _held = held;
                std::future::pending().await
            }))
        }
    };
    let response = answer(Delivery::Streamed, &hangs, request(EVENTS), "r".into()).await;
    let mut body = response.into_body();
    assert_eq!(next(&mut body).await.unwrap(), "event: progress\ndata: {}\n\n");
    for _ in 0..3 {
        let before = tokio::time::Instant::now();
        assert_eq!(next(&mut body).await.unwrap(), sse::HEARTBEAT);
        assert_eq!(before.elapsed().as_secs(), Duration::from_secs(15).as_secs());
    }
    assert!(!gone.load(Ordering::Relaxed));
    drop(body);
    assert!(gone.load(Ordering::Relaxed));
}

/// The maker computes without a pause after reporting its step: the report must not wait for it.
#[tokio::test]
async fn what_was_told_leaves_before_the_next_step_is_computed() {
    let computed = Arc::new(AtomicBool::new(false));
    let flag = computed.clone();
    let computes = move |request: Request| {
        let flag = flag.clone();
        async move {
            Ok(Answer::made(&request, move |events| async move {
                events.send("progress", || Zeroizing::new("{}".into()));
                tokio::task::yield_now().await;
                flag.store(true, Ordering::Relaxed);
                Ok(Media::new(Zeroizing::default(), "image/png"))
            }))
        }
    };
    let mut body = answer(Delivery::Streamed, &computes, request(EVENTS), "r".into()).await.into_body();
    assert!(next(&mut body).await.is_some());
    // The connection polls again at once, to fill its buffer: it is made to flush first.
    let polled = std::future::poll_fn(|context| std::task::Poll::Ready(Pin::new(&mut body).poll_frame(context).is_pending())).await;
    assert!(polled && !computed.load(Ordering::Relaxed));
}

#[tokio::test]
async fn what_cannot_leave_whole_is_a_fault_and_not_a_torso() {
    let large = |request: Request| async move {
        Ok(Answer::made(&request, |events| async move {
            events.send("picture", || Zeroizing::new("A".repeat(6_000_000)));
            Ok(Media::new(Zeroizing::new(vec![1; WHOLE_BYTES + 1]), "image/png"))
        }))
    };
    let ask = async |delivery, accept| answer(delivery, &large, request(accept), "r".into()).await;
    assert_eq!(ask(Delivery::Whole, "").await.status().as_u16(), 500);
    assert_eq!(ask(Delivery::Whole, EVENTS).await.status().as_u16(), 500);
    assert_eq!(ask(Delivery::Streamed, "").await.status().as_u16(), 200);
}

#[test]
fn an_11_the_address_of_a_caller_is_the_gateways_and_no_headers() {
    let event = include_str!("../../../../../events/instant-create/no-consent.json");
    let inner = lambda_http::request::from_str(event).unwrap();
    let address = Request::new(inner).address();
    assert_eq!(address.networks()[0].1, [203, 0, 113, 7]);
    assert!(!format!("{address:?}").contains("203"));
    let forged = event.replace("\"x-forwarded-for\": \"203.0.113.7\"", "\"x-forwarded-for\": \"198.51.100.9\"");
    assert_eq!(Request::new(lambda_http::request::from_str(&forged).unwrap()).address().networks()[0].1, [203, 0, 113, 7]);
}
