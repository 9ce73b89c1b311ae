//! The roles as they are deployed, asked before every call of a function, and once for what Lambda does by itself in a function's name.

use crate::credentials::Credentials;
use crate::inner::log_file;
use crate::options::Options;
use crate::template::{LambdaCall, Model, Statement};
use anyhow::{Context, Result, anyhow, bail};
use permissions::{Call, Deployment, Entry, Grant, Need, Role, TableKeys, Unknown, absence, denial, needs};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A call that a role does not allow.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Denial {
    pub function: String,
    /// Such as `dynamodb:PutItem`; what was asked for, where its permission is not known.
    pub action: String,
    /// The ARN it was asked for; empty where the permission is not known.
    pub resource: String,
    /// What AWS says.
    pub message: String,
}

/// What the functions may do.
#[derive(Debug)]
pub(crate) struct Permissions {
    roles: BTreeMap<String, Role>,
    /// The functions' names in AWS, for the words of a denial.
    names: BTreeMap<String, String>,
    deployment: Deployment,
    logs: PathBuf,
    /// The functions by the session tokens of their credentials.
    signers: BTreeMap<String, String>,
    /// The keys that their forms are signed with, by function.
    secrets: BTreeMap<String, String>,
    recorder: Option<Recorder>,
    denials: Mutex<Vec<Denial>>,
}

impl Permissions {
    /// The roles of the model, less what the options withhold.
    pub(crate) fn new(
        model: &Model,
        options: &Options,
        account: &str,
        logs: &Path,
        credentials: &BTreeMap<String, Credentials>,
    ) -> Result<Self> {
        let mut roles = BTreeMap::new();
        for (function, statements) in &model.roles {
            let role = read(statements).with_context(|| format!("in the role of {function}"))?;
            roles.insert(function.clone(), withhold(role, function, &options.withheld));
        }
        let recorder = options.grants_record.as_deref().map(|file| Recorder::start(file, &roles)).transpose()?;
        let names = model.functions.values().map(|function| (function.name.clone(), function.aws_name.clone())).collect();
        let deployment = deployment(model, &options.region, account);
        let signers = credentials.iter().map(|(function, own)| (own.session_token.clone(), function.clone())).collect();
        let secrets = credentials.iter().map(|(function, own)| (function.clone(), own.secret_key.clone())).collect();
        Ok(Self { roles, names, deployment, logs: logs.to_owned(), signers, secrets, recorder, denials: Mutex::default() })
    }

    /// The functions by the session tokens of their credentials.
    pub(crate) fn signers(&self) -> &BTreeMap<String, String> {
        &self.signers
    }

    /// The key that a function signs with.
    pub(crate) fn secret(&self, function: &str) -> Option<&str> {
        self.secrets.get(function).map(String::as_str)
    }

    /// The first of the permissions a call takes that the function does not have, and else all of them.
    pub(crate) fn check(&self, function: &str, call: &Call<'_>) -> Result<Vec<Need>, Denial> {
        let needs = needs(call, &self.deployment).map_err(|unknown| self.unknown(function, call, &unknown))?;
        for need in &needs {
            self.allow(function, need)?;
        }
        Ok(needs)
    }

    /// S3 says that nothing is there only to a role that may list the bucket.
    pub(crate) fn may_know_absence(&self, function: &str, needs: &[Need]) -> Result<(), Denial> {
        needs.iter().filter_map(absence).try_for_each(|need| self.allow(function, &need))
    }

    fn allow(&self, function: &str, need: &Need) -> Result<(), Denial> {
        match self.roles.get(function).and_then(|role| role.allows(need)) {
            Some(used) => {
                if let Some(recorder) = &self.recorder {
                    recorder.used(function, used);
                }
                Ok(())
            }
            None => Err(self.denied(function, &need.action, &need.resource, denial::message(&self.caller(function), need))),
        }
    }

    fn caller(&self, function: &str) -> String {
        let name = self.names.get(function).map_or(function, String::as_str);
        denial::caller(&self.deployment.account, &role_of(name), name)
    }

    fn unknown(&self, function: &str, call: &Call<'_>, unknown: &Unknown) -> Denial {
        self.denied(function, &format!("{}:{}", call.service, call.operation), "", unknown.to_string())
    }

