/** What every command of the CLI is given beside its own words. */
import type { Manifest } from '../../contract/manifest.ts';

/** Brings the manifests of all daemons. */
export type LoadRegistry = () => Promise<readonly Manifest[]>;

/** The program of a daemon, by its id. */
export type EntryOf = (id: string) => string;

/** Options that every command takes. */
export interface Shared {
  readonly json: boolean;
  readonly help: boolean;
  readonly yes: boolean;
  readonly data: string | undefined;
}
