/** Where a daemon under measurement finds who the others are. Written by those who start it, read by peer-introduction.ts. */
import type { Peer } from '../../contract/link/peers.ts';

/** Its name in the data directory. */
export const PEER_FILE = 'peers.json';

/** What stands in it. */
export interface PeerFile {
  /** 32 bytes in hexadecimal digits. */
  readonly secret: string;
  readonly peers: readonly Peer[];
}
