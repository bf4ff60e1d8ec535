/** Whatever can fill up, run out or keep waiting registers by name, and operators can read what the name means. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { registry } from '../daemons/registry.ts';
import {
  classesIn,
  documentedInstruments,
  partsMadeIn,
  productSources,
  SHOWN_BESIDES,
  SHOWN_CLASSES,
  SHOWN_PARTS,
} from './shown-parts.ts';

const root = join(import.meta.dirname, '..');
const sources = productSources(
  root,
  registry.map(({ id }) => id),
);
const documented = documentedInstruments(readFileSync(join(root, 'docs/pools.md'), 'utf8'));
const shown = [...Object.values(SHOWN_CLASSES), ...Object.values(SHOWN_PARTS)];
const instruments = new Set([...shown.filter((one) => typeof one !== 'string').flat(), ...SHOWN_BESIDES]);

it('every class that is a queue, pool, cache and so on is shown as an instrument, or says why nobody needs to see it', () => {
  const found = new Set([...sources].flatMap(([file, text]) => classesIn(file, text)));
  expect([...found].sort()).toEqual(Object.keys(SHOWN_CLASSES).sort());
});

it('every part of the library that the product makes is shown as an instrument, or says why nobody needs to see it', () => {
  const found = [...sources].flatMap(([file, text]) => partsMadeIn(file, text));
  expect(found.sort()).toEqual(Object.keys(SHOWN_PARTS).sort());
});

it('every instrument is explained in docs/pools.md, and nothing is that is none', () => {
  expect([...instruments].sort()).toEqual([...documented.keys()].sort());
});

it('every instrument is registered under its name where something makes instruments', () => {
  const registering = [...sources.values()].filter((text) => /[iI]nstrument/.test(text)).join('\n');
  const named = [...sources.values()].filter((text) => /name: '/.test(text)).join('\n');
  const missing = [...instruments].filter((instrument) => {
    // One a thread has its number.
    const name = instrument.slice(instrument.indexOf(' ') + 1).replace(/ 1$/, '');
    // Of these there is one a daemon, under its id.
    if (/^(link to )?(ircd|relay|objects|accounts|messages|services|recorder)$/.test(name))
      return !registering.includes('`link to $');
    // Kinds of work are called by what is done.
    if (instrument.startsWith('operation ')) return !registering.includes("'operation', kind");
    return !registering.includes(`'${name}'`) && !named.includes(`name: '${name}'`);
  });
  expect(missing).toEqual([]);
});

it('finds a class of these kinds, and what a file makes of the library', () => {
  const text =
    "export class MailQueue {}\nclass Letters {}\nconst pool = new ThreadPool({ name: 'mail' });\n";
  expect(classesIn('daemons/mail/queue.ts', text)).toEqual(['MailQueue']);
  expect(partsMadeIn('daemons/mail/queue.ts', text)).toEqual(['daemons/mail/queue.ts ThreadPool']);
  expect(partsMadeIn('daemons/runtime/async/x.ts', text)).toEqual([]);
});
