import type { Component } from 'svelte';
import type { components } from './api/schema';
import type Catalogues from './words/catalogues';

type Features = components['schemas']['FeaturesReply'];

export interface Page {
  /** The name of its file, and its path. */
  path: string;
  /** Its words, which have its title. */
  words: Exclude<keyof Catalogues, 'common' | 'problems' | 'sign-in'>;
  /** Its component. */
  source: `src/pages/${string}.svelte`;
  load: () => Promise<{ default: Component<never> }>;
  /** What a deployment must have for the page to be of use. */
  needs?: keyof Features;
  /** The language in which it is rendered beforehand. */
  prerendered?: 'en' | 'ja';
}

/** All pages: the build writes a file for each. */
export const PAGES: Page[] = [
  { path: 'home', words: 'home', source: 'src/pages/Home.svelte', load: () => import('./pages/Home.svelte'), prerendered: 'en' },
  { path: 'ja', words: 'home', source: 'src/pages/Home.svelte', load: () => import('./pages/Home.svelte'), prerendered: 'ja' },
  { path: 'new', words: 'new', source: 'src/pages/New.svelte', load: () => import('./pages/New.svelte'), needs: 'accounts' },
  { path: 'generation', words: 'generation', source: 'src/pages/Generation.svelte', load: () => import('./pages/Generation.svelte'), needs: 'accounts' },
  { path: 'gallery', words: 'gallery', source: 'src/pages/Gallery.svelte', load: () => import('./pages/Gallery.svelte'), needs: 'accounts' },
  { path: 'stickers', words: 'stickers', source: 'src/pages/Stickers.svelte', load: () => import('./pages/Stickers.svelte'), needs: 'accounts' },
  { path: 'trial', words: 'trial', source: 'src/pages/Trial.svelte', load: () => import('./pages/Trial.svelte'), needs: 'trials' },
  { path: 'credits', words: 'credits', source: 'src/pages/Credits.svelte', load: () => import('./pages/Credits.svelte'), needs: 'payments' },
  { path: 'refund', words: 'refund', source: 'src/pages/Refund.svelte', load: () => import('./pages/Refund.svelte'), needs: 'payments' },
  { path: 'account', words: 'account', source: 'src/pages/Account.svelte', load: () => import('./pages/Account.svelte'), needs: 'accounts' },
  { path: 'data', words: 'data', source: 'src/pages/Data.svelte', load: () => import('./pages/Data.svelte'), needs: 'accounts' },
  { path: 'erasure', words: 'erasure', source: 'src/pages/Erasure.svelte', load: () => import('./pages/Erasure.svelte'), needs: 'accounts' },
  { path: 'verify', words: 'verify', source: 'src/pages/Verify.svelte', load: () => import('./pages/Verify.svelte') },
  { path: 'instant', words: 'instant', source: 'src/pages/Instant.svelte', load: () => import('./pages/Instant.svelte'), needs: 'instant' },
  { path: 'feedback', words: 'feedback', source: 'src/pages/Feedback.svelte', load: () => import('./pages/Feedback.svelte'), needs: 'accounts' },
  { path: 'device', words: 'device', source: 'src/pages/Device.svelte', load: () => import('./pages/Device.svelte') },
  { path: 'usage', words: 'usage', source: 'src/pages/Usage.svelte', load: () => import('./pages/Usage.svelte') },
  { path: 'desk', words: 'desk', source: 'src/pages/Desk.svelte', load: () => import('./pages/Desk.svelte') },
  { path: 'not-found', words: 'not-found', source: 'src/pages/NotFound.svelte', load: () => import('./pages/NotFound.svelte') },
];

export function pageAt(pathname: string): Page {
  const path = pathname.slice(1) || 'home';
  return PAGES.find((page) => page.path === path) ?? PAGES.at(-1)!;
}
