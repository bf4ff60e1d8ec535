/**
 * What faults are put into a source file, one at a time: each is another text for a range of the file. A fault is one that a
 * person could have written and that a test should notice; of texts for people (sentences, log lines, descriptions, what
 * stands in JSX) and of types there are none. Used by sample.ts.
 */
import { isNode, parseSource, type SourceNode } from '../source-tree.ts';

/** One fault: `text.slice(start, end)` becomes `to`. */
export interface Mutant {
  /** Path from the root of the repository. */
  readonly file: string;
  /** Place in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** What stands there, and what would stand there. */
  readonly from: string;
  readonly to: string;
  /** Which kind of fault it is. */
  readonly kind: string;
  /** From 1. */
  readonly line: number;
}

type Found = (node: SourceNode, to: string, kind: string) => void;

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '==': ['!='],
  '!=': ['=='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '&': ['|'],
  '|': ['&'],
  '^': ['&'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
  '&&': ['||'],
  '||': ['&&'],
  '??': ['&&'],
  '+=': ['-='],
  '-=': ['+='],
  '*=': ['/='],
  '/=': ['*='],
  '%=': ['*='],
  '&=': ['|='],
  '|=': ['&='],
  '^=': ['&='],
  '<<=': ['>>='],
  '>>=': ['<<='],
  '>>>=': ['<<='],
  '&&=': ['||='],
  '||=': ['&&='],
  '??=': ['&&='],
};

/** Methods that are easily confused; null takes the call away and leaves what it was called on. */
const METHODS: Readonly<Record<string, string | null>> = {
  some: 'every',
  every: 'some',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  toUpperCase: 'toLowerCase',
  toLowerCase: 'toUpperCase',
  min: 'max',
  max: 'min',
  filter: null,
  trim: null,
  sort: null,
  toSorted: null,
  reverse: null,
  slice: null,
};

/** Calls whose arguments are words for people, not behaviour. */
const WORDING = new Set(['debug', 'info', 'warn', 'error', 'describe', 'log']);
/** Calls that only say what goes on; taking one away is no fault that a test should notice. */
const CHATTER = new Set(['debug', 'info', 'log']);

const COMPARISONS = new Set(['<', '<=', '>', '>=', '===', '!==', '==', '!=', 'instanceof', 'in']);

/** The name of the method that a call calls: `info` of `this.#log.info(...)`. */
function methodOf(node: SourceNode): string | null {
  const { callee } = node;
  if (!isNode(callee) || callee.type !== 'MemberExpression' || callee.computed === true) return null;
  return isNode(callee.property) ? String(callee.property.name) : null;
}

/** A text for people has a space between words; a code, a command, a name or a separator has none. */
const isSentence = (text: string) => /\S\s+\S/.test(text) || /^\s*[A-Z]?[a-z]+[.:,]\s*$/.test(text);

const bare = (node: SourceNode): SourceNode =>
  node.type === 'ParenthesizedExpression' && isNode(node.expression) ? bare(node.expression) : node;

/** Where an operator stands: between the ends of what it joins. */
function operatorMutants(node: SourceNode, text: string, found: Found): void {
  const { left, right } = node;
  const operator = String(node.operator);
  if (!isNode(left) || !isNode(right)) return;
  const isText = (side: SourceNode) =>
    side.type === 'TemplateLiteral' || (side.type === 'Literal' && typeof side.value === 'string');
  if (operator.startsWith('+') && (isText(bare(left)) || isText(bare(right)))) return;
  for (const other of OPERATORS[operator] ?? []) {
    const [a, b] = [text.slice(left.start, Number(left.end)), text.slice(right.start, Number(right.end))];
    const isAssignment = node.type === 'AssignmentExpression';
    found(node, isAssignment ? `${a} ${other} ${b}` : `((${a}) ${other} (${b}))`, 'operator');
  }
}

/** What decides a branch is taken to be always so, and never so. */
function conditionMutants(test: unknown, found: Found, values: readonly string[] = ['true', 'false']): void {
  if (!isNode(test)) return;
  if (test.type === 'Literal') return;
  for (const value of values) found(test, value, 'condition');
}

function literalMutants(node: SourceNode, found: Found): void {
  const { value } = node;
  if (typeof value === 'boolean') found(node, String(!value), 'literal');
  else if (typeof value === 'number')
    found(node, value === 0 ? '1' : value === 1 ? '0' : String(value * 2 + 1), 'literal');
  else if (typeof value === 'string' && !isSentence(value))
    found(node, value === '' ? "'mutated'" : "''", 'literal');
  else if (isNode(node) && typeof node.regex === 'object' && node.regex !== null) {
    const { pattern, flags } = node.regex as { pattern: string; flags: string };
    if (pattern.startsWith('^') && pattern.length > 1)
      found(node, `/${pattern.slice(1)}/${flags}`, 'pattern');
    if (/[^\\]\$$/.test(pattern)) found(node, `/${pattern.slice(0, -1)}/${flags}`, 'pattern');
  }
}

function callMutants(node: SourceNode, text: string, found: Found): void {
  const method = methodOf(node);
  const { callee } = node;
  if (method === null || !isNode(callee) || !isNode(callee.object) || !isNode(callee.property)) return;
  if (!Object.hasOwn(METHODS, method)) return;
  const other = METHODS[method]!;
  if (other === null) found(node, `(${text.slice(callee.object.start, Number(callee.object.end))})`, 'call');
  else if (method !== 'min' && method !== 'max') found(callee.property, other, 'call');
  else if (callee.object.name === 'Math') found(callee.property, other, 'call');
}

function statementMutants(node: SourceNode, found: Found): void {
  if (node.type === 'ThrowStatement') found(node, ';', 'statement');
  if (node.type !== 'ExpressionStatement' || !isNode(node.expression) || node.directive) return;
  const { expression } = node;
  const call =
    expression.type === 'AwaitExpression' && isNode(expression.argument) ? expression.argument : expression;
  const method = call.type === 'CallExpression' ? methodOf(call) : null;
  if (method !== null && CHATTER.has(method)) return;
  const isSuper = isNode(call.callee) && call.callee.type === 'Super';
  if (!isSuper && !['Literal', 'Identifier'].includes(expression.type)) found(node, ';', 'statement');
}

/** The faults at one node; those of its children are found by the walk. */
function mutantsAt(node: SourceNode, text: string, found: Found): void {
  switch (node.type) {
    case 'BinaryExpression':
      operatorMutants(node, text, found);
      if (COMPARISONS.has(String(node.operator))) conditionMutants(node, found);
      break;
    case 'LogicalExpression':
      operatorMutants(node, text, found);
      if (node.operator !== '??')
        for (const side of [node.left, node.right])
          if (isNode(side) && !COMPARISONS.has(String(bare(side).operator)))
            conditionMutants(side, found, [node.operator === '&&' ? 'true' : 'false']);
      break;
    case 'AssignmentExpression':
      operatorMutants(node, text, found);
      break;
    case 'IfStatement':
    case 'ConditionalExpression':
      if (isNode(node.test) && !COMPARISONS.has(String(node.test.operator)))
        conditionMutants(node.test, found);
      break;
    case 'WhileStatement':
    case 'ForStatement':
      if (isNode(node.test) && !COMPARISONS.has(String(node.test.operator)))
        conditionMutants(node.test, found, ['false']);
      break;
    case 'UnaryExpression':
      if (!isNode(node.argument)) break;
      if (node.operator === '!')
        found(node, `(${text.slice(node.argument.start, Number(node.argument.end))})`, 'operator');
      if (node.operator === '-')
        found(node, `(${text.slice(node.argument.start, Number(node.argument.end))})`, 'operator');
      break;
    case 'UpdateExpression': {
      const whole = text.slice(node.start, Number(node.end));
      found(node, node.operator === '++' ? whole.replace('++', '--') : whole.replace('--', '++'), 'operator');
      break;
    }
    case 'Literal':
      literalMutants(node, found);
      break;
    case 'TemplateLiteral': {
      const words = (node.quasis as { value: { raw: string } }[]).map(({ value }) => value.raw).join('x');
      if (!isSentence(words)) found(node, '``', 'literal');
      break;
    }
    case 'ArrayExpression':
      if (Array.isArray(node.elements) && node.elements.length > 0) found(node, '[]', 'literal');
      break;
    case 'BlockStatement':
      if (Array.isArray(node.body) && node.body.length > 0) found(node, '{}', 'block');
      break;
    case 'CallExpression':
      callMutants(node, text, found);
      break;
    case 'ChainExpression':
      break;
    case 'MemberExpression':
      if (node.optional === true && isNode(node.object) && node.computed !== true) {
        const [a, b] = [Number(node.object.end), Number(node.end)];
        found(node, text.slice(node.start, a) + text.slice(a, b).replace('?.', '.'), 'chain');
      }
      break;
    default:
      statementMutants(node, found);
  }
}

/** Types say nothing at run time; of these only the value inside is of interest. */
const VALUE_IN_TYPE = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
]);

