/** How components reach the model and subscribe to parts of its state. */
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { ManifestDescription } from '../../contract/manifest.ts';
import type { Dashboard } from './dashboard.ts';
import type { DashboardState } from './dashboard-state.ts';

export const DashboardContext = createContext<Dashboard | null>(null);

/** The model. Only inside the provider. */
export function useDashboard(): Dashboard {
  const dashboard = useContext(DashboardContext);
  if (dashboard === null) throw new Error('useDashboard is called outside of DashboardContext');
  return dashboard;
}

/** A part of the state; the component renders again when that part changes. */
export function useDashboardState<T>(select: (state: DashboardState) => T): T {
  return useStore(useDashboard().store, select);
}

const NO_MANIFESTS: readonly ManifestDescription[] = [];

/** Every manifest that the host told of. */
export function useManifests(): readonly ManifestDescription[] {
  return useDashboardState((state) => state.host?.manifests ?? NO_MANIFESTS);
}
