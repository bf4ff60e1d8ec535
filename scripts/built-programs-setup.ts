/**
 * Before unit tests that start processes, and before the specs: builds the programs that they start, once for all of them, and says by
 * the environment where those lie. Not in a copy of the checkout that the mutation runner made, whose sources change with each fault.
 */
import { join } from 'node:path';
import { builtPrograms } from './built-programs.ts';

export default async function setup(): Promise<void> {
  if (process.env.SIGNALBOX_SANDBOX !== undefined) return;
  process.env.SIGNALBOX_PROGRAMS = await builtPrograms(join(import.meta.dirname, '..'));
}
