import { readFileSync } from 'node:fs';
import { api, expect, test } from '../cloud';
import { FROM_A_PHONE, HEIC } from '../screens/scene';
import { words } from '../words';
import { chooses, code, draw, draws, enter, isDone, isKept, signsIn } from './person';

type Entries = { entries: { kind: string; available: number; held: number; generation_id?: string }[] };
type Generations = { generations: { generation_id: string; state: string }[] };

const generation = await words('generation');
const gallery = await words('gallery');
const common = await words('common');
const home = await words('home');
const new_ = await words('new');

test('from the landing page to the zip, with a reload on the way', async ({ page, cloud, email, watch }, { annotations }) => {
  const from = Date.now();
  await page.goto('/');
  await page.getByRole('link', { name: home.begin }).first().click();
  await page.locator('[data-picker=library]').setInputFiles(FROM_A_PHONE);
  await page.getByRole('checkbox', { name: /agree/ }).check();
  await draw(page).click();
  await enter(page, cloud, email, watch);
  await page.waitForURL(/\/generation\?id=gen_/);
  await page.reload();
  const id = await isDone(page);
  annotations.push({ type: 'measured', description: `landing to done ${((Date.now() - from) / 1000).toFixed(1)} s (≤20)` });
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: generation.saveAll }).click()]);
  expect(download.suggestedFilename()).toMatch(/\.zip$/);
  expect(readFileSync(await download.path()).subarray(0, 2).toString()).toBe('PK');
  await expect.poll(async () => (await api<Entries>(page, '/v1/me/wallet/entries')).entries.map(({ kind }) => kind).sort()).toEqual(['capture', 'grant', 'hold']);
  expect((await api<Generations>(page, '/v1/generations')).generations.map(({ generation_id }) => generation_id)).toEqual([id]);
});

for (const [kind, picture] of [['JPEG', FROM_A_PHONE], ['HEIC', HEIC]] as const) {
  test(`place and camera of a ${kind} are gone before the picture is at the bucket`, async ({ page, cloud, email, watch }) => {
    expect(readFileSync(picture).includes('Exif')).toBe(true);
    await signsIn(page, cloud, email, watch);
    const { account_id } = await api<{ account_id: string }>(page, '/v1/me');
    // What was sent is deleted once it is read: here it waits.
    await cloud.control('POST', '/_local/queues/GenerationQueued/pause');
    try {
      await chooses(page, picture);
      await draw(page).click();
      await page.waitForURL(/\/generation\?id=/);
      const sent = [...(await cloud.objects(`uploads/${account_id}/`))];
      expect(sent.map(([key]) => key.split('/').at(-1))).toEqual(['original']);
      for (const mark of ['Exif', 'GPS', 'http://ns.adobe.com']) expect(sent[0]![1].includes(mark), mark).toBe(false);
    } finally {
      await cloud.control('POST', '/_local/queues/GenerationQueued/resume');
    }
    await isDone(page);
  });
}

test('a double click is one drawing', async ({ page, cloud, email, watch }) => {
  await signsIn(page, cloud, email, watch);
  await chooses(page);
  await draw(page).dblclick();
  const id = await isDone(page);
  expect((await api<Generations>(page, '/v1/generations')).generations.map(({ generation_id }) => generation_id)).toEqual([id]);
  const holds = (await api<Entries>(page, '/v1/me/wallet/entries')).entries.filter(({ kind }) => kind === 'hold');
  expect(holds).toHaveLength(1);
});

test('two tabs with the same draft are one drawing', async ({ page, context, cloud, email, watch }) => {
  await signsIn(page, cloud, email, watch);
  await chooses(page);
  await isKept(page);
  const other = await context.newPage();
  await other.goto('/new');
  await expect(draw(other)).toBeEnabled();
  await Promise.all([draw(page).click(), draw(other).click()]);
  const id = await isDone(page);
  await other.waitForURL(new RegExp(id));
  expect((await api<Generations>(page, '/v1/generations')).generations).toHaveLength(1);
});

test('an expired session loses no draft', async ({ page, context, cloud, email, watch }) => {
  await signsIn(page, cloud, email, watch);
  await chooses(page);
  await page.getByLabel(new_.bubbleAdd).check();
  await page.getByLabel(new_.bubbleLabel).fill('Hello!');
  watch.expect(/status of 401/);
  await context.clearCookies();
  await draw(page).click();
  await page.locator('main').getByRole('button', { name: common.signIn, exact: true }).click();
  await enter(page, cloud, email);
  await isDone(page);
  expect((await api<Entries>(page, '/v1/me/wallet/entries')).entries.find(({ kind }) => kind === 'hold')?.available).toBe(-2);
});

