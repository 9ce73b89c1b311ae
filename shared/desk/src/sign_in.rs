//! How operators come to the desk: with a mailed code and a passkey.

use accounts::{Nonce, Pass, ProveAddress, code_refused};
use kernel::{CallerAddress, DeskSession, Email, Failure, Timestamp};
use policy::Class;

use crate::action::{Action, Deed};
use crate::passkey::refused;
use crate::{Assertion, Opened, Opening, Operator, Operators, Passkey, Registration, RelyingParty, SignedIn, Signing};

/// What somebody brings to the desk.
pub struct Entered<'a> {
    pub email: &'a Email,
    pub code: &'a str,
    pub nonces: &'a [Nonce],
    pub address: CallerAddress,
    /// What was signed, and by which passkey; none before the first is registered.
    pub signed: Option<(Timestamp, &'a Assertion)>,
}

/// An open session of the desk.
pub struct AtTheDesk {
    pub operator: Operator,
    pub opened: Opened,
    /// For the cookie alone.
    pub secret: Pass,
    pub expires_at: Timestamp,
    /// Seconds until then.
    pub lasts: i64,
}

pub struct OpenDeskSession<'a> {
    pub operators: &'a dyn Operators,
    pub prove: ProveAddress<'a>,
    pub site: &'a RelyingParty,
}

impl OpenDeskSession<'_> {
    /// Checks code and passkey. The code is one of those that anybody is mailed; it counts as a guess, and is used up by success alone.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`kernel::Reason::CodeRefused`], the same for a wrong code and for the right one of somebody who is no operator; with
    /// [`kernel::Reason::PasskeyRefused`] without the passkey that one has, and when the time for registering the first one is over. Those of
    /// [`ProveAddress::run`].
    pub async fn run(&self, entered: &Entered<'_>) -> Result<AtTheDesk, Failure> {
        let proven = self.prove.run(entered.email, entered.code, entered.nonces, entered.address).await?;
        let now = self.prove.clock.now();
        let credential = entered.signed.map(|(_, assertion)| &assertion.credential_id);
        let (operator, passkey) = self.operators.of_email(entered.email, credential).await?.ok_or_else(code_refused)?;
        let signed = self.check_passkey(entered, &operator, passkey.as_ref(), now)?;
        let opened = if signed.is_some() { Opened::ByPasskey } else { Opened::ByCode };
        let secret = Pass::new(self.prove.randomness);
        let expires_at = Class::OPERATOR_SESSION.expires_at(now);
        let session = DeskSession { operator: operator.id, secret: secret.hash() };
        self.operators.open(&Opening { slot: proven.slot, code: proven.code, session, opened, signed, at: now, expires_at }).await?;
        Ok(AtTheDesk { operator, opened, secret, expires_at, lasts: expires_at.duration_since(now).as_secs() })
    }

    fn check_passkey(
        &self,
        entered: &Entered<'_>,
        operator: &Operator,
        passkey: Option<&Passkey>,
        now: Timestamp,
    ) -> Result<Option<SignedIn>, Failure> {
        if operator.passkeys == 0 {
            return if operator.registers_until > now { Ok(None) } else { Err(refused("the time to register the first one is over")) };
        }
        let Some((at, assertion)) = entered.signed else { return Err(refused("sign in with the one you have")) };
        let passkey = passkey.ok_or_else(|| refused("it is not one of yours"))?;
        let action = Action { deed: Deed::SignIn, at };
        action.check_fresh(now)?;
        let written = action.written()?;
        let counter = self.site.verify(assertion, passkey, &written.hash)?;
        Ok(Some(SignedIn { credential: passkey.id.clone(), counter: (passkey.counter, counter), action: written.hash }))
    }
}

pub struct RegisterPasskey<'a> {
    pub signing: Signing<'a>,
}

impl RegisterPasskey<'_> {
    /// Registers a passkey: the first one in a session that a code opened, any other one signed by one that the operator has.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`kernel::Reason::SignedOut`] or [`kernel::Reason::PasskeyRefused`].
    pub async fn run(
        &self,
        session: &DeskSession,
        at: Timestamp,
        registration: &Registration,
        assertion: Option<&Assertion>,
    ) -> Result<Passkey, Failure> {
        let Signing { operators, site, clock } = self.signing;
        let now = clock.now();
        let standing = operators.standing(session, assertion.map(|assertion| &assertion.credential_id), now).await?;
        let action = Action { deed: Deed::RegisterPasskey { operator_id: standing.operator.id }, at };
        action.check_fresh(now)?;
        let passkey = site.register(registration, &action.written()?.hash)?;
        let first = standing.operator.passkeys == 0 && standing.opened == Opened::ByCode && standing.operator.registers_until > now;
        let signed = match assertion {
            _ if first => None,
            Some(assertion) => Some(self.signing.signed(&standing, &action, assertion, now)?),
            None => return Err(refused("one that you have signs for a new one")),
        };
        operators.register(&standing, &passkey, signed.as_ref(), now).await?;
        Ok(passkey)
    }
}
