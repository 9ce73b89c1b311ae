import { done, id, order, shown, signedOut, undone, usual } from '../answers';
import { choose, CUT, LARGE_HEIC, replies } from '../screens/scene';
import { Refusal } from '../script';
import { expect, test, type Page } from '../test';
import { words } from '../words';

const common = await words('common');
const problems = await words('problems');
const new_ = await words('new');
const draw = (page: Page) => page.locator('.order button.primary');

test.use({ remembered: { 'signed-in': '1' } });

async function ready(page: Page): Promise<void> {
  await page.goto('/new');
  await choose(page);
  await page.getByRole('checkbox', { name: /agree/ }).check();
  await expect(draw(page)).toBeEnabled();
}

/** What the draft on this device holds, once it is there. */
const kept = (page: Page): Promise<{ consent: boolean; picture: boolean } | undefined> =>
  page.evaluate(
    () =>
      new Promise((found) => {
        const open = indexedDB.open('studio');
        open.onsuccess = () => {
          const ask = open.result.transaction('draft').objectStore('draft').get('draft');
          ask.onsuccess = () => (open.result.close(), found(ask.result && { consent: ask.result.consent, picture: ask.result.picture instanceof Blob }));
        };
      }),
  );

test.beforeEach(({ stage, origin }) => stage.play(usual(origin.pictures)));

test('the connection breaks in the middle of an upload: it is sent again, and ordered once', async ({ page, stage, origin, watch }) => {
  watch.expect(...CUT);
  let broken = 0;
  await page.route(`${origin.pictures}/`, (route) => (broken++ < 1 ? route.abort('connectionreset') : route.continue()));
  await ready(page);
  await draw(page).click();
  await page.waitForURL(/\/generation\?id=/);
  expect(broken).toBe(2);
  expect(stage.count('POST /v1/uploads')).toBe(1);
  expect(stage.count('POST /v1/generations')).toBe(1);
});

test('offline when it is ordered: the page says so, keeps all, and goes on by a tap', async ({ page, context, stage, watch }) => {
  watch.expect(...CUT);
  await ready(page);
  await context.setOffline(true);
  await draw(page).click();
  await expect(page.locator('.order').getByText(problems.offline[0])).toBeVisible();
  expect(await kept(page)).toEqual({ consent: true, picture: true });
  await context.setOffline(false);
  await page.locator('.order').getByRole('button', { name: common.retry }).click();
  await page.waitForURL(/\/generation\?id=/);
  expect(stage.count('POST /v1/generations')).toBe(1);
});

test('the answer to an order is lost: the same order is sent again with the same key', async ({ page, stage, watch }) => {
  watch.expect(...CUT);
  let lost = 0;
  await page.route('**/v1/generations', async (route) => {
    if (lost++ > 0) return route.continue();
    // It arrives, and its answer does not. (A cut connection would not do: Chromium sends once more by itself.)
    await route.fetch();
    await route.abort('connectionreset');
  });
  await ready(page);
  await draw(page).click();
  await page.locator('.order').getByRole('button', { name: common.retry }).click();
  await page.waitForURL(/\/generation\?id=/);
  const keys = stage.asked.filter(({ route }) => route === 'POST /v1/generations').map(({ headers }) => headers['idempotency-key']);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
  expect(stage.count('POST /v1/uploads'), 'the picture was there already').toBe(1);
});

test('another picture is another order', async ({ page, stage, origin, watch }) => {
  watch.expect(...replies(503));
  stage.play({ ...usual(origin.pictures), 'POST /v1/generations': [new Refusal('overloaded', 503), { generation_id: id('gen'), credits: 1, state: 'queued' }] });
  await ready(page);
  await draw(page).click();
  await expect(page.locator('.order [role=alert]')).toBeVisible();
  await page.getByRole('button', { name: new_.another }).first().click();
  await choose(page);
  await draw(page).click();
  await page.waitForURL(/\/generation\?id=/);
  const keys = stage.asked.filter(({ route }) => route === 'POST /v1/generations').map(({ headers }) => headers['idempotency-key']);
  expect(new Set(keys).size).toBe(2);
});

