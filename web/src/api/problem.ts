import { Trouble, type Kind } from './call';

/** What somebody can do about a problem. */
export type Remedy =
  /** Send the same request again. */
  | 'retry'
  /** Send it again after a while. */
  | 'wait'
  | 'sign-in'
  /** Get credits. */
  | 'buy'
  /** Load the page anew: it is older than the service, or something of it has ended. */
  | 'reload'
  | 'another-picture'
  /** Change what was entered. */
  | 'change'
  | 'home'
  /** Lift a restriction of one's own. */
  | 'unrestrict'
  | 'nothing';

/** A remedy for each kind: a reason that the contract adds does not compile until it has one. */
export const REMEDIES: Record<Kind, Remedy> = {
  'account-closing': 'nothing',
  'address-taken': 'change',
  'age-attestation-required': 'change',
  'another-must-decide': 'nothing',
  'appeal-refused': 'reload',
  'body-malformed': 'reload',
  'body-too-large': 'another-picture',
  'budget-spent': 'wait',
  'case-decided': 'reload',
  'challenge-refused': 'retry',
  'code-refused': 'change',
  'consent-required': 'change',
  'cross-site': 'reload',
  'drawing-refused': 'another-picture',
  'erasure-begun': 'reload',
  'field-invalid': 'change',
  'idempotency-key-in-use': 'wait',
  'idempotency-key-invalid': 'reload',
  'idempotency-key-reused': 'reload',
  'media-type-unsupported': 'another-picture',
  'method-not-allowed': 'reload',
  'not-found': 'home',
  'passkey-refused': 'retry',
  'photo-gone': 'nothing',
  'picture-blank': 'another-picture',
  'picture-refused': 'another-picture',
  'picture-unreadable': 'another-picture',
  'processing-restricted': 'unrestrict',
  'rate-limited': 'wait',
  'refund-refused': 'nothing',
  'role-insufficient': 'nothing',
  'signature-refused': 'nothing',
  'signed-out': 'sign-in',
  'timed-out': 'retry',
  'trial-unfinished': 'wait',
  'trial-used': 'sign-in',
  'upload-not-received': 'retry',
  'upload-refused': 'another-picture',
  'wallet-short': 'buy',
  gateway: 'retry',
  internal: 'retry',
  offline: 'retry',
  overloaded: 'wait',
  unavailable: 'wait',
};

/** Whether asking again later may help without anybody doing anything. */
export function passes(trouble: Trouble): boolean {
  return trouble.kind === 'offline' || ['wait', 'retry'].includes(REMEDIES[trouble.kind]);
}

/** Whatever was thrown, as trouble; what is no trouble of a request is a fault of ours. */
export function troubleOf(error: unknown): Trouble {
  return error instanceof Trouble ? error : new Trouble('internal', { detail: error instanceof Error ? error.message : undefined });
}
