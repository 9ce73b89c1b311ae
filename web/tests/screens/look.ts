import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import type { AxeResults, RunOptions } from 'axe-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES: RunOptions = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] };

/** What axe finds, a line for each element. */
export async function violations(page: Page): Promise<string[]> {
  // By the debugger, which the policy of the page does not concern.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe);
  const { violations } = await page.evaluate((rules) => (window as never as { axe: { run(rules: RunOptions): Promise<AxeResults> } }).axe.run(rules), RULES);
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.any[0]?.message ?? node.failureSummary}`));
}

/** What stands out of the page at its right, unless it is in something that scrolls. */
export function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolls = (element: Element | null): boolean => element !== null && element !== document.body && (/auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    const out = [...document.body.querySelectorAll('*')].filter((element) => {
      const { right, width: own, height } = element.getBoundingClientRect();
      return own > 0 && height > 0 && right > width + 0.5 && !scrolls(element.parentElement) && getComputedStyle(element).visibility !== 'hidden';
    });
    const wider = document.scrollingElement!.scrollWidth - width;
    return [...(wider > 0 ? [`the page scrolls ${wider} px to the side`] : []), ...out.map((element) => `${element.tagName.toLowerCase()}.${element.className}`)];
  });
}

/** What is smaller than a thumb: 44 px each way. A link within a sentence is as tall as its line. */
export function small(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const LEAST = 43.5;
    const controls = document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary, [role=button], [role=tab], [role=slider]');
    const inSentence = (element: HTMLElement): boolean => element.tagName === 'A' && getComputedStyle(element).display === 'inline' && (element.parentElement?.textContent?.trim().length ?? 0) > (element.textContent?.trim().length ?? 0);
    const isSeen = (element: HTMLElement): boolean => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.apart, [inert]') && !(document.querySelector('dialog[open]') && !element.closest('dialog'));
    return [...controls].filter((element) => isSeen(element) && !inSentence(element)).flatMap((element) => {
      const target = element.matches('input') ? (element.closest('label') ?? element) : element;
      const { width, height, bottom } = target.getBoundingClientRect();
      if (bottom < 0 || width === 0 || (width >= LEAST && height >= LEAST)) return [];
      return [`${element.tagName.toLowerCase()}.${element.className} "${(element.textContent || element.getAttribute('aria-label') || '').trim().slice(0, 30)}" is ${Math.round(width)} × ${Math.round(height)}`];
    });
  });
}
