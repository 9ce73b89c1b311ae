//! Who is an operator, by whoever runs the service, with their own AWS credentials, in the table that `DESK_TABLE` names:
//!
//! - `cargo run -p via-dynamodb-desk --example operators -- appoint ada@example.org moderator` makes somebody one, or changes what they may do, and lets them
//!   register a first passkey within a day (`make operator EMAIL=… ROLE=…`);
//! - `cargo run -p via-dynamodb-desk --example operators -- dismiss ada@example.org` ends that, with their sessions, at once (`ROLE=none`).

use std::error::Error;

use desk::{Operator, Role};
use dynamo::Database;
use kernel::{Clock, Email, OperatorId, SignedDuration, SystemClock, SystemRandomness};
use via_dynamodb_desk::DynamoOperators;

/// How long somebody may register their first passkey with a mailed code alone.
const REGISTERS: SignedDuration = SignedDuration::from_hours(24);

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout, reason = "a program for a person")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let table = std::env::var("DESK_TABLE").map_err(|_| "DESK_TABLE is not set: the output DeskTable of your stack")?;
    let database = Database::new(&aws_config::defaults(aws_config::BehaviorVersion::latest()).load().await);
    let operators = DynamoOperators::new(database, table);
    match arguments[..] {
        ["appoint", email, role] => println!(
            "{}",
            appoint(&operators, &email.parse()?, role.parse().map_err(|_| "the roles are support, moderator and lead")?).await?
        ),
        ["dismiss", email] => dismiss(&operators, &email.parse()?).await?,
        _ => return Err("say `appoint EMAIL support|moderator|lead`, or `dismiss EMAIL`".into()),
    }
    Ok(())
}

/// Somebody who has a passkey keeps it, and signs in with it from then on as ever.
async fn appoint(operators: &DynamoOperators, email: &Email, role: Role) -> Result<OperatorId, Box<dyn Error>> {
    let (clock, now) = (SystemClock::default(), SystemClock::default().now());
    let known = operators.known(email).await?;
    let id = known.as_ref().map_or_else(|| OperatorId::new(&clock, &SystemRandomness), |known| known.id);
    let passkeys = known.map_or(0, |known| known.passkeys);
    operators.appoint(email, &Operator { id, role, passkeys, registers_until: now.checked_add(REGISTERS)? }, now).await?;
    Ok(id)
}

async fn dismiss(operators: &DynamoOperators, email: &Email) -> Result<(), Box<dyn Error>> {
    let known = operators.known(email).await?.ok_or("this is no operator's address")?;
    Ok(operators.dismiss(email, known.id).await?)
}