test('a drawing is cancelled and its credits come back', async ({ page, cloud, email, watch }) => {
  await signsIn(page, cloud, email, watch);
  await cloud.control('POST', '/_local/queues/GenerationQueued/pause');
  try {
    await chooses(page);
    await draw(page).click();
    await page.waitForURL(/\/generation\?id=/);
    await page.reload();
    await page.getByRole('button', { name: generation.cancel, exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: generation.cancelYes }).click();
    await page.waitForURL(/\/gallery/);
    await expect(page.getByText(gallery.empty)).toBeVisible();
    await expect.poll(async () => (await api<Entries>(page, '/v1/me/wallet/entries')).entries.map(({ kind }) => kind).sort()).toEqual(['grant', 'hold', 'release']);
  } finally {
    await cloud.control('POST', '/_local/queues/GenerationQueued/resume');
  }
});

test('a drawing is deleted from the gallery, and undone in time', async ({ page, cloud, email, watch }) => {
  await signsIn(page, cloud, email, watch);
  await draws(page);
  await page.goto('/gallery');
  const card = page.locator('main li').first();
  await card.getByRole('button').click();
  await page.getByRole('button', { name: common.undo }).click();
  await expect(card).toBeVisible();
  await card.getByRole('button').click();
  await expect(card).toHaveCount(0);
  // Leaving the page settles it, and the next page makes sure: by then it is gone.
  watch.expect(/status of 404/);
  await page.goto('/account');
  await expect.poll(async () => (await api<Generations>(page, '/v1/generations')).generations).toEqual([]);
});

test('a picture with nobody in it is refused and not charged', async ({ page, cloud, email, watch }) => {
  await signsIn(page, cloud, email, watch);
  const blank = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 800, height: 800 });
    const context = canvas.getContext('2d')!;
    context.fillStyle = '#3366aa';
    context.fillRect(0, 0, 800, 800);
    const blob = await new Promise<Blob>((made) => canvas.toBlob((blob) => made(blob!), 'image/png'));
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  await page.goto('/new');
  await page.locator('[data-picker=library]').setInputFiles({ name: 'blank.png', mimeType: 'image/png', buffer: Buffer.from(blank) });
  await page.getByRole('checkbox', { name: /agree/ }).check();
  await draw(page).click();
  await expect(page.getByText(generation.reasons['picture-blank'][0])).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(generation.noCharge)).toBeVisible();
  await expect.poll(async () => (await api<{ wallet: { held: number; available: number } }>(page, '/v1/me')).wallet.held).toBe(0);
});

test('a worker dies over the drawing: it is drawn all the same, and charged once', async ({ page, cloud, email, watch }) => {
  await signsIn(page, cloud, email, watch);
  await cloud.control('POST', '/_local/faults', { function: 'on-screening-passed', service: 's3', operation: 'PutObject', times: 1, action: { kind: 'kill_after' } });
  try {
    await draws(page);
  } finally {
    await cloud.control('DELETE', '/_local/faults');
  }
  await expect.poll(async () => (await api<Entries>(page, '/v1/me/wallet/entries')).entries.map(({ kind }) => kind).sort()).toEqual(['capture', 'grant', 'hold']);
});

test('by keyboard alone, from the landing page to done', async ({ page, cloud, email, watch }) => {
  const signIn = await words('sign-in');
  /** Tabs until something of this name has the focus. */
  const reach = async (name: RegExp): Promise<void> => {
    await expect
      .poll(async () => {
        await page.keyboard.press('Tab');
        return page.evaluate(() => {
          const element = document.activeElement as HTMLInputElement;
          if (element === document.body) return '';
          return element.labels?.[0]?.textContent?.trim() || element.getAttribute('aria-label') || element.textContent?.trim() || '';
        });
      }, { intervals: [0], timeout: 20_000, message: `the focus never came to ${name}` })
      .toMatch(name);
  };
  // Asked for before all else: a chooser that opens before the browser has heard of the question is told to nobody.
  const opened = page.waitForEvent('filechooser');
  await page.goto('/');
  await reach(new RegExp(home.begin));
  await page.keyboard.press('Enter');
  await page.waitForURL('**/new');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await reach(new RegExp(new_.picker.library));
  await page.keyboard.press('Enter');
  await (await opened).setFiles(FROM_A_PHONE);
  await reach(/I agree/);
  await page.keyboard.press('Space');
  await reach(new RegExp(new_.signInDraw));
  await page.keyboard.press('Enter');
  await page.getByLabel(signIn.email).waitFor();
  await page.keyboard.type(email);
  await page.keyboard.press('Enter');
  await page.getByLabel(signIn.code, { exact: true }).waitFor();
  watch.expect(/status of 428/);
  await page.keyboard.type(await code(cloud, email));
  await page.getByText(signIn.ageText).waitFor();
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await isDone(page);
});
