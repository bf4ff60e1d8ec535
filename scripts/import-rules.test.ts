import { expect, it } from 'vitest';
import { importsOf } from './import-graph.ts';
import { importBreaches } from './import-rules.ts';
import { parseSource } from './source-tree.ts';

const FORBIDDEN = [
  ['contract/states.ts', '../daemons/runtime/telemetry/logger.ts'],
  ['contract/states.ts', '../kit/clock.ts'],
  ['contract/states.ts', 'node:fs'],
  ['contract/a/b/states.ts', 'ws'],
  ['kit/clock.ts', 'node:timers'],
  ['kit/clock.ts', '../daemons/runtime/limits.ts'],
  ['daemons/runtime/net/x.ts', '../../ircd/limits.ts'],
  ['daemons/runtime/x.ts', '../../main/core/limits.ts'],
  ['daemons/irc/x.ts', '../ircd/limits.ts'],
  ['daemons/irc/x.ts', '../runtime/net/acceptor.ts'],
  ['daemons/irc/x.ts', 'zod'],
  ['daemons/runtime/net/x.ts', '../../irc/mask.ts'],
  ['daemons/ircd/x.ts', '../relay/limits.ts'],
  ['daemons/ircd/x.ts', '../../main/core/limits.ts'],
  ['daemons/ircd/x.ts', '../registry.ts'],
  ['daemons/ircd/x.ts', 'electron'],
  ['daemons/ircd/x.test.ts', '../relay/limits.ts'],
  ['daemons/ircd/a/b/c/x.ts', '../../../../relay/limits.ts'],
  ['daemons/newcomer/a/b/c/d/x.ts', '../../../../../ircd/limits.ts'],
  ['main/core/x.ts', 'electron'],
  ['main/core/x.ts', '../headless/auth.ts'],
  ['main/core/a/b/x.ts', '../../../cli/cli.ts'],
  ['main/core/x.ts', '../../daemons/ircd/manifest.ts'],
  ['main/core/x.ts', '../../daemons/registry.ts'],
  ['main/fork/x.ts', '../headless/auth.ts'],
  ['main/headless/x.ts', '../electron/main.ts'],
  ['main/headless/x.ts', '../cli/cli.ts'],
  ['main/headless/x.ts', 'electron'],
  ['main/cli/x.ts', '../../daemons/relay/limits.ts'],
  ['main/electron/x.ts', '../headless/auth.ts'],
  ['preload/x.ts', 'node:fs'],
  ['preload/x.ts', '../main/core/limits.ts'],
  ['renderer/x.ts', '../daemons/runtime/telemetry/logger.ts'],
  ['renderer/a/b/c/x.tsx', '../../../../main/core/limits.ts'],
  ['renderer/live/x.tsx', 'node:fs'],
  ['renderer/live/x.tsx', 'electron'],
  ['e2e/a/b/x.spec.ts', '../../../daemons/ircd/limits.ts'],
  ['e2e/x.spec.ts', '../renderer/app.tsx'],
  ['e2e/x.spec.ts', 'electron'],
  ['bench/a/b/c/x.ts', '../../../../main/electron/main.ts'],
  ['bench/x.ts', '../renderer/app.tsx'],
  ['scripts/x.ts', '../renderer/app.tsx'],
  ['daemons/relay/x.ts', './test-relay.ts'],
  ['main/core/x.ts', './supervision/verdict.test.ts'],
] as const;

const ALLOWED = [
  ['contract/x.ts', './states.ts'],
  ['contract/x.ts', 'zod'],
  ['kit/x.ts', '../contract/states.ts'],
  ['daemons/runtime/net/x.ts', '../../../contract/states.ts'],
  ['daemons/runtime/net/x.ts', '../../../kit/clock.ts'],
  ['daemons/irc/x.ts', '../runtime/net/mask.ts'],
  ['daemons/irc/x.ts', 'node:buffer'],
  ['daemons/ircd/net/x.ts', '../../irc/mask.ts'],
  ['daemons/ircd/a/b/c/x.ts', '../../../../runtime/telemetry/logger.ts'],
  ['daemons/ircd/net/x.ts', '../limits.ts'],
  ['daemons/ircd/x.ts', 'node:net'],
  ['daemons/relay/x.test.ts', './test-relay.ts'],
  ['main/core/supervision/x.ts', '../../../contract/states.ts'],
  ['main/core/x.ts', '../../daemons/runtime/telemetry/logger.ts'],
  ['main/headless/x.ts', '../../daemons/registry.ts'],
  ['main/cli/x.ts', '../headless/serve.ts'],
  ['main/electron/x.ts', 'electron'],
  ['main/electron/x.ts', '../fork/fork-launcher.ts'],
  ['preload/x.ts', 'electron'],
  ['renderer/live/x.tsx', '../../contract/states.ts'],
  ['renderer/live/x.tsx', '../../kit/clock.ts'],
  ['bench/x/y.ts', '../../daemons/recorder/recorder.ts'],
  ['e2e/x.spec.ts', '../contract/states.ts'],
] as const;

/** The breaches of files, given by path and text. */
function breachesOf(files: Readonly<Record<string, string>>): string[] {
  return importBreaches(
    Object.entries(files).flatMap(([file, text]) => importsOf(file, parseSource(file, text))),
  );
}

it.each(FORBIDDEN)('%s may not import %s', (file, specifier) => {
  for (const text of [
    `import { x } from '${specifier}';`,
    `import type { X } from '${specifier}';`,
    `export * from '${specifier}';`,
    `const x = await import('${specifier}');`,
    `type X = import('${specifier}').X;`,
  ])
    expect(breachesOf({ [file]: text }), text).toHaveLength(1);
});

it.each(ALLOWED)('%s may import %s', (file, specifier) => {
  expect(breachesOf({ [file]: `import { x } from '${specifier}';` })).toEqual([]);
});

it('a file for which there is no rule is refused', () => {
  expect(() => breachesOf({ 'attic/x.ts': "import '../contract/states.ts';" })).toThrow(/no rule/);
});

it('files that load each other in a circle are named', () => {
  const files = {
    'kit/a.ts': "import { b } from './b.ts';",
    'kit/b.ts': "export { c } from './c.ts';",
    'kit/c.ts': "const { a } = await import('./a.ts');",
    'kit/d.ts': "import { a } from './a.ts';",
  };
  expect(breachesOf(files)).toEqual(['import each other in a circle: kit/a.ts, kit/b.ts, kit/c.ts']);
});

it('types may go in a circle in one folder, not across folders', () => {
  const one = { 'kit/a.ts': "import type { B } from './b.ts';", 'kit/b.ts': "import { a } from './a.ts';" };
  expect(breachesOf(one)).toEqual([]);
  const two = {
    'kit/a.ts': "import { type B } from './x/b.ts';",
    'kit/x/b.ts': "import { a } from '../a.ts';",
  };
  expect(breachesOf(two)).toEqual([
    "import each other's types in a circle across folders: kit/a.ts, kit/x/b.ts",
  ]);
});
