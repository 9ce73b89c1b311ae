//! A type for each entry of the inventory.

/// How the inventory wants a class erased ([`policy::Erasure`]), as types.
pub struct Delete;
pub struct Anonymise;
pub struct Expires;
pub struct Stays;

/// Whether a class is part of an export ([`policy::Export`]), as types.
pub struct Included;
pub struct Excluded;

/// An entry of the inventory.
pub trait Stored {
    const ID: &'static str;
    type Erasure;
    type Export;
}

include!(concat!(env!("OUT_DIR"), "/stored.rs"));
