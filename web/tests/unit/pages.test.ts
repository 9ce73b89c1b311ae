import { expect, test } from 'vitest';
import names from '../../pages.json';
import { PAGES, pageAt } from '../../src/pages';

test('the list of names, which the server and the mails go by, is that of the pages', () => {
  expect(PAGES.map((page) => page.path)).toEqual(names);
});

test('a path leads to its page, the root to the start page, and anything else to none', () => {
  expect(pageAt('/').path).toBe('home');
  expect(pageAt('/gallery').path).toBe('gallery');
  expect(pageAt('/gallery/1').path).toBe('not-found');
});
