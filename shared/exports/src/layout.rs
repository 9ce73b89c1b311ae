//! Where everything is in a copy, and where it comes from: the arms of [`rights::ARMS`] and the patterns of the inventory, and no list beside them.

use std::sync::OnceLock;

use accounts::EmailKey;
use kernel::{AccountId, Failure};
use policy::{Class, Entry, Export, Store, Table};
use rights::{ARMS, Arm, Erasing, Exporting};

/// A file of rows, or one for each thing that rows are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name, such as `profile.json`, or `jobs/<generation>.json` for one a generation.
    pub template: &'static str,
    /// Whose rows are in it, in the order of the inventory.
    pub sources: Vec<Source>,
}

/// Where the rows of a class are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    pub class: Class,
    pub place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the account's own partition.
    Own,
    /// Under the keyed hash of its address.
    OfAddress,
    /// Elsewhere: the rows of this class lead to them.
    Linked(Class),
    /// In a partition of what a row of this class is about, such as the case of a generation.
    About(Class),
}

/// Whose copy it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    pub account: AccountId,
    pub address: EmailKey,
}

/// Some rows of one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    pub table: Table,
    pub pk: String,
    /// What their sort keys begin with.
    pub sk: String,
}

impl Document {
    /// The name that stands for what a file is of, such as `generation`; `None` where there is one file.
    #[must_use]
    pub fn of_each(&self) -> Option<&'static str> {
        placeholder(self.template)
    }

    /// Its name for one thing, or its one name.
    #[must_use]
    pub fn name(&self, of: &str) -> String {
        match self.of_each() {
            Some(each) => self.template.replace(&format!("<{each}>"), of),
            None => self.template.to_owned(),
        }
    }

    /// The name of its schema.
    #[must_use]
    pub fn schema_name(&self) -> String {
        format!("schemas/{}", self.name("one").replace(".csv", ".json"))
    }

    #[must_use]
    pub fn is_table(&self) -> bool {
        self.template.rsplit_once('.').is_some_and(|(_, extension)| extension == "csv")
    }
}

impl Source {
    /// The rows of this class; `None` where others lead to them.
    #[must_use]
    pub fn range(&self, whose: &Whose) -> Option<Range> {
        let Store::DynamoDb { table, pk, sk } = &self.class.entry().store else { return None };
        let pk = match self.place {
            Place::Own => format!("ACC#{}", whose.account),
            Place::OfAddress => format!("{}{}", before_placeholder(pk), whose.address.as_str()),
            Place::Linked(_) | Place::About(_) => return None,
        };
        // Of several keys, `<of an account|of nobody>`, the account's own is the first.
        let sk = before_placeholder(sk.strip_prefix('<').filter(|rest| rest.contains('|')).unwrap_or(sk));
        Some(Range { table: *table, pk, sk: sk.to_owned() })
    }

    /// Where its rows are of what something is about.
    #[must_use]
    pub fn range_about(&self, about: &str) -> Option<Range> {
        let Store::DynamoDb { table, pk, sk } = &self.class.entry().store else { return None };
        Some(Range { table: *table, pk: format!("{}{about}", before_placeholder(pk)), sk: before_placeholder(sk).to_owned() })
    }

    /// What a row of this class is about, by its sort key: the first thing that the key names.
    #[must_use]
    pub fn about<'k>(&self, sk: &'k str) -> Option<&'k str> {
        let Store::DynamoDb { sk: pattern, .. } = &self.class.entry().store else { return None };
        sk.strip_prefix(before_placeholder(pattern))?.split('#').next()
    }
}

/// The text before the first `<`, `|` or `>`.
fn before_placeholder(pattern: &str) -> &str {
    pattern.split(['<', '|', '>']).next().unwrap_or_default()
}

/// The name within `<…>`.
fn placeholder(pattern: &str) -> Option<&str> {
    Some(pattern.split_once('<')?.1.split_once('>')?.0)
}

