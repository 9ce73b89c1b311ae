//! The local cloud: runs the resources of template.yaml on this machine, with no account, no key and no Docker.
//!
//! AWS endpoints come from an emulator; the functions' real binaries run behind the real Lambda Runtime API. [`Cloud`] is the
//! handle to all of it, for tests and for the `local-cloud` command.

mod clients;
mod clock;
mod cloud;
#[doc(hidden)]
pub mod command;
mod control;
mod credentials;
mod deployment;
mod events;
mod gateway;
mod http_client;
mod inner;
mod lock;
mod metrics;
mod ministack;
mod options;
pub mod parameters;
mod pool;
mod process;
mod proxy;
mod queues;
mod remote;
mod resources;
mod roles;
mod runtime_api;
mod schedules;
mod secrets;
pub mod serve;
mod site;
mod spawner;
mod stack_env;
pub mod stand_ins;
pub mod template;
pub mod terminal;

pub use clients::{Clients, SESSION_TOKEN};
pub use cloud::{Cloud, Invocation, Memory};
pub use http_client::{HttpClient, Opened, Reply};
pub use metrics::{AlarmState, State};
pub use options::{Options, repository, target_dir};
pub use pool::Worked;
pub use proxy::Call;
pub use proxy::faults::{Action, Fault};
pub use roles::Denial;
pub use spawner::on_path;
pub use stand_ins::StandIns;
