import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type Catalogues from '../../src/words/catalogues';
import { open } from '../screens/open';
import { expect, test, type Page } from '../test';

// Pictures of text are the same only where the fonts and the browser are: no font is shipped for the tests' sake, as pages use those of the system.
// `made-with.json` says by which the snapshots were made; elsewhere they are not compared.
const MADE_WITH = resolve(import.meta.dirname, 'made-with.json');

/** Twelve views of the screens that people see most, so that every component is in one. */
const VIEWS: [screen: keyof Catalogues, state: string, width: number, theme: 'light' | 'dark', locale: 'en' | 'ja'][] = [
  ['home', 'first', 1440, 'light', 'en'],
  ['home', 'first', 360, 'dark', 'ja'],
  ['new', 'empty', 1440, 'dark', 'en'],
  ['new', 'with a picture', 360, 'light', 'ja'],
  ['new', 'the age', 360, 'dark', 'en'],
  ['generation', 'drawing', 360, 'light', 'en'],
  ['generation', 'done', 1440, 'dark', 'ja'],
  ['generation', 'blocked', 360, 'light', 'ja'],
  ['gallery', 'running', 360, 'dark', 'en'],
  ['credits', 'full', 1440, 'light', 'ja'],
  ['credits', 'broken', 360, 'light', 'en'],
  ['verify', 'trusted', 360, 'dark', 'en'],
];

/** The browser and the fonts of this machine, in numbers. */
async function machine(page: Page): Promise<Record<string, number>> {
  const chromium = Number(page.context().browser()!.version().split('.')[0]);
  const widths = await page.evaluate(() => {
    const context = document.createElement('canvas').getContext('2d')!;
    const measure = (weight: number, text: string): number => {
      context.font = `${weight} 100px ${getComputedStyle(document.documentElement).fontFamily}`;
      return Math.round(context.measureText(text).width);
    };
    return { latin: measure(400, 'Hamburgefonstiv 0123'), bold: measure(650, 'Hamburgefonstiv 0123'), japanese: measure(400, '似顔絵のスタンプを作る') };
  });
  return { chromium, ...widths };
}

for (const [screen, state, width, colorScheme, locale] of VIEWS) {
  test.describe(() => {
    test.use({ locale: locale === 'en' ? 'en-US' : 'ja-JP', colorScheme, viewport: { width, height: width < 500 ? 740 : 900 } });

    test(`${screen}: ${state}, ${width} px, ${colorScheme}, ${locale}`, async ({ page, stage, origin, watch }, { config }) => {
      await open({ page, stage, origin, watch }, screen, state, locale);
      const here = await machine(page);
      if (config.updateSnapshots === 'all' || config.updateSnapshots === 'changed') writeFileSync(MADE_WITH, `${JSON.stringify(here)}\n`);
      const there = existsSync(MADE_WITH) ? JSON.parse(readFileSync(MADE_WITH, 'utf8')) : undefined;
      test.skip(JSON.stringify(there) !== JSON.stringify(here), `the snapshots are of other fonts or another Chromium: ${JSON.stringify(there)}, here ${JSON.stringify(here)}`);
      await page.evaluate(() => Promise.all([...document.images].filter((image) => image.loading !== 'lazy').map((image) => image.decode().catch(() => undefined))));
      await expect(page).toHaveScreenshot([`${screen}-${state}-${width}-${colorScheme}-${locale}.png`.replaceAll(' ', '-').replaceAll(',', '')], { maxDiffPixelRatio: 0.01, animations: 'disabled', caret: 'hide' });
    });
  });
}