fn file(entry: &'static Entry) -> Option<&'static str> {
    match &entry.export {
        Export::Included(file) => Some(file),
        Export::Excluded(_) => None,
    }
}

fn place(arm: &Arm) -> Option<Place> {
    match arm.erasing {
        Erasing::Own => Some(Place::Own),
        Erasing::OfAddress => Some(Place::OfAddress),
        Erasing::Unlinked(class) => Class::from_id(class).map(Place::Linked),
        Erasing::Of(class) => Class::from_id(class).map(Place::About),
        _ => None,
    }
}

/// Every file of rows, in the order of the inventory.
///
/// # Errors
/// [`Failure::Broken`] for a class whose rows nothing here can find: a test notices before.
pub fn documents() -> Result<Vec<Document>, Failure> {
    let mut documents: Vec<Document> = Vec::new();
    for arm in ARMS.iter().filter(|arm| arm.exporting == Exporting::Rows) {
        let class = Class::from_id(arm.id);
        let found = class.zip(place(arm)).zip(class.and_then(|class| file(class.entry())));
        let Some(((class, place), template)) = found else {
            return Err(Failure::broken(format!("nothing finds the rows of {} for a copy", arm.id)));
        };
        let source = Source { class, place };
        match documents.iter_mut().find(|document| document.template == template) {
            Some(document) => document.sources.push(source),
            None => documents.push(Document { template, sources: vec![source] }),
        }
    }
    Ok(documents)
}

/// The prefixes of an account below which its files are, each once.
#[must_use]
pub fn folders(account: AccountId) -> Vec<String> {
    let mut folders: Vec<String> = Vec::new();
    for arm in ARMS.iter().filter(|arm| arm.exporting == Exporting::Files) {
        let prefix = Class::from_id(arm.id).and_then(|class| class.entry().prefix());
        let folder = prefix.map(|prefix| format!("{prefix}{account}/"));
        folders.extend(folder.filter(|folder| !folders.contains(folder)));
    }
    folders.sort();
    folders
}

/// A class of objects, as its keys are and as its files are named.
struct Pattern {
    parts: Vec<&'static str>,
    /// `None` where the class is in no copy.
    template: Option<&'static str>,
}

/// Every class of objects that an account may have.
fn patterns() -> &'static [Pattern] {
    static PATTERNS: OnceLock<Vec<Pattern>> = OnceLock::new();
    PATTERNS.get_or_init(|| ARMS.iter().filter_map(pattern).collect())
}

fn pattern(arm: &Arm) -> Option<Pattern> {
    let entry = Class::from_id(arm.id)?.entry();
    let Store::S3 { key, .. } = &entry.store else { return None };
    let parts = parts(key);
    // The second part says whose it is.
    let of_accounts = parts.get(1)?.contains("account");
    of_accounts.then(|| Pattern { parts, template: file(entry).filter(|_| arm.exporting == Exporting::Files) })
}

/// The name that an object of an account has in a copy; `None` where it is in none.
#[must_use]
pub fn name_of_object(key: &str) -> Option<String> {
    let fitting = patterns().iter().filter_map(|pattern| Some((pattern, specificity(&pattern.parts, key)?)));
    let template = fitting.max_by_key(|(_, fits)| *fits)?.0.template?;
    let (_, of) = key.split_once('/')?.1.split_once('/')?;
    let (of, rest) = of.split_once('/')?;
    let named = template.replace(&format!("<{}>", placeholder(template)?), of);
    if named.ends_with('/') {
        return Some(named + rest);
    }
    // A template that names one file is for the objects of its type. What was sent and not read yet may be of another.
    let (stem, extension) = named.rsplit_once('.')?;
    let same = rest.rsplit_once('.').is_some_and(|(_, other)| other == extension);
    Some(if same { named } else { format!("{stem}.{rest}") })
}

/// How many parts of a key a pattern names literally; `None` where it does not fit.
fn specificity(parts: &[&str], key: &str) -> Option<usize> {
    let (last, first) = parts.split_last()?;
    let mut rest = key;
    let mut literal = 0;
    for part in first {
        let (segment, behind) = rest.split_once('/')?;
        if !part.contains('<') {
            if *part != segment {
                return None;
            }
            literal += 1;
        }
        rest = behind;
    }
    (!rest.is_empty() && (last.contains('<') || *last == rest)).then_some(literal)
}

