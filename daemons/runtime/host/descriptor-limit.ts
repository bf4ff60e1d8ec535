/**
 * How many file descriptors this process may have, and how many of them connections may take. A process that runs out
 * cannot open a log, start a daemon or even read its own memory, so some are always kept back. Asked by the listeners
 * of every daemon and by main.
 */
import { limits } from '../limits.ts';

/** The part of Node's diagnostic report that tells the limits of the process (getrlimit(2)). */
interface ReportedLimits {
  readonly userLimits?: { readonly open_files?: { readonly soft?: number | 'unlimited' } };
}

let known: number | null = null;

/**
 * The limit in force for this process, `Infinity` where there is none or the system does not say (Windows). Node and
 * Chromium raise the soft limit to the hard one as they start, so this is what `ulimit -Hn` said. Read once.
 */
export function descriptorLimit(): number {
  known ??= readLimit();
  return known;
}

function readLimit(): number {
  try {
    const { userLimits } = process.report.getReport() as ReportedLimits;
    const soft = userLimits?.open_files?.soft;
    return typeof soft === 'number' && soft > 0 ? soft : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** What connections may take of the descriptors of a process. */
export interface ConnectionRoom {
  /** Connections that are served at once. */
  readonly connections: number;
  /** Sockets at once, with those that are only told why they are refused; beyond it they are closed unanswered. */
  readonly sockets: number;
}

/** The room for connections under a descriptor limit: `descriptorReserve` is kept back, never more than half. */
export function connectionRoom(limit: number = descriptorLimit()): ConnectionRoom {
  const reserve = Math.min(limits.descriptorReserve.default, Math.floor(limit / 2));
  const connections = limit - reserve;
  return { connections, sockets: connections + Math.floor(reserve / 4) };
}

/**
 * What an operator is told when fewer connections fit than are allowed; null when all of them do.
 * @param setting the limit that cannot be kept, as the operator knows it
 */
export function roomNotice(
  setting: string,
  wanted: number,
  room: number,
  limit: number = descriptorLimit(),
): string | null {
  if (wanted <= room) return null;
  return `${setting} is ${wanted}, but the system lets this process open ${limit} files: it is lowered to ${room}. Raise the limit with "ulimit -n" or LimitNOFILE= before Signalbox starts.`;
}