for (const [kind, status] of [['rate-limited', 429], ['overloaded', 503]] as const) {
  test(`${status} with Retry-After: the page says how long, and the button waits`, async ({ page, stage, origin, watch }) => {
    watch.expect(...replies(status));
    await page.clock.install();
    stage.play({ ...usual(origin.pictures), 'POST /v1/generations': [new Refusal(kind, status, 20), { generation_id: id('gen'), credits: 1, state: 'queued' }] });
    await ready(page);
    await draw(page).click();
    const retry = page.locator('.order').getByRole('button', { name: common.retry });
    await expect(retry).toBeDisabled();
    await page.clock.runFor(21_000);
    await retry.click();
    await page.waitForURL(/\/generation\?id=/);
    expect(stage.count('POST /v1/generations')).toBe(2);
  });
}

test('polling waits as long as the service wants, rests when it is offline, and goes on', async ({ page, context, stage, origin, watch }) => {
  watch.expect(...replies(503), ...CUT);
  await page.clock.install();
  const drawing = undone({ state: 'drawing', progress: 50 });
  stage.play({ ...usual(origin.pictures), 'GET /v1/generations/{id}': [drawing, new Refusal('unavailable', 503, 30), drawing] });
  await page.goto(`/generation?id=${id('gen')}`);
  await page.locator('.running').waitFor();
  await page.clock.runFor(2_000);
  await expect.poll(() => stage.count('GET /v1/generations/{id}')).toBe(2);
  await expect(page.getByRole('alert')).toBeVisible();
  await page.clock.runFor(20_000);
  expect(stage.count('GET /v1/generations/{id}')).toBe(2);
  await page.clock.runFor(15_000);
  await expect.poll(() => stage.count('GET /v1/generations/{id}')).toBeGreaterThan(2);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await context.setOffline(true);
  await page.clock.runFor(6_000);
  const rested = stage.count('GET /v1/generations/{id}');
  await page.clock.runFor(60_000);
  expect(stage.count('GET /v1/generations/{id}')).toBe(rested);
  stage.play({ ...usual(origin.pictures), 'GET /v1/generations/{id}': done(origin.pictures) });
  await context.setOffline(false);
  await page.clock.runFor(6_000);
  await expect(page.locator('.look').first()).toBeVisible();
});

test('a slow network: the upload says how far it is, and the page stays usable', async ({ page, context }) => {
  const cdp = await context.newCDPSession(page);
  await ready(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 });
  await draw(page).click();
  await expect(page.locator('.order progress')).toBeVisible();
  await expect.poll(() => page.locator('.order progress').evaluate((bar: HTMLProgressElement) => bar.value)).toBeGreaterThan(0);
  await page.waitForURL(/\/generation\?id=/);
});

test('a deployment takes a chunk away: the page is loaded anew once, with its draft', async ({ page, watch }) => {
  watch.expect(...replies(404), /preload/);
  await page.addInitScript(() => localStorage.removeItem('signed-in'));
  await ready(page);
  await expect.poll(() => kept(page)).toEqual({ consent: true, picture: true });
  let taken = 0;
  await page.route(/\/assets\/SignIn-.*\.js$/, (route) => (taken++ < 1 ? route.fulfill({ status: 404, body: '' }) : route.continue()));
  const loads: string[] = [];
  page.on('load', () => loads.push(page.url()));
  await draw(page).click();
  await expect.poll(() => loads.length).toBe(1);
  await expect(page.getByRole('checkbox', { name: /agree/ })).toBeChecked();
  await draw(page).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(loads).toHaveLength(1);
});

test('a choice is kept in the moment it is made, before the page is left', async ({ page }) => {
  // A page may be left without a word, and before any timer: nothing of it waits for either.
  await page.addInitScript(() => {
    for (const event of ['pagehide', 'visibilitychange']) addEventListener(event, (told) => told.stopImmediatePropagation(), true);
  });
  const consent = page.getByLabel((await words('new')).consent.own);
  await page.goto('/new');
  await consent.check();
  await page.goto('/gallery');
  await page.goto('/new');
  await expect(consent).toBeChecked();
});

