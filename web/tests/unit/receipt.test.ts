import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { verify, type Receipt } from '../../src/pages/erasure/receipt';

const sample = (name: string): string => readFileSync(new URL(`../../../shared/receipts/tests/sample/${name}`, import.meta.url), 'utf8');
const RECEIPT: Receipt = { statement: sample('statement.json'), proof: sample('receipt.tlog-proof'), key: sample('key.txt').trim() };

/** The text with another character at a place. */
const changed = (text: string, at: number, to: string): string => text.slice(0, at) + to + text.slice(at + 1);

test('the receipt that the service handed out once verifies, and says its place in the log', async () => {
  expect(await verify(RECEIPT)).toMatchObject({ state: 'verified', origin: 'nigao.example/log', index: '3', size: '6', statement: { kind: 'erasure/v1', erased: { account: 1 } } });
});

for (const part of ['statement', 'proof', 'key'] as const) {
  test(`an_56_every_changed_byte_of_the_${part}_fails`, async () => {
    const text = RECEIPT[part];
    for (let at = 0; at < text.length; at++) {
      const letter = text[at]!;
      for (const to of [letter === 'A' ? 'B' : 'A', letter === '\n' ? ' ' : '\n', String.fromCharCode(letter.charCodeAt(0) ^ 1)]) {
        if (to === letter) continue;
        const verdict = await verify({ ...RECEIPT, [part]: changed(text, at, to) });
        expect(verdict.state, `${part}, ${JSON.stringify(letter)} at ${at} as ${JSON.stringify(to)}`).toBe('refused');
      }
    }
  });

  test(`a ${part} that is cut, longer or empty fails`, async () => {
    const text = RECEIPT[part];
    for (const other of ['', text.slice(1), text.slice(0, -1), `${text} `, `${text}\n`, `\n${text}`, text + text]) {
      expect((await verify({ ...RECEIPT, [part]: other })).state, JSON.stringify(other.slice(0, 40))).toBe('refused');
    }
  });
}

test('a hash has one spelling: bits after its end are not left out of account', async () => {
  const [, last] = /^(.+)=$/m.exec(RECEIPT.proof)!;
  const other = `${last!.slice(0, -1)}${String.fromCharCode(last!.charCodeAt(last!.length - 1) + 1)}`;
  expect(await verify({ ...RECEIPT, proof: RECEIPT.proof.replace(`${last}=`, `${other}=`) })).toEqual({ state: 'refused', fault: 'proof' });
});

test('a place that the log does not have, and a path that is too long or too short', async () => {
  const lines = RECEIPT.proof.split('\n');
  const proof = (index: string, path: string[]) => [lines[0], index, ...path, ...lines.slice(5)].join('\n');
  const path = lines.slice(2, 5);
  expect((await verify({ ...RECEIPT, proof: proof('index 3', path) })).state).toBe('verified');
  for (const [index, hashes] of [['index 6', path], ['index 2', path], ['index 03', path], ['index -3', path], ['index 3', path.slice(1)], ['index 3', [...path, path[0]!]], ['index 3', Array.from({ length: 65 }, () => path[0]!)]] as const) {
    expect((await verify({ ...RECEIPT, proof: proof(index, [...hashes]) })).state, index).toBe('refused');
  }
});

test('signatures of witnesses are left out of account, and alone do not do', async () => {
  const witness = `— witness.example/w ${btoa('\x01\x02\x03\x04'.padEnd(68, '\0'))}\n`;
  expect((await verify({ ...RECEIPT, proof: RECEIPT.proof + witness })).state).toBe('verified');
  const alone = RECEIPT.proof.replace(/— .*\n$/, witness);
  expect(await verify({ ...RECEIPT, proof: alone })).toEqual({ state: 'refused', fault: 'signature' });
});

test('a browser without Ed25519 says so', async () => {
  const none = vi.spyOn(crypto.subtle, 'importKey').mockRejectedValue(new DOMException('unknown', 'NotSupportedError'));
  expect(await verify(RECEIPT)).toEqual({ state: 'unsupported' });
  none.mockRestore();
});
