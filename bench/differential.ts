/**
 * `npm run bench -- differential`: says the same command lines to our IRC server and to InspIRCd and compares what they answer. Every
 * difference is explained by a clause of the Modern specification (differential/explained.ts), or the run fails.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cases } from './differential/cases.ts';
import { compare, page, said, unexpected } from './differential/comparison.ts';

const PAGE = join(import.meta.dirname, '../docs/irc-differences.md');
const USAGE = `usage: npm run bench -- differential [options]
  --write   write docs/irc-differences.md
  --all     print every case, not only those that differ unexpectedly
`;

/** Runs it with command-line options. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { write: { type: 'boolean' }, all: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    console.log(USAGE);
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
