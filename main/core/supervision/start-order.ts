/** In which order daemons start: what they depend on first, Signalbox's own before the rest. Stopping goes backwards. */
import type { Manifest } from '../../../contract/manifest.ts';

/**
 * Ids in layers: everything in a layer can start at once when the layers before it run.
 * @throws Error for a dependency that is not registered, or a circle: both are mistakes in the registry.
 */
export function startLayers(registry: readonly Manifest[]): readonly (readonly string[])[] {
  const byId = new Map(registry.map((manifest) => [manifest.id, manifest]));
  const depths = new Map<string, number>();
  const depthOf = (id: string, path: readonly string[]): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    const manifest = byId.get(id);
    if (manifest === undefined) throw new Error(`${path.at(-1)} depends on ${id}, which is not registered`);
    if (path.includes(id)) throw new Error(`Circular dependency: ${[...path, id].join(' -> ')}`);
    const own = manifest.internal === true ? 0 : 1;
    const needed = (manifest.dependsOn ?? []).map((other) => depthOf(other, [...path, id]) + 1);
    const depth = Math.max(own, ...needed);
    depths.set(id, depth);
    return depth;
  };
  const layers: string[][] = [];
  for (const { id } of registry) {
    const depth = depthOf(id, []);
    while (layers.length <= depth) layers.push([]);
    layers[depth]?.push(id);
  }
  return layers.filter((layer) => layer.length > 0);
}
