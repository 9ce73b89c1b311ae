use payments::Money;
use serde::Serialize;

/// An amount, as the merchant of record states it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MoneyReply {
    /// In the currency's smallest unit: cents of the dollar, whole yen.
    pub amount: i64,
    /// ISO 4217, such as `USD`.
    pub currency: String,
}

impl From<Money> for MoneyReply {
    fn from(money: Money) -> Self {
        Self { amount: money.minor, currency: money.currency().to_owned() }
    }
}