test('nothing is chosen before the draft of before is known, however slow the storage is', async ({ page }) => {
  await page.addInitScript(() => {
    const found = Object.getOwnPropertyDescriptor(IDBRequest.prototype, 'onsuccess')!;
    Object.defineProperty(IDBOpenDBRequest.prototype, 'onsuccess', {
      set(this: IDBOpenDBRequest, act: (event: Event) => void) {
        found.set!.call(this, (event: Event) => setTimeout(() => act.call(this, event), 500));
      },
    });
  });
  const consent = page.getByLabel((await words('new')).consent.own);
  await page.goto('/new');
  await consent.check();
  await page.goto('/gallery');
  await page.goto('/new');
  await expect(consent).toBeChecked();
});

test('storage is denied: the page says that it keeps nothing, and still orders', async ({ page, stage }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', { get: () => { throw new DOMException('denied', 'SecurityError'); } });
    Storage.prototype.setItem = () => { throw new DOMException('denied', 'SecurityError'); };
  });
  await ready(page);
  await expect(page.getByText(new_.notKept)).toBeVisible();
  await draw(page).click();
  await page.waitForURL(/\/generation\?id=/);
  expect(stage.count('POST /v1/generations')).toBe(1);
});

test('storage is full: the page says so, and still orders', async ({ page }) => {
  await page.addInitScript(() => {
    IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };
  });
  await ready(page);
  await expect(page.getByText(new_.notKept)).toBeVisible();
  await draw(page).click();
  await page.waitForURL(/\/generation\?id=/);
});

test('the camera is denied: the page says what to do', async ({ page }) => {
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('denied', 'NotAllowedError'));
  });
  await page.goto('/new');
  await page.getByRole('button', { name: new_.picker.camera }).click();
  await expect(page.getByText(new_.picker.cameraDenied)).toBeVisible();
});

for (const hours of [-36, 36]) {
  test(`the clock of the device is ${hours} hours off: drafts, polling and links are as ever`, async ({ page, stage, origin }) => {
    await page.clock.install({ time: Date.now() + hours * 3_600_000 });
    stage.play({ ...usual(origin.pictures), 'GET /v1/generations/{id}': [undone({ state: 'drawing', progress: 50 }), done(origin.pictures)] });
    await ready(page);
    await expect.poll(async () => (await page.clock.runFor(200), kept(page))).toEqual({ consent: true, picture: true });
    await page.reload();
    await expect(page.getByRole('checkbox', { name: /agree/ })).toBeChecked();
    await draw(page).click();
    await page.waitForURL(/\/generation\?id=/);
    await expect.poll(async () => (await page.clock.runFor(1_000), page.locator('.look').first().isVisible())).toBe(true);
    // A link that seems to have ended is asked for anew some times, and not without end.
    const asked = stage.count('GET /v1/generations/{id}');
    await page.clock.runFor(60_000);
    expect(stage.count('GET /v1/generations/{id}') - asked).toBeLessThanOrEqual(2);
  });
}

