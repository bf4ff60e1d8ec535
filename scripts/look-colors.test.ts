/** The colours of the window, computed from its tokens: everybody tells lines apart and reads what is written. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ciede2000, contrastOf, labOf, leastDifference, srgbOf } from './color-difference.ts';
import { type Look, readTokens, valuesIn } from './look-tokens.ts';

const file = readTokens(readFileSync(join(import.meta.dirname, '../renderer/look/tokens.css'), 'utf8'));

const LOOKS: readonly Omit<Look, 'density'>[] = [
  { theme: 'light', contrast: 'normal' },
  { theme: 'dark', contrast: 'normal' },
  { theme: 'light', contrast: 'high' },
  { theme: 'dark', contrast: 'high' },
];

/** The lines that stand together in one chart. */
const CHARTS = {
  'eight lines': Array.from({ length: 8 }, (_, index) => `--series-${index + 1}`),
  percentiles: ['--p50', '--p95', '--p99', '--p999', '--worst'],
};
const LINES = Object.values(CHARTS).flat();
const TEXTS = ['--ink', '--dim', '--accent', '--good', '--warn', '--bad'];
const GROUNDS = ['--canvas', '--surface', '--sunken', '--hover'];
const SOFT = ['--accent-soft', '--good-soft', '--warn-soft', '--bad-soft'];
/** What is written on something of its own. */
const SIGNS = [
  ...['accent', 'good', 'warn', 'bad'].map((name) => [`--${name}`, `--${name}-soft`] as const),
  ...SOFT.map((soft) => ['--ink', soft] as const),
  ...SOFT.map((soft) => ['--dim', soft] as const),
  ['--on-accent', '--accent'],
  ['--on-accent', '--accent-strong'],
  ['--surface', '--bad'],
  ['--surface', '--bad-strong'],
] as const;

const pairsOf = <Kind>(list: readonly Kind[]) =>
  list.flatMap((one, place) => list.slice(place + 1).map((other) => [one, other] as const));

describe.each(LOOKS)('in the $theme theme with $contrast contrast', (look) => {
  const values = valuesIn(file, { ...look, density: 'compact' });
  const color = (name: string) => srgbOf(values.get(name) ?? '');
  const below = (least: number, pairs: readonly (readonly [string, string])[]) =>
    pairs.flatMap(([one, other]) => {
      const ratio = contrastOf(color(one), color(other));
      return ratio < least ? [`${one} on ${other}: ${ratio.toFixed(2)}`] : [];
    });

  it.each(Object.entries(CHARTS))('two lines of %s look different to everybody', (_, lines) => {
    const alike = pairsOf(lines).flatMap(([one, other]) => {
      const difference = leastDifference(color(one), color(other));
      return difference < 10 ? [`${one} and ${other}: ${difference.toFixed(1)}`] : [];
    });
    expect(alike).toEqual([]);
  });

  it('a line is seen on its card, and is never the red of alarms', () => {
    expect(
      below(
        3,
        LINES.map((line) => [line, '--surface'] as const),
      ),
    ).toEqual([]);
    const alarming = LINES.filter((line) => ciede2000(labOf(color(line)), labOf(color('--bad'))) < 15);
    expect(alarming).toEqual([]);
  });

  it('a figure is read where its size colours its cell', () => {
    // The strongest of them, as app.css mixes it.
    const hue = color('--series-1');
    const ratios = ['--surface', '--sunken', '--accent-soft'].map((ground) => {
      const [red, green, blue] = color(ground);
      const mixed = [red, green, blue].map((part, at) => part * 0.78 + hue[at]! * 0.22);
      return contrastOf(color('--ink'), [mixed[0]!, mixed[1]!, mixed[2]!]);
    });
    expect(Math.min(...ratios)).toBeGreaterThanOrEqual(4.5);
  });

  it('text is read wherever it stands', () => {
    const least = look.contrast === 'high' ? 7 : 4.5;
    const plain = TEXTS.flatMap((text) => GROUNDS.map((ground) => [text, ground] as const));
    expect(below(least, plain)).toEqual([]);
    expect(below(4.5, SIGNS)).toEqual([]);
  });

  it('the focus and the edge of a field are seen on whatever they lie', () => {
    const grounds = [...GROUNDS, ...SOFT];
    expect(
      below(
        3,
        grounds.map((ground) => ['--accent', ground] as const),
      ),
    ).toEqual([]);
    expect(below(3, [['--line-strong', '--surface']])).toEqual([]);
  });

  it('a card is told from what it lies on', () => {
    const apart = ciede2000(labOf(color('--canvas')), labOf(color('--surface')));
    // With high contrast the line around it does that.
    if (look.contrast === 'high') expect(below(3, [['--line', '--canvas']])).toEqual([]);
    else expect(apart).toBeGreaterThan(look.theme === 'dark' ? 4 : 2.5);
  });
});

it('a bigger density never makes a control too small to be hit', () => {
  for (const density of ['compact', 'comfortable'] as const) {
    const values = valuesIn(file, { theme: 'light', contrast: 'normal', density });
    for (const name of ['--row', '--log-row', '--control', '--entry'])
      expect(
        Number.parseFloat(values.get(name) ?? '') * 16,
        `${name} when ${density}`,
      ).toBeGreaterThanOrEqual(24);
  }
});
