import { afterEach, expect, test, vi } from 'vitest';
import { call, exchange, Trouble } from '../../src/api/call';

const fetched = vi.fn<typeof fetch>();
vi.stubGlobal('fetch', fetched);
afterEach(() => fetched.mockReset());

function answer(status: number, body: unknown, headers: Record<string, string> = {}): void {
  fetched.mockResolvedValueOnce(new Response(status === 204 || status === 304 ? null : JSON.stringify(body), { status, headers }));
}

test('a path has its values and a query only what is given', async () => {
  answer(200, { generations: [] });
  await call('GET /v1/generations', { query: { limit: 24, cursor: undefined } });
  expect(fetched.mock.calls[0]![0]).toBe('/v1/generations?limit=24');
  answer(204, null);
  await call('DELETE /v1/generations/{id}', { path: { id: 'gen_1/2' } });
  expect(fetched.mock.calls[1]![0]).toBe('/v1/generations/gen_1%2F2');
});

test('a key and an entity tag are header fields', async () => {
  answer(202, { generation_id: 'gen_1' });
  await call('POST /v1/generations', { key: 'k', body: { upload_id: 'u', style: 'pixel', count: 1 } });
  expect(fetched.mock.calls[0]![1]!.headers).toMatchObject({ 'idempotency-key': 'k', 'content-type': 'application/json' });
  answer(304, null, { etag: '"a"' });
  const reply = await exchange('GET /v1/generations/{id}', { path: { id: 'gen_1' }, etag: '"a"' });
  expect(fetched.mock.calls[1]![1]!.headers).toMatchObject({ 'if-none-match': '"a"' });
  expect(reply).toEqual({ data: undefined, etag: '"a"', retryAfter: undefined });
});

test('a problem has its reason, its number and its time to wait', async () => {
  answer(
    429,
    { type: 'urn:nigao:problem:rate-limited', title: 't', status: 429, detail: 'd', request_id: 'r' },
    { 'content-type': 'application/problem+json', 'retry-after': '7' },
  );
  await expect(call('GET /v1/me')).rejects.toMatchObject({ kind: 'rate-limited', more: { status: 429, requestId: 'r', retryAfter: 7, detail: 'd' } });
});

test('what is no reply of the service is a trouble of its own', async () => {
  answer(502, { message: 'Bad gateway' }, { 'content-type': 'application/json' });
  await expect(call('GET /v1/me')).rejects.toMatchObject({ kind: 'gateway', more: { status: 502 } });
  fetched.mockRejectedValueOnce(new TypeError('failed to fetch'));
  await expect(call('GET /v1/me')).rejects.toEqual(new Trouble('offline'));
  fetched.mockRejectedValueOnce(new DOMException('stop', 'AbortError'));
  await expect(call('GET /v1/me')).rejects.toHaveProperty('name', 'AbortError');
});

test('a date to wait for is seconds from now', async () => {
  answer(503, {}, { 'retry-after': new Date(Date.now() + 30_000).toUTCString() });
  const trouble = (await call('GET /v1/site').catch((error: unknown) => error)) as Trouble;
  expect(trouble.more.retryAfter).toBeGreaterThan(25);
  expect(trouble.more.retryAfter).toBeLessThanOrEqual(31);
});
