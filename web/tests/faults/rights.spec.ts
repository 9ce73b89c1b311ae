import { createHash } from 'node:crypto';
import type { Body } from '../../src/api/call';
import { copy, erasure, ERASURE_KEY, id, RECEIPT, usual } from '../answers';
import { CUT, replies } from '../screens/scene';
import { Refusal, type Asked } from '../script';
import { expect, test, type Page } from '../test';
import { words } from '../words';

const common = await words('common');
const problems = await words('problems');
const data = await words('data');
const own = await words('erasure');

test.use({ remembered: { 'signed-in': '1' } });
test.beforeEach(({ stage, origin }) => stage.play(usual(origin.pictures)));

/** Goes as far as the code on the page of one's data, and enters it. */
async function enters(page: Page): Promise<void> {
  await page.goto('/data');
  await page.getByRole('button', { name: data.eraseBegin }).click();
  await page.getByRole('button', { name: data.erase.send }).click();
  await page.locator('#erase-code').fill('271 828');
}
const erase = (page: Page) => page.getByRole('button', { name: data.erase.erase, exact: true }).click();
const keptKey = (page: Page) => page.evaluate(() => localStorage.getItem('erasure'));
const keysOf = (asked: Asked[]) => asked.filter(({ route }) => route === 'POST /v1/erasures').map(({ body }) => (body as Body<'POST /v1/erasures'>).key);

test('the answer to an erasure is lost: it is sent again with the same key, and what is left here of the person goes', async ({ page, stage, watch }) => {
  watch.expect(...CUT);
  let lost = 0;
  await page.route('**/v1/erasures', async (route) => {
    if (lost++ > 0) return route.continue();
    await route.fetch();
    await route.abort('connectionreset');
  });
  await enters(page);
  await erase(page);
  await page.locator('#erase').getByRole('button', { name: common.retry }).click();
  await page.waitForURL(/\/erasure$/);
  await expect(page.getByRole('heading', { name: own.states.closing![0] })).toBeVisible();
  const keys = keysOf(stage.asked);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(await keptKey(page)).toBe(keys[0]);
  expect(await page.evaluate(() => localStorage.getItem('signed-in'))).toBeNull();
  // It is asked for by the hash of its key, and the key is in no address.
  const { path, headers } = stage.asked.find(({ route }) => route === 'GET /v1/erasures/{id}')!;
  expect(path.id).toBe(createHash('sha256').update(keys[0]!).digest('hex'));
  expect(headers.authorization).toBe(`Bearer ${keys[0]}`);
});

test('everything is erased by the keyboard alone, and what was pressed never leaves the focus nowhere', async ({ page, stage }) => {
  await page.goto('/data');
  const begin = page.getByRole('button', { name: data.eraseBegin });
  await begin.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: data.erase.send })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(begin).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: data.erase.send })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('#erase-code')).toBeFocused();
  await page.keyboard.type('271828');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/erasure$/);
  await expect(page.getByRole('heading', { name: own.states.closing![0] })).toBeVisible();
  expect(stage.count('POST /v1/erasures')).toBe(1);
});

test('an address without an account is erased from the page of erasures itself', async ({ page, stage }) => {
  await page.addInitScript(() => localStorage.removeItem('signed-in'));
  await page.goto('/erasure');
  await page.locator('#erase-email').fill('grace@example.com');
  await page.keyboard.press('Enter');
  await page.locator('#erase-code').fill('271828');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: own.states.closing![0] })).toBeVisible();
  expect(page.url()).not.toContain('#');
  expect(stage.asked.find(({ route }) => route === 'POST /v1/erasures')!.body).toMatchObject({ email: 'grace@example.com', code: '271828' });
});

test('the page is closed before the answer to an erasure comes: the key that was kept leads to it', async ({ page, stage }) => {
  await enters(page);
  await page.route('**/v1/erasures', () => undefined);
  await erase(page);
  await expect.poll(() => keptKey(page)).toMatch(/^[0-9a-f]{64}$/);
  const key = await keptKey(page);
  await page.goto('/erasure');
  await expect(page.getByRole('heading', { name: own.states.closing![0] })).toBeVisible();
  expect(stage.asked.find(({ route }) => route === 'GET /v1/erasures/{id}')!.headers.authorization).toBe(`Bearer ${key}`);
});

