import { readFileSync } from 'node:fs';
import { appealed, blocked, broken, choice, chosen, copy, decided, deskCase, done, ENTRIES, erasure, ERASURE_KEY, id, INSTANT_SITE, limited, me, NONE, NOW, order, RECEIPT, session, shown, signedOut, SITE, summary, trail, trial, unavailable, undone, upheld, VERIFICATION } from '../answers';
import type { Page } from '@playwright/test';
import type Catalogues from '../../src/words/catalogues';
import { authenticator } from '../passkey';
import { Events, Refusal, Text } from '../script';
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
    'a person decides': of(undone({ state: 'blocked', reason: 'not-accepted', blocked: blocked() }), 'main .facts'),
    'an appeal is written': of(undone({ state: 'blocked', reason: 'not-accepted', blocked: blocked({ category: 'content-rules', decided_by: undefined, decision: decided('uphold') }) }), '.fault:not(:empty)', {
      act: async (page, words) => {
        await page.getByRole('button', { name: words.blocked.appealBegin }).click();
        await page.getByRole('button', { name: words.blocked.appealSend }).click();
      },
    }),
    'an appeal is sent': of(undone({ state: 'blocked', reason: 'not-accepted', blocked: blocked() }), 'dd:focus', {
      act: async (page, words) => {
        await page.getByRole('button', { name: words.blocked.appealBegin }).click();
        await page.locator('#appeal').fill('It is me, at a concert.');
        await page.getByRole('button', { name: words.blocked.appealSend }).click();
      },
    }),
    'an appeal is refused': of(undone({ state: 'blocked', reason: 'not-accepted', blocked: blocked() }), '.notice[role=alert]', {
      script: { 'GET /v1/generations/{id}': undone({ state: 'blocked', reason: 'not-accepted', blocked: blocked() }), 'POST /v1/generations/{id}/appeals': new Refusal('appeal-refused', 409) },
      act: async (page, words) => {
        await page.getByRole('button', { name: words.blocked.appealBegin }).click();
        await page.locator('#appeal').fill('It is me, at a concert.');
        await page.getByRole('button', { name: words.blocked.appealSend }).click();
      },
      expected: replies(409),
    }),
    'an appeal was lost': of(undone({ state: 'blocked', reason: 'not-accepted', blocked: blocked({ appeal: 'upheld', decided_by: undefined, decision: decided('uphold') }) }), 'main .facts'),
    'overturned too late': of(undone({ state: 'blocked', reason: 'not-accepted', blocked: blocked({ appeal: 'overturned', decided_by: undefined, decision: decided('overturn'), photo_deleted_at: '2026-11-29T09:00:00Z' }) }), 'main .facts'),
    'overturned, and drawn': of(undone({ state: 'queued', blocked: blocked({ appeal: 'overturned', decided_by: undefined, decision: decided('overturn', true) }) }), '.running h1'),
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
  full: { path: '/account', signedIn: true, seen: 'main .facts a' },
  'signed out': { path: '/account', seen: 'main .card' },
  loading: { path: '/account', signedIn: true, script: { 'GET /v1/me': 'hang' }, seen: '.skeleton' },
  broken: { path: '/account', signedIn: true, script: { 'GET /v1/me': broken }, seen: '[role=alert]', expected: replies(500) },
  'signs out': { path: '/account', signedIn: true, act: async (page, words) => page.getByRole('button', { name: words.out }).click(), seen: 'main .lead' },
});

