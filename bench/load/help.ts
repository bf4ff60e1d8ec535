/** The help of the load tools, written from their tables. Used by main.ts. */
import { type NumberOption, TOOLS, type ToolName } from './options.ts';

const COMMON = [
  [
    '--against HOST:PORT',
    'the server to load; without it our own is started on loopback for as long as it takes',
  ],
  ['--tls', 'over TLS'],
  ['--insecure', 'with --tls: take any certificate, such as a self-signed one'],
  ['--password-file FILE', 'the password of the server, which its clients have to say, is the line in it'],
  ['--json FILE', 'write the result there as well'],
  ['--help', 'this'],
] as const;

const row = ([option, help]: readonly [string, string]) => `  ${option.padEnd(26)} ${help}`;

/** Of one tool, or of all. @param serverNames what the servers of netsplit are called */
export function helpOf(tool: ToolName | null, serverNames: string): string {
  if (tool === null) {
    const tools = Object.entries(TOOLS).map(([name, { summary }]) => row([name, summary]));
    return [
      'usage: npm run load -- TOOL [options]',
      ...tools,
      '',
      'Each prints p50, p95 and p99 of what it measures, and ends by itself. Load only what is yours.',
      '"npm run load -- TOOL --help" lists the options of one; docs/load.md says what the figures mean.',
    ].join('\n');
  }
  const { summary, measures } = TOOLS[tool];
  const numbers: Readonly<Record<string, NumberOption>> = TOOLS[tool].numbers;
  const lines = Object.entries(numbers).map(([name, { usual, least, most, help }]) =>
    row([`--${name} N`, `${help} (${usual}; ${least} to ${most})`]),
  );
  const links: readonly (readonly [string, string])[] =
    tool === 'netsplit'
      ? [['--link-password-file FILE', `the password of the links ${serverNames} is on its first line`]]
      : [];
  const frames: typeof links = TOOLS[tool].webSockets
    ? [
        ['--websocket', 'clients come over WebSockets (IRCv3); with --tls over wss'],
        ['--origin ORIGIN', 'with --websocket: the page that they say they come from; none without it'],
      ]
    : [];
  return [
    `usage: npm run load -- ${tool} [options]`,
    `  ${summary}; measures ${measures}`,
    '',
    ...lines,
    ...links.map(row),
    ...frames.map(row),
    ...COMMON.map(row),
  ].join('\n');
}
