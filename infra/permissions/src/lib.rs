//! What a role allows and what a call needs, as IAM and the AWS services decide it.
//!
//! [`needs`] says which permissions a call takes, [`Role`] whether its statements grant them, [`denial`] in which words AWS refuses. The local cloud puts
//! the three together; the command `permissions` reads what it recorded. Sources: the Service Authorization Reference (actions, resources and condition
//! keys of each service) and the IAM User Guide (evaluation of wildcards and conditions).

mod condition;
pub mod denial;
mod grant;
mod needs;
mod record;
mod role;
mod wildcard;

pub use condition::Context;
pub use grant::Grant;
pub use needs::{Call, Deployment, Need, TableKeys, Unknown, absence, needs, reads_body};
pub use record::{Entry, Records};
pub use role::{Role, Unsupported};
