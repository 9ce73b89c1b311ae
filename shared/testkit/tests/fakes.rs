//! The fakes keep the promises of their ports.

use testkit::contract::pictures::Shelves;
use testkit::contract::{self, Stores};

#[tokio::test]
async fn an_01_codes() {
    contract::accounts::codes(&Stores::fake(1)).await;
    contract::accounts::concurrent_attempts(&Stores::fake(2)).await;
}

#[tokio::test]
async fn an_14_sign_ins_and_sessions() {
    contract::accounts::sign_ins(&Stores::fake(3)).await;
    contract::accounts::sessions(&Stores::fake(4)).await;
}

#[tokio::test]
async fn uploads_and_orders() {
    contract::orders::uploads(&Stores::fake(5)).await;
    contract::orders::orders(&Stores::fake(6)).await;
    contract::orders::refused_orders(&Stores::fake(7)).await;
    contract::orders::concurrent_orders(&Stores::fake(8)).await;
}

#[tokio::test]
async fn generations_and_their_readers() {
    contract::generations::changes(&Stores::fake(9)).await;
    contract::generations::concurrent_changes(&Stores::fake(10)).await;
    contract::generations::pages(&Stores::fake(11)).await;
    contract::generations::overdue(&Stores::fake(12)).await;
    contract::generations::deliveries(&Stores::fake(14)).await;
}

#[tokio::test]
async fn an_40_expired_rows() {
    contract::expired::expired(&Stores::fake(13)).await;
}

#[tokio::test]
async fn objects() {
    let (shelves, bucket) = Shelves::fake_alone();
    contract::pictures::selfies(&shelves, async |account, upload, bytes| bucket.receive(account, upload, bytes)).await;
    contract::pictures::pictures(&shelves).await;
    contract::pictures::links(&shelves).await;
}
