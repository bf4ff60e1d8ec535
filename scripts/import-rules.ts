/**
 * Who may import whom, at any depth; docs/architecture.md says the same in words. Used by check-sources.ts, which
 * `npm run lint` runs.
 */
import { dirname } from 'node:path';
import { circles, type Import } from './import-graph.ts';
import { isMadeForTests } from './made-for-tests.ts';

/** What one part of the repository may import. */
interface Rule {
  /** Folders and files of ours, beside the part itself. */
  readonly ours: readonly string[];
  /** What tests and their fixtures may import beside that. */
  readonly tests?: readonly string[];
  /** The only packages, where not every one but Electron is allowed; `node:` stands for all built-in modules. */
  readonly onlyPackages?: readonly string[];
  /** Packages that are not allowed. */
  readonly notPackages?: readonly string[];
}

const SHARED = ['contract', 'kit'];
const ADDRESSES = ['mask.ts', 'ip-address.ts', 'canonical-address.ts'].map(
  (file) => `daemons/runtime/net/${file}`,
);
const MAIN = ['main/core', 'main/fork', 'daemons/runtime', ...SHARED];
const DAEMON: Rule = { ours: ['daemons/runtime', 'daemons/irc', ...SHARED] };

/** By part: a folder or a file. Of several that hold a file, the longest is its part. */
const RULES: Readonly<Record<string, Rule>> = {
  contract: { ours: [], onlyPackages: ['zod'] },
  kit: { ours: ['contract'], onlyPackages: [] },
  daemons: { ours: [...SHARED], tests: ['daemons/registry.ts'] },
  'daemons/registry.ts': { ours: ['daemons', ...SHARED] },
  'daemons/runtime': { ours: SHARED },
  // What accounts are, for whichever daemon of an instance keeps them.
  'daemons/identity': DAEMON,
  'daemons/accounts': { ours: ['daemons/identity', ...DAEMON.ours] },
  'daemons/services': { ours: ['daemons/identity', ...DAEMON.ours] },
  // Pure: of the runtime only how addresses and globs are compared, which the bans of all daemons share.
  'daemons/irc': {
    ours: [...ADDRESSES, ...SHARED],
    onlyPackages: ['node:'],
  },
  'main/core': { ours: ['daemons/runtime', ...SHARED], tests: ['daemons/registry.ts'] },
  'main/fork': { ours: ['main/core', 'daemons/runtime', ...SHARED] },
  'main/terminal': { ours: MAIN },
  'main/backup': { ours: MAIN, tests: ['main/cli', 'main/headless'] },
  'main/headless': { ours: ['main/terminal', 'daemons/registry.ts', ...MAIN], tests: ['main/cli'] },
  // The program may take commands from its terminal, in the words of the command line.
  'main/headless/main.ts': { ours: ['main/headless', 'main/cli'] },
  'main/cli': { ours: ['main/terminal', 'main/backup', 'main/headless', 'daemons/registry.ts', ...MAIN] },
  'main/electron': { ours: ['daemons/registry.ts', ...MAIN], onlyPackages: ['electron', '*'] },
  preload: { ours: SHARED, onlyPackages: ['electron'] },
  renderer: { ours: SHARED, notPackages: ['node:'] },
  e2e: {
    ours: [
      'main/core/limits.ts',
      'main/cli/socket-client.ts',
      'daemons/objects/client',
      'daemons/relay/client',
      ...SHARED,
    ],
  },
  bench: { ours: ['e2e', 'daemons', 'main/cli', ...MAIN] },
  scripts: {
    ours: [
      'daemons',
      'renderer/keys/key-table.ts',
      'e2e/app/hosts.ts',
      'e2e/app/pages.ts',
      'main/core',
      'main/terminal',
      'main/cli',
      'main/headless',
      ...SHARED,
    ],
  },
};

/** What stands in the root: settings of the tools. */
const ROOT: Rule = { ours: ['daemons/registry.ts', 'e2e', 'scripts'] };

const inside = (path: string, part: string) => path === part || path.startsWith(`${part}/`);

/** The part of the repository that a file belongs to, and its rule. Every folder under `daemons` is a part. */
function ruleOf(file: string): { part: string; rule: Rule } {
  if (!file.includes('/')) return { part: file, rule: ROOT };
  const named = Object.keys(RULES)
    .filter((part) => inside(file, part))
    .sort((a, b) => b.length - a.length)[0];
  const daemon = /^daemons\/[^/]+(?=\/)/.exec(file)?.[0];
  if (daemon !== undefined && (named === undefined || named === 'daemons'))
    return { part: daemon, rule: DAEMON };
  if (named === undefined)
    throw new Error(`${file}: no rule says what it may import; scripts/import-rules.ts has them.`);
  return { part: named, rule: RULES[named]! };
}

const isOurs = (to: string) => /\.(ts|tsx|mjs|js|cjs|css|json)$/.test(to) && !to.startsWith('@');
const packageOf = (to: string) =>
  to.startsWith('node:') ? 'node:' : to.split('/', to.startsWith('@') ? 2 : 1).join('/');

function refusalOf({ from, to }: Import): string | null {
  const { part, rule } = ruleOf(from);
  if (isOurs(to)) {
    const allowed = [part, ...rule.ours, ...(isMadeForTests(from) ? (rule.tests ?? []) : [])];
    if (!allowed.some((other) => inside(to, other))) return `${part} may import ${allowed.join(', ')}`;
    if (isMadeForTests(to) && !isMadeForTests(from) && !/^(e2e|bench|scripts)\//.test(from))
      return 'only tests import what was made for tests';
    return null;
  }
  const name = packageOf(to);
  const { onlyPackages = ['*'], notPackages = [] } = rule;
  if (notPackages.includes(name)) return `${part} may not import ${name}`;
  if (onlyPackages.includes(name) || (isMadeForTests(from) && name !== 'electron')) return null;
  if (onlyPackages.includes('*') && name !== 'electron') return null;
  return `${part} may import of packages: ${onlyPackages.join(', ') || 'none'}${onlyPackages.includes('*') ? ', but not electron' : ''}`;
}

/** Every breach of the rules, a line each; none is what is wanted. */
export function importBreaches(imports: readonly Import[]): string[] {
  const found: string[] = [];
  for (const one of imports) {
    const refusal = refusalOf(one);
    if (refusal !== null) found.push(`${one.from} imports ${one.to}: ${refusal}`);
  }
  for (const circle of circles(imports.filter(({ typeOnly }) => !typeOnly)))
    found.push(`import each other in a circle: ${circle.join(', ')}`);
  for (const circle of circles(imports))
    if (new Set(circle.map((file) => dirname(file))).size > 1)
      found.push(`import each other's types in a circle across folders: ${circle.join(', ')}`);
  return found;
}
