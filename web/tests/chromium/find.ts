import { execFileSync } from 'node:child_process';
import { accessSync, constants, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** How a machine without a browser gets one. */
const REMEDY = 'no Chromium: `apt install chromium`, or CHROMIUM=/path/to/chrome, or npm must be reachable for @sparticuz/chromium';

/** The flags of a browser that talks to nobody but the pages under test. */
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Text has the same edges everywhere, and scroll bars take no room, as on a phone.
  '--font-render-hinting=none',
  '--hide-scrollbars',
];

/** A program, and what its environment has besides. */
export interface Browser {
  executablePath: string;
  env?: Record<string, string>;
}

/** A Chromium of this machine: that of `CHROMIUM`, an installed one, or one from npm that stays beside the dependencies. */
export function findChromium(): Browser {
  const named = process.env.CHROMIUM;
  if (named && !isProgram(named)) throw new Error(`CHROMIUM is ${named}, which is no program`);
  const executablePath = named ?? PLACES.find(isProgram);
  return executablePath ? { executablePath } : fromNpm();
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A packed Chromium for Linux, by the lock file beside this one. It needs no root and brings the libraries and a font that a bare machine lacks. */
function fromNpm(): Browser {
  const home = resolve(import.meta.dirname, '../../node_modules/.cache/chromium');
  if (!existsSync(resolve(home, 'fonts.conf'))) unpack(home);
  const env: Record<string, string> = { LD_LIBRARY_PATH: resolve(home, 'al2023/lib') };
  if (!existsSync('/usr/share/fonts')) env.FONTCONFIG_FILE = resolve(home, 'fonts.conf');
  return { executablePath: resolve(home, 'chromium'), env };
}

function unpack(home: string): void {
  console.log('no Chromium here: fetching @sparticuz/chromium from npm (66 MB, once)');
  mkdirSync(home, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(resolve(import.meta.dirname, file), resolve(home, file));
  try {
    const quiet = { cwd: home, stdio: 'ignore' } as const;
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], quiet);
    // It unpacks into the temporary folder, and its libraries only where it believes to be Lambda.
    const env = { ...process.env, TMPDIR: home, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' };
    execFileSync(process.execPath, ['--input-type=module', '--eval', "await (await import('@sparticuz/chromium')).default.executablePath()"], { ...quiet, env });
  } catch {
    throw new Error(REMEDY);
  }
  // Written last: it says that all is there.
  const fonts = resolve(home, 'fonts');
  writeFileSync(resolve(home, 'fonts.conf'), `<?xml version="1.0"?><fontconfig><dir>${fonts}</dir><cachedir>${fonts}</cachedir></fontconfig>`);
}
