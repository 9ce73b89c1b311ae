//! Certificates for signers of Content Credentials: requests for a real authority, and an authority for tests and the local cloud.
//!
//! No function links this crate: a deployed signer is given its chain.
//!
//! The C2PA specification (2.2, 14.5.1) says how a signer's certificate must be: version 3, no authority itself, `digitalSignature` alone and critical,
//! the purpose `emailProtection` (or one of the trust list), both key identifiers, and an organisation, which readers are shown.

mod authority;
mod keys;
mod request;

pub use authority::{TestAuthority, TestKeys};
pub use request::certificate_request;

use rcgen::{DistinguishedName, DnType};

fn name(common_name: &str, organisation: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, organisation);
    name.push(DnType::CommonName, common_name);
    name
}

fn pem_of(tag: &str, der: &[u8]) -> String {
    pem::encode_config(&pem::Pem::new(tag, der), pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF))
}
