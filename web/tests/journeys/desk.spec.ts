import { api, expect, test, type Cloud, type Page } from '../cloud';
import { authenticator } from '../passkey';
import { words } from '../words';
import { code, draw, isDone, signsIn } from './person';

const own = await words('desk');
const generation = await words('generation');

type Trail = { entries: { action: string }[] };

/** A picture that is too small to be looked into: the built-in check refuses it. */
async function tiny(page: Page): Promise<Buffer> {
  const bytes = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 40 });
    const context = canvas.getContext('2d')!;
    context.fillStyle = '#466ea0';
    context.fillRect(0, 0, 40, 40);
    context.fillStyle = '#e0ac8c';
    context.arc(20, 20, 13, 0, 7);
    context.fill();
    const blob = await new Promise<Blob>((made) => canvas.toBlob((blob) => made(blob!), 'image/png'));
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  return Buffer.from(bytes);
}

/** Orders a drawing that the check refuses, and gives its id. */
async function isRefused(page: Page): Promise<string> {
  const buffer = await tiny(page);
  await page.goto('/new');
  await page.locator('[data-picker=library]').setInputFiles({ name: 'tiny.png', mimeType: 'image/png', buffer });
  await page.getByRole('checkbox', { name: /agree/ }).check();
  await draw(page).click();
  await page.getByRole('button', { name: generation.blocked.appealBegin }).waitFor({ timeout: 60_000 });
  return new URL(page.url()).searchParams.get('id')!;
}

/** Enters the address of an operator and the code that is mailed to it. */
async function enters(page: Page, cloud: Cloud, email: string): Promise<void> {
  const before = (await cloud.mails(email)).length;
  await page.getByLabel(own.email).fill(email);
  await page.getByRole('button', { name: own.send }).click();
  await page.getByLabel(own.code, { exact: true }).fill(await code(cloud, email, before));
}

test('a photo that was refused is looked at, allowed and drawn, and the trail says so', async ({ page, browser, cloud, email, watch }) => {
  // The desk asks whether somebody is signed in, and the browser says that some authenticators have RS256 alone.
  watch.expect(/status of 401/, /pubKeyCredParams/);
  await signsIn(page, cloud, email, watch);
  const id = await isRefused(page);

  const operator = `desk-${email}`;
  await cloud.appoint(operator, 'moderator');
  const office = await browser.newContext({ baseURL: cloud.url });
  await watch.follow(office);
  const desk = await office.newPage();
  await authenticator(desk, false);
  await desk.goto('/desk');
  await enters(desk, cloud, operator);
  await desk.getByRole('button', { name: own.noPasskey }).click();
  await desk.getByRole('button', { name: own.register }).click();
  await desk.locator(`main a[href$="${id}"]`).waitFor();

  // Another day: the same passkey and a new code.
  await office.clearCookies();
  await desk.reload();
  await enters(desk, cloud, operator);
  await desk.getByRole('button', { name: own.withPasskey }).click();
  await desk.locator(`main a[href$="${id}"]`).click();
  await expect(desk.getByAltText(own.blurred)).toBeVisible();
  await desk.getByRole('button', { name: own.look }).click();
  await expect(desk.getByAltText(own.clear)).toBeVisible();
  await desk.getByLabel(own.choices.overturn).check();
  await desk.getByRole('button', { name: own.sign }).click();
  await expect(desk.locator('main p[role=status][tabindex]')).toHaveText(own.decided);
  await expect(desk.getByText(own.resumed)).toBeVisible();

  await desk.getByRole('link', { name: own.views.trail }).click();
  await expect(desk.getByText(own.unbroken)).toBeVisible();
  expect((await api<Trail>(desk, '/v1/desk/audit')).entries.map(({ action }) => (JSON.parse(action) as { action: string }).action)).toEqual(['view', 'decide']);
  await office.close();
  await page.reload();
  expect(await isDone(page)).toBe(id);
});
