/**
 * Which statements of a file run is told by probes: a call before each statement, which writes the statement's number
 * down when it first runs in a process. They stand in a copy of the sources only (sandbox.ts), so that processes that a
 * test starts tell of themselves as well, whatever environment they get. Used by coverage.ts.
 */
import { dirname, join, relative } from 'node:path';
import { isNode, parseSource, type SourceNode } from '../source-tree.ts';
import { walkRunning } from './mutators.ts';

/** A place that a probe stands before, in UTF-16 units; `wrapTo` is the end of an expression that needs braces around. */
interface Site {
  readonly at: number;
  readonly wrapTo?: number;
}

const SILENT = new Set([
  'ImportDeclaration',
  'ExportAllDeclaration',
  'FunctionDeclaration',
  'EmptyStatement',
]);

function statementsOf(node: SourceNode): SourceNode[] {
  if (node.type === 'SwitchCase') return (node.consequent as unknown[]).filter(isNode);
  const isList = ['Program', 'BlockStatement', 'StaticBlock'].includes(node.type);
  return isList ? (node.body as unknown[]).filter(isNode) : [];
}

/** Where the probes of a file stand, in order; the number of a probe is its place in this list. */
function sitesOf(file: string, text: string): Site[] {
  const sites: Site[] = [];
  walkRunning(parseSource(file, text), (node) => {
    for (const statement of statementsOf(node))
      if (!SILENT.has(statement.type) && !statement.type.startsWith('TS') && !statement.directive)
        sites.push({ at: statement.start });
    if (node.type === 'ArrowFunctionExpression' && isNode(node.body) && node.body.type !== 'BlockStatement')
      sites.push({ at: node.body.start, wrapTo: Number(node.body.end) });
  });
  return sites.sort((a, b) => a.at - b.at || (b.wrapTo ?? 0) - (a.wrapTo ?? 0));
}

/** For each place of a list: the number of the probe that tells whether it runs, or -1 where none stands before it. */
export function probesAt(file: string, text: string, places: readonly number[]): number[] {
  const starts = new Map(sitesOf(file, text).map(({ at }, number) => [at, number]));
  const answers = new Map<number, number>();
  const wanted = new Set(places);
  walkRunning(parseSource(file, text), (node, above) => {
    if (!wanted.has(node.start) || answers.has(node.start)) return;
    let probe = starts.get(node.start) ?? -1;
    for (let i = above.length - 1; i >= 0 && probe === -1; i--) probe = starts.get(above[i]!.start) ?? -1;
    answers.set(node.start, probe);
  });
  return places.map((place) => answers.get(place) ?? -1);
}

/** Bodies of functions that run elsewhere, from their source: they refer to nothing outside themselves, and ask the process for modules. */
function bodiesOnTheirOwn(file: string, text: string): number[] {
  const starts: number[] = [];
  walkRunning(parseSource(file, text), (node) => {
    if (node.type !== 'FunctionDeclaration' || !isNode(node.body)) return;
    const { start, end } = node.body;
    if (text.slice(start, Number(end)).includes('process.getBuiltinModule(')) starts.push(start + 1);
  });
  return starts;
}

/** The text with probes in it; `probeModule` is the path of the module that they call, in the folder `root` as `file` is. */
export function withProbes(file: string, text: string, probeModule: string, root: string): string {
  const inserts: { at: number; word: string }[] = [];
  const absolute = JSON.stringify(join(root, probeModule));
  for (const at of bodiesOnTheirOwn(file, text))
    inserts.push({
      at,
      word: `const __ran = process.getBuiltinModule('node:module').createRequire(${absolute})(${absolute}).probesOf(${JSON.stringify(file)}); `,
    });
  sitesOf(file, text).forEach(({ at, wrapTo }, number) => {
    inserts.push({ at, word: wrapTo === undefined ? `__ran(${number});` : `(__ran(${number}), ` });
    if (wrapTo !== undefined) inserts.push({ at: wrapTo, word: ')' });
  });
  let out = '';
  let from = 0;
  for (const { at, word } of inserts.sort(
    (a, b) => a.at - b.at || (a.word === ')' ? -1 : 0) - (b.word === ')' ? -1 : 0),
  )) {
    out += text.slice(from, at) + word;
    from = at;
  }
  out += text.slice(from);
  const path = relative(dirname(file), probeModule).replaceAll('\\', '/');
  const head = `import { probesOf as __probesOf } from '${path.startsWith('.') ? path : `./${path}`}'; const __ran = __probesOf(${JSON.stringify(file)}); `;
  const shebang = /^#!.*\n/.exec(out)?.[0] ?? '';
  return shebang + head + out.slice(shebang.length);
}

/**
 * The module that probes call. It finds beside itself where to write (`probe-target`), once in a process; it writes a line
 * at once, because many of the processes are killed.
 */
export const PROBE_MODULE = `
import { openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
const target = readFileSync(join(dirname(fileURLToPath(import.meta.url)), 'probe-target'), 'utf8');
let fd = -1;
export function probesOf(file) {
  const seen = [];
  return (number) => {
    if (seen[number]) return;
    seen[number] = true;
    if (target === '') return;
    try {
      if (fd === -1) fd = openSync(target, 'a');
      writeSync(fd, file + ':' + number + '\\n');
    } catch {}
  };
}
`;
