/** How components reach the model of their host and subscribe to parts of its state. */
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { ManifestDescription } from '../../contract/manifest.ts';
import type { HostModel } from './host-model.ts';
import type { HostState } from './host-state.ts';

export const HostContext = createContext<HostModel | null>(null);

/** The host that the component belongs to. Only inside the provider. */
export function useHost(): HostModel {
  const host = useContext(HostContext);
  if (host === null) throw new Error('useHost is called outside of HostContext');
  return host;
}

/** A part of the state; the component renders again when that part changes. */
export function useHostState<T>(select: (state: HostState) => T): T {
  return useStore(useHost().store, select);
}

const NO_MANIFESTS: readonly ManifestDescription[] = [];

/** Every manifest that the host told of. */
export function useManifests(): readonly ManifestDescription[] {
  return useHostState((state) => state.host?.manifests ?? NO_MANIFESTS);
}
