/** Where the built parts lie beside main (out/main, out/preload, out/renderer, out/daemons); read by main/electron only. */
import { join, resolve } from 'node:path';

/** The folder `out`; every built file of main sits in a direct child of it. */
const OUT_DIR = resolve(import.meta.dirname, '..');

export const PRELOAD_FILE = join(OUT_DIR, 'preload', 'preload.cjs');
export const RENDERER_DIR = join(OUT_DIR, 'renderer');

/** The built entry of a daemon. */
export function daemonEntry(id: string): string {
  return join(OUT_DIR, 'daemons', `${id}.js`);
}
