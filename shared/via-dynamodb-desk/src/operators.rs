//! Operators, their sessions, passkeys and trails.

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use desk::{AuditEntry, CredentialId, Head, Opened, Opening, Operator, Operators, Passkey, Signed, Standing};
use dynamo::{Attributes, Batch, Database, Item, Part, Query, Read, Transaction, number, text};
use kernel::{DeskSession, Email, Failure, OperatorId, Timestamp};
use policy::Class;
use via_dynamodb_accounts::guesses;

use crate::keys;
use crate::signed::{self, count, passkey_item, spend};

pub struct DynamoOperators {
    database: Database,
    desk: String,
    fleeting: Option<String>,
}

impl DynamoOperators {
    #[must_use]
    pub fn new(database: Database, desk: String) -> Self {
        Self { database, desk, fleeting: None }
    }

    /// With the table of codes, for the function that opens sessions.
    #[must_use]
    pub fn with_codes(self, fleeting: String) -> Self {
        Self { fleeting: Some(fleeting), ..self }
    }

    /// Makes somebody an operator, or changes what they may do: by the tool of those who run the service alone. The first passkey of a new one may be
    /// registered until then.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn appoint(&self, email: &Email, operator: &Operator, at: Timestamp) -> Result<(), Failure> {
        let row = Item::new(Class::Operator.id(), keys::operator(operator.id))
            .text("email", email.as_str())
            .text("role", operator.role.name())
            .number("passkeys", operator.passkeys)
            .seconds("registers_until", operator.registers_until)
            .text("created_at", at.to_string());
        let index = Item::new(Class::OperatorIndex.id(), keys::address(email)).text("operator_id", operator.id.to_string());
        let part = |item: Item| item.put(&self.desk).or_broken("an operator");
        Transaction::default().part(part(row)).part(part(index)).write(&self.database, ()).await
    }

    /// Whom an address leads to; with their sessions it ends at once when they are removed.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn known(&self, email: &Email) -> Result<Option<Operator>, Failure> {
        self.of_email(email, None).await.map(|known| known.map(|(operator, _)| operator))
    }

    /// Removes an operator with everything that lets them in. What they did stays in the trail.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn dismiss(&self, email: &Email, id: OperatorId) -> Result<(), Failure> {
        let rows = self.database.query(Query::of(&self.desk, "pk = :pk").value(":pk", text(keys::operator(id).pk))).await?;
        let own = rows.iter().map(|row| Ok(dynamo::Key::new(row.required_text("pk")?, row.required_text("sk")?)));
        let own = own.collect::<Result<Vec<_>, Failure>>()?.into_iter().filter(|key| key.sk != keys::head(id).sk);
        for key in own.chain([keys::address(email)]) {
            let _gone = self.database.write(key.delete(&self.desk)).await?;
        }
        Ok(())
    }

    /// One passkey more, of as many as were read.
    fn one_more(&self, standing: &Standing) -> Part<()> {
        let update = keys::operator(standing.operator.id)
            .update(&self.desk, "SET #passkeys = :after")
            .only_if("#passkeys = :before")
            .name("#passkeys", "passkeys")
            .value(":before", number(standing.operator.passkeys))
            .value(":after", number(standing.operator.passkeys + 1));
        update.or(|_| Err(Failure::unavailable(std::time::Duration::from_secs(1))))
    }
}

#[async_trait]
impl Operators for DynamoOperators {
    async fn of_email(&self, email: &Email, credential: Option<&CredentialId>) -> Result<Option<(Operator, Option<Passkey>)>, Failure> {
        let Some(index) = self.database.get(&self.desk, &keys::address(email)).await? else { return Ok(None) };
        let id: OperatorId = index.parsed("operator_id")?;
        let (row, key) = (keys::operator(id), credential.map(|credential| keys::passkey(id, credential)));
        let batch = Batch::default().of(&self.desk, &row);
        let rows = self.database.read(key.iter().fold(batch, |batch, key| batch.of(&self.desk, key))).await?;
        let Some(operator) = rows.get(&row).map(|row| operator(id, row)).transpose()? else { return Ok(None) };
        let passkey = key.as_ref().and_then(|key| rows.get(key)).map(passkey).transpose()?;
        Ok(Some((operator, passkey)))
    }

