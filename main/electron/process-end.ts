/**
 * Turns the several reports that Electron makes about the end of one utility process into one ProcessEnd. Used by
 * utility-launcher.ts.
 */
import { constants } from 'node:os';
import type { ProcessEnd } from '../core/daemon-launcher.ts';

/** How long the other reports and the last output may follow the first report, in milliseconds. */
const SETTLE_MS = 150;

/** What `child-process-gone` says, as far as it is used. */
export interface GoneDetails {
  readonly reason: string;
  readonly exitCode: number;
}

/** Takes each report as it comes. */
export interface EndReports {
  /** The process's own exit event. */
  exited(code: number): void;
  /** The app's report; comes for signals, crashes and failed launches, not for plain exits. */
  gone(details: GoneDetails): void;
  /** A fatal error inside V8, told before the process dies. */
  fatal(location: string): void;
}

/** Collects the reports and calls `settle` exactly once, a moment after the first that means the end. */
export function collectEnd(settle: (end: ProcessEnd) => void): EndReports {
  let exitCode: number | null = null;
  let goneDetails: GoneDetails | null = null;
  let fatalLocation: string | null = null;
  let settling = false;
  const ended = () => {
    if (settling) return;
    settling = true;
    setTimeout(() => settle(verdict(exitCode, goneDetails, fatalLocation)), SETTLE_MS);
  };
  return {
    exited(code) {
      exitCode ??= code;
      ended();
    },
    gone(details) {
      goneDetails ??= details;
      ended();
    },
    fatal(location) {
      fatalLocation ??= location;
    },
  };
}

/** The reports as one end: a signal where one was the cause, else the exit code, and what else is known. */
export function verdict(
  exitCode: number | null,
  gone: GoneDetails | null,
  fatalLocation: string | null,
): ProcessEnd {
  const fatal = fatalLocation === null ? null : `fatal error in ${fatalLocation}`;
  if (gone === null) return { exitCode, signal: null, reason: fatal };
  if (gone.reason === 'killed' || gone.reason === 'crashed') {
    // On Windows the code of a crash is an NTSTATUS, which is no signal number.
    const signal = signalName(gone.exitCode);
    if (signal !== null) return { exitCode: null, signal, reason: fatal };
  }
  return { exitCode: exitCode ?? gone.exitCode, signal: null, reason: fatal ?? gone.reason };
}

function signalName(number: number): string | null {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found === undefined ? null : found[0];
}