const data = (pictures: string): Of<'data'> => {
  const press = (name: (words: Catalogues['data']) => string): Scene<'data'>['act'] => async (page, words) => page.getByRole('button', { name: name(words), exact: true }).click();
  const codes = async (page: Page, words: Catalogues['data']) => {
    await page.getByRole('button', { name: words.emailBegin }).click();
    await page.locator('#address-email').fill('grace.hopper@example.com');
    await page.getByRole('button', { name: words.emailSend }).click();
    await page.locator('#address-old').waitFor();
  };
  const moves: Scene<'data'>['act'] = async (page, words) => {
    await codes(page, words);
    await page.locator('#address-old').fill('271828');
    await page.locator('#address-new').fill('314 159');
    await page.getByRole('button', { name: words.emailChange }).click();
  };
  const erases: Scene<'data'>['act'] = async (page, words) => {
    await page.getByRole('button', { name: words.eraseBegin }).click();
    await page.getByRole('button', { name: words.erase.send, exact: true }).click();
  };
  const chose = (script: Scene['script'], seen: string, more: Partial<Scene<'data'>> = {}): Scene<'data'> => ({ path: '/data', script, seen, ...more });
  const copies = (line: ReturnType<typeof copy>): Scene<'data'> => chose({ 'GET /v1/exports': { exports: [line] }, 'GET /v1/exports/{id}': line }, '#copy .card', { path: `/data?export=${id('exp')}` });
  return in_(
    {
      full: { path: '/data', seen: '#choices .tick' },
      'signed out': { path: '/data', signedIn: false, seen: 'main .card' },
      'nothing yet': chose({ 'GET /v1/generations': { generations: [] }, 'GET /v1/orders': { orders: [] }, 'GET /v1/me': me(0) }, '#choices .tick'),
      loading: chose({ 'GET /v1/me': 'hang', 'GET /v1/me/choices': 'hang', 'GET /v1/generations': 'hang', 'GET /v1/orders': 'hang', 'GET /v1/exports': 'hang' }, '.skeleton'),
      broken: chose({ 'GET /v1/me/choices': broken, 'GET /v1/generations': unavailable, 'GET /v1/exports': limited }, '#copy [role=alert]', { expected: replies(500, 503, 429) }),
      'everything chosen': chose(
        {
          'GET /v1/me/choices': {
            ...chosen(
              choice('marketing', { state: 'granted', since: NOW, method: 'settings' }),
              choice('analytics', { state: 'objected', since: NOW, method: 'settings', notice_version: '2026-11-30.3' }),
              choice('restriction', { state: 'restricted', since: NOW, method: 'settings' }),
            ),
            gpc: true,
          },
        },
        '#changes .marked',
      ),
      'news end by their mail': chose({ 'GET /v1/me/choices': chosen(choice('marketing', { state: 'withdrawn', since: NOW, method: 'mail-service' })) }, '#choices .tick'),
      'what leaves no choice': { path: '/data', act: async (page) => page.locator('#choices summary').click(), seen: '#choices details[open]' },
      'a choice is refused': chose({ 'PUT /v1/me/choices/{purpose}': limited }, '#choices [role=alert]', { act: press((words) => words.object), expected: replies(429) }),
      'the policy has changed': { path: '/data?from=2026-11-30.3', seen: '#changes .marked' },
      'a copy is asked for': chose({ 'GET /v1/exports/{id}': copy('queued') }, '#copy progress', { act: press((words) => words.copyAsk) }),
      'a copy is written': copies(copy('writing', pictures, 3)),
      'a copy is ready': copies(copy('ready', pictures)),
      'a copy of many files': copies(copy('ready', pictures, 3)),
      'one copy a day': chose({ 'POST /v1/exports': limited }, '#copy .notice', { act: press((words) => words.copyAsk), expected: replies(429) }),
      'no address': { path: '/data', act: async (page, words) => (await page.getByRole('button', { name: words.emailBegin }).click(), page.getByRole('button', { name: words.emailSend }).click()), seen: '#address-email-fault:not(:empty)' },
      'two codes': { path: '/data', act: codes, seen: '#address-new' },
      'the address has an account': chose({ 'PUT /v1/me/email-changes/{id}': new Refusal('address-taken', 409) }, '#email .notice[role=alert]', { act: moves, expected: replies(409) }),
      'the address is changed': { path: '/data', act: moves, seen: '#email .notice' },
      'what erasing means': { path: '/data', act: press((words) => words.eraseBegin), seen: '#erase .card' },
      'the code to erase': { path: '/data', act: erases, seen: '#erase-code' },
      'a wrong code to erase': chose({ 'POST /v1/erasures': new Refusal('code-refused', 401) }, '#erase .notice[role=alert]', {
        act: async (page, words) => {
          await erases(page, words);
          await page.locator('#erase-code').fill('123456');
          await page.getByRole('button', { name: words.erase.erase }).click();
        },
        expected: replies(401),
      }),
      offline: { path: '/data', act: async (page) => (await page.locator('#choices .tick').waitFor(), page.context().setOffline(true)), seen: '.offline', expected: CUT },
    },
    { signedIn: true },
  );
};

