//! Rows as files: JSON with an array for each class, or a table.

use std::collections::VecDeque;

use async_trait::async_trait;
use kernel::{Failure, Timestamp};
use policy::{Category, Class, Field, Profile};
use serde_json::{Map, Value, json};

use crate::layout::{Document, Place, Range, Source, Whose};

/// A row with all its attributes, its key among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub Map<String, Value>);

impl Row {
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Some rows of a range.
#[derive(Debug, Clone, PartialEq)]
pub struct RowPage {
    /// In the order of their sort keys.
    pub rows: Vec<Row>,
    /// Whether others follow.
    pub more: bool,
}

#[async_trait]
pub trait Rows: Send + Sync {
    /// Rows of a range, behind the sort key `after`.
    async fn page(&self, range: &Range, after: Option<&str>) -> Result<RowPage, Failure>;

    /// The rows of `class` to which `link` leads, that were written since.
    async fn linked(&self, class: Class, link: &Row, since: Timestamp, now: Timestamp) -> Result<Vec<Row>, Failure>;
}

/// The rows of one account.
#[derive(Clone, Copy)]
pub struct RowsOf<'a> {
    pub rows: &'a dyn Rows,
    pub whose: &'a Whose,
    pub now: Timestamp,
}

/// The rows of a class, one after the other; of what is left in memory it is a page.
struct Cursor {
    source: Source,
    range: Option<Range>,
    read: VecDeque<Row>,
    after: Option<String>,
    more: bool,
}

impl RowsOf<'_> {
    /// All rows of a source.
    async fn all(&self, source: Source) -> Result<Vec<Row>, Failure> {
        match source.place {
            Place::Linked(class) => self.linked(source, class).await,
            Place::About(class) => self.about(source, class).await,
            Place::Own | Place::OfAddress => self.rest(Cursor::of(source, self.whose)).await,
        }
    }

    async fn rest(&self, mut cursor: Cursor) -> Result<Vec<Row>, Failure> {
        let mut rows = Vec::new();
        while let Some(row) = self.next(&mut cursor).await? {
            rows.push(row);
        }
        Ok(rows)
    }

    async fn about(&self, source: Source, class: Class) -> Result<Vec<Row>, Failure> {
        let own = Source { class, place: Place::Own };
        let mut rows = Vec::new();
        for row in self.rest(Cursor::of(own, self.whose)).await? {
            let range = own.about(row.text("sk")).and_then(|about| source.range_about(about));
            rows.extend(self.rest(Cursor { range, ..Cursor::of(source, self.whose) }).await?);
        }
        Ok(rows)
    }

    async fn linked(&self, source: Source, class: Class) -> Result<Vec<Row>, Failure> {
        let mut links = Cursor::of(Source { class, place: Place::Own }, self.whose);
        let kept = source.class.entry().kept().map(|kept| kept.at_most()).unwrap_or_default();
        let since = self.now.checked_sub(kept).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut rows = Vec::new();
        while let Some(link) = self.next(&mut links).await? {
            rows.extend(self.rows.linked(source.class, &link, since, self.now).await?);
        }
        Ok(rows)
    }

    /// The next row of the class; others may have keys that begin alike.
    async fn next(&self, cursor: &mut Cursor) -> Result<Option<Row>, Failure> {
        loop {
            while let Some(row) = cursor.read.pop_front() {
                if row.text("class") == cursor.source.class.id() {
                    return Ok(Some(row));
                }
            }
            let Some(range) = cursor.range.as_ref().filter(|_| cursor.more) else { return Ok(None) };
            let page = self.rows.page(range, cursor.after.as_deref()).await?;
            cursor.after = page.rows.last().map(|row| row.text("sk").to_owned()).or_else(|| cursor.after.take());
            cursor.more = page.more;
            cursor.read.extend(page.rows);
        }
    }

    /// The one file of a document.
    ///
    /// # Errors
    /// Those of [`Rows`], and [`Failure::Broken`] for a row that is no JSON.
    pub async fn file(&self, document: &Document) -> Result<Vec<u8>, Failure> {
        let mut classes = Vec::new();
        for source in &document.sources {
            classes.push((source.class, self.all(*source).await?));
        }
        written(document, &classes)
    }

    /// Begins to read the files of a document that has one for each thing.
    #[must_use]
    pub fn each<'d>(&self, document: &'d Document) -> Each<'_, 'd> {
        let cursors = document.sources.iter().map(|source| (Cursor::of(*source, self.whose), None)).collect();
        Each { rows: *self, document, cursors }
    }
}

