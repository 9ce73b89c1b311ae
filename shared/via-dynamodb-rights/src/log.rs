//! The log of receipts: a row for how far it is, one for each tile, and one for each entry that waits.

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynamo::{Attributes, Batch, Database, Item, Query, Read, Transaction, number, text};
use kernel::Failure;
use policy::Class;
use receipts::{Hash, Tile, TileId};
use rights::{BATCH, Head, ReceiptLog, Signed, Waiting};

use crate::keys;

pub struct DynamoReceiptLog {
    database: Database,
    rights: String,
}

impl DynamoReceiptLog {
    #[must_use]
    pub fn new(database: Database, rights: String) -> Self {
        Self { database, rights }
    }

    fn item(key: dynamo::Key) -> Item {
        Item::new(Class::ReceiptLog.id(), key)
    }
}

#[async_trait]
impl ReceiptLog for DynamoReceiptLog {
    async fn head(&self) -> Result<Head, Failure> {
        let Some(row) = self.database.get(&self.rights, &keys::head()).await? else { return Ok(Head::empty()) };
        let signed = match (row.maybe_number("signed_size"), row.maybe_text("checkpoint"), row.maybe_text("key")) {
            (Some(size), Some(note), Some(key)) => Some(Signed { size, note: note.to_owned(), key: key.to_owned() }),
            _ => None,
        };
        Ok(Head { size: row.required_number("size")?, root: row.parsed("root")?, signed })
    }

    async fn tiles(&self, ids: &[TileId]) -> Result<Vec<Tile>, Failure> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<_> = ids.iter().map(|id| keys::tile(&id.to_string())).collect();
        let batch = keys.iter().fold(Batch::default(), |batch, key| batch.of(&self.rights, key));
        let rows = self.database.read(batch).await?;
        let held = ids.iter().zip(&keys).filter_map(|(id, key)| Some((*id, rows.get(key)?)));
        held.map(|(id, row)| Tile::read(id, &bytes(row)?).map_err(Failure::broken)).collect()
    }

    async fn waiting(&self) -> Result<Vec<Waiting>, Failure> {
        let query = Query::of(&self.rights, "pk = :log AND begins_with(sk, :waiting)");
        let query = query.value(":log", text(keys::LOG)).value(":waiting", text(keys::WAITING)).limit(BATCH).consistently();
        self.database.query(query).await?.iter().map(waiting).collect()
    }

    async fn grow(&self, from: &Head, size: u64, root: Hash, tiles: &[Tile], entries: &[(Waiting, u64)]) -> Result<bool, Failure> {
        let table = &*self.rights;
        let head = keys::head().update(table, "SET #class = :class, #size = :size, #root = :root");
        let head = head
            .only_if(if from.size == 0 { "attribute_not_exists(#size) OR #size = :before" } else { "#size = :before" })
            .name("#class", "class")
            .name("#size", "size")
            .name("#root", "root")
            .value(":class", text(Class::ReceiptLog.id()))
            .value(":size", number(size))
            .value(":root", text(root.to_string()))
            .value(":before", number(from.size));
        let written = |tile: &Tile| {
            let item = Self::item(keys::tile(&tile.id().to_string())).text("hashes", STANDARD.encode(tile.to_bytes()));
            item.put_new(table).or_broken("a tile that is there already")
        };
        let placed = |(entry, index): &(Waiting, u64)| {
            let gone = keys::waiting(entry.erasure).delete(table).only_if("attribute_exists(pk)").or(|_| Ok(false));
            let named = keys::erasure(entry.erasure).update(table, "SET #index = :index").name("#index", "index");
            [gone, named.only_if("attribute_exists(pk)").value(":index", number(index)).or_broken("an entry of no request")]
        };
        let grown = Transaction::default().part(head.or(|_| Ok(false)));
        grown.parts(tiles.iter().map(written)).parts(entries.iter().flat_map(placed)).write(&self.database, true).await
    }

    async fn sign(&self, signed: &Signed) -> Result<(), Failure> {
        let noted = keys::head()
            .update(&self.rights, "SET signed_size = :size, checkpoint = :note, #key = :key")
            .only_if("attribute_not_exists(signed_size) OR signed_size <= :size")
            .name("#key", "key")
            .value(":size", number(signed.size))
            .value(":note", text(&signed.note))
            .value(":key", text(&signed.key));
        // One that is refused is older than what is there.
        self.database.write(noted).await.map(drop)
    }

    async fn tile(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        let row = self.database.get(&self.rights, &keys::tile(path)).await?;
        row.filter(|row| row.contains_key("hashes")).map(|row| bytes(&row)).transpose()
    }
}

fn bytes(row: &Attributes) -> Result<Vec<u8>, Failure> {
    STANDARD.decode(row.required_text("hashes")?).map_err(Failure::broken)
}

fn waiting(row: &Attributes) -> Result<Waiting, Failure> {
    let id = row.required_text("sk")?.strip_prefix(keys::WAITING).and_then(|id| id.parse().ok());
    Ok(Waiting { erasure: id.ok_or_else(|| Failure::broken("an entry of no name"))?, leaf: row.parsed("leaf")? })
}