const erased = (): Of<'erasure'> => {
  const path = `/erasure#${ERASURE_KEY}`;
  const of = (answer: NonNullable<Scene['script']>['GET /v1/erasures/{id}'], seen: string, more: Partial<Scene<'erasure'>> = {}): Scene<'erasure'> => ({ path, seen, ...more, script: { 'GET /v1/erasures/{id}': answer, ...more.script } });
  const received = (receipt: Partial<typeof RECEIPT>, seen: string, script: Scene['script'] = {}, expected?: RegExp[]): Scene<'erasure'> => of(erasure('done', { receipt: { ...RECEIPT, ...receipt } }), seen, { script, expected });
  const states = (['purging', 'verifying', 'backups', 'done'] as const).map((state): [string, Scene<'erasure'>] => [state, of(erasure(state), '[aria-current=step]')]);
  return {
    closing: of(erasure('closing'), '[aria-current=step]'),
    ...Object.fromEntries(states),
    counted: of(erasure('backups'), 'details[open]', { act: async (page) => page.locator('main summary').click() }),
    'taken back': of(erasure('closing'), 'main .card .primary', { act: async (page, words) => (await page.getByRole('button', { name: words.takeBack }).click(), page.getByRole('heading', { name: words.states['taken-back']![0] }).waitFor()) }),
    'too late to take back': of(erasure('closing'), 'main .notice[role=alert]', { script: { 'DELETE /v1/erasures/{id}': new Refusal('erasure-begun', 409) }, act: async (page, words) => page.getByRole('button', { name: words.takeBack }).click(), expected: replies(409) }),
    'a receipt': received({}, '.good'),
    'a receipt that was changed': received({ statement: RECEIPT.statement.replace('"session":2', '"session":3') }, 'main .bad'),
    'a receipt of another key': received({}, 'main .bad', { 'GET /v1/proofs/{path}': new Text('nigao.example/log+00000000+AAAA\n') }),
    'the key is away': received({}, '[href^=blob]', { 'GET /v1/proofs/{path}': unavailable }, replies(503)),
    'no such request': of(new Refusal('not-found', 404), '#erase-email', { expected: replies(404) }),
    'the service is away': of(unavailable, '[role=alert]', { expected: replies(503) }),
    loading: of('hang', '.skeleton'),
    'by an address': { path: '/erasure', seen: '#erase-email' },
    'no address': { path: '/erasure', act: async (page, words) => page.getByRole('button', { name: words.erase.send }).click(), seen: '#erase-fault:not(:empty)' },
    'the code': {
      path: '/erasure',
      act: async (page, words) => {
        await page.locator('#erase-email').fill('ada@example.com');
        await page.getByRole('button', { name: words.erase.send }).click();
      },
      seen: '#erase-code',
    },
    'signed in': { path: '/erasure', signedIn: true, seen: '#erase-email' },
    offline: of(erasure('closing'), '.offline', { act: async (page) => (await page.locator('[aria-current=step]').waitFor(), page.context().setOffline(true)), expected: CUT }),
  };
};

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

