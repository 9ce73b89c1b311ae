import { createHash, generateKeyPairSync, randomBytes, verify, type KeyObject } from 'node:crypto';
import type { Page } from '@playwright/test';
import type { Assertion } from '../src/pages/desk/passkey';

/** An authenticator within the browser. */
export interface Authenticator {
  /** Whether its passkey signed these bytes of a deed. */
  signed(assertion: Assertion, deed: string): boolean;
  /** Whether it recognises its owner from now on. */
  recognise(owner: boolean): Promise<void>;
}

const sha256 = (bytes: string | Buffer): Buffer => createHash('sha256').update(bytes).digest();
const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64url');

/** Gives the browser of a page an authenticator that recognises its owner; with a passkey of this site, or without any. */
export async function authenticator(page: Page, has = true): Promise<Authenticator> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (has) {
    const key = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
    const credential = { credentialId: randomBytes(16).toString('base64'), isResidentCredential: true, rpId: 'localhost', userHandle: randomBytes(16).toString('base64'), privateKey: key, signCount: 1 };
    await cdp.send('WebAuthn.addCredential', { authenticatorId, credential });
  }
  return {
    signed: (assertion, deed) => isSigned(publicKey, assertion, deed),
    recognise: async (owner) => void (await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: owner })),
  };
}

function isSigned(key: KeyObject, { client_data_json, authenticator_data, signature }: Assertion, deed: string): boolean {
  const said = bytesOf(client_data_json);
  const { challenge } = JSON.parse(said.toString()) as { challenge: string };
  return bytesOf(challenge).equals(sha256(deed)) && verify('sha256', Buffer.concat([bytesOf(authenticator_data), sha256(said)]), key, bytesOf(signature));
}
