/** A day in numbers, as `make insights JSON=…` writes it. What is below the fewest is not there. */
export interface Day {
  day: string;
  persons: number | null;
  new_browsers: number | null;
  actions: Record<string, number>;
  funnels: Record<string, { action: string; persons: number | null }[]>;
  cohorts: Record<string, number>;
}

export interface Numbers {
  /** The smallest number that is kept: a smaller one could be somebody. */
  fewest: number;
  days: Day[];
}

const WEEK = 7 * 24 * 60 * 60 * 1000;

/** The numbers of a file, the oldest day first; `undefined` where it is none. */
export function read(text: string): Numbers | undefined {
  try {
    const { fewest, days } = JSON.parse(text) as Partial<Numbers>;
    if (typeof fewest !== 'number' || !Array.isArray(days) || !days.every(isDay)) return;
    return { fewest, days: days.toSorted((a, b) => a.day.localeCompare(b.day)) };
  } catch {
    return;
  }
}

function isDay(day: Partial<Day>): boolean {
  const tables = [day.actions, day.funnels, day.cohorts];
  return !Number.isNaN(Date.parse(day.day ?? '')) && tables.every((table) => typeof table === 'object' && table !== null);
}

export interface Step {
  action: string;
  persons: number;
}

/** The steps of each funnel, summed over the days. */
export function funnelsOf(days: Day[]): [name: string, steps: Step[]][] {
  const names = [...new Set(days.flatMap(({ funnels }) => Object.keys(funnels)))];
  return names.map((name) => [name, summed(days.flatMap(({ funnels }) => funnels[name] ?? []))]);
}

function summed(steps: { action: string; persons: number | null }[]): Step[] {
  const sums = new Map<string, number>();
  for (const { action, persons } of steps) sums.set(action, (sums.get(action) ?? 0) + (persons ?? 0));
  return [...sums].map(([action, persons]) => ({ action, persons }));
}

/** What was done, summed over the days, the most first. */
export function actionsOf(days: Day[]): Step[] {
  return summed(days.flatMap(({ actions }) => Object.entries(actions).map(([action, persons]) => ({ action, persons })))).sort((a, b) => b.persons - a.persons);
}

export interface Cohort {
  /** The Monday of the week in which its browsers took their names. */
  week: string;
  /** Browsers of it on a day, on average, by the weeks since; absent where no day of that week is known. */
  weeks: (number | undefined)[];
}

/** Who came back: the browsers of a week, by the weeks since. */
export function cohortsOf(days: Day[]): Cohort[] {
  const cohorts = new Map<string, { sum: number; days: number }[]>();
  for (const { day, cohorts: counts } of days) {
    for (const [week, count] of Object.entries(counts)) {
      const since = Math.floor((Date.parse(day) - Date.parse(week)) / WEEK);
      const weeks = cohorts.get(week) ?? [];
      const before = weeks[since] ?? { sum: 0, days: 0 };
      weeks[since] = { sum: before.sum + count, days: before.days + 1 };
      cohorts.set(week, weeks);
    }
  }
  const sorted = [...cohorts].sort(([a], [b]) => b.localeCompare(a));
  return sorted.map(([week, weeks]) => ({ week, weeks: Array.from(weeks, (one) => one && one.sum / one.days) }));
}