/// The files of a document that has one for each thing. Of each class they come in the order of the things, so that of all rows there are few in memory.
pub struct Each<'a, 'd> {
    rows: RowsOf<'a>,
    document: &'d Document,
    /// With the row that comes next, once it is read.
    cursors: Vec<(Cursor, Option<Row>)>,
}

impl Each<'_, '_> {
    /// The name and the bytes of the next.
    ///
    /// # Errors
    /// Those of [`Rows`], and [`Failure::Broken`] for a row that is no JSON.
    pub async fn next(&mut self) -> Result<Option<(String, Vec<u8>)>, Failure> {
        for (cursor, next) in self.cursors.iter_mut().filter(|(_, next)| next.is_none()) {
            *next = self.rows.next(cursor).await?;
        }
        let heads = self.cursors.iter().filter_map(|(cursor, next)| cursor.source.about(next.as_ref()?.text("sk")));
        let Some(about) = heads.min().map(str::to_owned) else { return Ok(None) };
        let mut classes = Vec::new();
        for (cursor, next) in &mut self.cursors {
            let mut rows = Vec::new();
            while let Some(row) = next.take_if(|row| cursor.source.about(row.text("sk")) == Some(&about)) {
                rows.push(row);
                *next = self.rows.next(cursor).await?;
            }
            classes.push((cursor.source.class, rows));
        }
        Ok(Some((self.document.name(&about), written(self.document, &classes)?)))
    }
}

impl Cursor {
    fn of(source: Source, whose: &Whose) -> Self {
        Self { source, range: source.range(whose), read: VecDeque::new(), after: None, more: true }
    }
}

/// The attributes of a class that a copy has: those of the inventory, of operation as well, but for secrets.
pub(crate) fn exported(class: Class) -> impl Iterator<Item = &'static Field> {
    class.entry().fields_of(Profile::Wallet).filter(|field| field.category != Category::Credential)
}

/// What a copy has of a row.
fn of_row(class: Class, row: &Row) -> Map<String, Value> {
    exported(class).filter_map(|field| Some((field.name.clone(), unwrapped(field, row.0.get(&field.name)?)))).collect()
}

/// What we stored as a text of JSON is JSON. What a person wrote stays as they wrote it.
fn unwrapped(field: &Field, value: &Value) -> Value {
    let own_words = matches!(field.category, Category::Content | Category::Contact);
    let text = value.as_str().filter(|text| !own_words && text.starts_with(['{', '[']));
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| value.clone())
}

fn written(document: &Document, classes: &[(Class, Vec<Row>)]) -> Result<Vec<u8>, Failure> {
    if document.is_table() {
        return Ok(table(classes).into_bytes());
    }
    let of_class = |(class, rows): &(Class, Vec<Row>)| {
        let rows = rows.iter().map(|row| Value::Object(of_row(*class, row))).collect();
        (class.id().to_owned(), Value::Array(rows))
    };
    let file: Map<String, Value> = classes.iter().map(of_class).collect();
    serde_json::to_vec_pretty(&file).map_err(Failure::broken)
}

/// RFC 4180, with the names of the attributes in the first line.
fn table(classes: &[(Class, Vec<Row>)]) -> String {
    let mut lines = String::new();
    for (class, rows) in classes {
        let names: Vec<&str> = exported(*class).map(|field| field.name.as_str()).collect();
        lines += &line(names.iter().map(|name| (*name).to_owned()));
        for row in rows {
            let row = of_row(*class, row);
            lines += &line(names.iter().map(|name| row.get(*name).map(cell).unwrap_or_default()));
        }
    }
    lines
}

fn line(cells: impl Iterator<Item = String>) -> String {
    cells.collect::<Vec<_>>().join(",") + "\r\n"
}

