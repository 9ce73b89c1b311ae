//! What every signed deed writes: that it was done, the counter of its passkey, and the trail.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use desk::{CredentialId, Passkey, Role, Signed};
use dynamo::{Item, Part, number, text};
use kernel::{DeskSession, Failure, OperatorId, Reason, Timestamp};
use policy::Class;

use crate::keys;

/// The parts of a transaction that a signed deed adds: the session and the role still stand, the action was not done before, and the trail goes on from
/// where it was read. What another deed changed meanwhile is [`Failure::Busy`]: the same request may come again.
///
/// # Errors
/// [`Failure::Broken`] when the entry cannot be written.
pub(crate) fn parts<T>(desk: &str, signed: &Signed) -> Result<Vec<Part<T>>, Failure> {
    let (operator, at) = (signed.entry.operator_id, signed.entry.at);
    let entry = serde_json::to_string(&signed.entry).map_err(Failure::broken)?;
    let entry = Item::new(Class::AuditEntry.id(), keys::entry(operator, signed.entry.number))
        .text("entry", entry)
        .text("at", at.to_string())
        .seconds("expires_at", signed.expires_at);
    Ok(vec![
        spend(desk, operator, &signed.action, signed.known_until),
        is_open(desk, &signed.session, at),
        has_role(desk, operator, signed.role),
        count(desk, operator, &signed.entry.assertion.credential_id, signed.counter),
        entry.put_new(desk).or(|_| Err(meanwhile())),
        go_on(desk, signed),
    ])
}

/// The action is done now, and not again.
pub(crate) fn spend<T>(desk: &str, operator: OperatorId, action: &[u8; 32], known_until: Timestamp) -> Part<T> {
    let spent = Item::new(Class::SpentAction.id(), keys::spent(operator, action)).seconds("expires_at", known_until);
    spent.put_new(desk).or(|_| Err(Failure::denied(Reason::PasskeyRefused, "This passkey was not accepted: this was done already.")))
}

pub(crate) fn is_open<T>(desk: &str, session: &DeskSession, now: Timestamp) -> Part<T> {
    let open = keys::session(session).check(desk).only_if("expires_at > :now").value(":now", number(now.as_second()));
    open.or(|_| Err(Failure::signed_out()))
}

fn has_role<T>(desk: &str, operator: OperatorId, role: Role) -> Part<T> {
    let still = keys::operator(operator).check(desk).only_if("#role = :role").name("#role", "role").value(":role", text(role.name()));
    still.or(|_| Err(Failure::signed_out()))
}

/// The counter of a passkey goes on from where it was read.
pub(crate) fn count<T>(desk: &str, operator: OperatorId, credential: &CredentialId, counter: (u32, u32)) -> Part<T> {
    let counted = keys::passkey(operator, credential)
        .update(desk, "SET #counter = :after")
        .only_if("#counter = :before")
        .name("#counter", "counter")
        .value(":before", number(counter.0))
        .value(":after", number(counter.1));
    counted.or(|_| Err(meanwhile()))
}

fn go_on<T>(desk: &str, signed: &Signed) -> Part<T> {
    let (before, after) = (&signed.before, &signed.after);
    let update = keys::head(signed.entry.operator_id)
        .update(desk, "SET #class = :class, #length = :length, #hash = :hash")
        .name("#class", "class")
        .name("#length", "length")
        .name("#hash", "hash")
        .value(":class", text(Class::AuditHead.id()))
        .value(":length", number(after.length))
        .value(":hash", text(&after.hash));
    let update = if before.length == 0 {
        update.only_if("attribute_not_exists(pk)")
    } else {
        update.only_if("#length = :before").value(":before", number(before.length))
    };
    update.or(|_| Err(meanwhile()))
}

fn meanwhile() -> Failure {
    Failure::unavailable(std::time::Duration::from_secs(1))
}

pub(crate) fn registered() -> Failure {
    Failure::denied(Reason::PasskeyRefused, "This passkey was not accepted: it is registered already.")
}

pub(crate) fn passkey_item(operator: OperatorId, passkey: &Passkey, at: Timestamp) -> Item {
    Item::new(Class::OperatorPasskey.id(), keys::passkey(operator, &passkey.id))
        .text("public_key", URL_SAFE_NO_PAD.encode(&passkey.key))
        .number("counter", passkey.counter)
        .text("created_at", at.to_string())
}
