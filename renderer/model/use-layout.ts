/** The layout of a source's samples; the component renders again when instruments were made or closed. */
import { useSyncExternalStore } from 'react';
import type { FrameLayout } from '../../contract/metric-frame.ts';
import type { SourceModel } from './source-model.ts';

const NOTHING = () => () => {};

export function useLayout<Source extends SourceModel | undefined>(
  source: Source,
): Source extends SourceModel ? FrameLayout : FrameLayout | undefined {
  const read = () =>
    source?.samples.layout as Source extends SourceModel ? FrameLayout : FrameLayout | undefined;
  return useSyncExternalStore(source?.onLayout ?? NOTHING, read);
}
