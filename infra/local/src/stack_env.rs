//! `stack.env`: addresses and names for shells and tests, under the functions' variable names.

use crate::Cloud;
use crate::clients::{ACCESS_KEY, SESSION_TOKEN};
use crate::stand_ins::StandIns;
use anyhow::{Context, Result};
use std::fmt::Write;
use std::path::Path;

/// Writes the file atomically, so that readers see all of it.
pub(crate) fn write(cloud: &Cloud, stand_ins: &StandIns, state_dir: &Path) -> Result<()> {
    let path = state_dir.join("stack.env");
    let draft = state_dir.join("stack.env.draft");
    std::fs::write(&draft, text(cloud, stand_ins)?).with_context(|| format!("cannot write {}", draft.display()))?;
    std::fs::rename(&draft, &path).with_context(|| format!("cannot write {}", path.display()))
}

fn text(cloud: &Cloud, stand_ins: &StandIns) -> Result<String> {
    let mut text = String::new();
    writeln!(text, "SITE_URL={}", cloud.site_url())?;
    writeln!(text, "API_URL={}", cloud.api_url())?;
    for (function, url) in cloud.function_urls() {
        // `instant-create` is INSTANT_URL.
        let noun = function.rsplit_once('-').map_or(function.as_str(), |(noun, _)| noun);
        writeln!(text, "{}_URL={url}", noun.replace('-', "_").to_uppercase())?;
    }
    writeln!(text, "AWS_ENDPOINT_URL={}", cloud.aws_endpoint_url())?;
    for (vendor, url) in stand_ins.urls() {
        writeln!(text, "STAND_INS_{}={url}", vendor.to_uppercase())?;
    }
    writeln!(text, "MAIL_URL={}", cloud.mail_url())?;
    writeln!(text, "CONTROL_URL={}", cloud.control_url())?;
    writeln!(text, "AWS_REGION={}", cloud.region())?;
    writeln!(text, "AWS_ACCESS_KEY_ID={ACCESS_KEY}\nAWS_SECRET_ACCESS_KEY={ACCESS_KEY}\nAWS_SESSION_TOKEN={SESSION_TOKEN}")?;
    for (id, name) in cloud.tables() {
        writeln!(text, "{}={name}", variable(id, "_TABLE"))?;
    }
    for (id, name) in cloud.buckets() {
        writeln!(text, "{}={name}", variable(id, "_BUCKET"))?;
    }
    for (id, queue) in cloud.queues() {
        writeln!(text, "{}={}", variable(id, "_QUEUE_URL"), queue.url)?;
    }
    Ok(text)
}

/// `AccountsTable` is `ACCOUNTS_TABLE`; the suffix is added where the id does not end with it.
fn variable(id: &str, suffix: &str) -> String {
    let mut name = String::new();
    for (index, letter) in id.chars().enumerate() {
        if letter.is_ascii_uppercase() && index > 0 {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    if !name.ends_with(suffix) {
        name.push_str(suffix);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::variable;

    #[test]
    fn ids_become_the_names_the_functions_know() {
        assert_eq!(variable("AccountsTable", "_TABLE"), "ACCOUNTS_TABLE");
        assert_eq!(variable("Pictures", "_BUCKET"), "PICTURES_BUCKET");
        assert_eq!(variable("GenerationQueued", "_QUEUE_URL"), "GENERATION_QUEUED_QUEUE_URL");
    }
}
