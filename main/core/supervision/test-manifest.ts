/** The smallest manifest of a daemon. Imported by tests only. */
import { z } from 'zod';
import { defineManifest, type Manifest } from '../../../contract/manifest.ts';

export function manifest(id: string, more: Partial<Manifest> = {}): Manifest {
  return defineManifest({
    id,
    title: id,
    summary: id,
    config: z.object({}),
    metrics: [],
    commands: {},
    ...more,
  });
}
