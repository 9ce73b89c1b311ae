import { call, Trouble } from '../api/call';
import type { components } from '../api/schema';
import { recall, remember } from './stored';
import { listen, tell } from './tabs';

type Me = components['schemas']['MeReply'];

const held = $state<{ hint: boolean; me: Me | undefined }>({ hint: false, me: undefined });
let asked: Promise<Me | undefined> | undefined;

export const session = {
  /** Whether somebody seems to be signed in. It is a hint of this browser: the cookie itself is closed to scripts. */
  get hint(): boolean {
    return held.hint;
  },
  /** Who is signed in and what their wallet holds, once it is known. */
  get me(): Me | undefined {
    return held.me;
  },
};

/** Reads the hint, and follows what other tabs tell. */
export function begin(): void {
  held.hint = recall('signed-in') !== null;
  listen(({ what }) => {
    if (what === 'signed-in') held.hint = true;
    if (what === 'signed-out') drop();
    if (what === 'signed-in' || what === 'wallet-changed') void askMe(true).catch(() => undefined);
  });
}

/** Who is signed in. Nobody is asked for without the hint, and `again` asks anew. */
export function askMe(again = false): Promise<Me | undefined> {
  if (!held.hint) return Promise.resolve(undefined);
  if (again) asked = undefined;
  asked ??= call('GET /v1/me').then(
    (me) => (held.me = me),
    (trouble) => {
      asked = undefined;
      if (trouble instanceof Trouble && trouble.kind === 'signed-out') {
        ended();
        return undefined;
      }
      throw trouble;
    },
  );
  return asked;
}

/** After a sign-in. */
export async function signedIn(): Promise<void> {
  held.hint = true;
  remember('signed-in', '1');
  tell({ what: 'signed-in' });
  await askMe(true);
}

/** The session has ended by itself: what is on this device stays, as the same person may come back to it. */
export function ended(): void {
  drop();
  remember('signed-in', null);
}

/** Signs out everywhere, and removes what is on this device. */
export async function signOut(): Promise<void> {
  await call('DELETE /v1/auth/sessions').catch((trouble) => {
    if (!(trouble instanceof Trouble && trouble.kind === 'signed-out')) throw trouble;
  });
  drop();
  const { forgetPerson } = await import('./forget');
  await forgetPerson();
  tell({ what: 'signed-out' });
}

/** After something that costs: the wallet is asked for anew, here and in other tabs. */
export function walletChanged(): void {
  tell({ what: 'wallet-changed' });
  void askMe(true).catch(() => undefined);
}

function drop(): void {
  held.hint = false;
  held.me = undefined;
  asked = undefined;
}
