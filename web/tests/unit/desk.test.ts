import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { base64url, canonical, challengeOf, thisSecond, type Deed } from '../../src/pages/desk/passkey';
import { deedOf, isUnbroken, type Entry } from '../../src/pages/desk/trail';

const AT = '2030-01-01T00:00:00Z';
const CASE = 'gen_0193a1b2c3d47e5f8091a2b3c4d5e6f7';

// As `shared/desk/tests/passkeys.rs` has them.
const WRITTEN: [Deed, string][] = [
  [{ action: 'sign-in' }, `{"action":"sign-in","at":"${AT}"}`],
  [{ operator_id: 'opr_1', action: 'register-passkey' }, `{"action":"register-passkey","at":"${AT}","operator_id":"opr_1"}`],
  [{ case_id: CASE, action: 'view' }, `{"action":"view","at":"${AT}","case_id":"${CASE}"}`],
  [{ action: 'decide', outcome: 'overturn', ground: 'allowed', case_id: CASE }, `{"action":"decide","at":"${AT}","case_id":"${CASE}","ground":"allowed","outcome":"overturn"}`],
];

for (const [deed, text] of WRITTEN) {
  test(`the challenge of ${deed.action} is the hash of its canonical spelling`, async () => {
    expect(canonical({ ...deed, at: AT })).toBe(text);
    expect(Buffer.from(await challengeOf(deed, AT))).toEqual(createHash('sha256').update(text).digest());
  });
}

test('names are in the order of their UTF-16 units, and texts are as RFC 8785 has them', () => {
  // The example of RFC 8785, 3.2.3, without its numbers.
  const value = { '\u20ac': 'Euro Sign', '\r': 'Carriage Return', '\ufb33': 'Hebrew Letter Dalet With Dagesh', '1': 'One', '\ud83d\ude00': 'Emoji: Grinning Face', '\u0080': 'Control', '\u00f6': 'Latin Small Letter O With Diaeresis' };
  expect(canonical(value)).toBe('{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}');
  expect(canonical({ b: [1, null, { d: 'é"\n', c: true }], a: '' })).toBe('{"a":"","b":[1,null,{"c":true,"d":"é\\"\\n"}]}');
});

test('a time is in whole seconds, and bytes are in base64url', () => {
  expect(thisSecond(Date.parse('2030-01-01T00:00:00.987Z'))).toBe(AT);
  expect(base64url(new Uint8Array([0xfb, 0xff, 0xfe, 0x01]).buffer)).toBe('-__-AQ');
});

/** Entries as the service writes them: names in their order, by hand. */
function trail(length: number): Entry[] {
  const entries: Entry[] = [];
  for (let number = 1; number <= length; number++) {
    const previous = entries.at(-1)?.hash ?? '';
    const action = `{"action":"view","at":"${AT}","case_id":"${CASE}"}`;
    const assertion = { credential_id: 'AQID', client_data_json: 'e30', authenticator_data: 'AA', signature: 'MA' };
    const text = `{"action":${JSON.stringify(action)},"assertion":{"authenticator_data":"AA","client_data_json":"e30","credential_id":"AQID","signature":"MA"},"at":"${AT}","case_id":"${CASE}","number":${number},"operator_id":"opr_1","previous":"${previous}"}`;
    entries.push({ operator_id: 'opr_1', number, at: AT, action, case_id: CASE, assertion, previous, hash: createHash('sha256').update(text).digest('hex') });
  }
  return entries;
}

test('a trail holds, and every change and gap in it shows', async () => {
  const entries = trail(3);
  expect(await isUnbroken([])).toBe(true);
  expect(await isUnbroken(entries)).toBe(true);
  expect(await isUnbroken(entries.slice(1))).toBe(false);
  expect(await isUnbroken([entries[0]!, entries[2]!])).toBe(false);
  for (const change of [{ at: '2030-01-01T00:00:01Z' }, { action: '{}' }, { case_id: 'gen_1' }, { previous: 'ff' }, { number: 5 }, { operator_id: 'opr_2' }, { hash: '00' }]) {
    expect(await isUnbroken(entries.map((entry, at) => (at === 1 ? { ...entry, ...change } : entry))), JSON.stringify(change)).toBe(false);
  }
});

test('an entry says what was done; one that cannot be read says nothing', () => {
  expect(deedOf(trail(1)[0]!)).toMatchObject({ action: 'view', case_id: CASE });
  expect(deedOf({ ...trail(1)[0]!, action: 'what' })).toBeUndefined();
});
