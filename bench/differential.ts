/**
 * `npm run bench -- differential`: says the same command lines to our IRC server and to InspIRCd and compares what they answer. Every
 * difference is explained by a clause of the Modern specification (differential/explained.ts), or the run fails. Or to our server alone,
 * without and with threads that own its sockets, where every difference is a fault.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cases } from './differential/cases.ts';
import { compare, compareThreads, page, said, unexpected } from './differential/comparison.ts';

const PAGE = join(import.meta.dirname, '../docs/irc-differences.md');
const USAGE = `usage: npm run bench -- differential [options]
  --write   write docs/irc-differences.md
  --all     print every case, not only those that differ unexpectedly
  --io-threads N
            compare our server with itself, without and with N threads that own the sockets, instead
`;

/** Runs it with command-line options. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      write: { type: 'boolean' },
      all: { type: 'boolean' },
      'io-threads': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    console.log(USAGE);
    return;
  }
  const threads = values['io-threads'];
  if (threads !== undefined) {
    const compared = await compareThreads(Number(threads));
    const other = compared.filter(({ alike }) => !alike);
    for (const row of other)
      console.log(
        `${row.case.text}\n  0 threads  ${said(row.ours)}\n  ${threads} threads  ${said(row.theirs)}`,
      );
    console.log(`${compared.length - other.length} alike, ${other.length} otherwise`);
    if (other.length > 0) process.exitCode = 1;
    return;
  }
  const comparison = await compare();
  if (comparison === null) {
    console.log(
      `0 alike, 0 explained, 0 unexpected, ${cases.length} SKIPPED: InspIRCd is not installed (apt install inspircd)`,
    );
    return;
  }
  const { rows } = comparison;
  const wrong = unexpected(rows);
  for (const row of values.all === true ? rows : wrong)
    console.log(
      `${row.case.text}\n  here      ${said(row.ours)}\n  InspIRCd  ${said(row.theirs)}\n  ${row.clause ?? ''}`,
    );
  const alike = rows.filter((row) => row.alike).length;
  const meant = rows.filter((row) => !row.alike && row.clause !== null).length;
  console.log(`${alike} alike, ${meant} explained, ${wrong.length} unexpected, 0 skipped`);
  if (values.write === true) await writeFile(PAGE, page(comparison));
  if (wrong.length > 0) process.exitCode = 1;
}
