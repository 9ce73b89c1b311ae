import { expect, test } from 'vitest';
import { actionsOf, cohortsOf, funnelsOf, read, type Day } from '../../src/pages/usage/numbers';

const day = (day: string, more: Partial<Day> = {}): Day => ({ day, persons: 10, new_browsers: null, actions: {}, funnels: {}, cohorts: {}, ...more });
const file = (...days: Day[]): string => JSON.stringify({ fewest: 5, days });

test('days are read in their order, and what is no file of numbers is none', () => {
  expect(read(file(day('2026-11-02'), day('2026-11-01')))?.days.map(({ day }) => day)).toEqual(['2026-11-01', '2026-11-02']);
  for (const text of ['', '{}', '[]', '{"fewest":5,"days":[{}]}', file(day('yesterday'))]) expect(read(text)).toBeUndefined();
});

test('funnels and actions are summed, and a number that was too small counts as none', () => {
  const days = [
    day('2026-11-01', { actions: { 'signed-in': 6 }, funnels: { trial: [{ action: 'page-viewed', persons: 9 }, { action: 'trial-begun', persons: null }] } }),
    day('2026-11-02', { actions: { 'signed-in': 7, 'refund-asked': 20 }, funnels: { trial: [{ action: 'page-viewed', persons: 8 }, { action: 'trial-begun', persons: 5 }] } }),
  ];
  expect(funnelsOf(days)).toEqual([['trial', [{ action: 'page-viewed', persons: 17 }, { action: 'trial-begun', persons: 5 }]]]);
  expect(actionsOf(days)).toEqual([{ action: 'refund-asked', persons: 20 }, { action: 'signed-in', persons: 13 }]);
});

test('a cohort is its days of each week on average, and a week of which nothing is known is a gap', () => {
  const days = [
    day('2026-11-02', { cohorts: { '2026-11-02': 10 } }),
    day('2026-11-03', { cohorts: { '2026-11-02': 20 } }),
    day('2026-11-16', { cohorts: { '2026-11-02': 6, '2026-11-16': 9 } }),
  ];
  expect(cohortsOf(days)).toEqual([
    { week: '2026-11-16', weeks: [9] },
    { week: '2026-11-02', weeks: [15, undefined, 6] },
  ]);
});