    /// Keeps the denial, and tells whoever reads the function's log.
    fn denied(&self, function: &str, action: &str, resource: &str, message: String) -> Denial {
        let denial = Denial { function: function.to_owned(), action: action.to_owned(), resource: resource.to_owned(), message };
        let line =
            serde_json::json!({ "level": "ERROR", "message": "the role of this function does not allow a call", "denied": denial.message });
        let log = File::options().create(true).append(true).open(log_file(&self.logs, function));
        if log.and_then(|mut log| writeln!(log, "{line}")).is_err() {
            eprintln!("{line}");
        }
        if let Some(recorder) = &self.recorder {
            recorder.denied(&denial);
        }
        self.denials.lock().unwrap_or_else(PoisonError::into_inner).push(denial.clone());
        denial
    }

    /// Every denial since the start.
    pub(crate) fn denials(&self) -> Vec<Denial> {
        self.denials.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks for what Lambda does by itself with a function's role. AWS refuses to deploy a function whose role lacks it; without a log it would go on in silence.
    pub(crate) fn check_lambda(&self, model: &Model) -> Result<()> {
        for LambdaCall { function, action, resource } in &model.lambda_calls {
            let need = Need { action: (*action).to_owned(), resource: resource.clone(), context: permissions::Context::new() };
            if self.allow(function, &need).is_err() {
                bail!("The provided execution role does not have permissions to call {action} on {resource}, which {function} needs");
            }
        }
        Ok(())
    }
}

/// The name of a function's role, by the function's name in AWS.
pub(crate) fn role_of(aws_name: &str) -> String {
    format!("{aws_name}-role")
}

fn read(statements: &[Statement]) -> Result<Role> {
    let mut role = Role::default();
    for Statement { actions, resources, conditions } in statements {
        role = role.allow(actions, resources, conditions)?;
    }
    Ok(role)
}

fn withhold(role: Role, function: &str, withheld: &[(String, Grant)]) -> Role {
    withheld.iter().filter(|(of, _)| of == function).fold(role, |role, (_, grant)| role.without(grant))
}

fn deployment(model: &Model, region: &str, account: &str) -> Deployment {
    let partition =
        |keys: &[crate::template::Key]| keys.iter().find(|key| key.role == "HASH").map(|key| key.name.clone()).unwrap_or_default();
    let tables = model.tables.iter().map(|table| {
        let indexes = table.indexes.iter().map(|index| (index.name.clone(), partition(&index.keys))).collect();
        (table.name.clone(), TableKeys { partition: partition(&table.keys), indexes })
    });
    Deployment { region: region.to_owned(), account: account.to_owned(), tables: tables.collect(), identities: model.identities.clone() }
}

/// Writes down which grants there are, and each that is used, at its first use; denials go into a file of their own beside it.
#[derive(Debug)]
struct Recorder {
    file: Mutex<File>,
    denials: PathBuf,
    seen: Mutex<BTreeSet<(String, Grant)>>,
}

impl Recorder {
    fn start(path: &Path, roles: &BTreeMap<String, Role>) -> Result<Self> {
        let folder = path.parent().ok_or_else(|| anyhow!("{} has no folder", path.display()))?;
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let mut file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        for (function, role) in roles {
            for grant in role.grants() {
                file.write_all(Entry { function: function.clone(), grant, used: false }.line()?.as_bytes())?;
            }
        }
        Ok(Self { file: Mutex::new(file), denials: path.with_extension("denied"), seen: Mutex::default() })
    }

    fn denied(&self, denial: &Denial) {
        let line = serde_json::to_string(denial).unwrap_or_default() + "\n";
        let file = File::options().create(true).append(true).open(&self.denials);
        if let Err(error) = file.and_then(|mut file| file.write_all(line.as_bytes())) {
            eprintln!("cannot write {}: {error}", self.denials.display());
        }
    }

    fn used(&self, function: &str, grants: BTreeSet<Grant>) {
        for grant in grants {
            if !self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert((function.to_owned(), grant.clone())) {
                continue;
            }
            let line = Entry { function: function.to_owned(), grant, used: true }.line().unwrap_or_default();
            // A record that lacks a use makes the check of unused grants fail, which is the safe side.
            drop(self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes()));
        }
    }
}
