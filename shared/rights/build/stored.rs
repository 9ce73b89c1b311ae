//! Writes the types of the inventory's entries, for the build and for the tests that change the inventory.

use std::fmt::Write;

/// A type for each entry with its arms, and a macro that is given all of them.
///
/// # Errors
/// The part of an entry that is missing.
pub(crate) fn types(inventory: &toml::Table) -> Result<String, String> {
    let entries = inventory.get("entries").and_then(toml::Value::as_array).ok_or("the inventory has no entries")?;
    let (mut types, mut names) = (String::new(), Vec::new());
    for entry in entries {
        let id = text(entry, "id")?;
        let (name, erasure, export) = (pascal(id), pascal(text(entry, "erasure")?), export(entry)?);
        let _ = write!(
            types,
            "#[doc = {what:?}]\npub struct {name};\nimpl Stored for {name} {{\n    const ID: &'static str = {id:?};\n    type Erasure = {erasure};\n    type Export = {export};\n}}\n",
            what = text(entry, "what")?,
        );
        names.push(name);
    }
    let list = names.join(", ");
    let _ = write!(
        types,
        "macro_rules! every_class {{\n    ($then:ident) => {{\n        $then! {{ {list} }}\n    }};\n}}\npub(crate) use every_class;\n"
    );
    Ok(types)
}

fn export(entry: &toml::Value) -> Result<&'static str, String> {
    let arm = entry.get("export").and_then(toml::Value::as_table).and_then(|arm| arm.keys().next());
    match arm.map(String::as_str) {
        Some("file") => Ok("Included"),
        Some("excluded") => Ok("Excluded"),
        _ => Err(format!("{entry:?} says nothing of its export")),
    }
}

fn text<'a>(entry: &'a toml::Value, name: &str) -> Result<&'a str, String> {
    entry.get(name).and_then(toml::Value::as_str).ok_or_else(|| format!("{entry:?} has no {name}"))
}

/// `email-index` as `EmailIndex`.
fn pascal(id: &str) -> String {
    id.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}
