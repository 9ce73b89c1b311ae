//! Who is old enough (AN-64): 13, and 16 in the European Economic Area and the United Kingdom.
//!
//! A person attests it, and nothing of it is stored: that a trial or an account was opened says that somebody did. From which country they ask is looked
//! at for the answer alone.

use std::fmt;
use std::str::FromStr;

use kernel::{Failure, Reason};

/// An age that a person attests to have reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgeAttestation {
    Thirteen,
    Sixteen,
}

impl FromStr for AgeAttestation {
    type Err = Failure;

    /// `13+` or `16+`.
    fn from_str(text: &str) -> Result<Self, Failure> {
        match text {
            "13+" => Ok(Self::Thirteen),
            "16+" => Ok(Self::Sixteen),
            _ => Err(Failure::invalid(Reason::FieldInvalid, "age_attestation must be 13+ or 16+.")),
        }
    }
}

impl fmt::Display for AgeAttestation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Thirteen => "13+",
            Self::Sixteen => "16+",
        })
    }
}

/// The country of a caller, as somebody in front of us says it. It is never printed or stored.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Country(Option<[u8; 2]>);

impl Country {
    /// Reads a code of ISO 3166-1 in capitals; anything else is no country that is known.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let known = |code: &[u8; 2]| KNOWN.as_bytes().chunks(3).any(|known| &known[..2] == code);
        Self(<[u8; 2]>::try_from(text.as_bytes()).ok().filter(known))
    }

    /// The age from which somebody there may use the service; where they are is unknown, the higher one.
    #[must_use]
    pub fn least_age(self) -> AgeAttestation {
        let strict = |code: [u8; 2]| STRICT.as_bytes().chunks(3).any(|known| known[..2] == code);
        if self.0.is_none_or(strict) { AgeAttestation::Sixteen } else { AgeAttestation::Thirteen }
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Country(…)")
    }
}

/// Whether somebody who attests this, or nothing, may use the service from there.
///
/// # Errors
/// [`Failure::Denied`] with [`Reason::AgeAttestationRequired`].
pub fn check_age(attested: Option<AgeAttestation>, country: Country) -> Result<(), Failure> {
    let least = country.least_age();
    if attested.is_some_and(|attested| attested >= least) {
        return Ok(());
    }
    let years = if least == AgeAttestation::Sixteen { 16 } else { 13 };
    Err(Failure::denied(
        Reason::AgeAttestationRequired,
        format!("Who uses this has to be {years} years old, and to say so: send age_attestation {least}."),
    ))
}

/// The European Economic Area, with the parts of its members that have codes of their own and where its law holds (Åland; the outermost regions of
/// Article 349 of the Treaty on the Functioning of the European Union), and the United Kingdom with Gibraltar, Guernsey, the Isle of Man and Jersey.
const STRICT: &str =
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK IS LI NO AX GF GP MF MQ RE YT GB GG GI IM JE";

/// The codes that ISO 3166-1 has assigned.
const KNOWN: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH \
                     CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP \
                     GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR \
                     LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF \
                     PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ \
                     TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

#[cfg(test)]
mod tests {
    use super::*;

    /// Every country by every attestation, and what is no country.
    #[test]
    fn an_64_who_is_old_enough_depends_on_the_country_and_on_what_they_attest() {
        use AgeAttestation::{Sixteen, Thirteen};
        let members = [
            "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT", "NL", "PL",
            "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO", "GB",
        ];
        assert!(members.iter().all(|code| Country::read(code).least_age() == Sixteen));
        let mut lenient = 0;
        for code in KNOWN.split(' ') {
            let country = Country::read(code);
            assert!(country != Country::default(), "{code}");
            let least = country.least_age();
            lenient += usize::from(least == Thirteen);
            for (attested, old_enough) in [(None, false), (Some(Thirteen), least == Thirteen), (Some(Sixteen), true)] {
                assert_eq!(check_age(attested, country).is_ok(), old_enough, "{code} {attested:?}");
            }
        }
        assert_eq!((KNOWN.split(' ').count(), lenient), (249, 249 - STRICT.split(' ').count()));
        for lenient in ["US", "JP", "BR", "CH", "CA", "AU", "IN", "KR"] {
            assert_eq!(Country::read(lenient).least_age(), Thirteen, "{lenient}");
        }
    }

    #[test]
    fn an_64_where_somebody_is_from_no_known_country_the_higher_age_holds() {
        for text in ["", "XX", "T1", "ZZ", "EU", "UK", "XK", "us", "USA", "U", " US", "US ", "日", "U\u{0}", "D E", "AD AE"] {
            let country = Country::read(text);
            assert_eq!((country, country.least_age()), (Country::default(), AgeAttestation::Sixteen), "{text:?}");
            assert!(
                check_age(Some(AgeAttestation::Thirteen), country).is_err() && check_age(Some(AgeAttestation::Sixteen), country).is_ok()
            );
        }
    }

    #[test]
    fn an_attestation_is_one_of_two_and_nothing_printed_says_the_country() {
        for text in ["13+", "16+"] {
            assert_eq!(text.parse::<AgeAttestation>().unwrap().to_string(), text);
        }
        for text in ["", "13", "16", "18+", "13+ ", "yes", "true", "１３+"] {
            assert!(text.parse::<AgeAttestation>().is_err(), "{text:?}");
        }
        assert_eq!(format!("{:?}", Country::read("JP")), "Country(…)");
    }
}
