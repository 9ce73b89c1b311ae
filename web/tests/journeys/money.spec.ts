import { api, expect, test } from '../cloud';
import { words } from '../words';
import { chooses, draw, isKept, signsIn } from './person';

type Entries = { entries: { kind: string; available: number; order_id?: string }[] };

const credits = await words('credits');
const refund = await words('refund');
const common = await words('common');

test('an empty wallet leads to credits, a payment and a drawing; then the money comes back', async ({ page, cloud, email, watch }) => {
  watch.allow(cloud.env.STAND_INS_POLAR!);
  // The merchant's page is not ours: its missing icon is not either.
  watch.expect(/favicon\.ico/);
  await signsIn(page, cloud, email, watch);
  const { wallet } = await api<{ wallet: { available: number } }>(page, '/v1/me');
  // Eight drawings with a bubble cost more than a new account has.
  await chooses(page);
  for (let count = 1; count < 8; count++) await page.getByRole('button', { name: (await words('new')).more }).click();
  await isKept(page);
  await page.locator('form').getByRole('link', { name: common.getCredits }).click();
  await page.getByRole('button', { name: /^Buy/ }).first().click();
  await page.waitForURL((url) => url.origin === new URL(cloud.env.STAND_INS_POLAR!).origin);
  await page.getByRole('button', { name: /^Pay/ }).click();
  await page.waitForURL(/\/credits\?order=ord_/);
  await expect(page.locator('.card.good')).toBeVisible({ timeout: 30_000 });
  const id = new URL(page.url()).searchParams.get('order')!;
  const order = await api<{ state: string; credits: number }>(page, `/v1/orders/${id}`);
  expect(order.state).toBe('credited');
  expect((await api<{ wallet: { available: number } }>(page, '/v1/me')).wallet.available).toBe(wallet.available + order.credits);
  // The draft is still there.
  await page.goto('/new');
  await expect(draw(page)).toBeEnabled();

  await page.goto(`/refund?order=${id}`);
  await page.getByLabel(refund.reasons['changed-my-mind']).check();
  await page.getByRole('button', { name: refund.ask }).click();
  await expect(page.getByText(refund.states.begun[0]!).or(page.getByText(refund.states.done[0]!))).toBeVisible();
  await expect.poll(async () => (await api<Entries>(page, '/v1/me/wallet/entries')).entries.filter(({ order_id }) => order_id === id).map(({ kind, available }) => [kind, available])).toEqual([['claw-back', -order.credits], ['grant', order.credits]]);
});

test('a payment that arrives late is waited for, and nothing is sold twice meanwhile', async ({ page, cloud, email, watch }) => {
  watch.allow(cloud.env.STAND_INS_POLAR!);
  watch.expect(/favicon\.ico/);
  await signsIn(page, cloud, email, watch);
  await cloud.control('POST', '/_local/queues/PaymentEvent/pause');
  try {
    await page.goto('/credits');
    await page.getByRole('button', { name: /^Buy/ }).first().click();
    await page.getByRole('button', { name: /^Pay/ }).click();
    await page.waitForURL(/\/credits\?order=ord_/);
    await expect(page.getByText(credits.waiting, { exact: true })).toBeVisible();
    await expect(page.getByRole('button', { name: /^Buy/ })).toHaveCount(0);
    await page.reload();
    await expect(page.getByText(credits.waiting, { exact: true })).toBeVisible();
  } finally {
    await cloud.control('POST', '/_local/queues/PaymentEvent/resume');
  }
  await expect(page.locator('.card.good')).toBeVisible({ timeout: 30_000 });
  expect((await api<Entries>(page, '/v1/me/wallet/entries')).entries.filter(({ order_id }) => order_id)).toHaveLength(1);
});
