import type { components } from '../../api/schema';

/** What a receipt is verified with: the statement, byte by byte as it is an entry of the log, the proof (C2SP `tlog-proof@v1`) and the key of the log (C2SP `signed-note`). */
export type Receipt = Pick<components['schemas']['ReceiptReply'], 'statement' | 'proof' | 'key'>;

/** The part at which verifying failed. */
export type Fault = 'key' | 'proof' | 'checkpoint' | 'signature' | 'entry' | 'statement';

/** What the operator states, and signed. */
export interface Statement {
  kind: 'erasure/v1';
  erased: Record<string, number>;
  residue: { what: string; why: string; until?: string }[];
  vendors: { name: string; last_call: string; keeps: 'nothing' | 'unsaid' | { until: { at: string; longer: string } } }[];
}

export type Verdict =
  | { state: 'verified'; statement: Statement; origin: string; index: string; size: string }
  | { state: 'refused'; fault: Fault }
  /** This browser has no Ed25519. */
  | { state: 'unsupported' };

const HEADER = 'c2sp.org/tlog-proof@v1\n';
const ED25519 = 1;
/** Hashes of the longest proof: a tree has fewer than 2⁶⁴ entries. */
const MOST_HASHES = 64;

class Refused extends Error {
  constructor(readonly fault: Fault) {
    super(fault);
  }
}

type Bytes = Uint8Array<ArrayBuffer>;

const encode = (text: string): Bytes => new TextEncoder().encode(text) as Bytes;
const hex = (bytes: Bytes): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const equal = (one: Bytes, other: Bytes): boolean => hex(one) === hex(other);
const sha256 = async (...parts: (Bytes | number[])[]): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(parts.flatMap((part) => [...part]))));

/** Bytes of base64 in its one spelling. */
function decode(base64: string, fault: Fault): Bytes {
  try {
    const raw = atob(base64);
    if (btoa(raw) === base64) return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
  } catch {
    // No base64.
  }
  throw new Refused(fault);
}

function hashOf(base64: string, fault: Fault): Bytes {
  const bytes = decode(base64, fault);
  if (bytes.length !== 32) throw new Refused(fault);
  return bytes;
}

/** A number in decimal digits, as it is written in one way alone. */
function decimal(text: string | undefined, fault: Fault): bigint {
  if (!/^(0|[1-9]\d{0,18})$/.test(text ?? '')) throw new Refused(fault);
  return BigInt(text!);
}

/** Verifies a receipt; needs no network. */
export async function verify({ statement, proof, key }: Receipt): Promise<Verdict> {
  if (!(await hasEd25519())) return { state: 'unsupported' };
  try {
    const log = await readKey(key);
    const { index, path, note } = readProof(proof);
    const { origin, size, root } = readCheckpoint(await textOf(note, log));
    if (origin !== log.name) throw new Refused('checkpoint');
    const found = await rootOf(await sha256([0], encode(statement)), index, size, path);
    if (!found || !equal(found, root)) throw new Refused('entry');
    return { state: 'verified', statement: readStatement(statement), origin, index: String(index), size: String(size) };
  } catch (error) {
    if (error instanceof Refused) return { state: 'refused', fault: error.fault };
    throw error;
  }
}

/** Tries a key of the RFC's first example, as browsers say in no other way what they have. */
async function hasEd25519(): Promise<boolean> {
  try {
    await crypto.subtle.importKey('raw', decode('11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=', 'key'), 'Ed25519', false, ['verify']);
    return true;
  } catch {
    return false;
  }
}

interface LogKey {
  name: string;
  id: Bytes;
  key: CryptoKey;
}

/** `<name>+<id>+<base64 of the kind and the key>` */
async function readKey(text: string): Promise<LogKey> {
  const parts = /^([^+\s\p{Cc}]+)\+([0-9a-f]{8})\+(.+)$/u.exec(text);
  if (!parts) throw new Refused('key');
  const [, name, id, base64] = parts as unknown as [string, string, string, string];
  const bytes = decode(base64, 'key');
  const hash = (await sha256(encode(`${name}\n`), bytes)).slice(0, 4);
  if (bytes.length !== 33 || bytes[0] !== ED25519 || hex(hash) !== id) throw new Refused('key');
  const key = await crypto.subtle.importKey('raw', bytes.slice(1), 'Ed25519', false, ['verify']).catch(() => undefined);
  if (!key) throw new Refused('key');
  return { name, id: hash, key };
}

function readProof(text: string): { index: bigint; path: Bytes[]; note: string } {
  const end = text.indexOf('\n\n');
  if (!text.startsWith(HEADER) || end < 0) throw new Refused('proof');
  const [index, ...path] = text.slice(HEADER.length, end).split('\n');
  if (!index?.startsWith('index ') || path.length > MOST_HASHES) throw new Refused('proof');
  return { index: decimal(index.slice(6), 'proof'), path: path.map((hash) => hashOf(hash, 'proof')), note: text.slice(end + 2) };
}

/** The text of a note that the log signed. Signatures of others, such as witnesses, are left out of account. */
async function textOf(note: string, log: LogKey): Promise<string> {
  const end = note.lastIndexOf('\n\n') + 1;
  if (!end || !note.endsWith('\n') || /[\0-\x09\x0b-\x1f]/.test(note)) throw new Refused('checkpoint');
  const text = note.slice(0, end);
  let signed = false;
  for (const line of note.slice(end + 1, -1).split('\n')) {
    const parts = /^— ([^+\s\p{Cc}]+) (\S+)$/u.exec(line);
    const bytes = parts && decode(parts[2]!, 'signature');
    if (!bytes || bytes.length <= 4) throw new Refused('signature');
    if (parts[1] !== log.name || !equal(bytes.slice(0, 4), log.id)) continue;
    signed = await crypto.subtle.verify('Ed25519', log.key, bytes.slice(4), encode(text));
    if (!signed) break;
  }
  if (!signed) throw new Refused('signature');
  return text;
}

/** Lines after the third are extensions, which say nothing here. */
function readCheckpoint(text: string): { origin: string; size: bigint; root: Bytes } {
  const lines = text.slice(0, -1).split('\n');
  const [origin, size, root] = lines;
  if (lines.length < 3 || lines.includes('')) throw new Refused('checkpoint');
  return { origin: origin!, size: decimal(size, 'checkpoint'), root: hashOf(root!, 'checkpoint') };
}

/** The root of the tree of `size` entries in which `leaf` is the entry `index` (RFC 9162, 2.1.3.2), if `path` leads there. */
async function rootOf(leaf: Bytes, index: bigint, size: bigint, path: Bytes[]): Promise<Bytes | undefined> {
  if (index >= size) return;
  let [node, last, root] = [index, size - 1n, leaf];
  for (const sibling of path) {
    if (last === 0n) return;
    if (node & 1n || node === last) {
      root = await sha256([1], sibling, root);
      // At the right edge, levels at which it has no sibling are passed.
      while (!(node & 1n)) [node, last] = [node >> 1n, last >> 1n];
    } else {
      root = await sha256([1], root, sibling);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n ? root : undefined;
}

function readStatement(text: string): Statement {
  try {
    const statement = JSON.parse(text) as Statement;
    if (statement.kind === 'erasure/v1' && Array.isArray(statement.residue) && Array.isArray(statement.vendors)) return statement;
  } catch {
    // No JSON.
  }
  throw new Refused('statement');
}
