import { test } from '../test';
import type Catalogues from '../../src/words/catalogues';
import { overflow, small, violations } from './look';
import { open } from './open';
import { scenes } from './scenes';

const WIDTHS = [320, 360, 768, 1440] as const;
const LOCALES = ['en', 'ja'] as const;
/** Where axe looks: each theme and language at the narrow and the wide layout. Widths between have nothing of their own but their overflow. */
const AXE = { en: { 360: ['light', 'dark'], 1440: ['light', 'dark'] }, ja: { 320: ['light'], 768: ['dark'] } } as const satisfies Record<string, Partial<Record<number, readonly string[]>>>;

// What differs with the origin is its port alone, so the names of the scenes are known before it is.
for (const screen of Object.keys(scenes('')) as (keyof Catalogues)[]) {
  for (const state of Object.keys(scenes('')[screen]!)) {
    for (const locale of LOCALES) {
      test.describe(() => {
        test.use({ locale: locale === 'en' ? 'en-US' : 'ja-JP' });

        test(`${screen}: ${state}, ${locale}`, async ({ page, stage, origin, watch }) => {
          await open({ page, stage, origin, watch }, screen, state, locale);
          const faults: string[] = [];
          const themes: Partial<Record<number, readonly ('light' | 'dark')[]>> = AXE[locale];
          for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: width < 500 ? 740 : 900 });
            const note = (found: string[], where = ''): number => faults.push(...found.map((fault) => `${width} px${where}: ${fault}`));
            note(await overflow(page));
            if (width < 500) note(await small(page));
            for (const colorScheme of themes[width] ?? []) {
              await page.emulateMedia({ colorScheme });
              note(await violations(page), `, ${colorScheme}`);
            }
          }
          if (faults.length) throw new Error(faults.join('\n'));
        });
      });
    }
  }
}
