/** Writes what a benchmark measured to a JSON file, with what it was measured on. Used by every benchmark. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pinning } from './pinning.ts';

/** Writes the report and says where it is. */
export async function writeReport(file: string, benchmark: string, results: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const report = { benchmark, time: new Date().toISOString(), node: process.version, pinning, results };
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\n${file}`);
}
