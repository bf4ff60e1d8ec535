import { expect, it } from 'vitest';
import { readTokens, valuesIn } from './look-tokens.ts';

const CSS = `/*
 * About the file.
 */

/* # Surfaces | What things lie on. */
:root {
  color-scheme: light;
  /* Behind everything. */
  --canvas: #ffffff;
  --surface: #eeeeee;
}
[data-theme="dark"] {
  --canvas: #000000;
  --surface: #111111;
}
[data-theme="dark"][data-contrast="high"] {
  --canvas: #010101;
}
[data-contrast="high"] {
  --canvas: #fefefe;
}

/* # Motion | None. */
:root {
  /* Fades. */
  --motion: 120ms;
}
@media (prefers-reduced-motion: reduce) {
  :root {
    --motion: 0s;
  }
}
`;
const file = readTokens(CSS);

it('has each token once, in its group, with its reason', () => {
  expect(file.groups).toEqual([
    {
      title: 'Surfaces',
      about: 'What things lie on.',
      tokens: [
        { name: '--canvas', reason: 'Behind everything.' },
        { name: '--surface', reason: 'Behind everything.' },
      ],
    },
    { title: 'Motion', about: 'None.', tokens: [{ name: '--motion', reason: 'Fades.' }] },
  ]);
});

it.each([
  ['light', 'normal', '#ffffff'],
  ['dark', 'normal', '#000000'],
  ['light', 'high', '#fefefe'],
  ['dark', 'high', '#010101'],
] as const)('knows what a token is in the %s theme with %s contrast', (theme, contrast, canvas) => {
  const values = valuesIn(file, { theme, contrast, density: 'compact' });
  expect(values.get('--canvas')).toBe(canvas);
  expect(values.get('--motion')).toBe('120ms');
});

it('refuses a line that it would overlook', () => {
  expect(() => readTokens(':root { --canvas: red }')).toThrow('none that is understood');
});
