import { defineConfig } from '@playwright/test';
import { findChromium, FLAGS } from './tests/chromium/find';

const { executablePath, env } = findChromium();

/** Suites by folder. All need `web/dist`; journeys need the built local cloud as well. */
export default defineConfig({
  testDir: 'tests',
  testMatch: '*.spec.ts',
  outputDir: 'node_modules/.cache/test-results',
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  // A machine that does other things as well is slow, and not broken.
  timeout: 60_000,
  expect: { timeout: 20_000 },
  snapshotPathTemplate: '{testDir}/snapshots/{arg}{ext}',
  reporter: [['./tests/report.ts']],
  use: {
    launchOptions: { executablePath, args: FLAGS, ...(env && { env: { ...process.env, ...env } as Record<string, string> }) },
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'off',
    viewport: { width: 360, height: 740 },
    locale: 'en-US',
    timezoneId: 'UTC',
  },
  projects: ['screens', 'faults', 'journeys', 'budget', 'looks', 'sheet'].map((name) => ({
    name,
    testDir: `tests/${name}`,
    // Real functions draw real pictures, on whatever machine this is.
    ...(name === 'journeys' && { timeout: 120_000 }),
    use: { serviceWorkers: ['screens', 'looks', 'sheet'].includes(name) ? 'block' : 'allow' } as const,
    // What is measured is measured alone.
    ...(name === 'budget' && { fullyParallel: false, workers: 1, dependencies: [] }),
  })),
});
