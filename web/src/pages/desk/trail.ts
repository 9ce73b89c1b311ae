import type { Answer } from '../../api/call';
import { canonical, sha256, type Deed } from './passkey';

export type Entry = Answer<'GET /v1/desk/audit'>['entries'][number];

const hex = (bytes: ArrayBuffer): string => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Whether entries follow each other from the first on, without a gap or a change. */
export async function isUnbroken(entries: Entry[]): Promise<boolean> {
  let before = '';
  for (const [at, { hash, ...entry }] of entries.entries()) {
    if (entry.number !== at + 1 || entry.previous !== before || hash !== hex(await sha256(canonical(entry)))) return false;
    before = hash;
  }
  return true;
}

/** What was signed; `undefined` for what this page does not know yet. */
export function deedOf(entry: Entry): Deed | undefined {
  try {
    return JSON.parse(entry.action) as Deed;
  } catch {
    return undefined;
  }
}
