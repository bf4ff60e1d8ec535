/**
 * The text of docs/design.md: every token of the window with what it is in each look and its reason, from
 * renderer/look/tokens.css. Called by reference-docs.ts and its test.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Look, readTokens, valuesIn } from './look-tokens.ts';
import { markdownTable } from './markdown-table.ts';

const INTRODUCTION = `# The look of the window

Every colour, size and face of the window is a token: a variable of CSS in \`renderer/look/tokens.css\`, of which this page is made by
\`node scripts/reference-docs.ts\`. Components use them by the utilities of \`renderer/app.css\` (\`h-row\`, \`text-dim\`, \`card\`), canvases
by \`renderer/look/tokens.ts\`. \`npm run lint\` refuses a colour or a length anywhere else, a test of a component a class that has no rule.

- **Order by need.** First what needs a person, with what to do about it; then all daemons; then trends. Titles of pages are small.
- **Colour never speaks alone.** A state is a shape, a word and a colour. \`scripts/look-colors.test.ts\` computes from the tokens that any
  two lines of one chart differ by CIEDE2000 10 or more as people with all cones see them and as those see them who lack the ones for long,
  middle or short waves (Machado, Oliveira and Fernandes 2009); that text has 4.5:1 to whatever it stands on, 7:1 with high contrast; that
  lines, edges of fields and the focus have 3:1; and that no line is near the red of alarms.
- **Three choices**, in Settings and in the palette, remembered on the machine: theme (system, light, dark), contrast (system, normal, high) and
  density (compact, comfortable). *System* follows \`prefers-color-scheme\` and \`prefers-contrast\`. Where the system forces its colours
  (\`forced-colors\`), the tokens are those, in the theme and contrast that fit them. Motion goes with \`prefers-reduced-motion\`.
- **Sizes are in rem**, so that the reader's own size of text and the zoom scale all of it.
- **Twelve images** in \`e2e/images\` are how it looks: \`e2e/headless-images.spec.ts\` compares them with the window, which it feeds made-up
  figures while its clock stands still. After a change that is meant: \`npm run build\`, \`npx playwright test headless-images -u\`, and look
  at each that is new.`;

const look = (change: Partial<Look> = {}): Look => ({
  theme: 'light',
  contrast: 'normal',
  density: 'compact',
  ...change,
});

const LOOKS: readonly (readonly [string, Look])[] = [
  ['Light', look()],
  ['Dark', look({ theme: 'dark' })],
  ['Light, high contrast', look({ contrast: 'high' })],
  ['Dark, high contrast', look({ theme: 'dark', contrast: 'high' })],
];
const DENSITIES: readonly (readonly [string, Look])[] = [
  ['Compact', look()],
  ['Comfortable', look({ density: 'comfortable' })],
];

export function designPage(): string {
  const css = readFileSync(join(import.meta.dirname, '../renderer/look/tokens.css'), 'utf8');
  const file = readTokens(css);
  const parts = [INTRODUCTION];
  for (const { title, about, tokens } of file.groups) {
    parts.push(`## ${title}`, about);
    const names = tokens.map(({ name }) => name);
    if (names.length === 0) continue;
    const columns = [LOOKS, DENSITIES].find((looks) => differs(looks, names)) ?? [['Value', look()] as const];
    const values = columns.map(([, one]) => valuesIn(file, one));
    const rows = tokens.map(({ name, reason }, place) => [
      `\`${name}\``,
      ...values.map((of) => `\`${of.get(name) ?? ''}\``),
      tokens[place - 1]?.reason === reason ? '' : reason,
    ]);
    parts.push(markdownTable(['Token', ...columns.map(([name]) => name), 'Why'], rows));
  }
  return `${parts.join('\n\n')}\n`;

  function differs(looks: typeof LOOKS, names: readonly string[]): boolean {
    const texts = looks.map(([, one]) => {
      const values = valuesIn(file, one);
      return names.map((name) => values.get(name)).join();
    });
    return new Set(texts).size > 1;
  }
}
