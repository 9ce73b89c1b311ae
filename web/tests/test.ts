import { expect, test as base, type BrowserContext, type ConsoleMessage, type Page } from '@playwright/test';
import { serve, type Origin } from './origin';
import { Stage } from './script';

/** What a test may not bring about, as long as it does not say that it will. */
export class Watch {
  readonly faults: string[] = [];
  readonly #expected: RegExp[] = [];
  readonly #origins = new Set<string>();

  /** A console error that belongs to the test, such as the browser's line on a reply of 503. */
  expect(...patterns: RegExp[]): void {
    this.#expected.push(...patterns);
  }

  /** An origin that pages may ask. */
  allow(...urls: string[]): void {
    for (const url of urls) this.#origins.add(new URL(url).origin);
  }

  async follow(context: BrowserContext): Promise<void> {
    await context.addInitScript(reportViolations);
    context.on('console', (message) => this.#hear(message));
    context.on('weberror', (event) => this.#note(`uncaught: ${event.error().stack ?? event.error().message}`));
    context.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith('http') && !this.#origins.has(origin)) this.#note(`a third party was asked: ${request.url()}`);
    });
  }

  #hear(message: ConsoleMessage): void {
    if (message.type() === 'error' || message.type() === 'warning') this.#note(`console: ${message.text()} (${message.location().url})`);
  }

  #note(fault: string): void {
    if (!this.#expected.some((pattern) => pattern.test(fault))) this.faults.push(fault);
  }
}

/** Says what the policy of the page refused: not every refusal is on the console. */
function reportViolations(): void {
  document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.effectiveDirective} refused ${event.blockedURI} in ${event.sourceFile}:${event.lineNumber}`));
}

/** Watches while a test runs, and fails it for what was seen. */
export async function followed(use: (watch: Watch) => Promise<void>): Promise<void> {
  const watch = new Watch();
  await use(watch);
  if (watch.faults.length) throw new Error(watch.faults.join('\n'));
}

interface Fixtures {
  watch: Watch;
  /** Words that the browser remembers before the first page. */
  remembered: Record<string, string>;
}
interface Shared {
  stage: Stage;
  origin: Origin;
}

/** A test of pages over a scripted API. A console error, an uncaught error, a refusal of the page's policy and a question to a third party fail it. */
export const test = base.extend<Fixtures, Shared>({
  stage: [async ({}, use) => use(new Stage()), { scope: 'worker' }],
  origin: [
    async ({ stage }, use) => {
      const origin = await serve(stage.api);
      await use(origin);
      origin.close();
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ origin }, use) => use(origin.url),
  remembered: [{}, { option: true }],
  watch: async ({}, use) => followed(use),
  context: async ({ context, watch, origin, remembered, serviceWorkers }, use) => {
    if (serviceWorkers === 'block') watch.expect(/Service Worker registration blocked by Playwright/);
    watch.allow(origin.url, origin.pictures);
    await watch.follow(context);
    await context.addInitScript((words) => {
      // Once in a browser: what a page forgets stays forgotten.
      if (location.protocol !== 'http:' || sessionStorage.getItem('remembered')) return;
      sessionStorage.setItem('remembered', '1');
      for (const [name, value] of Object.entries(words)) localStorage.setItem(name, value);
    }, remembered);
    await use(context);
  },
});

export { expect, type Page };
