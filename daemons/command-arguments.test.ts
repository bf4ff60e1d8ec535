/** What holds for the settings and admin commands of every daemon that ships, without naming one. */
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { registry } from './registry.ts';

const commands = registry.flatMap((manifest) =>
  Object.entries(manifest.commands)
    .filter(([, spec]) => spec.internal !== true)
    .map(([name, spec]) => [`${manifest.id} ${name}`, spec] as const),
);

/** The arguments of a command that take text of some kind. */
function textArguments(args: z.ZodObject): string[] {
  return (
    Object.entries(args.shape)
      // A file has lines.
      .filter(([, field]) => (field as z.ZodType).meta()?.file === undefined)
      .filter(([, field]) =>
        ['plain', '#plain', '192.0.2.1'].some((text) => (field as z.ZodType).safeParse(text).success),
      )
      .map(([name]) => name)
  );
}

test.each(commands)('%s takes no text that would break a line', (_name, spec) => {
  for (const name of textArguments(spec.args)) {
    const field = spec.args.shape[name] as z.ZodType;
    for (const ending of ['\r\n', '\n', '\r', '\0', '\u001b[2J', '\u0085', '\ud800'])
      for (const text of [`#plain${ending}:evil@b`, `plain${ending}`, `192.0.2.1${ending}`, `${ending}plain`])
        expect(field.safeParse(text).success, `${name} ${JSON.stringify(text)}`).toBe(false);
  }
});

test('that rule looks at something', () => {
  expect(commands.flatMap(([, spec]) => textArguments(spec.args)).length).toBeGreaterThan(20);
});
