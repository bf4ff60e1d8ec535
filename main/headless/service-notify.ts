/**
 * Tells the service manager how far the host is, by the protocol of sd_notify: `Type=notify` of systemd waits for it. Node has
 * no datagram sockets of the local kind, so systemd's own `systemd-notify` carries the words; without `NOTIFY_SOCKET` nobody
 * is told. Called by serve.ts.
 */
import { execFile } from 'node:child_process';

/** Longest wait for `systemd-notify`, in milliseconds: it writes one datagram. */
const NOTIFY_MS = 10_000;

/** What the manager may be told: `READY=1`, `STOPPING=1`, and a line for people. */
export interface ServiceState {
  readonly assignment: 'READY=1' | 'STOPPING=1';
  readonly status: string;
}

/** Resolves when the manager was told, or with why it could not be; null also where there is none. */
export function notifyServiceManager(
  { assignment, status }: ServiceState,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | null> {
  if (!env.NOTIFY_SOCKET) return Promise.resolve(null);
  return new Promise((resolve) => {
    const line = status.replace(/\p{Cc}/gu, ' ');
    execFile('systemd-notify', [assignment, `STATUS=${line}`], { env, timeout: NOTIFY_MS }, (error) =>
      resolve(error === null ? null : `systemd-notify: ${error.message}`),
    );
  });
}
