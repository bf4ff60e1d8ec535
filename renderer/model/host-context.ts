/** How components reach the hosts of the window and the one that they belong to, and subscribe to parts of its state. */
import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import type { ManifestDescription } from '../../contract/manifest.ts';
import type { HostModel } from './host-model.ts';
import type { HostState } from './host-state.ts';
import { type HostNow, type Hosts, named } from './hosts.ts';
import { mayRequest, type PlainRequestName } from './permissions.ts';
import type { SharedScreen } from './shared-screen.ts';

export const HostsContext = createContext<Hosts | null>(null);
export const HostContext = createContext<HostModel | null>(null);

/** The hosts of the window. Only inside the provider. */
export function useHosts(): Hosts {
  const hosts = useContext(HostsContext);
  if (hosts === null) throw new Error('useHosts is called outside of HostsContext');
  return hosts;
}

/** The models of all hosts; the component renders again when one comes or goes. */
export function useHostModels(): readonly HostModel[] {
  return useStore(useHosts().store, ({ models }) => models);
}

/** All hosts with what is known of them; the component renders again whenever anything of that changes. */
export function useHostStates(): readonly HostNow[] {
  const hosts = useHosts();
  return useSyncExternalStore(hosts.subscribeStates, hosts.states);
}

/** What draws and says things for all hosts. */
export function useScreen(): SharedScreen {
  return useHosts().screen;
}

/** The host that the component belongs to. Only inside the provider. */
export function useHost(): HostModel {
  const host = useContext(HostContext);
  if (host === null) throw new Error('useHost is called outside of HostContext');
  return host;
}

/** A part of the state of the component's host; it renders again when that part changes. */
export function useHostState<T>(select: (state: HostState) => T): T {
  return useStore(useHost().store, select);
}

/** Adds the name of the component's host to that of something of it, where the window has several hosts. */
export function useNaming(): (thing: string) => string {
  const models = useHostModels();
  const { id } = useHost();
  return useCallback((thing) => named(models, id, thing), [models, id]);
}

/** Whether whoever uses the window may make a request. */
export function useMay(name: PlainRequestName): boolean {
  return useHostState((state) => mayRequest(state.host, name));
}

const NO_MANIFESTS: readonly ManifestDescription[] = [];

/** Every manifest that the host told of. */
export function useManifests(): readonly ManifestDescription[] {
  return useHostState((state) => state.host?.manifests ?? NO_MANIFESTS);
}
