import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const inventory = new URL('../../shared/policy/inventory.toml', import.meta.url);

/** How long a class of the inventory is kept, in days. */
function daysOf(toml: string, id: string): number {
  const entry = toml.split(/^\[\[/m).find((part) => part.includes(`\nid = "${id}"\n`));
  const days = entry?.match(/^retention = \{ for = "(\d+)d"/m)?.[1];
  if (!days) throw new Error(`${inventory.pathname}: the class ${id} has no retention in days`);
  return Number(days);
}

/** A time of the rule for erasures, in its unit. */
function erasure(toml: string, name: string, unit: string): number {
  const count = toml.match(new RegExp(`^\\[erasure\\]\\n(?:.*\\n)*?${name} = "(\\d+)${unit}"$`, 'm'))?.[1];
  if (!count) throw new Error(`${inventory.pathname}: erasures have no ${name} in ${unit}`);
  return Number(count);
}

/** `virtual:promises`: what the pages promise before any request, from the inventory and from nowhere else. */
export function promises(): Plugin {
  const id = 'virtual:promises';
  return {
    name: 'promises',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load(module) {
      if (module !== `\0${id}`) return;
      this.addWatchFile(inventory.pathname);
      const toml = readFileSync(inventory, 'utf8');
      return `export const selfieDays = ${daysOf(toml, 'upload')}, unusedDays = ${daysOf(toml, 'upload-unused')}, refusedDays = ${daysOf(toml, 'quarantine')}, feedbackDays = ${daysOf(toml, 'feedback')}, erasureDays = ${erasure(toml, 'within', 'd')}, regretHours = ${erasure(toml, 'regret', 'h')};`;
    },
  };
}
