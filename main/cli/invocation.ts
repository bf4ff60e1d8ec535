/** What every command of the CLI is given beside its own words. */
import type { Manifest } from '../../contract/manifest.ts';
import type { VerbProgram } from '../../daemons/runtime/host/verb-definition.ts';
import type { SocketClient } from './socket-client.ts';

/** Brings the manifests of all daemons. */
export type LoadRegistry = () => Promise<readonly Manifest[]>;

/** The program of a daemon, by its id. */
export type EntryOf = (id: string) => string;

/** Brings the programs of a daemon's verbs, by its id. */
export type LoadVerbs = (id: string) => Promise<Readonly<Record<string, VerbProgram<unknown>>>>;

/** Connects to the instance of a data directory. */
export type ConnectTo = (dataDir: string) => Promise<SocketClient>;

/** Options that every command takes, and how it reaches the instance. */
export interface Shared {
  readonly json: boolean;
  readonly help: boolean;
  readonly yes: boolean;
  readonly data: string | undefined;
  readonly connectTo: ConnectTo;
}
