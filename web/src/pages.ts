import type { Component } from 'svelte';
import type Catalogues from './words/catalogues';

type Load = () => Promise<{ default: Component<never> }>;

export interface Page {
  /** The name of its file, and its path. */
  path: string;
  /** Its words, which have its title, and the name of its component. */
  words: Exclude<keyof Catalogues, 'common' | 'problems' | 'sign-in'>;
  load: Load;
  /** The language in which it is rendered beforehand. */
  prerendered?: 'en' | 'ja';
}

const page = (path: Page['words'], load: Load): Page => ({ path, words: path, load });

/** All pages: the build writes a file for each. */
export const PAGES: Page[] = [
  { ...page('home', () => import('./pages/Home.svelte')), prerendered: 'en' },
  { ...page('home', () => import('./pages/Home.svelte')), path: 'ja', prerendered: 'ja' },
  page('new', () => import('./pages/New.svelte')),
  page('generation', () => import('./pages/Generation.svelte')),
  page('gallery', () => import('./pages/Gallery.svelte')),
  page('stickers', () => import('./pages/Stickers.svelte')),
  page('trial', () => import('./pages/Trial.svelte')),
  page('credits', () => import('./pages/Credits.svelte')),
  page('refund', () => import('./pages/Refund.svelte')),
  page('account', () => import('./pages/Account.svelte')),
  page('data', () => import('./pages/Data.svelte')),
  page('erasure', () => import('./pages/Erasure.svelte')),
  page('verify', () => import('./pages/Verify.svelte')),
  page('instant', () => import('./pages/Instant.svelte')),
  page('feedback', () => import('./pages/Feedback.svelte')),
  page('device', () => import('./pages/Device.svelte')),
  // For who runs the service: no page of people links to them.
  page('usage', () => import('./pages/Usage.svelte')),
  page('desk', () => import('./pages/Desk.svelte')),
  page('not-found', () => import('./pages/NotFound.svelte')),
];

export function pageAt(pathname: string): Page {
  const path = pathname.slice(1) || 'home';
  return PAGES.find((page) => page.path === path) ?? PAGES.at(-1)!;
}
