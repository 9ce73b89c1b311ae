import type { Body } from '../../api/call';

type Decision = Body<'POST /v1/desk/cases/{id}/decisions'>;
export type Assertion = Decision['assertion'];
export type Verdict = Pick<Decision, 'outcome' | 'ground'>;

/** What is done at the desk: the service writes the same, and a passkey signs the hash of it. */
export type Deed = { action: 'sign-in' } | { action: 'register-passkey'; operator_id: string } | { action: 'view'; case_id: string } | ({ action: 'decide'; case_id: string } & Verdict);

/** A deed with its time and what signed it. */
export interface Signed {
  at: string;
  assertion: Assertion;
}

/** The device signed nothing: it was cancelled, it took too long, or no passkey is on it. */
export class Unsigned extends Error {}

/** RFC 8785 of texts and whole numbers: names are in the order of their UTF-16 units. */
export function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join()}}`;
}

export function sha256(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
}

/** This second, as both sides write it. */
export function thisSecond(now = Date.now()): string {
  return new Date(now).toISOString().replace(/\.\d+/, '');
}

/** What a passkey signs for a deed at a time. */
export const challengeOf = (deed: Deed, at: string): Promise<ArrayBuffer> => sha256(canonical({ ...deed, at }));

/** Base64url without padding. */
export function base64url(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/[+/=]/g, (letter) => ({ '+': '-', '/': '_' })[letter] ?? '');
}

/** Lets a passkey of this device sign a deed, after its owner was recognised. */
export async function sign(deed: Deed, at = thisSecond()): Promise<Signed> {
  const challenge = await challengeOf(deed, at);
  const { rawId, response } = await ask(() => navigator.credentials.get({ publicKey: { challenge, userVerification: 'required' } }));
  const { clientDataJSON, authenticatorData, signature } = response as AuthenticatorAssertionResponse;
  return { at, assertion: { credential_id: base64url(rawId), client_data_json: base64url(clientDataJSON), authenticator_data: base64url(authenticatorData), signature: base64url(signature) } };
}

/** Makes a passkey on this device for an operator; the service takes ES256 alone, and does not ask who made the device. */
export async function makePasskey(operator_id: string, email: string): Promise<Body<'POST /v1/desk/passkeys'>> {
  const at = thisSecond();
  const publicKey: PublicKeyCredentialCreationOptions = {
    challenge: await challengeOf({ action: 'register-passkey', operator_id }, at),
    rp: { name: 'Nigao' },
    user: { id: new TextEncoder().encode(operator_id), name: email, displayName: email },
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    attestation: 'none',
  };
  const { response } = await ask(() => navigator.credentials.create({ publicKey }));
  const made = response as AuthenticatorAttestationResponse;
  return { at, client_data_json: base64url(made.clientDataJSON), authenticator_data: base64url(made.getAuthenticatorData()) };
}

async function ask(device: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await device();
    if (credential) return credential as PublicKeyCredential;
  } catch {
    // What a browser says of it is the same for everything, so that no page learns which passkeys there are.
  }
  throw new Unsigned();
}
