import { recall, remember } from './stored';

const KEY = /^[0-9a-f]{64}$/;

/** The key of the request to erase everything that was made in this browser, or followed in it. */
export function keptKey(): string | undefined {
  const kept = recall('erasure');
  return kept && KEY.test(kept) ? kept : undefined;
}

/** A key for a request, kept before it is sent: a request whose answer is lost is sent again with it. */
export function makeKey(): string {
  const key = hex(crypto.getRandomValues(new Uint8Array(32)));
  remember('erasure', key);
  return key;
}

export function forgetKey(): void {
  remember('erasure', null);
}

/** The key in the address, which it leaves at once, or else the one that is kept. A key that came by a link is kept unless there is another. */
export function openKey(): string | undefined {
  const kept = keptKey();
  const came = location.hash.slice(1);
  if (!KEY.test(came)) return kept;
  history.replaceState(history.state, '', location.pathname + location.search);
  if (!kept) remember('erasure', came);
  return came;
}

/** What the service calls the request of a key. */
export async function idOf(key: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))));
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