/// The parts of a pattern between slashes, of which those within `<…>` are none.
fn parts(pattern: &str) -> Vec<&str> {
    let mut inside = false;
    pattern
        .split(move |letter| {
            inside = (inside || letter == '<') && letter != '>';
            letter == '/' && !inside
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const ACCOUNT: &str = "acc_01900000000070008000000000000000";
    const OTHER: &str = "01900000000070008000000000000001";

    fn whose() -> Whose {
        Whose { account: ACCOUNT.parse().unwrap(), address: EmailKey::stored(&"ab".repeat(32)).unwrap() }
    }

    #[test]
    fn an_54_every_class_that_is_exported_has_its_place_in_a_copy() {
        let documents = documents().unwrap();
        for arm in ARMS {
            let class = Class::from_id(arm.id).unwrap();
            let among = documents.iter().flat_map(|document| &document.sources).filter(|source| source.class == class).count();
            assert_eq!(among, usize::from(arm.exporting == Exporting::Rows), "{}", arm.id);
        }
        for document in &documents {
            assert!(!document.is_table() || document.sources.len() == 1, "{}: a table has rows of one kind", document.template);
            for source in &document.sources {
                let range = source.range(&whose());
                assert_eq!(range.is_none(), matches!(source.place, Place::Linked(_) | Place::About(_)), "{source:?}");
                assert!(range.is_none_or(|range| !range.pk.contains(['<', '>']) && !range.sk.is_empty()), "{source:?}");
            }
        }
    }

    #[test]
    fn an_54_rows_are_read_where_they_are() {
        let range = |class: Class| {
            let source = documents().unwrap().into_iter().flat_map(|document| document.sources).find(|source| source.class == class);
            let range = source.unwrap().range(&whose()).unwrap();
            (range.table, range.pk, range.sk)
        };
        let own = format!("ACC#{ACCOUNT}");
        assert_eq!(range(Class::Account), (Table::Accounts, own.clone(), "PROFILE".to_owned()));
        assert_eq!(range(Class::Attempt), (Table::Studio, own.clone(), "ATT#".to_owned()));
        assert_eq!(range(Class::Feedback), (Table::Insights, own, "FEEDBACK#".to_owned()));
        assert_eq!(range(Class::Lead), (Table::Leads, format!("LEAD#{}", "ab".repeat(32)), "LEAD".to_owned()));
    }

    #[test]
    fn what_is_about_one_thing_is_in_one_file() {
        let documents = documents().unwrap();
        let jobs = documents.iter().find(|document| document.of_each().is_some()).unwrap();
        assert_eq!((jobs.template, jobs.of_each()), ("jobs/<generation>.json", Some("generation")));
        assert_eq!(jobs.name("gen_1"), "jobs/gen_1.json");
        assert_eq!(jobs.schema_name(), "schemas/jobs/one.json");
        let about = |class: Class, sk| jobs.sources.iter().find(|source| source.class == class).unwrap().about(sk).map(str::to_owned);
        assert_eq!(about(Class::Generation, "GEN#gen_1").as_deref(), Some("gen_1"));
        assert_eq!(about(Class::Attempt, "ATT#gen_1#3").as_deref(), Some("gen_1"));
        assert_eq!(about(Class::Attempt, "GEN#gen_1"), None);
    }

    #[test]
    fn an_object_has_the_name_that_the_inventory_gives_it_or_none() {
        let named = |key: &str| name_of_object(&key.replace('A', ACCOUNT).replace('1', OTHER)).map(|name| name.replace(OTHER, "1"));
        assert_eq!(named("uploads/A/upl_1/selfie.png").as_deref(), Some("selfies/upl_1.png"));
        assert_eq!(named("uploads/A/upl_1/original").as_deref(), Some("selfies/upl_1.original"));
        assert_eq!(named("generated/A/gen_1/2/avatars/a.png").as_deref(), Some("images/gen_1/2/avatars/a.png"));
        assert_eq!(named("generated/A/gen_1/bundle.zip").as_deref(), Some("images/gen_1/bundle.zip"));
        for left in ["generated/A/gen_1/drawings/0.x", "quarantine/A/upl_1/selfie.png", "uploads/A/upl_1", "strange/A/b/c", ""] {
            assert_eq!(named(left), None, "{left}");
        }
        let account: AccountId = ACCOUNT.parse().unwrap();
        assert_eq!(folders(account), [format!("generated/{ACCOUNT}/"), format!("uploads/{ACCOUNT}/")]);
    }
}
