//! The templates match the inventory, and the tree matches the templates.

mod data;
mod functions;
mod mail;
mod model;
mod profiles;
mod queues;
mod tree;