test('a session that ended elsewhere: the page asks to sign in, and keeps the draft', async ({ page, stage, origin, watch }) => {
  watch.expect(...replies(401));
  await ready(page);
  await expect.poll(() => kept(page)).toEqual({ consent: true, picture: true });
  stage.play({ ...usual(origin.pictures), 'GET /v1/me': signedOut, 'POST /v1/uploads': signedOut });
  await draw(page).click();
  await expect(page.locator('.order').getByRole('button', { name: common.signIn, exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('checkbox', { name: /agree/ })).toBeChecked();
});

test('a payment takes longer than two minutes: the page gives its number, and sells nothing meanwhile', async ({ page, stage, origin }) => {
  const credits = await words('credits');
  await page.clock.install();
  const pending = order(1, { state: 'pending', paid_at: null, total: null });
  stage.play({ ...usual(origin.pictures), 'GET /v1/orders/{id}': pending });
  await page.goto(`/credits?order=${pending.order_id}`);
  await expect(page.getByText(credits.waiting, { exact: true })).toBeVisible();
  await page.clock.runFor(125_000);
  await expect(page.getByText(credits.late, { exact: true })).toBeVisible();
  await expect(page.getByText(pending.order_id).first()).toBeVisible();
  await expect(page.getByRole('button', { name: /^Buy/ })).toHaveCount(0);
  stage.play({ ...usual(origin.pictures), 'GET /v1/orders/{id}': order(1) });
  await page.getByRole('button', { name: credits.look }).click();
  await expect(page.locator('.card.good')).toBeVisible();
});

test('what is open works without a network once it was seen', async ({ page, context, watch }) => {
  watch.expect(...CUT);
  await page.clock.install();
  await page.goto('/gallery');
  await page.clock.runFor(3_000);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await expect.poll(() => page.evaluate(async () => (await (await caches.open('pages')).keys()).length)).toBeGreaterThan(20);
  await context.setOffline(true);
  await page.goto('/new');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
});

test('the service gives no JSON: a page of an intermediary is no answer', async ({ page, stage, origin, watch }) => {
  watch.expect(...replies(502));
  stage.play({ ...usual(origin.pictures), 'GET /v1/generations': new Refusal('gateway', 502) });
  await page.goto('/gallery');
  await expect(page.getByText(problems.gateway[0])).toBeVisible();
});

test('a deletion is undone in time, and settled when the page is left', async ({ page, stage }) => {
  await page.goto('/gallery');
  const cards = page.locator('main li');
  await expect(cards).toHaveCount(5);
  await cards.first().getByRole('button').click();
  await expect(cards).toHaveCount(4);
  await page.getByRole('button', { name: common.undo }).click();
  await expect(cards).toHaveCount(5);
  // Left while a service worker is in between, as on every visit but the first.
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await cards.first().getByRole('button').click();
  await expect(cards).toHaveCount(4);
  expect(stage.count('DELETE /v1/generations/{id}')).toBe(0);
  await page.goto('/account');
  await expect.poll(() => stage.count('DELETE /v1/generations/{id}')).toBeGreaterThan(0);
  await expect.poll(() => page.evaluate(() => sessionStorage.getItem('deleting'))).toBeNull();
});

test('a deletion that is lost while the page is left is sent again by the next page', async ({ page, stage, origin, watch }) => {
  watch.expect(...CUT);
  stage.play({ ...usual(origin.pictures), 'DELETE /v1/generations/{id}': 'cut' });
  await page.goto('/gallery');
  await page.locator('main li').first().getByRole('button').click();
  await page.goto('/account');
  await expect.poll(() => page.evaluate(() => sessionStorage.getItem('deleting'))).toMatch(/for good$/);
  stage.play(usual(origin.pictures));
  await page.goto('/credits');
  await expect.poll(() => page.evaluate(() => sessionStorage.getItem('deleting'))).toBeNull();
});

test('a busy page hears late that the end of the gallery is in sight: the next page still comes', async ({ page, stage, origin }) => {
  await page.addInitScript(() => {
    const Watcher = window.IntersectionObserver;
    window.IntersectionObserver = class extends Watcher {
      constructor(tell: IntersectionObserverCallback, options?: IntersectionObserverInit) {
        // What a page that was busy over two frames hears: out of sight, and then in sight.
        super((moments, watcher) => tell(moments.flatMap((moment) => [{ ...moment, target: moment.target, isIntersecting: false }, moment]), watcher), options);
      }
    };
  });
  const all = Array.from({ length: 72 }, (_, at) => shown(origin.pictures, at + 1));
  stage.play({
    ...usual(origin.pictures),
    'GET /v1/generations': ({ query }) => {
      const from = Number(query.get('cursor') ?? 0);
      return { generations: all.slice(from, from + 24), ...(from + 24 < all.length && { next_cursor: String(from + 24) }) };
    },
  });
  await page.goto('/gallery');
  for (const count of [24, 48, 72]) {
    await expect(page.locator('main li')).toHaveCount(count);
    await page.mouse.wheel(0, 20_000);
  }
});

test('a HEIC of 49 megapixels is scaled on the device, and the page goes on meanwhile', async ({ page, stage }) => {
  await page.goto('/new');
  await choose(page, LARGE_HEIC);
  // It is decoded elsewhere: what is tapped meanwhile is heard.
  await page.getByRole('checkbox', { name: /agree/ }).check();
  await expect(draw(page)).toBeEnabled();
  await draw(page).click();
  await page.waitForURL(/\/generation\?id=/);
  const { bytes, content_type } = stage.asked.find(({ route }) => route === 'POST /v1/uploads')!.body as { bytes: number; content_type: string };
  expect(content_type).toBe('image/jpeg');
  expect(bytes).toBeLessThan(2_000_000);
});
