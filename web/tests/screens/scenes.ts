import { readFileSync } from 'node:fs';
import { broken, done, ENTRIES, id, INSTANT_SITE, limited, me, NONE, NOW, order, shown, signedOut, SITE, summary, trial, unavailable, undone, VERIFICATION } from '../answers';
import type Catalogues from '../../src/words/catalogues';
import { Events, Refusal } from '../script';
import { choose, CUT, replies, SELFIE, type Scene } from './scene';

type Of<N extends keyof Catalogues> = Record<string, Scene<N>>;

const in_ = <N extends keyof Catalogues>(scenes: Of<N>, more: Partial<Scene<N>>): Of<N> => Object.fromEntries(Object.entries(scenes).map(([name, scene]) => [name, { ...more, ...scene }]));
const offline: Partial<Scene> = { act: async (page) => page.context().setOffline(true), expected: CUT };

const home = (): Of<'home'> => ({
  first: { path: '/home', seen: 'h1' },
  'signed in': { path: '/home', seen: 'h1', signedIn: true },
  'the service is away': { path: '/home', seen: 'h1', script: { 'GET /v1/site': unavailable, 'GET /v1/styles': unavailable }, expected: replies(503) },
  'draws at once': { path: '/home', seen: 'h1', script: { 'GET /v1/site': INSTANT_SITE } },
  offline: { ...offline, path: '/home', seen: '.offline' } as Scene<'home'>,
});

