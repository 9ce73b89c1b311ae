//! template.yaml and the stacks nested in it, read as CloudFormation would deploy them.

mod alarms;
mod distribution;
mod intrinsics;
mod model;
mod roles;
mod rules;
mod stack;
mod urls;
pub mod yaml;

pub use alarms::{Alarm, Comparison, Metric, MetricFilter, Missing, Statistic};
pub use distribution::{AddedHeader, Behaviour, Distribution, Origin};
pub use model::{Bucket, Cors, Function, HttpRoute, Index, Key, Model, Queue, QueueSource, Schedule, Table};
pub use roles::{LambdaCall, Statement};
pub use rules::{Announced, EventRule};
pub use stack::{Settings, Stack};
pub use urls::FunctionUrl;
