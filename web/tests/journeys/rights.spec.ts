import { api, expect, test, type Cloud } from '../cloud';
import { words } from '../words';
import { code, draws, enter, signsIn } from './person';

const common = await words('common');
const data = await words('data');
const own = await words('erasure');

type Generations = { generations: { generation_id: string }[] };

/** What is mailed to an address when everything of it is to be erased. */
const linkOf = async (cloud: Cloud, email: string): Promise<string> => (await cloud.mail(email, /http\S+\/erasure#[0-9a-f]{64}/))[0];

test('objecting and restricting hold from the next request on, and are taken back', async ({ page, cloud, email, watch }) => {
  await signsIn(page, cloud, email, watch);
  await page.goto('/data');
  await page.getByRole('button', { name: data.object }).click();
  await expect(page.getByText(data.analyticsOff).first()).toBeVisible();
  await page.getByRole('button', { name: data.restrict, exact: true }).click();
  await expect(page.getByText(data.restrictedNow).first()).toBeVisible();
  watch.expect(/status of 403/);
  const refused = await page.evaluate(async () => {
    const reply = await fetch('/v1/uploads', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ content_type: 'image/jpeg', bytes: 1000 }) });
    return ((await reply.json()) as { type?: string }).type;
  });
  expect(refused).toBe('urn:nigao:problem:processing-restricted');
  await page.reload();
  await page.getByRole('button', { name: data.lift }).click();
  await expect(page.getByRole('button', { name: data.restrict, exact: true })).toBeVisible();
});

test('a copy of everything is made and fetched', async ({ page, cloud, email, watch }) => {
  await signsIn(page, cloud, email, watch);
  await draws(page);
  await page.goto('/data');
  await page.getByRole('button', { name: data.copyAsk }).click();
  const link = page.locator('#copy').getByRole('link', { name: data.volume(1, 1) });
  await link.waitFor({ timeout: 60_000 });
  const file = await page.request.get((await link.getAttribute('href'))!);
  expect(file.status()).toBe(200);
  expect((await file.body()).subarray(0, 2).toString()).toBe('PK');
});

test('an address is changed by codes of both', async ({ page, cloud, email, watch }) => {
  const other = `new-${email}`;
  await signsIn(page, cloud, email, watch);
  await page.goto('/data');
  await page.getByRole('button', { name: data.emailBegin }).click();
  const before = (await cloud.mails(email)).length;
  await page.getByLabel(data.emailNew).fill(other);
  await page.getByRole('button', { name: data.emailSend }).click();
  await page.getByLabel(data.codeOld(email)).fill(await code(cloud, email, before));
  await page.getByLabel(data.codeOld(other)).fill(await code(cloud, other));
  await page.getByRole('button', { name: data.emailChange }).click();
  await expect(page.getByText(data.emailDone(other))).toBeVisible();
  expect((await api<{ email: string }>(page, '/v1/me')).email).toBe(other);
});

test('everything is erased by a code, which ends all sessions, and taken back by the mailed link', async ({ page, browser, cloud, email, watch }) => {
  await signsIn(page, cloud, email, watch);
  const drawn = await draws(page);
  await page.goto('/data');
  await page.getByRole('button', { name: data.eraseBegin }).click();
  const before = (await cloud.mails(email)).length;
  await page.getByRole('button', { name: data.erase.send, exact: true }).click();
  await page.getByLabel(data.erase.code, { exact: true }).fill(await code(cloud, email, before));
  await page.getByRole('button', { name: data.erase.erase, exact: true }).click();
  await expect(page.getByRole('heading', { name: own.states.closing![0] })).toBeVisible();
  expect(page.url()).toMatch(/\/erasure$/);
  // The session is dead by the next request.
  expect((await page.request.get('/v1/me')).status()).toBe(401);

  // Another device, by the link alone.
  const elsewhere = await browser.newContext({ baseURL: cloud.url });
  const other = await elsewhere.newPage();
  await other.goto(await linkOf(cloud, email));
  await other.getByRole('button', { name: own.takeBack }).click();
  await expect(other.getByRole('heading', { name: own.states['taken-back']![0] })).toBeVisible();
  await other.locator('main').getByRole('button', { name: common.signIn, exact: true }).click();
  await enter(other, cloud, email);
  expect((await api<Generations>(other, '/v1/generations')).generations.map(({ generation_id }) => generation_id)).toEqual([drawn]);
  await elsewhere.close();
});
