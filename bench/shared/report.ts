/** Writes what a benchmark measured to a JSON file, with what it was measured on. Used by every benchmark. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pinning } from './pinning.ts';

/** Writes the report and says where it is. @param more what else is to be known of it */
export async function writeReport(
  file: string,
  benchmark: string,
  results: unknown,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const measuredOn = { time: new Date().toISOString(), node: process.version, pinning };
  const report = { benchmark, ...measuredOn, ...more, results };
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\n${file}`);
}
