/**
 * `control.json` in the data folder: the process that holds it, named by its pid and by when it started, so that neither a
 * dead process nor another one with its number counts. It is there beside the socket, whose file anybody may delete
 * while its owner lives. Called by the claim.
 */
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { replaceFile } from '../../../daemons/runtime/files/saved-file.ts';

const recordSchema = z.object({
  pid: z.number().int().positive(),
  started: z.string().min(1),
  host: z.string().max(64),
});

/** The process that holds a data folder. */
export type InstanceRecord = z.output<typeof recordSchema>;

/** Its name in the data folder. */
export const RECORD_NAME = 'control.json';

/** The record of this process; null where the system does not say when it started. */
export async function ownRecord(host: string): Promise<InstanceRecord | null> {
  const started = await startOf(process.pid);
  return started === null ? null : { pid: process.pid, started, host };
}

/** Writes the record, whole or not at all. */
export async function writeRecord(dataDir: string, record: InstanceRecord): Promise<void> {
  await replaceFile(join(dataDir, RECORD_NAME), `${JSON.stringify(record)}\n`);
}

/** Takes the record back. */
export async function removeRecord(dataDir: string): Promise<void> {
  await rm(join(dataDir, RECORD_NAME), { force: true });
}

/** The living process that holds the folder; null where there is no record, or its process has ended. */
export async function livingRecord(dataDir: string): Promise<InstanceRecord | null> {
  const text = await readFile(join(dataDir, RECORD_NAME), 'utf8').catch(() => '');
  const record = parseRecord(text);
  return record !== null && (await startOf(record.pid)) === record.started ? record : null;
}

function parseRecord(text: string): InstanceRecord | null {
  try {
    return recordSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** When a process started, in the words of its system; null for one that has ended. */
async function startOf(pid: number): Promise<string | null> {
  try {
    return process.platform === 'linux' ? await startFromProc(pid) : await startFromPs(pid);
  } catch {
    return null;
  }
}

/** proc(5): after the name in parentheses come the state, field 3, and the start in ticks since the boot, field 22. */
async function startFromProc(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const ticks = fields[22 - 3];
  if (state === undefined || ticks === undefined || hasEnded(state)) return null;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return `${boot.trim()} ${ticks}`;
}

async function startFromPs(pid: number): Promise<string | null> {
  const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' };
  const words = ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)];
  const { stdout } = await promisify(execFile)('ps', words, { env });
  const [state = '', ...started] = stdout.trim().split(/\s+/);
  return started.length === 0 || hasEnded(state) ? null : started.join(' ');
}

/** A process that was killed and whose parent has not asked for it yet holds nothing any more. */
function hasEnded(state: string): boolean {
  return state.startsWith('Z') || state.startsWith('X');
}
