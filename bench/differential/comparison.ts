/** The differential run: all cases on our server and on InspIRCd, and which differences are explained. */
import { type Case, cases } from './cases.ts';
import { explained } from './explained.ts';
import { type Heard, tryCase } from './scene.ts';
import { SERVER_NAME, startInspircd, startOurs } from './servers.ts';

/** How a case went on both. */
export interface Compared {
  readonly case: Case;
  readonly ours: Heard;
  readonly theirs: Heard;
  /** Whether both answered alike. */
  readonly alike: boolean;
  /** What the specification says of a difference; null where nothing is known. */
  readonly clause: string | null;
}

/** What came of a run. */
export interface Comparison {
  readonly version: string;
  readonly rows: readonly Compared[];
}

/** Runs all cases; null where InspIRCd is not installed. */
export async function compare(): Promise<Comparison | null> {
  const theirs = await startInspircd();
  if (theirs === null) return null;
  try {
    const ours = await startOurs();
    try {
      const [a, b] = await Promise.all([tryAll(ours.port), tryAll(theirs.port)]);
      return {
        version: theirs.version,
        rows: cases.map((one, at) => ({
          case: one,
          ours: a[at]!,
          theirs: b[at]!,
          alike: said(a[at]!) === said(b[at]!),
          clause: clauseOf(one.text),
        })),
      };
    } finally {
      await ours.stop();
    }
  } finally {
    await theirs.stop();
  }
}

/**
 * What our server answers otherwise when so many threads own its sockets: nothing, if all is well.
 * @returns the cases, `ours` without threads and `theirs` with them
 */
export async function compareThreads(threads: number): Promise<readonly Compared[]> {
  const servers = [await startOurs(), await startOurs(threads)];
  try {
    const [a, b] = await Promise.all(servers.map(({ port }) => tryAll(port)));
    return cases.map((one, at) => {
      const [ours, theirs] = [a![at]!, b![at]!];
      return { case: one, ours, theirs, alike: said(ours) === said(theirs), clause: null };
    });
  } finally {
    for (const server of servers) await server.stop();
  }
}

/** At the same time: each has people and a channel of its own, and InspIRCd welcomes newcomers once a second. */
function tryAll(port: number): Promise<Heard[]> {
  return Promise.all(cases.map((one, at) => tryCase({ port, serverName: SERVER_NAME }, one, at)));
}

/** What was heard, on one line. */
export function said({ me, you }: Heard): string {
  const others = you.length === 0 ? '' : ` / YOU hears ${you.join('; ')}`;
  return (me.length === 0 ? 'nothing' : me.join('; ')) + others;
}

function clauseOf(text: string): string | null {
  return explained.find((one) => one.cases.includes(text))?.clause ?? null;
}

/** Those that nothing explains, and those that are explained and no difference any more. */
export function unexpected(rows: readonly Compared[]): readonly Compared[] {
  return rows.filter(({ alike, clause }) => alike === (clause !== null));
}

/** The page of the documentation that lists what differs. */
export function page({ version, rows }: Comparison): string {
  const different = rows.filter(({ alike }) => !alike);
  return `# Where the IRC server answers otherwise than InspIRCd

${rows.length} command lines were said to both, by somebody who is not registered, on no channel, on one, its operator, and an operator of the
network, with and without enough parameters, to targets that are there and that are not. Compared are the numerics and the shape of their
parameters, and what somebody else heard. ${rows.length - different.length} were answered alike; the ${different.length} others are below, each with what the
[Modern specification](https://modern.ircdocs.horse) says for it. \`ME\` is who says the line, \`YOU\` somebody else, who operates the
channel \`#c\` where \`ME\` does not; what stands behind \`<-\` was said before. \`N\` is a number, \`?\` what only that server knows.

Made by \`npm run bench -- differential --write\` with InspIRCd ${version}; a test repeats it where InspIRCd is installed.

| who: line | here | InspIRCd | Modern |
| --- | --- | --- | --- |
${different.map((row) => `| ${[code(row.case.text), code(said(row.ours)), code(said(row.theirs)), cell(row.clause ?? 'not explained')].join(' | ')} |`).join('\n')}
`;
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
