import { readFileSync } from 'node:fs';
import { api, expect, test } from '../cloud';
import { SELFIE } from '../screens/scene';
import { words } from '../words';
import { draws, enter, isDone, signsIn } from './person';

const feedback = await words('feedback');
const trial = await words('trial');
const verify = await words('verify');

test('a trial, its mailed link in another browser, and its drawing in an account', async ({ page, browser, cloud, email, watch }) => {
  const { challenge } = await api<{ challenge: { script_url: string } }>(page, '/v1/site');
  const script = new URL(challenge.script_url).origin;
  await page.goto('/trial');
  // Nobody else is asked before the form is opened: the watch knows nobody else until here.
  await page.getByRole('button', { name: trial.open }).waitFor();
  watch.allow(script);
  await page.getByRole('button', { name: trial.open }).click();
  await page.locator('[data-picker=library]').setInputFiles(SELFIE);
  await page.getByLabel(trial.ages['16+']).check();
  await page.getByRole('checkbox', { name: /agree/ }).check();
  await expect(page.getByText(trial.challenge.done)).toBeVisible();
  await page.getByRole('button', { name: trial.draw }).click();
  await expect(page.getByText(trial.result)).toBeVisible({ timeout: 60_000 });
  await page.getByLabel(trial.email).fill(email);
  await page.getByRole('button', { name: trial.send }).click();
  const [link] = await cloud.mail(email, /http:\S+\/trial\S+/);

  const elsewhere = await browser.newContext({ baseURL: cloud.url });
  await watch.follow(elsewhere);
  const other = await elsewhere.newPage();
  await other.goto(link);
  await other.getByRole('button', { name: trial.openIt }).click();
  await expect(other.getByText(trial.result)).toBeVisible();
  expect(other.url(), 'the secret stays in no history').not.toContain('#');
  await other.getByRole('button', { name: trial.keep }).click();
  await enter(other, cloud, email, watch);
  await other.waitForURL(/\/generation\?id=gen_/);
  await isDone(other);
  expect((await api<{ generations: unknown[] }>(other, '/v1/generations')).generations).toHaveLength(1);
  await elsewhere.close();
});

test('a finished picture says where it comes from, and a photograph does not', async ({ page, cloud, email, watch }) => {
  await signsIn(page, cloud, email, watch);
  await draws(page);
  const link = await page.locator('.avatars a[href*=".png"]').first().getAttribute('href');
  const drawn = await (await page.request.get(link!)).body();
  await page.goto('/verify');
  await page.locator('[data-picker=library]').setInputFiles({ name: 'drawn.png', mimeType: 'image/png', buffer: drawn });
  await expect(page.getByText(verify.states.valid[0]!).or(page.getByText(verify.states.trusted[0]!))).toBeVisible();
  await page.goto('/verify');
  await page.locator('[data-picker=library]').setInputFiles({ name: 'photograph.jpg', mimeType: 'image/jpeg', buffer: readFileSync(SELFIE) });
  await expect(page.getByText(verify.states.none[0]!)).toBeVisible();
});

test('feedback arrives', async ({ page }) => {
  await page.goto('/feedback');
  await page.getByLabel(feedback.text).fill('It is lovely. 似顔 👨‍👩‍👧');
  await page.getByRole('button', { name: feedback.send }).click();
  await expect(page.getByRole('heading', { name: feedback.thanks })).toBeFocused();
});

test('news are asked for by a box, and stopped by it', async ({ page, cloud, email, watch }) => {
  const data = await words('data');
  await signsIn(page, cloud, email, watch);
  await page.goto('/data');
  const box = page.locator('main').getByRole('checkbox');
  await box.check();
  await expect(page.getByText(data.marketingOn)).toBeVisible();
  expect((await api<{ subscribed: boolean }>(page, '/v1/me/marketing')).subscribed).toBe(true);
  await box.uncheck();
  await expect(page.getByText(data.marketingOff)).toBeVisible();
  expect((await api<{ subscribed: boolean }>(page, '/v1/me/marketing')).subscribed).toBe(false);
});

test('a click in a mail ends the news, and opening its link does not', async ({ page, cloud, email, watch }) => {
  const data = await words('data');
  const subscribed = async () => (await api<{ subscribed: boolean }>(page, '/v1/me/marketing')).subscribed;
  await signsIn(page, cloud, email, watch);
  await page.goto('/data');
  await page.locator('main').getByRole('checkbox').check();
  await expect(page.getByText(data.marketingOn)).toBeVisible();
  await cloud.mailNews('spring', 'The cherries are in bloom.');
  const [link] = await cloud.mail(email, /http:\S+\/unsubscribe\/\S+/);
  await page.goto(link);
  await expect(page.getByRole('heading')).toHaveText('Unsubscribe');
  expect(await subscribed()).toBe(true);
  await page.getByRole('button').click();
  await expect(page.getByRole('heading')).toHaveText('You are unsubscribed');
  expect(await subscribed()).toBe(false);
});

test('the policy, and what is kept on this device and forgotten', async ({ page, cloud, email, watch }) => {
  const device = await words('device');
  await signsIn(page, cloud, email, watch);
  await page.goto('/privacy');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.goto('/device');
  await page.getByRole('button', { name: device.all }).click();
  await page.getByRole('dialog').getByRole('button', { name: device.all }).click();
  await expect(page.getByText(device.allDone).first()).toBeVisible();
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});

test('signing out in one tab signs out the other, and wipes the draft', async ({ page, context, cloud, email, watch }) => {
  const account = await words('account');
  const common = await words('common');
  await signsIn(page, cloud, email, watch);
  await page.goto('/new');
  await page.locator('[data-picker=library]').setInputFiles(SELFIE);
  await expect(page.locator('[data-picker=library]')).toHaveCount(0);
  const other = await context.newPage();
  await other.goto('/account');
  await other.getByRole('button', { name: account.out }).click();
  await expect(other.getByText(account.outDone)).toBeVisible();
  await expect(page.getByRole('banner').getByRole('button', { name: common.signIn })).toBeVisible();
  await page.goto('/new');
  await expect(page.locator('[data-picker=library]')).toHaveCount(1);
});