const desk = (): Of<'desk'> => {
  const one = `/desk?case=${id('gen')}`;
  const out = { 'GET /v1/desk/cases': signedOut } satisfies Scene['script'];
  const code = async (page: Page, words: Catalogues['desk']) => {
    await page.locator('#desk-email').fill('ada@example.com');
    await page.getByRole('button', { name: words.send }).click();
    await page.locator('#desk-code').fill('123456');
  };
  const enters = (name: 'withPasskey' | 'noPasskey', recognised = true): Scene<'desk'>['act'] => async (page, words) => {
    const { recognise } = await authenticator(page);
    await recognise(recognised);
    await code(page, words);
    await page.getByRole('button', { name: words[name] }).click();
  };
  const entering = (act: Scene<'desk'>['act'], seen: string, line?: NonNullable<Scene['script']>['POST /v1/desk/sessions'], ...statuses: number[]): Scene<'desk'> => ({ path: '/desk', script: { ...out, ...(line && { 'POST /v1/desk/sessions': line }) }, act, seen, expected: replies(401, ...statuses) });
  const queue = (line: NonNullable<Scene['script']>['GET /v1/desk/cases'], seen: string, more: Partial<Scene<'desk'>> = {}): Scene<'desk'> => ({ path: '/desk', script: { 'GET /v1/desk/cases': line }, seen, ...more });
  const of = (line: NonNullable<Scene['script']>['GET /v1/desk/cases/{id}'], seen: string, more: Partial<Scene<'desk'>> = {}): Scene<'desk'> => ({ path: one, seen, ...more, script: { 'GET /v1/desk/cases/{id}': line, ...more.script } });
  const looks = (recognised = true): Scene<'desk'>['act'] => async (page, words) => {
    const { recognise } = await authenticator(page);
    await recognise(recognised);
    await page.getByRole('button', { name: words.look }).click();
  };
  const decides: Scene<'desk'>['act'] = async (page, words) => {
    await authenticator(page);
    await page.getByLabel(words.choices.uphold).check();
    await page.locator('#desk-ground').selectOption('hate');
    await page.getByRole('button', { name: words.sign }).click();
  };
  const deciding = (line: Refusal, status: number): Scene<'desk'> => of(deskCase(), 'form [role=alert].notice', { script: { 'POST /v1/desk/cases/{id}/decisions': line }, act: decides, expected: replies(status) });
  const trailed = (line: NonNullable<Scene['script']>['GET /v1/desk/audit'], seen: string, more: Partial<Scene<'desk'>> = {}): Scene<'desk'> => ({ path: '/desk?trail', script: { 'GET /v1/desk/audit': line }, seen, ...more });
  const [first, ...others] = trail();
  return {
    'signed out': entering(undefined, '#desk-email'),
    'no address': entering(async (page, words) => page.getByRole('button', { name: words.send }).click(), '.fault:not(:empty)'),
    'the code': entering(code, '#desk-code'),
    'a code of five digits': entering(async (page, words) => (await code(page, words), await page.locator('#desk-code').fill('12345'), page.getByRole('button', { name: words.noPasskey }).click()), '.fault:not(:empty)'),
    'a wrong code': entering(enters('withPasskey'), 'main [role=alert].notice', new Refusal('code-refused', 401)),
    'codes too often': { ...entering(async (page, words) => (await page.locator('#desk-email').fill('ada@example.com'), page.getByRole('button', { name: words.send }).click()), 'main [role=alert].notice', undefined, 429), script: { ...out, 'POST /v1/auth/codes': limited } },
    'a refused passkey': entering(enters('withPasskey'), 'main [role=alert].notice', new Refusal('passkey-refused', 403), 403),
    'the device signs nothing': entering(enters('withPasskey', false), 'main [role=alert].notice'),
    'no passkey yet': entering(enters('noPasskey'), 'main form p[role=status] + .primary', session('by-code')),
    'a session of a code alone': queue(new Refusal('passkey-refused', 403), '#desk-email', { expected: replies(403) }),
    queue: { path: '/desk', seen: 'main li' },
    'an empty queue': queue({ cases: [] }, 'main .lead'),
    'a queue that goes on': queue({ cases: [deskCase()], next_cursor: `1796112000.${id('gen')}` }, 'main li + li, main ul + div button'),
    'the queue loads': queue('hang', '.skeleton'),
    'the queue is away': queue(unavailable, '[role=alert]', { expected: replies(503) }),
    'another role': queue(new Refusal('role-insufficient', 403), '[role=alert]', { expected: replies(403) }),
    'offline at the queue': { path: '/desk', act: async (page) => (await page.locator('main li').first().waitFor(), page.context().setOffline(true)), seen: '.offline', expected: CUT },
    'a case': of(deskCase(), 'main img'),
    'its scores': of(deskCase(), 'details[open]', { act: async (page) => page.locator('main summary').click() }),
    'an appeal': of(appealed(), 'blockquote'),
    'an appeal for somebody else': of(appealed({ may_decide: false }), 'main p.notice'),
    decided: of(upheld(), 'main img'),
    'decided and drawn': of(appealed({ due_at: undefined, may_decide: false, appeal: { text: 'It is a toy.', at: '2026-11-29T12:00:00Z', ruling: { outcome: 'overturn', ground: 'allowed', operator_id: id('opr'), at: '2026-11-30T08:00:00Z', resumed: true } } }), 'blockquote'),
    'the case loads': of('hang', '.skeleton'),
    'the case is away': of(unavailable, '[role=alert]', { expected: replies(503) }),
    'no such case': of(new Refusal('not-found', 404), '[role=alert]', { expected: replies(404) }),
    'the photo loads': of(deskCase(), 'section .skeleton', { script: { 'GET /v1/desk/cases/{id}/preview': 'hang' } }),
    'the photo is away': of(deskCase(), 'section [role=alert]', { script: { 'GET /v1/desk/cases/{id}/preview': broken }, expected: replies(500) }),
    'the photo is gone': of(deskCase(), 'section .notice', { script: { 'GET /v1/desk/cases/{id}/preview': new Refusal('photo-gone', 410) }, expected: replies(410) }),
    'the photo as it is': { path: one, act: async (page, words) => (await looks()!(page, words), page.getByAltText(words.clear).waitFor()), seen: 'main img' },
    'a look that is not signed': { path: one, act: looks(false), seen: 'section [role=alert].notice' },
    'nothing chosen': of(deskCase(), '.fault:not(:empty)', { act: async (page, words) => page.getByRole('button', { name: words.sign }).click() }),
    'no reason': of(deskCase(), '.fault:not(:empty)', { act: async (page, words) => (await page.getByLabel(words.choices.uphold).check(), page.getByRole('button', { name: words.sign }).click()) }),
    'it was decided meanwhile': deciding(new Refusal('case-decided', 409), 409),
    'a refused decision': deciding(new Refusal('passkey-refused', 403), 403),
    'a decision on its way': of(deskCase(), 'form .primary[aria-disabled=true]', { script: { 'POST /v1/desk/cases/{id}/decisions': 'hang' }, act: decides }),
    'a decision made': of([deskCase(), upheld()], 'main p[tabindex]:focus', { act: decides }),
    'offline at a case': of(deskCase(), '.offline', { act: async (page) => (await page.locator('main img').waitFor(), page.context().setOffline(true)), expected: CUT }),
    'a trail': { path: '/desk?trail', act: async (page) => page.locator('main summary').first().click(), seen: 'main details[open]' },
    'an empty trail': trailed({ entries: [] }, 'main p[role=status]'),
    'a broken trail': trailed({ entries: [{ ...first!, at: NOW }, ...others] }, 'main .bad'),
    'a trail for leads': trailed(new Refusal('role-insufficient', 403), '[role=alert]', { expected: replies(403) }),
    'the trail loads': trailed('hang', '.skeleton'),
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
  data: data(pictures),
  erasure: erased(),
  verify: verify(),
  instant: instant(),
  usage: usage(),
  desk: desk(),
  feedback: feedback(),
  device: device(),
  'not-found': notFound(),
});
