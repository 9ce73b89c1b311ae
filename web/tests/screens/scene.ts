import { resolve } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import type Catalogues from '../../src/words/catalogues';
import { CHALLENGE } from '../answers';
import type { Script } from '../script';

/** A screen in one of its states: where it is, what the API says, and what somebody does until it is seen. */
export interface Scene<N extends keyof Catalogues = keyof Catalogues> {
  path: string;
  /** Of the usual answers, those that are others. */
  script?: Script;
  signedIn?: boolean;
  act?: (page: Page, words: Catalogues[N]) => Promise<unknown>;
  /** What becomes of the challenge before a trial. */
  challenge?: 'met' | 'unreachable';
  /** What is seen when the state is reached. */
  seen: string;
  /** Console lines that the browser writes of itself, such as on a reply of 503. */
  expected?: RegExp[];
}

const fixtures = resolve(import.meta.dirname, '../../../shared/testkit/fixtures');
export const SELFIE = resolve(fixtures, 'selfie.jpg');
/** A selfie as a phone makes it: turned, with place and camera in its EXIF. */
export const FROM_A_PHONE = resolve(fixtures, 'selfie-rotated-gps.jpg');
/** The same person as a HEIC, which a Chromium does not read by itself. */
export const HEIC = resolve(import.meta.dirname, '../pictures/selfie.heic');
export const LARGE_HEIC = resolve(import.meta.dirname, '../pictures/selfie-49-megapixels.heic');

/** Chooses a picture from the library. */
export async function choose(page: Page, file = SELFIE): Promise<void> {
  await page.locator('[data-picker=library]').setInputFiles(file);
}

/** The browser's own lines on replies of these statuses. */
export const replies = (...statuses: number[]): RegExp[] => statuses.map((status) => new RegExp(`status of ${status}`));
export const CUT = [/net::ERR_/];

/** Answers in place of the challenge's vendor: its script meets it at once. */
export async function challenged(context: BrowserContext, outcome: 'met' | 'unreachable'): Promise<void> {
  const body = "window.turnstile = { render: (place, { callback }) => (setTimeout(() => callback('an answer')), 'widget'), reset() {}, remove() {} };";
  await context.route(`${CHALLENGE}/**`, (route) => (outcome === 'met' ? route.fulfill({ contentType: 'text/javascript', body }) : route.abort()));
}