test('offline when everything is to be erased: the page says so, and goes on by a tap', async ({ page, context, stage, watch }) => {
  watch.expect(...CUT);
  await enters(page);
  await context.setOffline(true);
  await erase(page);
  await expect(page.locator('#erase').getByText(problems.offline[0])).toBeVisible();
  expect(stage.count('POST /v1/erasures')).toBe(0);
  await context.setOffline(false);
  await page.locator('#erase').getByRole('button', { name: common.retry }).click();
  await page.waitForURL(/\/erasure$/);
  expect(stage.count('POST /v1/erasures')).toBe(1);
});

test('storage is denied: the key is in the address once, and leads to the request', async ({ page, stage }) => {
  await page.addInitScript(() => {
    const set = Storage.prototype.setItem;
    Storage.prototype.setItem = function (this: Storage, name: string, value: string) {
      if (name === 'erasure') throw new DOMException('denied', 'SecurityError');
      set.call(this, name, value);
    };
  });
  await enters(page);
  await erase(page);
  await page.waitForURL(/\/erasure$/);
  await expect(page.getByRole('heading', { name: own.states.closing![0] })).toBeVisible();
  await expect(page.getByRole('textbox', { name: own.link })).toHaveValue(new RegExp(`/erasure#${keysOf(stage.asked)[0]}$`));
});

test('a request that was taken back is not taken for a new one', async ({ page, stage, origin }) => {
  stage.play({ ...usual(origin.pictures), 'GET /v1/erasures/{id}': erasure('taken-back') });
  await page.addInitScript((key) => location.pathname === '/data' && localStorage.setItem('erasure', key), ERASURE_KEY);
  await enters(page);
  await erase(page);
  await page.waitForURL(/\/erasure$/);
  const [key] = keysOf(stage.asked);
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(key).not.toBe(ERASURE_KEY);
});

test('a link leads to its request, and its key leaves the address at once', async ({ page, stage }) => {
  await page.goto(`/erasure#${ERASURE_KEY}`);
  await expect(page.getByRole('heading', { name: own.states.closing![0] })).toBeVisible();
  expect(page.url()).not.toContain('#');
  await page.reload();
  await expect(page.getByRole('heading', { name: own.states.closing![0] })).toBeVisible();
  expect(stage.asked.map(({ path, query }) => JSON.stringify([path, [...query]])).join()).not.toContain(ERASURE_KEY);
  await page.getByRole('button', { name: own.forget }).click();
  expect(await keptKey(page)).toBeNull();
});

test('it is taken back once, however often the button is pressed, and its key is forgotten', async ({ page, stage, watch }) => {
  watch.expect(...CUT);
  await page.route('**/v1/erasures/*', async (route) => {
    if (route.request().method() !== 'DELETE' || stage.count('DELETE /v1/erasures/{id}')) return route.continue();
    await route.fetch();
    await route.abort('connectionreset');
  });
  await page.goto(`/erasure#${ERASURE_KEY}`);
  const back = page.getByRole('button', { name: own.takeBack });
  await back.click();
  await expect(page.getByRole('alert').first()).toBeVisible();
  await back.click();
  await expect(page.getByRole('heading', { name: own.states['taken-back']![0] })).toBeFocused();
  expect(await keptKey(page)).toBeNull();
});

test('a browser without Ed25519: the page says so, and gives the files', async ({ page, stage, origin }) => {
  stage.play({ ...usual(origin.pictures), 'GET /v1/erasures/{id}': erasure('done', { receipt: RECEIPT }) });
  await page.addInitScript(() => {
    SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException('unknown', 'NotSupportedError'));
  });
  await page.goto(`/erasure#${ERASURE_KEY}`);
  await expect(page.getByText(own.unsupported[0]!)).toBeVisible();
  for (const [name, file, text] of [['statement', 'statement.json', RECEIPT.statement], ['proof', 'receipt.tlog-proof', RECEIPT.proof], ['key', 'key.txt', RECEIPT.key]] as const) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: own.fileNames[name], exact: true }).click()]);
    expect(download.suggestedFilename()).toBe(file);
    const parts: Buffer[] = [];
    for await (const part of await download.createReadStream()) parts.push(part as Buffer);
    expect(Buffer.concat(parts).toString()).toBe(text);
  }
});