    async fn open(&self, opening: &Opening) -> Result<(), Failure> {
        let fleeting = self.fleeting.as_ref().ok_or_else(|| Failure::broken("this function has no table Fleeting"))?;
        let Opening { slot, code, session, opened, signed, at, expires_at } = opening;
        let signed = signed.iter().flat_map(|signed| {
            let known_until = Class::SPENT_ACTION.expires_at(*at);
            [
                spend(&self.desk, session.operator, &signed.action, known_until),
                count(&self.desk, session.operator, &signed.credential, signed.counter),
            ]
        });
        Transaction::default()
            .part(guesses::use_up(fleeting, slot, code))
            .parts(signed)
            .part(session_item(session, *opened, *expires_at).put_new(&self.desk).or_broken("a session that is there already"))
            .write(&self.database, ())
            .await
    }

    async fn standing(&self, session: &DeskSession, credential: Option<&CredentialId>, now: Timestamp) -> Result<Standing, Failure> {
        let id = session.operator;
        let (own, row, head) = (keys::session(session), keys::operator(id), keys::head(id));
        let key = credential.map(|credential| keys::passkey(id, credential));
        let batch = [&own, &row, &head].into_iter().chain(&key).fold(Batch::default(), |batch, key| batch.of(&self.desk, key));
        let rows = self.database.read(batch).await?;
        let (Some(own), Some(row)) = (rows.get(&own).filter(|row| row.is_alive(now)), rows.get(&row)) else {
            return Err(Failure::signed_out());
        };
        let head = rows
            .get(&head)
            .map(|row| Ok::<_, Failure>(Head { length: row.required_number("length")?, hash: row.required_text("hash")?.to_owned() }));
        Ok(Standing {
            session: *session,
            opened: own.parsed("opened")?,
            operator: operator(id, row)?,
            passkey: key.as_ref().and_then(|key| rows.get(key)).map(passkey).transpose()?,
            head: head.transpose()?.unwrap_or_default(),
        })
    }

    async fn register(&self, standing: &Standing, passkey: &Passkey, signed: Option<&Signed>, at: Timestamp) -> Result<(), Failure> {
        let session = keys::session(&standing.session);
        let stronger = session
            .update(&self.desk, "SET opened = :opened")
            .only_if("expires_at > :now")
            .value(":opened", text(Opened::ByPasskey.name()))
            .value(":now", number(at.as_second()))
            .or(|_| Err(Failure::signed_out()));
        let transaction = Transaction::default();
        let transaction = match signed {
            // Its own parts ask for the session and the operator, which a transaction names once each.
            Some(signed) => transaction.parts(signed::parts(&self.desk, signed)?),
            None => transaction.part(stronger).part(self.one_more(standing)),
        };
        let new = passkey_item(standing.operator.id, passkey, at);
        transaction.part(new.put_new(&self.desk).or(|_| Err(signed::registered()))).write(&self.database, ()).await
    }

    async fn note(&self, signed: &Signed) -> Result<(), Failure> {
        Transaction::default().parts(signed::parts(&self.desk, signed)?).write(&self.database, ()).await
    }

    async fn trail(&self, of: OperatorId, after: u64, limit: u16) -> Result<Vec<AuditEntry>, Failure> {
        let range = Query::of(&self.desk, "pk = :pk AND sk > :after")
            .value(":pk", text(keys::trail(of)))
            .value(":after", text(keys::entry(of, after).sk))
            .limit(usize::from(limit));
        let rows = self.database.query(range).await?;
        rows.iter().map(|row| serde_json::from_str(row.required_text("entry")?).map_err(Failure::broken)).collect()
    }
}

fn session_item(session: &DeskSession, opened: Opened, expires_at: Timestamp) -> Item {
    Item::new(Class::OperatorSession.id(), keys::session(session)).text("opened", opened.name()).seconds("expires_at", expires_at)
}

fn operator(id: OperatorId, row: &Attributes) -> Result<Operator, Failure> {
    let registers_until = Timestamp::from_second(row.required_number("registers_until")?).map_err(Failure::broken)?;
    Ok(Operator { id, role: row.parsed("role")?, passkeys: row.required_number("passkeys")?, registers_until })
}

fn passkey(row: &Attributes) -> Result<Passkey, Failure> {
    let id = row.required_text("sk")?.trim_start_matches("KEY#").parse()?;
    let key = URL_SAFE_NO_PAD.decode(row.required_text("public_key")?).map_err(Failure::broken)?;
    Ok(Passkey { id, key, counter: row.required_number("counter")? })
}
