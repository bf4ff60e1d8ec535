/**
 * Calls of C functions from JavaScript: where a daemon takes koffi from. It is loaded when something first asks, so that a machine
 * where it does not load still serves what needs none of it.
 */
import { createRequire } from 'node:module';

export type Koffi = typeof import('koffi');

/** Throws where koffi does not load; the first line of what it says is for operators. */
export const loadKoffi = (): Koffi => createRequire(import.meta.url)('koffi') as Koffi;
