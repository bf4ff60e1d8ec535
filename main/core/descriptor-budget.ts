/**
 * Fits the connections that main serves to the descriptors that the system gives it, so that strangers with idle
 * connections never take those that main needs for its daemons, logs and files. Used when the control plane is made.
 */
import { connectionRoom, descriptorLimit } from '../../daemons/runtime/host/descriptor-limit.ts';
import type { ControlLimits } from './limits.ts';

/** Limits that can be kept, and what the operator is told when they are lower than wanted. */
export interface FittedLimits {
  readonly limits: ControlLimits;
  readonly notice: string | null;
}

/** Lowers `localClients` and `httpConnections` to what fits; clients of the local socket have a quarter for themselves. */
export function fitToDescriptors(wanted: ControlLimits, descriptors = descriptorLimit()): FittedLimits {
  const room = connectionRoom(descriptors).connections;
  if (wanted.localClients + wanted.httpConnections <= room) return { limits: wanted, notice: null };
  const localClients = Math.max(1, Math.min(wanted.localClients, Math.floor(room / 4)));
  const httpConnections = Math.max(1, Math.min(wanted.httpConnections, room - localClients));
  const lowered = [
    `the dashboard serves ${httpConnections} connections at once instead of ${wanted.httpConnections}`,
    ...(localClients < wanted.localClients
      ? [`the command line ${localClients} instead of ${wanted.localClients}`]
      : []),
  ];
  const notice = `The system lets Signalbox open ${descriptors} files: ${lowered.join(', ')}. Raise the limit with "ulimit -n" or LimitNOFILE= before Signalbox starts.`;
  return { limits: { ...wanted, localClients, httpConnections }, notice };
}
