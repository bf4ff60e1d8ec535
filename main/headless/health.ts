/**
 * What `/readyz` answers: ready when everything that should run by itself runs and what is done is recorded. States are no
 * secret, so this needs no login; causes stay behind it.
 */
import type { ControlPlane } from '../core/control-plane.ts';

/** Whether every daemon that should run does, and answers, and history and audit are kept. */
export function isReady(plane: ControlPlane): boolean {
  return checks(plane).every(({ ok }) => ok);
}

/** One line a check, in the manner of Kubernetes. */
export function healthReport(plane: ControlPlane): string {
  const lines = checks(plane).map(({ ok, text }) => `[${ok ? '+' : '-'}] ${text}`);
  // A mistake in the file makes nobody less able to serve: the last good one is in force.
  const config =
    plane.configError === null ? '[+] config ok' : '[!] config has a mistake; the last good one is in force';
  const descriptors = plane.descriptorNotice === null ? [] : [`[!] ${plane.descriptorNotice}`];
  const verdict = isReady(plane) ? 'readyz check passed' : 'readyz check failed';
  return `${[config, ...descriptors, ...lines, verdict].join('\n')}\n`;
}

function checks(plane: ControlPlane): { ok: boolean; text: string }[] {
  const wanted = plane.autostart;
  const daemons = plane.snapshots().map(({ id, state, unresponsive }) => {
    const fine = state === 'running' && !unresponsive;
    const text = `${id} ${state}${unresponsive ? ', unresponsive' : ''}`;
    // A daemon that nobody asked for may be stopped.
    return { ok: fine || (!wanted.includes(id) && state === 'stopped'), text };
  });
  return plane.historyPaused ? [...daemons, { ok: false, text: 'history paused' }] : daemons;
}
