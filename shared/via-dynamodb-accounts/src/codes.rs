//! Sign-in codes: one row per address and browser.

use accounts::{Codes, Issued, IssuedCode};
use async_trait::async_trait;
use dynamo::{Database, EXPIRY, Item, Part, Transaction, number};
use kernel::{Failure, limits};
use policy::Class;

use crate::budgets::spend;
use crate::limits::{count, count_network, count_networks};
use crate::{keys, leads};

pub struct DynamoCodes {
    database: Database,
    fleeting: String,
    leads: String,
}

impl DynamoCodes {
    #[must_use]
    pub fn new(database: Database, fleeting: String, leads: String) -> Self {
        Self { database, fleeting, leads }
    }

    fn transaction(&self, code: &IssuedCode) -> Transaction<Issued> {
        let IssuedCode { slot, hash, networks, lead, mails_per_day, at, expires_at } = code;
        let (table, address, at) = (&*self.fleeting, slot.key.as_str(), *at);
        let row = Item::new(Class::SignInCode.id(), keys::code(slot))
            .text("code_hash", hash.as_str())
            .number("attempts", 0)
            .due(EXPIRY, *expires_at);
        // Days come before hours, so that who waits is told how long.
        let from_a_block = |limit| count_network(table, limit, &networks.block_and_address, at);
        Transaction::default()
            .part(from_a_block(limits::CODES_PER_DAY_FROM_A_BLOCK))
            .part(count(table, limits::CODES_PER_DAY, address, at))
            .part(from_a_block(limits::CODES_PER_HOUR_FROM_A_BLOCK))
            .part(count(table, limits::CODES_PER_HOUR, address, at))
            .parts(count_networks(table, limits::CODES_PER_HOUR_FROM_A_LINE, &networks.each, at))
            .part(spend(table, "mails", 1, *mails_per_day, at))
            .part(row.put(table).or_broken("a code over an older one"))
            .parts(lead.as_ref().map(|lead| leads::note(&self.leads, lead).or_broken("a lead")))
    }

    fn may_be_mailed(&self, code: &IssuedCode) -> Part<Issued> {
        let asked = keys::suppression(&code.slot.key).check(&self.fleeting);
        let asked = asked.only_if("attribute_not_exists(pk) OR expires_at <= :now").value(":now", number(code.at.as_second()));
        asked.or(|_| Ok(Issued::Suppressed))
    }
}

#[async_trait]
impl Codes for DynamoCodes {
    /// Limits speak first, so that nothing tells a suppressed address from others. Where only the suppression refuses, the same is written without it.
    async fn issue(&self, code: &IssuedCode) -> Result<Issued, Failure> {
        let asked = self.transaction(code).part(self.may_be_mailed(code));
        match asked.write(&self.database, Issued::ToBeMailed).await? {
            Issued::Suppressed => self.transaction(code).write(&self.database, Issued::Suppressed).await,
            mailed @ Issued::ToBeMailed => Ok(mailed),
        }
    }
}
