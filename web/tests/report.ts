import type { FullResult, Reporter, Suite, TestCase, TestError, TestResult } from '@playwright/test/reporter';

/** A line for each suite with its time, and whatever failed. */
export default class Report implements Reporter {
  #suites = new Map<string, { passed: number; failed: number; skipped: number; from: number; to: number }>();
  #notes: string[] = [];

  printsToStdio = (): boolean => true;

  onTestEnd(test: TestCase, result: TestResult): void {
    const project = test.parent.project()?.name ?? '';
    const from = result.startTime.getTime();
    const to = from + result.duration;
    const suite = this.#suites.get(project) ?? { passed: 0, failed: 0, skipped: 0, from, to };
    const kind = result.status === 'skipped' ? 'skipped' : result.status === test.expectedStatus ? 'passed' : 'failed';
    suite[kind]++;
    suite.from = Math.min(suite.from, from);
    suite.to = Math.max(suite.to, to);
    this.#suites.set(project, suite);
    for (const { type, description } of test.annotations) if (type === 'measured' || type === 'skip') this.#notes.push(`        ${project}: ${test.title}: ${description}`);
    if (kind === 'failed') console.log(`FAILED  ${project}: ${test.title} (${(result.duration / 1000).toFixed(1)} s)\n${result.errors.map(said).join('\n')}\n`);
  }

  onError(error: { message?: string }): void {
    console.log(`FAILED  ${error.message}`);
  }

  onEnd(_: FullResult): void {
    for (const [name, { passed, failed, skipped, from, to }] of this.#suites) {
      console.log(`${failed ? 'FAILED' : 'ok    '}  ${name.padEnd(9)} ${passed} passed${failed ? `, ${failed} failed` : ''}${skipped ? `, ${skipped} skipped` : ''} in ${((to - from) / 1000).toFixed(0)} s`);
    }
    for (const note of this.#notes) console.log(note);
  }

  onBegin(_: unknown, suite: Suite): void {
    if (!suite.allTests().length) console.log('FAILED  there are no tests');
  }
}

/** What went wrong, and where in the tests; without colours. */
function said({ message = '', stack = '' }: TestError): string {
  const places = stack.split('\n').filter((line) => line.includes('/tests/'));
  return [message, ...places.slice(0, 3)].join('\n').replace(/\u001b\[\d+m/g, '');
}
