//! The signer of a deployment.

use std::sync::Arc;

use aws_types::SdkConfig;
use provenance::{Algorithm, Chain, LocalSigner, Signer, UnfitKeys};

use crate::KmsSigner;

/// The signer's settings are incomplete or wrong
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSigner {
    /// Production requires an explicit choice
    #[error("SIGNER is not set: it must be kms, local or off")]
    Unnamed,
    #[error("SIGNER must be kms, local or off")]
    Unknown,
    #[error("the environment variable {0} is not set")]
    Absent(&'static str),
    #[error("SIGNING_ALGORITHM must be es256 or ps256")]
    Algorithm,
    /// Key or chain cannot be used
    #[error(transparent)]
    Keys(#[from] UnfitKeys),
}

/// The signer that `SIGNER` names; none for `off`. `read` reads the environment: `SIGNING_CHAIN` (PEM, leaf first) and `SIGNING_KEY` (PKCS#8 PEM) for
/// `local`; `SIGNING_CHAIN`, `SIGNING_KEY_ID` and `SIGNING_ALGORITHM` (`es256` when absent) for `kms`.
///
/// # Errors
/// [`NoSigner`] when a variable is missing or invalid. The local signer is used when it is named, and by default outside production, so that nobody
/// signs with an offline stand-in by accident.
pub fn signer(
    aws: &SdkConfig,
    production: bool,
    read: &dyn Fn(&'static str) -> Option<String>,
) -> Result<Option<Arc<dyn Signer>>, NoSigner> {
    let required = |name| read(name).filter(|value| !value.is_empty()).ok_or(NoSigner::Absent(name));
    let name = read("SIGNER").filter(|name| !name.is_empty());
    match name.as_deref() {
        None if production => Err(NoSigner::Unnamed),
        Some("off") => Ok(None),
        None | Some(LocalSigner::NAME) => Ok(Some(Arc::new(LocalSigner::new(&required("SIGNING_KEY")?, &required("SIGNING_CHAIN")?)?))),
        Some(KmsSigner::NAME) => {
            let named = read("SIGNING_ALGORITHM").filter(|name| !name.is_empty());
            let algorithm = named.map_or(Some(Algorithm::Es256), |name| Algorithm::from_name(&name)).ok_or(NoSigner::Algorithm)?;
            let chain = Chain::parse(&required("SIGNING_CHAIN")?)?;
            Ok(Some(Arc::new(KmsSigner::new(aws, required("SIGNING_KEY_ID")?, algorithm, chain))))
        }
        Some(_) => Err(NoSigner::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(production: bool, variables: &[(&str, &str)]) -> Result<bool, NoSigner> {
        let aws = SdkConfig::builder().build();
        let read = |name: &'static str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        signer(&aws, production, &read).map(|signer| signer.is_some())
    }

    /// Invariant: Production names its artist, its screener and its signer.
    #[test]
    fn production_signs_with_no_offline_stand_in_unless_it_is_named() {
        assert_eq!(chosen(true, &[]), Err(NoSigner::Unnamed));
        assert_eq!(chosen(true, &[("SIGNER", "")]), Err(NoSigner::Unnamed));
        assert_eq!(chosen(true, &[("SIGNER", "off")]), Ok(false));
        assert_eq!(chosen(true, &[("SIGNER", "hsm")]), Err(NoSigner::Unknown));
        assert_eq!(chosen(false, &[]), Err(NoSigner::Absent("SIGNING_KEY")));
        let keys = certificates::TestAuthority::new(&[1; 32]).and_then(|authority| authority.keys(&[2; 32])).unwrap();
        let own = [("SIGNING_KEY", keys.key.as_str()), ("SIGNING_CHAIN", keys.chain.as_str())];
        assert_eq!(chosen(false, &own), Ok(true));
        assert_eq!(chosen(true, &own), Err(NoSigner::Unnamed));
        assert_eq!(chosen(true, &[own[0], own[1], ("SIGNER", "local")]), Ok(true));
        let other = certificates::TestAuthority::new(&[1; 32]).and_then(|authority| authority.keys(&[3; 32])).unwrap();
        assert_eq!(chosen(false, &[own[0], ("SIGNING_CHAIN", other.chain.as_str())]), Err(NoSigner::Keys(UnfitKeys::Mismatch)));
        assert_eq!(chosen(true, &[("SIGNER", "kms"), own[1]]), Err(NoSigner::Absent("SIGNING_KEY_ID")));
        assert_eq!(chosen(true, &[("SIGNER", "kms"), own[1], ("SIGNING_ALGORITHM", "rs256")]), Err(NoSigner::Algorithm));
    }
}
