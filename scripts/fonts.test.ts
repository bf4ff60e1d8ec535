/** The faces of the window are shipped with it, and may be. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const packages = [...read('renderer/look/fonts.css').matchAll(/@import "(@[^/]+\/[^/]+)\/(.+)"/g)].map(
  ([, name, sheet]) => ({ name: name!, sheet: sheet! }),
);

it('are two', () => {
  expect(packages.map(({ name }) => name)).toEqual([
    '@fontsource-variable/inter',
    '@fontsource-variable/jetbrains-mono',
  ]);
});

describe.each(packages)('$name', ({ name, sheet }) => {
  const css = read(`node_modules/${name}/${sheet}`);

  it('has its licence beside it, whole', () => {
    expect(read('renderer/public/fonts-licence.txt')).toContain(read(`node_modules/${name}/LICENSE`).trim());
  });

  it('is in parts, each fetched only by a page that has its letters, and shown meanwhile', () => {
    const faces = css.split('@font-face').slice(1);
    expect(faces.length).toBeGreaterThan(3);
    for (const face of faces) {
      expect(face).toMatch(/url\(\.\/files\/[\w-]+\.woff2\)/);
      expect(face).toContain('unicode-range:');
      expect(face).toContain('font-display: swap');
    }
  });

  it('is called what the tokens ask for first', () => {
    const family = /font-family: '(.+)'/.exec(css)?.[1];
    expect(read('renderer/look/tokens.css')).toMatch(new RegExp(`--face(-code)?: "${family}",`));
  });
});