/** What of a node is looked into; nothing of types, names, imports and words for people. */
function childrenOf(node: SourceNode): unknown[] {
  if (node.type.startsWith('TS')) return VALUE_IN_TYPE.has(node.type) ? [node.expression] : [];
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'JSXAttribute':
      return node.type === 'JSXAttribute' && isNode(node.value) && node.value.type !== 'Literal'
        ? [node.value]
        : [];
    case 'ExportNamedDeclaration':
      return [node.declaration];
    case 'ImportExpression':
      return [];
    case 'Property':
    case 'PropertyDefinition':
    case 'MethodDefinition':
      return node.computed === true ? [node.key, node.value] : [node.value];
    case 'CallExpression': {
      const method = methodOf(node);
      if (method !== null && WORDING.has(method)) return [node.callee];
      return [node.callee, node.arguments];
    }
    case 'TemplateLiteral':
      return [node.expressions];
    case 'UnaryExpression':
      // The sign of a number is one fault, its value another; both are found at the number.
      return [node.argument];
    default:
      return Object.entries(node)
        .filter(
          ([key, child]) =>
            typeof child === 'object' &&
            !/^(type|typeAnnotation|returnType|typeArguments|typeParameters)$/.test(key),
        )
        .map(([, child]) => child);
  }
}

