import { statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type Catalogues from '../../src/words/catalogues';
import { open } from '../screens/open';
import { expect, test, type Page } from '../test';

// Not a test: `npm run sheet` writes what docs/ and the README show.
const docs = resolve(import.meta.dirname, '../../../docs');
const SIZES = [[360, 740, 120], [768, 1024, 192], [1440, 900, 400]] as const;
const MOST = 1_500_000;

/** A row for each screen, in the state that says most of it. */
const ROWS: [screen: keyof Catalogues, state: string][] = [
  ['home', 'first'],
  ['new', 'with a picture'],
  ['new', 'the code'],
  ['generation', 'drawing'],
  ['generation', 'done'],
  ['generation', 'viewer'],
  ['generation', 'a person decides'],
  ['gallery', 'many'],
  ['stickers', 'telegram'],
  ['trial', 'form'],
  ['trial', 'done'],
  ['credits', 'full'],
  ['credits', 'payment arrived'],
  ['refund', 'form'],
  ['account', 'full'],
  ['data', 'full'],
  ['data', 'a copy is ready'],
  ['data', 'what erasing means'],
  ['erasure', 'closing'],
  ['erasure', 'a receipt'],
  ['verify', 'trusted'],
  ['instant', 'empty'],
  ['instant', 'a sketch'],
  ['usage', 'full'],
  ['feedback', 'empty'],
  ['device', 'full'],
  ['not-found', 'first'],
];

const SHOTS: [name: string, screen: keyof Catalogues, state: string, theme: 'light' | 'dark'][] = [
  ['studio-home', 'home', 'first', 'light'],
  ['studio-new', 'new', 'with a picture', 'light'],
  ['studio-drawing', 'generation', 'done', 'dark'],
];

test.describe.configure({ mode: 'serial' });
const cells = new Map<string, string[]>();

async function decoded(page: Page): Promise<void> {
  await page.evaluate(() => Promise.all([...document.images].filter(({ loading }) => loading !== 'lazy').map((image) => image.decode().catch(() => undefined))));
}

for (const [screen, state] of ROWS) {
  test(`${screen}: ${state}`, async ({ page, stage, origin, watch }) => {
    await open({ page, stage, origin, watch }, screen, state, 'en');
    const row: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const [width, height] of SIZES) {
        await page.setViewportSize({ width, height });
        await page.evaluate(() => scrollTo(0, 0));
        await decoded(page);
        row.push((await page.screenshot({ type: 'jpeg', quality: 88 })).toString('base64'));
      }
    }
    cells.set(`${screen}: ${state}`, row);
  });
}

test('one sheet of them', async ({ page, context }) => {
  test.setTimeout(120_000);
  const rows = [...cells].map(([name, shots]) => `<figure><figcaption>${name}</figcaption>${shots.map((shot, at) => `<img width="${SIZES[at % 3]![2]}" src="data:image/jpeg;base64,${shot}">`).join('')}</figure>`);
  await page.setViewportSize({ width: 1560, height: 900 });
  await page.setContent(`<style>body{margin:24px;font:14px sans-serif;background:#888;width:max-content}figure{margin:0 0 20px;display:flex;gap:12px;align-items:start;position:relative;padding-top:22px}figcaption{position:absolute;top:0;color:#fff}</style>${rows.join('')}`);
  await page.waitForFunction(() => [...document.images].every(({ complete, naturalWidth }) => complete && naturalWidth > 0));
  const { width, height } = await page.evaluate(() => ({ width: document.body.scrollWidth + 48, height: document.documentElement.scrollHeight }));
  const cdp = await context.newCDPSession(page);
  const clip = { x: 0, y: 0, width, height, scale: 1 };
  const { data } = (await cdp.send('Page.captureScreenshot', { format: 'webp', quality: 72, captureBeyondViewport: true, clip })) as { data: string };
  const sheet = resolve(docs, 'screens.webp');
  writeFileSync(sheet, Buffer.from(data, 'base64'));
  expect(statSync(sheet).size).toBeLessThan(MOST);
});

for (const [name, screen, state, colorScheme] of SHOTS) {
  test.describe(() => {
    test.use({ colorScheme, viewport: { width: 1280, height: 800 } });
    test(`docs/${name}.png`, async ({ page, stage, origin, watch }) => {
      await open({ page, stage, origin, watch }, screen, state, 'en');
      await page.evaluate(() => scrollTo(0, 0));
      await decoded(page);
      await page.screenshot({ path: resolve(docs, `${name}.png`) });
    });
  });
}
