//! The merchant of a deployment that has none.

use async_trait::async_trait;
use kernel::{Failure, OrderId, Reason, Timestamp};

use crate::merchant::{Checkout, CheckoutRequest, MerchantBooks, MerchantOrder, MerchantRefund, Page, Refunder, Sales};
use crate::{Money, Offer};

/// Sells nothing and has empty books.
#[derive(Debug, Clone, Copy, Default)]
pub struct NothingForSale;

#[async_trait]
impl Sales for NothingForSale {
    async fn offers(&self) -> Result<Vec<Offer>, Failure> {
        Ok(Vec::new())
    }

    async fn open(&self, _: &CheckoutRequest) -> Result<Checkout, Failure> {
        Err(Failure::invalid(Reason::FieldInvalid, "Nothing is for sale here."))
    }
}

#[async_trait]
impl MerchantBooks for NothingForSale {
    async fn orders(&self, _: Timestamp, _: u32) -> Result<Page<MerchantOrder>, Failure> {
        Ok(Page { items: Vec::new(), more: false })
    }

    async fn order(&self, _: &str) -> Result<Option<MerchantOrder>, Failure> {
        Ok(None)
    }

    async fn refunds_of(&self, _: &str) -> Result<Vec<MerchantRefund>, Failure> {
        Ok(Vec::new())
    }

    async fn refunds(&self, _: Timestamp, _: u32) -> Result<Page<MerchantRefund>, Failure> {
        Ok(Page { items: Vec::new(), more: false })
    }

    async fn receipt(&self, _: &str) -> Result<Option<String>, Failure> {
        Ok(None)
    }
}

#[async_trait]
impl Refunder for NothingForSale {
    async fn refund(&self, _: &str, _: Money, _: OrderId) -> Result<MerchantRefund, Failure> {
        Err(Failure::conflict(Reason::RefundRefused, "Nothing was sold here, so nothing is refunded."))
    }
}
