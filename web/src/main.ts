import { hydrate, mount, type Component } from 'svelte';
import App from './App.svelte';
import { count, note } from './api/actions';
import { askSite } from './api/site.svelte';
import { begin } from './device/session.svelte';
import { trusted } from './device/trusted';
import { pageAt } from './pages';
import { common, speak, speakOfProblems, words, type Locale } from './words/spoken';
import './style.css';

// A chunk that a deploy has replaced: the page is loaded anew, once. Without a connection there would be nothing to load.
addEventListener('vite:preloadError', (event) => {
  if (!navigator.onLine || history.state?.renewed) return;
  event.preventDefault();
  history.replaceState({ ...history.state, renewed: true }, '');
  location.reload();
});

/** Lets the browser do what waits: between two tasks it answers to a finger, within one it does not. */
const pause = (): Promise<void> => new Promise((go) => setTimeout(go));

const page = pageAt(location.pathname);
const target = document.getElementById('app')!;

const speaking = speak(document.documentElement.lang as Locale);
const [module, own] = await Promise.all([page.load(), words(page.words), speaking, page.prerendered ? undefined : speakOfProblems()]);
const App_ = App as Component<{ page: Component<{ words: unknown }>; words: unknown; path: string; rendered: boolean }>;
const rendered = page.prerendered !== undefined && target.firstElementChild !== null;
const props = { page: module.default as unknown as Component<{ words: unknown }>, words: own, path: page.path, rendered };
if (rendered) {
  // The page as it was rendered knows of nobody who is signed in; it learns of them afterwards.
  await pause();
  hydrate(App_, { target, props });
  begin();
} else {
  begin();
  target.replaceChildren();
  document.title = `${own.title} · ${common.brand}`;
  mount(App_, { target, props });
}

askSite().then(
  (site) => site.features.accounts && count(),
  () => undefined,
);
// Without a connection they come with the next page.
Promise.all([import('./device/draft').then(({ forgetOld }) => forgetOld()), import('./device/deleting').then(({ finishDeleting }) => finishDeleting())]).catch(() => undefined);
note('app-started', matchMedia('(display-mode: standalone)').matches ? 'installed' : 'browser');
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  // After all else: the first visit is not slowed down by what the second one needs.
  const register = () => setTimeout(() => navigator.serviceWorker.register(trusted('/sw.js')).catch(() => undefined), 2000);
  if (document.readyState === 'complete') register();
  else addEventListener('load', register);
}