const begin = (): Of<'new'> => {
  const ready = async (page: Parameters<NonNullable<Scene['act']>>[0]) => {
    await choose(page);
    await page.locator('.order .primary').waitFor();
  };
  const submit: Scene<'new'>['act'] = async (page, words) => {
    await ready(page);
    await page.getByLabel(words.consent.own).check();
    await page.locator('.order button.primary').click();
  };
  const failing = (line: Refusal, status: number): Scene<'new'> => ({ path: '/new', signedIn: true, script: { 'POST /v1/generations': line }, act: submit, seen: '.order [role=alert]', expected: replies(status) });
  return {
    empty: { path: '/new', seen: '.styles img' },
    'with a picture': { path: '/new', signedIn: true, act: ready, seen: '.order .primary:not([disabled])' },
    'with a bubble that is too long': {
      path: '/new',
      signedIn: true,
      act: async (page, words) => {
        await ready(page);
        await page.getByLabel(words.bubbleAdd).check();
        await page.locator('#bubble').fill('言葉 '.repeat(80));
      },
      seen: '.fault',
    },
    'without consent': {
      path: '/new',
      signedIn: true,
      act: async (page) => {
        await ready(page);
        await page.locator('.order .primary').click();
      },
      seen: '[role=alert]',
    },
    'without credits': { path: '/new', signedIn: true, script: { 'GET /v1/me': me(0) }, act: ready, seen: '.order a[href="/credits"]' },
    sending: { path: '/new', signedIn: true, script: { 'POST /v1/uploads': 'hang' }, act: submit, seen: '.order progress' },
    refused: failing(new Refusal('upload-refused', 409), 409),
    'too often': failing(limited, 429),
    overloaded: failing(new Refusal('overloaded', 503, 20), 503),
    'an unreadable picture': { path: '/new', act: async (page) => page.locator('[data-picker=library]').setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') }), seen: '.left [role=alert]' },
    'styles are away': { path: '/new', script: { 'GET /v1/styles': unavailable }, seen: '.order [role=alert]', expected: replies(503) },
    'signing in': { path: '/new', act: submit, seen: 'dialog #sign-in-email' },
    'the code': {
      path: '/new',
      act: async (page, words) => {
        await submit(page, words);
        await page.locator('#sign-in-email').fill('ada@example.com');
        await page.locator('dialog .primary').click();
      },
      seen: 'dialog #sign-in-code',
    },
    'a wrong code': {
      path: '/new',
      script: { 'POST /v1/auth/sessions': new Refusal('code-refused', 401) },
      act: async (page, words) => {
        await submit(page, words);
        await page.locator('#sign-in-email').fill('ada@example.com');
        await page.locator('dialog .primary').click();
        await page.locator('#sign-in-code').fill('123456');
      },
      seen: 'dialog .notice[role=alert]',
      expected: replies(401),
    },
    'the age': {
      path: '/new',
      script: { 'POST /v1/auth/sessions': new Refusal('age-attestation-required', 428) },
      act: async (page, words) => {
        await submit(page, words);
        await page.locator('#sign-in-email').fill('ada@example.com');
        await page.locator('dialog .primary').click();
        await page.locator('#sign-in-code').fill('123456');
      },
      seen: 'dialog [type=radio]',
      expected: replies(428),
    },
    offline: { path: '/new', act: async (page) => (await page.locator('.styles img').first().waitFor(), page.context().setOffline(true)), seen: '.offline', expected: CUT },
  };
};

const generation = (pictures: string): Of<'generation'> => {
  const path = `/generation?id=${id('gen')}`;
  const of = (answer: NonNullable<Scene['script']>['GET /v1/generations/{id}'], seen: string, more: Partial<Scene<'generation'>> = {}): Scene<'generation'> => ({ path, signedIn: true, script: { 'GET /v1/generations/{id}': answer }, seen, ...more });
  const states = (['queued', 'screening', 'drawing', 'finishing'] as const).map((state, at): [string, Scene<'generation'>] => [state, of(undone({ state, progress: 10 + at * 25 }), '.running h1')]);
  return {
    ...Object.fromEntries(states),
    'asking to cancel': of(undone({ state: 'drawing', progress: 40 }), 'dialog', { act: async (page, words) => page.getByRole('button', { name: words.cancel }).click() }),
    done: of(done(pictures), '.look img'),
    'done, eight drawings': of(done(pictures, { count: 8 }), '#drawing-8'),
    viewer: of(done(pictures), 'dialog img', { act: async (page) => page.locator('.look').first().click() }),
    blocked: of(undone({ state: 'blocked', reason: 'not-accepted' }), '.notice'),
    failed: of(undone({ state: 'failed', reason: 'drawing-failed' }), '.notice'),
    loading: of('hang', '.skeleton'),
    'not there': of(new Refusal('not-found', 404), '[role=alert]', { expected: replies(404) }),
    'the service is away': of(unavailable, '[role=alert]', { expected: replies(503) }),
    'signed out': { path, seen: '[role=alert]' },
    'no id': { path: '/generation', seen: 'h1' },
    offline: of(undone({ state: 'drawing', progress: 40 }), '.offline', { act: async (page) => (await page.locator('.running h1').waitFor(), page.context().setOffline(true)), expected: CUT }),
  };
};

const gallery = (pictures: string): Of<'gallery'> =>
  in_(
    {
      many: { path: '/gallery', script: { 'GET /v1/generations': { generations: Array.from({ length: 24 }, (_, at) => shown(pictures, at + 1, { count: 1 + (at % 8) })) } }, seen: 'main li' },
      running: { path: '/gallery', script: { 'GET /v1/generations': { generations: [summary(1, { state: 'drawing', progress: 40 }), summary(2, { state: 'queued', progress: 0 }), shown(pictures, 3)] } }, seen: 'main li' },
      'ended without pictures': { path: '/gallery', script: { 'GET /v1/generations': { generations: [summary(1, { state: 'blocked', reason: 'not-accepted' }), summary(2, { state: 'failed', reason: 'timed-out' })] } }, seen: 'main li' },
      empty: { path: '/gallery', script: { 'GET /v1/generations': { generations: [] } }, seen: 'main a[href="/new"]' },
      loading: { path: '/gallery', script: { 'GET /v1/generations': 'hang' }, seen: '.skeleton' },
      broken: { path: '/gallery', script: { 'GET /v1/generations': broken }, seen: '[role=alert]', expected: replies(500) },
      'too often': { path: '/gallery', script: { 'GET /v1/generations': limited }, seen: '[role=alert]', expected: replies(429) },
      'the session has ended': { path: '/gallery', script: { 'GET /v1/generations': signedOut, 'GET /v1/me': signedOut }, seen: '[role=alert]', expected: replies(401) },
      'signed out': { path: '/gallery', signedIn: false, seen: 'main :is([role=alert], button)' },
      offline: { path: '/gallery', act: async (page) => (await page.locator('main li').first().waitFor(), page.context().setOffline(true)), seen: '.offline', expected: CUT },
    },
    { signedIn: true },
  );

const credits = (): Of<'credits'> => {
  const back = `/credits?order=${id('ord')}`;
  const returned = (line: NonNullable<Scene['script']>['GET /v1/orders/{id}'], seen: string, more: Partial<Scene<'credits'>> = {}): Scene<'credits'> => ({ path: back, script: { 'GET /v1/orders/{id}': line }, seen, ...more });
  return in_(
    {
      full: { path: '/credits', seen: 'td' },
      'signed out': { path: '/credits', signedIn: false, seen: 'main .card' },
      empty: { path: '/credits', script: { 'GET /v1/me': me(0), 'GET /v1/orders': { orders: [] }, 'GET /v1/me/wallet/entries': { entries: [] } }, seen: '.balance' },
      'below zero': { path: '/credits', script: { 'GET /v1/me': me(-4, 2) }, seen: 'main .notice' },
      'nothing for sale': { path: '/credits', script: { 'GET /v1/offers': { offers: [] } }, seen: 'td' },
      'many movements': { path: '/credits', script: { 'GET /v1/me/wallet/entries': { entries: [...ENTRIES.entries, ...ENTRIES.entries, ...ENTRIES.entries], next_cursor: 'more' } }, seen: 'td' },
      loading: { path: '/credits', script: { 'GET /v1/me': 'hang', 'GET /v1/orders': 'hang', 'GET /v1/me/wallet/entries': 'hang', 'GET /v1/offers': 'hang' }, seen: '.skeleton' },
      broken: { path: '/credits', script: { 'GET /v1/me': broken, 'GET /v1/orders': unavailable, 'GET /v1/me/wallet/entries': limited, 'GET /v1/offers': broken }, seen: '[role=alert]', expected: replies(500, 503, 429) },
      'an order open': { path: '/credits', act: async (page) => page.locator('summary').first().click(), seen: 'details[open] a' },
      'payment on its way': returned(order(1, { state: 'pending', paid_at: null, total: null, refunded: null, checkout_url: 'https://polar.example/checkout' }), '#credits-returned'),
      'payment arrived': returned(order(1), '.card.good'),
      'paid, not credited': returned(order(1, { state: 'paid' }), '#credits-returned'),
      'given up': returned(order(1, { state: 'void', paid_at: null, total: null, refunded: null }), '#credits-returned'),
      'the order is away': returned(unavailable, '[role=alert]', { expected: replies(503) }),
    },
    { signedIn: true },
  );
};

const refund = (): Of<'refund'> => {
  const path = `/refund?order=${id('ord')}`;
  const of = (more: Parameters<typeof order>[1]): Scene<'refund'> => ({ path, signedIn: true, script: { 'GET /v1/orders/{id}': order(1, more) }, seen: 'main [role=status]' });
  return {
    form: { path, signedIn: true, seen: '[name=reason]' },
    'no reason': { path, signedIn: true, act: async (page) => page.locator('main .primary').click(), seen: '.fault:not(:empty)' },
    asked: of({ refund: { asked_at: '2026-11-30T08:00:00Z', state: 'begun' } }),
    waiting: of({ refund: { asked_at: '2026-11-30T08:00:00Z', state: 'waiting' } }),
    refunded: of({ refund: { asked_at: '2026-11-30T08:00:00Z', state: 'done' }, refunded: { amount: 1099, currency: 'USD' }, credits_taken_back: 50 }),
    'not paid': of({ state: 'pending', paid_at: null, total: null, refunded: null }),
    refused: {
      path,
      signedIn: true,
      script: { 'POST /v1/refunds': new Refusal('refund-refused', 409) },
      act: async (page) => {
        await page.locator('[name=reason]').first().check();
        await page.locator('main .primary').click();
      },
      seen: '.notice[role=alert]',
      expected: replies(409),
    },
    loading: { path, signedIn: true, script: { 'GET /v1/orders/{id}': 'hang' }, seen: '.skeleton' },
    'not there': { path, signedIn: true, script: { 'GET /v1/orders/{id}': new Refusal('not-found', 404) }, seen: '[role=alert]', expected: replies(404) },
    'no order': { path: '/refund', signedIn: true, seen: 'main .card' },
    'signed out': { path, seen: 'main .card' },
  };
};

const account = (): Of<'account'> => ({
  full: { path: '/account', signedIn: true, seen: 'main .tick' },
  'signed out': { path: '/account', seen: 'main .card' },
  loading: { path: '/account', signedIn: true, script: { 'GET /v1/me': 'hang', 'GET /v1/me/marketing': 'hang' }, seen: '.skeleton' },
  broken: { path: '/account', signedIn: true, script: { 'GET /v1/me': broken, 'GET /v1/me/marketing': broken }, seen: '[role=alert]', expected: replies(500) },
  'signs out': { path: '/account', signedIn: true, act: async (page, words) => page.getByRole('button', { name: words.out }).click(), seen: 'main .lead' },
});

const verify = (): Of<'verify'> => {
  const of = (line: NonNullable<Scene['script']>['POST /v1/verifications'], seen: string, more: Partial<Scene<'verify'>> = {}): Scene<'verify'> => ({ path: '/verify', script: { 'POST /v1/verifications': line }, act: (page) => choose(page), seen, ...more });
  return {
    empty: { path: '/verify', seen: '.picker' },
    reading: of('hang', 'main [role=status]'),
    trusted: of(VERIFICATION, 'main img'),
    'says nothing': of(NONE, 'main img'),
    changed: of({ ...VERIFICATION, credentials: { ...VERIFICATION.credentials, state: 'invalid', codes: ['assertion.dataHash.mismatch'] } }, 'main img'),
    'no picture': of(new Refusal('media-type-unsupported', 415), '[role=alert]', { expected: replies(415) }),
    'the service is away': of(unavailable, '[role=alert]', { expected: replies(503) }),
  };
};

const feedback = (): Of<'feedback'> => ({
  empty: { path: '/feedback', seen: 'textarea' },
  'nothing written': { path: '/feedback', act: async (page) => page.locator('main .primary').click(), seen: '.fault:not(:empty)' },
  sent: {
    path: '/feedback',
    act: async (page) => {
      await page.locator('textarea').fill('It is lovely.');
      await page.locator('main .primary').click();
    },
    seen: 'h1[tabindex="-1"]',
  },
  'too often': {
    path: '/feedback',
    script: { 'POST /v1/feedback': limited },
    act: async (page) => {
      await page.locator('textarea').fill('It is lovely.');
      await page.locator('main .primary').click();
    },
    seen: '.notice[role=alert]',
    expected: replies(429),
  },
});

const trials = (pictures: string): Of<'trial'> => {
  const path = `/trial?id=${id('tri')}`;
  const of = (line: NonNullable<Scene['script']>['GET /v1/trials/{id}'], seen: string, more: Partial<Scene<'trial'>> = {}): Scene<'trial'> => ({ path, script: { 'GET /v1/trials/{id}': line }, seen, ...more });
  const form: Scene<'trial'>['act'] = async (page, words) => page.getByRole('button', { name: words.open }).click();
  const begun: Scene<'trial'>['act'] = async (page, words) => {
    await form(page, words);
    await choose(page);
    await page.getByLabel(words.ages['16+']).check();
    await page.getByLabel(words.consent.own).check();
    await page.getByText(words.challenge.done).waitFor();
    await page.getByRole('button', { name: words.draw }).click();
  };
  return {
    intro: { path: '/trial', seen: 'main .primary:not([disabled])' },
    closed: { path: '/trial', script: { 'GET /v1/site': { ...SITE, challenge: undefined, features: { ...SITE.features, trials: false } } }, seen: 'main .primary' },
    form: { path: '/trial', challenge: 'met', act: form, seen: '.styles img' },
    'nothing chosen': { path: '/trial', challenge: 'met', act: async (page, words) => (await form(page, words), page.getByRole('button', { name: words.draw }).click()), seen: '.fault:not(:empty)' },
    'the challenge is away': { path: '/trial', challenge: 'unreachable', act: form, seen: '[data-part=challenge] [role=alert]', expected: CUT },
    'the challenge is refused': { path: '/trial', challenge: 'met', script: { 'POST /v1/trials': new Refusal('challenge-refused', 403) }, act: begun, seen: 'main .notice[role=alert]', expected: replies(403) },
    'too often': { path: '/trial', challenge: 'met', script: { 'POST /v1/trials': limited }, act: begun, seen: 'main .notice[role=alert]', expected: replies(429) },
    drawing: of(trial(undone({ state: 'drawing', progress: 50 })), 'main .card'),
    done: of(trial(done(pictures)), 'main img'),
    blocked: of(trial(undone({ state: 'blocked', reason: 'not-accepted' })), 'main h1[tabindex]'),
    'a mailed link': { path: `${path}#secret`, seen: 'main .primary' },
    gone: of(new Refusal('not-found', 404), 'main [role=status]', { expected: replies(404) }),
    'the service is away': of(unavailable, '[role=alert]', { expected: replies(503) }),
  };
};

const stickers = (pictures: string): Of<'stickers'> => {
  const path = `/stickers?id=${id('gen')}`;
  const of = (line: NonNullable<Scene['script']>['GET /v1/generations/{id}'], seen: string, more: Partial<Scene<'stickers'>> = {}): Scene<'stickers'> => ({ path, signedIn: true, script: { 'GET /v1/generations/{id}': line }, seen, ...more });
  const tabs = (['whatsapp', 'telegram', 'signal', 'imessage', 'line', 'discord'] as const).map((one): [string, Scene<'stickers'>] => [one, of(done(pictures, { count: 8 }), '#steps', { path: `${path}#${one}` })]);
  return {
    ...Object.fromEntries(tabs),
    'too few': of({ ...done(pictures), deliverables: done(pictures).deliverables.filter(({ kind }) => kind !== 'pack') }, '#steps'),
    none: of(done(pictures, { stickers: [] }), 'main .lead'),
    loading: of('hang', '.skeleton'),
    'not there': of(new Refusal('not-found', 404), '[role=alert]', { expected: replies(404) }),
    'signed out': { path, seen: '[role=alert]' },
  };
};

const device = (): Of<'device'> => ({
  empty: { path: '/device', seen: '[data-kept]' },
  full: { path: '/device', signedIn: true, seen: '[data-kept] button' },
  'asking to forget': { path: '/device', signedIn: true, act: async (page, words) => page.getByRole('button', { name: words.all }).click(), seen: 'dialog' },
});

const instant = (): Of<'instant'> => {
  const site = { 'GET /v1/site': INSTANT_SITE } satisfies Scene['script'];
  const picture = readFileSync(SELFIE).toString('base64');
  const fill: Scene<'instant'>['act'] = async (page, words) => {
    await choose(page);
    await page.getByLabel(words.consentOwn).check();
    await page.getByLabel(words.age).check();
    await page.getByRole('button', { name: words.draw }).click();
  };
  const of = (line: NonNullable<Scene['script']>['POST /v1/instant'], seen: string, more: Partial<Scene<'instant'>> = {}): Scene<'instant'> => ({ path: '/instant', script: { ...site, 'POST /v1/instant': line }, act: fill, seen, ...more });
  return {
    empty: { path: '/instant', script: site, seen: '.styles img' },
    'nothing chosen': { path: '/instant', script: site, act: async (page, words) => page.getByRole('button', { name: words.draw }).click(), seen: '.fault:not(:empty)' },
    'a sketch': of(new Events([['progress', { progress: 40, stage: 'drawing' }], ['sketch', { index: 0, media_type: 'image/jpeg', picture }]], true), 'main .drawing img'),
    done: of(new Events([['picture', { artist: 'palette', digital_source_type: '', media_type: 'image/jpeg', picture }]]), 'main a[download]'),
    refused: of(new Refusal('picture-refused', 422), '[role=alert].notice', { expected: replies(422) }),
    'too often': of(limited, '[role=alert].notice', { expected: replies(429) }),
    'styles are away': { path: '/instant', script: { ...site, 'GET /v1/styles': unavailable }, seen: '[role=alert].notice', expected: replies(503) },
  };
};

const usage = (): Of<'usage'> => {
  const days = Array.from({ length: 60 }, (_, at) => ({
    day: new Date(Date.parse(NOW) - (60 - at) * 86_400_000).toISOString().slice(0, 10),
    persons: 80 + ((at * 37) % 50),
    new_browsers: at % 9 === 0 ? null : 20 + ((at * 11) % 17),
    actions: { 'app-started/browser': 80 + at, 'picture-chosen/library': 50 + at, 'generation-begun': 40 },
    funnels: { trial: [{ action: 'trial-begun', persons: 30 }, { action: 'trial-ended/done', persons: 24 }], purchase: [{ action: 'checkout-begun', persons: 12 }, { action: 'checkout-returned/credited', persons: null }] },
    cohorts: Object.fromEntries([0, 7, 14].map((back) => [new Date(Date.parse(NOW) - (60 - at + back) * 86_400_000).toISOString().slice(0, 10), 20 - back])),
  }));
  const file = (content: unknown): Scene<'usage'>['act'] => async (page) => page.locator('main input[type=file]').setInputFiles({ name: 'numbers.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(content)) });
  return {
    empty: { path: '/usage', seen: 'main .primary' },
    'no numbers': { path: '/usage', act: file({}), seen: '.fault:not(:empty)' },
    'no days': { path: '/usage', act: file({ fewest: 10, days: [] }), seen: '.fault:not(:empty)' },
    full: { path: '/usage', act: file({ fewest: 10, days }), seen: 'main svg' },
  };
};

const notFound = (): Of<'not-found'> => ({ first: { path: '/not-found', seen: 'h1' } });

/** Every screen in every state; `pictures` is where the bucket is. */
export const scenes = (pictures: string): { [N in keyof Catalogues]?: Of<N> } => ({
  home: home(),
  new: begin(),
  generation: generation(pictures),
  gallery: gallery(pictures),
  stickers: stickers(pictures),
  trial: trials(pictures),
  credits: credits(),
  refund: refund(),
  account: account(),
  verify: verify(),
  instant: instant(),
  usage: usage(),
  feedback: feedback(),
  device: device(),
  'not-found': notFound(),
});
