import { expect, test } from 'vitest';
import { eventsOf } from '../../src/api/instant';

async function read(...chunks: string[]) {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      chunks.forEach((chunk) => controller.enqueue(encoder.encode(chunk)));
      controller.close();
    },
  });
  const events = [];
  for await (const event of eventsOf(new Response(body))) events.push(event);
  return events;
}

test('events are whole however the stream is cut, and comments are none', async () => {
  const events = await read('event: prog', 'ress\ndata: {"progress":5}\n', '\n: still here\n\nevent: picture\n', 'data: {"picture":"YQ=="}\n\n');
  expect(events).toEqual([
    { event: 'progress', data: '{"progress":5}' },
    { event: 'picture', data: '{"picture":"YQ=="}' },
  ]);
});

test('what breaks off is no event', async () => {
  expect(await read('event: picture\ndata: {"pict')).toEqual([]);
});