fn cell(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// The JSON Schema (2020-12) of a document: which attributes it may have, and what each is. A table's is that of a line.
#[must_use]
pub fn schema(document: &Document) -> Value {
    let of_row = |class: Class| {
        let property = |field: &Field| (field.name.clone(), json!({ "x-category": field.category, "x-personal": field.personal }));
        let mut properties: Map<String, Value> = exported(class).map(property).collect();
        if let Some(Value::Object(property)) = properties.get_mut("class") {
            property.insert("const".into(), class.id().into());
        }
        json!({ "type": "object", "description": class.entry().what, "properties": properties, "required": ["class", "pk", "sk"], "additionalProperties": false })
    };
    let classes = || document.sources.iter().map(|source| source.class);
    let mut schema = match document.is_table() {
        true => classes().next().map(of_row).unwrap_or_default(),
        false => {
            let arrays: Map<String, Value> =
                classes().map(|class| (class.id().to_owned(), json!({ "type": "array", "items": of_row(class) }))).collect();
            let required: Vec<&str> = classes().map(Class::id).collect();
            json!({ "type": "object", "properties": arrays, "required": required, "additionalProperties": false })
        }
    };
    if let Value::Object(schema) = &mut schema {
        schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
        schema.insert("title".into(), document.template.into());
    }
    schema
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::collections::BTreeMap;

    use accounts::EmailKey;

    use super::*;
    use crate::layout::documents;

    /// Rows by partition and sort key, two to a page.
    #[derive(Default)]
    struct FakeRows(BTreeMap<(String, String), Row>);

    impl FakeRows {
        fn with(mut self, class: &str, pk: &str, sk: &str, more: Value) -> Self {
            let mut row = json!({ "pk": pk, "sk": sk, "class": class });
            row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            self.0.insert((pk.to_owned(), sk.to_owned()), Row(row.as_object().unwrap().clone()));
            self
        }
    }

    #[async_trait]
    impl Rows for FakeRows {
        async fn page(&self, range: &Range, after: Option<&str>) -> Result<RowPage, Failure> {
            let fits =
                |(pk, sk): &(String, String)| *pk == range.pk && sk.starts_with(&range.sk) && after.is_none_or(|after| sk.as_str() > after);
            let mut rows: Vec<_> = self.0.iter().filter(|(key, _)| fits(key)).map(|(_, row)| row.clone()).collect();
            let more = rows.len() > 2;
            rows.truncate(2);
            Ok(RowPage { rows, more })
        }

        async fn linked(&self, _: Class, link: &Row, _: Timestamp, _: Timestamp) -> Result<Vec<Row>, Failure> {
            let device = link.text("sk").trim_start_matches("DEV#").to_owned();
            Ok(self.0.iter().filter(|((_, sk), _)| *sk == device).map(|(_, row)| row.clone()).collect())
        }
    }

    const ACCOUNT: &str = "acc_01900000000070008000000000000000";

    fn whose() -> Whose {
        Whose { account: ACCOUNT.parse().unwrap(), address: EmailKey::stored(&"ab".repeat(32)).unwrap() }
    }

    fn document(template: &str) -> Document {
        documents().unwrap().into_iter().find(|document| document.template == template).unwrap()
    }

    async fn file(rows: &FakeRows, template: &str) -> String {
        let (whose, now) = (whose(), Timestamp::UNIX_EPOCH);
        let of = RowsOf { rows, whose: &whose, now };
        String::from_utf8(of.file(&document(template)).await.unwrap()).unwrap()
    }

    #[tokio::test]
    async fn an_54_a_file_has_the_rows_of_its_classes_with_what_the_inventory_declares() {
        let (own, address) = (format!("ACC#{ACCOUNT}"), format!("EMAIL#{}", "ab".repeat(32)));
        let rows = FakeRows::default()
            .with("account", &own, "PROFILE", json!({ "email": "ada@example.org", "locale": "en", "undeclared": "x" }))
            .with("consent-record", &own, "CONSENT#2026#analytics", json!({ "after": "objected" }))
            .with("marketing-consent", &address, "MARKETING", json!({ "given_at": "2026-11-30T12:00:00Z" }));
        let profile: Value = serde_json::from_str(&file(&rows, "profile.json").await).unwrap();
        let account = json!({ "pk": own, "sk": "PROFILE", "class": "account", "email": "ada@example.org", "locale": "en" });
        assert_eq!(profile["account"], json!([account]));
        let consents: Value = serde_json::from_str(&file(&rows, "consents.json").await).unwrap();
        assert_eq!(consents["consent-record"][0]["after"], "objected");
        assert_eq!(consents["marketing-consent"][0]["given_at"], "2026-11-30T12:00:00Z");
    }

    #[tokio::test]
    async fn im_05_a_table_has_a_line_for_each_row() {
        let own = format!("ACC#{ACCOUNT}");
        let rows = (0..5).fold(FakeRows::default(), |rows, number| {
            rows.with(
                "ledger-entry",
                &own,
                &format!("LEDGER#grant#{number}"),
                json!({ "kind": "grant", "cause": "a,\"b\"", "available_delta": 3 }),
            )
        });
        let table = file(&rows, "wallet/ledger.csv").await;
        let lines: Vec<_> = table.split_terminator("\r\n").collect();
        assert_eq!(lines[0], "pk,sk,class,kind,cause,available_delta,held_delta,at");
        assert_eq!(lines[1], format!("{own},LEDGER#grant#0,ledger-entry,grant,\"a,\"\"b\"\"\",3,,"));
        assert_eq!(lines.len(), 6);
    }

    #[tokio::test]
    async fn an_54_each_generation_has_one_file_with_all_of_it() {
        let own = format!("ACC#{ACCOUNT}");
        let mut rows = FakeRows::default().with("upload", &own, "UPL#upl_1", json!({}));
        for number in 1..=3 {
            rows = rows.with("generation", &own, &format!("GEN#gen_{number}"), json!({ "bubble_text": "[1]", "style": "ink" }));
            for index in 0..2 {
                rows = rows.with("attempt", &own, &format!("ATT#gen_{number}#{index}"), json!({ "attempts": "[{\"vendor\":\"x\"}]" }));
            }
        }
        rows =
            rows.with("attempt", &own, "ATT#gen_0#0", json!({})).with("deliverables", &own, "DEL#gen_2", json!({ "deliverables": "[]" }));
        let (whose, jobs) = (whose(), document("jobs/<generation>.json"));
        let of = RowsOf { rows: &rows, whose: &whose, now: Timestamp::UNIX_EPOCH };
        let (mut each, mut names) = (of.each(&jobs), Vec::new());
        while let Some((name, bytes)) = each.next().await.unwrap() {
            let file: Value = serde_json::from_slice(&bytes).unwrap();
            let of = |class: &str| file[class].as_array().unwrap().len();
            names.push((name, of("generation"), of("deliverables"), of("attempt")));
            if let Some(generation) = file["generation"].get(0) {
                assert_eq!(generation["bubble_text"], "[1]", "what a person wrote stays a text");
                assert_eq!(file["attempt"][0]["attempts"][0]["vendor"], "x");
            }
        }
        let name = |number| format!("jobs/gen_{number}.json");
        assert_eq!(names, [(name(0), 0, 0, 1), (name(1), 1, 0, 2), (name(2), 1, 1, 2), (name(3), 1, 0, 2)]);
    }

    #[tokio::test]
    async fn an_54_what_a_browser_did_is_found_by_whose_it_is() {
        let own = format!("ACC#{ACCOUNT}");
        let rows = FakeRows::default()
            .with("device-link", &own, "DEV#dev_1", json!({}))
            .with("device-day", "DAY#2026-11-30#1", "dev_1", json!({ "actions": ["home"] }))
            .with("device-day", "DAY#2026-11-30#2", "dev_2", json!({ "actions": ["new"] }));
        let file: Value = serde_json::from_str(&file(&rows, "usage.json").await).unwrap();
        assert_eq!(file["device-day"].as_array().unwrap().len(), 1);
        assert_eq!(file["device-day"][0]["actions"], json!(["home"]));
    }

    #[test]
    fn im_05_every_document_has_a_schema_that_names_no_secret() {
        for document in documents().unwrap() {
            let schema = schema(&document);
            assert_eq!(schema["additionalProperties"], false, "{}", document.template);
            assert!(!schema.to_string().contains("\"credential\""), "{}", document.template);
        }
        let schema = schema(&document("wallet/ledger.csv"));
        assert_eq!(schema["properties"]["class"]["const"], "ledger-entry");
        assert_eq!(schema["properties"]["cause"]["x-personal"], true);
    }
}
