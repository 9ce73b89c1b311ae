import { expect, test } from 'vitest';
import { REMEDIES } from '../../src/api/problem';
import { plural } from '../../src/words/plural';

const catalogues = import.meta.glob<Record<string, unknown>>('../../src/words/{en,ja}/*.ts', { eager: true, import: 'default' });
const of = (locale: string) => Object.entries(catalogues).filter(([path]) => path.includes(`/${locale}/`)).map(([path, words]) => [path.split('/').at(-1)!, words] as const);

/** Every word, by its place; a function of words by what it makes of examples. */
function flat(words: unknown, path = ''): [string, string][] {
  if (typeof words === 'string') return [[path, words]];
  if (typeof words === 'function') return [[path, String(words(3, 3, 3))]];
  return Object.entries(words as object).flatMap(([key, value]) => flat(value, `${path}.${key}`));
}

test('every part has words in both languages, at the same places, none of them empty', () => {
  const ja = new Map(of('ja'));
  for (const [file, words] of of('en')) {
    expect(flat(ja.get(file)).map(([path]) => path), file).toEqual(flat(words).map(([path]) => path));
  }
  for (const [path, text] of [...of('en'), ...of('ja')].flatMap(([file, words]) => flat(words, file))) expect(text, path).toMatch(/\S/);
});

test('a problem has a remedy and words', () => {
  const problems = new Map(of('en')).get('problems.ts') as Record<string, unknown>;
  expect(Object.keys(problems).sort()).toEqual(Object.keys(REMEDIES).sort());
});

test('a number has the form of its language', () => {
  const forms = { one: '# credit', other: '# credits' };
  expect([0, 1, 2, 1200].map((count) => plural('en', count, forms))).toEqual(['0 credits', '1 credit', '2 credits', '1,200 credits']);
});
