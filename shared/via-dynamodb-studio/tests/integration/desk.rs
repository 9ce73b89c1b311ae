//! The desk, on the local endpoints.

use desk::Operator;
use dynamo::Database;
use kernel::{Clock, Email};
use testkit::contract::{self, Desk, Stores};
use via_dynamodb_accounts::DynamoGuesses;
use via_dynamodb_desk::{DynamoCases, DynamoOperators, DynamoOwnCases};

use crate::contract::{stores, table};

fn operators() -> DynamoOperators {
    DynamoOperators::new(Database::new(&testkit::cloud::config()), table("DeskTable")).with_codes(table("FleetingTable"))
}

fn ports(stores: &Stores) -> Desk {
    let (database, screening) = (Database::new(&testkit::cloud::config()), table("ScreeningTable"));
    let cases = DynamoCases::new(database.clone(), screening.clone());
    Desk {
        operators: Box::new(operators()),
        guesses: Box::new(DynamoGuesses::new(database.clone(), table("FleetingTable"))),
        cases: Box::new(cases.deciding(table("DeskTable"), table("StudioTable"), table("AccountsTable"))),
        own: Box::new(DynamoOwnCases::new(database, table("FleetingTable"), screening, stores.clock.clone())),
    }
}

async fn appoint(email: Email, operator: Operator) {
    operators().appoint(&email, &operator, kernel::SystemClock::default().now()).await.unwrap();
}

#[tokio::test]
async fn operators_sign_in_and_answer_for_what_they_do() {
    for (seed, suite) in [(260, true), (261, false)] {
        let stores = stores(seed);
        let ports = ports(&stores);
        if suite {
            contract::desk::sign_ins(&stores, &ports, appoint).await
        } else {
            contract::desk::trails(&stores, &ports, appoint).await
        }
    }
}

#[tokio::test]
async fn an_44_cases() {
    let first = stores(262);
    contract::desk::overturned(&first, &ports(&first), appoint).await;
    let second = stores(263);
    contract::desk::appealed(&second, &ports(&second), appoint).await;
}

#[tokio::test]
async fn who_is_dismissed_is_at_the_desk_no_more_and_their_trail_stays() {
    let stores = stores(264);
    let (email, id) = (testkit::builders::email("dismissed"), kernel::OperatorId::new(&*stores.clock, &stores.randomness));
    let operator = Operator { id, role: desk::Role::Lead, passkeys: 0, registers_until: stores.clock.now() };
    appoint(email.clone(), operator.clone()).await;
    assert_eq!(operators().known(&email).await.unwrap(), Some(operator));
    operators().dismiss(&email, id).await.unwrap();
    assert_eq!(operators().known(&email).await.unwrap(), None);
}

/// Writes rows of every class.
pub(crate) async fn everything(stores: &Stores) {
    contract::desk::trails(stores, &ports(stores), appoint).await;
    contract::desk::overturned(stores, &ports(stores), appoint).await;
}
