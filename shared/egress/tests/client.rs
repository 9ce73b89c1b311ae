//! The hosts a client reaches, and how failed calls are told apart.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use egress::{Client, Reach, SendError, receive, send};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const LONG_TIMEOUT: Duration = Duration::from_secs(20);

/// Accepts one connection, answers `reply` once the request's head is there, and returns the request; an empty reply leaves the connection open.
async fn once(reply: &'static str) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        match reply {
            "" => drop(stream.read_u8().await),
            reply => stream.write_all(reply.as_bytes()).await.unwrap(),
        }
        String::from_utf8(head).unwrap()
    });
    (url, asked)
}

fn to(base: &str) -> egress::Endpoint {
    Client::new(Reach::ListedAndLoopback).unwrap().endpoint(base).unwrap()
}

#[tokio::test]
async fn rt_08_a_redirect_is_an_answer_and_is_not_followed() {
    let (elsewhere, never) = once("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let reply = format!("HTTP/1.1 307 Gone there\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n");
    let (url, _) = once(reply.leak()).await;
    let answer = send(to(&url).post("x", LONG_TIMEOUT).body("picture")).await.unwrap();
    assert_eq!(answer.status().as_u16(), 307);
    assert!(!never.is_finished());
}

#[tokio::test]
async fn an_31_no_header_is_sent_that_was_not_asked_for() {
    let (url, asked) = once("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let answer = send(to(&url).get("models", LONG_TIMEOUT)).await.unwrap();
    assert_eq!(receive(answer, 2).await.unwrap(), b"ok");
    let host = url.trim_start_matches("http://");
    assert_eq!(asked.await.unwrap(), format!("GET /models HTTP/1.1\r\naccept: */*\r\nhost: {host}\r\n\r\n"));
}

#[tokio::test]
async fn a_call_that_never_went_out_is_told_from_one_that_may_have_arrived() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = format!("http://{}", taken.local_addr().unwrap());
    drop(taken);
    assert_eq!(send(to(&closed).get("x", LONG_TIMEOUT)).await.unwrap_err(), SendError::Unreached);

    let (url, _asked) = once("").await;
    assert_eq!(send(to(&url).get("x", Duration::from_millis(50))).await.unwrap_err(), SendError::TimedOut);

    let (url, _asked) = once("this is no HTTP at all\r\n\r\n").await;
    assert_eq!(send(to(&url).get("x", LONG_TIMEOUT)).await.unwrap_err(), SendError::ConnectionReset);

    let (url, _asked) = once("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").await;
    let answer = send(to(&url).get("x", LONG_TIMEOUT)).await.unwrap();
    assert_eq!(receive(answer, 10).await.unwrap_err(), SendError::ConnectionReset);
    assert!(
        SendError::ConnectionReset.may_have_arrived() && SendError::TimedOut.may_have_arrived() && !SendError::Unreached.may_have_arrived()
    );
}

/// A listener without TLS stands for a vendor whose certificate nobody can check.
#[tokio::test]
async fn rt_08_without_tls_there_is_no_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let deaf = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 plain\r\n\r\n").await.unwrap();
    });
    assert_eq!(send(to(&url).post("x", LONG_TIMEOUT).body("picture")).await.unwrap_err(), SendError::Unreached);
    deaf.await.unwrap();
}

#[tokio::test]
async fn an_answer_has_a_largest_size_whether_it_is_declared_or_not() {
    for reply in ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345", "HTTP/1.1 200 OK\r\n\r\n12345"] {
        let (url, _asked) = once(reply).await;
        let answer = send(to(&url).get("x", LONG_TIMEOUT)).await.unwrap();
        assert_eq!(receive(answer, 4).await.unwrap_err(), SendError::TooLarge);
    }
}