test('the answer to a wish for a copy is lost: it is one copy', async ({ page, stage, watch }) => {
  watch.expect(...CUT);
  let lost = 0;
  await page.route('**/v1/exports', async (route) => {
    if (route.request().method() !== 'POST' || lost++ > 0) return route.continue();
    await route.fetch();
    await route.abort('connectionreset');
  });
  await page.goto('/data');
  await page.getByRole('button', { name: data.copyAsk }).click();
  await page.locator('#copy').getByRole('button', { name: common.retry }).click();
  await expect(page.locator('#copy a[href$="bundle.zip"]')).toBeVisible();
  const keys = stage.asked.filter(({ route }) => route === 'POST /v1/exports').map(({ headers }) => headers['idempotency-key']);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});

test('the links of a copy are renewed before they end', async ({ page, stage, origin }) => {
  await page.clock.install();
  stage.play({ ...usual(origin.pictures), 'GET /v1/exports': { exports: [copy('ready')] }, 'GET /v1/exports/{id}': [copy('writing'), copy('ready', origin.pictures)] });
  await page.goto(`/data?export=${id('exp')}`);
  await expect(page.locator('#copy progress')).toBeVisible();
  await page.clock.runFor(6_000);
  await expect(page.locator('#copy a[href$="bundle.zip"]')).toBeVisible();
  const asked = stage.count('GET /v1/exports/{id}');
  await page.clock.runFor(11 * 60_000);
  await expect.poll(() => stage.count('GET /v1/exports/{id}')).toBeGreaterThan(asked);
});

test('a choice that does not arrive is not shown as made', async ({ page, stage, origin, watch }) => {
  watch.expect(...replies(503));
  stage.play({ ...usual(origin.pictures), 'PUT /v1/me/choices/{purpose}': new Refusal('unavailable', 503) });
  await page.goto('/data');
  const box = page.locator('main').getByRole('checkbox');
  await box.click();
  await expect(page.locator('#choices').getByRole('alert')).toBeVisible();
  await expect(box).not.toBeChecked();
  await page.getByRole('button', { name: data.restrict, exact: true }).click();
  await expect(page.locator('#restriction').getByRole('alert')).toBeVisible();
  await expect(page.getByRole('button', { name: data.restrict, exact: true })).toBeVisible();
});

test('who objects is not counted in this browser either', async ({ page, stage }) => {
  await page.goto('/data');
  await page.getByRole('button', { name: data.object }).click();
  await expect(page.getByRole('button', { name: data.agree })).toBeVisible();
  expect(stage.asked.find(({ route }) => route === 'PUT /v1/me/choices/{purpose}')).toMatchObject({ path: { purpose: 'analytics' }, body: { state: 'objected' } });
  expect(await page.evaluate(() => [localStorage.getItem('uncounted'), localStorage.getItem('device')])).toEqual(['1', null]);
});

test('an account that waits for its erasure: the sign-in says so', async ({ page, stage, origin, watch }) => {
  watch.expect(...replies(409));
  stage.play({ ...usual(origin.pictures), 'POST /v1/auth/sessions': new Refusal('account-closing', 409) });
  await page.addInitScript(() => localStorage.removeItem('signed-in'));
  await page.goto('/data');
  await page.locator('main').getByRole('button', { name: common.signIn }).click();
  await page.locator('#sign-in-email').fill('ada@example.com');
  await page.locator('dialog .primary').click();
  await page.locator('#sign-in-code').fill('123456');
  await expect(page.locator('dialog').getByText(problems['account-closing'][0])).toBeVisible();
});
