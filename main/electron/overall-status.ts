/** The state of all daemons in one word and in one small picture. Used by tray.ts. */
import type { DaemonSnapshot } from '../../contract/states.ts';

/** `trouble` wants the operator, `running` means that at least one daemon serves users, `idle` that none does. */
export type OverallStatus = 'idle' | 'running' | 'trouble';

/** Trouble of any daemon comes first. */
export function overallStatus(daemons: readonly DaemonSnapshot[]): OverallStatus {
  const troubled = (daemon: DaemonSnapshot) =>
    daemon.state === 'failed' ||
    daemon.state === 'crashed' ||
    daemon.state === 'backoff' ||
    daemon.unresponsive;
  if (daemons.some(troubled)) return 'trouble';
  return daemons.some((daemon) => daemon.state === 'running') ? 'running' : 'idle';
}

/** Red, green, blue of each status, readable on light and dark panels. The shapes differ as well. */
const COLOURS: Readonly<Record<OverallStatus, readonly [number, number, number]>> = {
  idle: [128, 134, 145],
  running: [46, 160, 96],
  trouble: [214, 69, 65],
};

/**
 * A square picture as BGRA bytes: a ring when idle, a disc when running, a diamond in trouble. `size` is in pixels.
 */
export function statusBitmap(status: OverallStatus, size: number): Buffer {
  const [red, green, blue] = COLOURS[status];
  const pixels = Buffer.alloc(size * size * 4);
  const centre = (size - 1) / 2;
  const radius = size * 0.42;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const coverage = coverageAt(status, x - centre, y - centre, radius);
      // The alpha channel is premultiplied.
      const offset = (y * size + x) * 4;
      pixels[offset] = blue * coverage;
      pixels[offset + 1] = green * coverage;
      pixels[offset + 2] = red * coverage;
      pixels[offset + 3] = 255 * coverage;
    }
  }
  return pixels;
}

/** How much of the pixel at this distance from the centre the shape covers, 0 to 1. */
function coverageAt(status: OverallStatus, dx: number, dy: number, radius: number): number {
  const distance = status === 'trouble' ? Math.abs(dx) + Math.abs(dy) : Math.hypot(dx, dy);
  const outside = radius - distance + 0.5;
  const inside = status === 'idle' ? distance - radius * 0.6 + 0.5 : 1;
  return Math.max(0, Math.min(1, outside, inside));
}
