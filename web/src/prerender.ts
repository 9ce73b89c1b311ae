import type { Component } from 'svelte';
import { render as renderOnServer } from 'svelte/server';
import App from './App.svelte';
import { PAGES, type Page } from './pages';
import { common, speak, words, type Locale } from './words/spoken';

// What a page shows until its script has come: no words, as the language is not known yet.
const WAITING = '<div class="waiting"><img src="/icon.svg" alt="" width="32" height="32"></div>';

/** A page as the build writes it. */
export interface Rendered {
  path: string;
  words: string;
  source: string;
  locale: Locale;
  /** Whether its language is its own, and not that of the browser. */
  fixed: boolean;
  title: string;
  description?: string;
  head: string[];
  body: string;
}

export function render(): Promise<Rendered[]> {
  return PAGES.reduce<Promise<Rendered[]>>(async (done, page) => [...(await done), await renderPage(page)], Promise.resolve([]));
}

async function renderPage(page: Page): Promise<Rendered> {
  const locale = page.prerendered ?? 'en';
  await speak(locale);
  const own = (await words(page.words)) as { title: string; description?: string };
  const fixed = page.prerendered !== undefined;
  const module = fixed ? await page.load() : undefined;
  const body = module ? renderOnServer(App as Component<object>, { props: { page: module.default, words: own, path: page.path, rendered: true } }).body : WAITING;
  return {
    path: page.path,
    words: page.words,
    source: `src/pages/${page.words.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase())}.svelte`,
    locale,
    fixed,
    title: fixed ? own.title : `${own.title} · ${common.brand}`,
    description: own.description,
    head: fixed ? ['<link rel="alternate" hreflang="en" href="/home">', '<link rel="alternate" hreflang="ja" href="/ja">'] : [],
    body,
  };
}
