/**
 * What `/readyz` answers: ready when the configuration is good and everything that should run by itself runs. States
 * are no secret, so this needs no login; names and causes stay behind it.
 */
import type { ControlPlane } from '../core/control-plane.ts';

export function isReady(plane: ControlPlane): boolean {
  return checks(plane).every(({ ok }) => ok);
}

/** One line a check, in the manner of Kubernetes. */
export function healthReport(plane: ControlPlane): string {
  const lines = checks(plane).map(({ ok, text }) => `[${ok ? '+' : '-'}] ${text}`);
  return `${lines.join('\n')}\n${isReady(plane) ? 'readyz check passed' : 'readyz check failed'}\n`;
}

function checks(plane: ControlPlane): { ok: boolean; text: string }[] {
  const wanted = plane.autostart;
  const configOk = plane.configError === null;
  return [
    { ok: configOk, text: `config ${configOk ? 'ok' : 'has a mistake; see: signalbox config check'}` },
    ...plane.snapshots().map(({ id, state, unresponsive }) => {
      const fine = state === 'running' && !unresponsive;
      const text = `${id} ${state}${unresponsive ? ', unresponsive' : ''}`;
      // A daemon that nobody asked for may be stopped.
      return { ok: fine || (!wanted.includes(id) && state === 'stopped'), text };
    }),
  ];
}