/** Calls back with every node that runs, with those that it stands in, the nearest last. */
export function walkRunning(
  value: unknown,
  found: (node: SourceNode, above: readonly SourceNode[]) => void,
  above: SourceNode[] = [],
): void {
  if (Array.isArray(value)) {
    for (const one of value) walkRunning(one, found, above);
    return;
  }
  if (!isNode(value)) return;
  found(value, above);
  above.push(value);
  for (const child of childrenOf(value)) walkRunning(child, found, above);
  above.pop();
}

/** Every fault of a file, in order of place. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const all: Mutant[] = [];
  const seen = new Set<string>();
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  const lineOf = (place: number) => {
    let [low, high] = [0, lineStarts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (lineStarts[middle]! <= place) low = middle;
      else high = middle;
    }
    return low + 1;
  };
  walkRunning(parseSource(file, text), (node) => {
    mutantsAt(node, text, ({ start, end }, to, kind) => {
      const from = text.slice(start, Number(end));
      const key = `${start}:${String(end)}:${to}`;
      if (from === to || seen.has(key)) return;
      seen.add(key);
      all.push({ file, start, end: Number(end), from, to, kind, line: lineOf(start) });
    });
  });
  return all.sort((a, b) => a.start - b.start || a.end - b.end || (a.to < b.to ? -1 : 1));
}
