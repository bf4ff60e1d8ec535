/** What a daemon's process is told of others in tests, where there are none. */
import { INSTANCE_SECRET_BYTES } from './peers.ts';

/** Part of `init`. */
export const NO_PEERS = { peers: [], secret: new Uint8Array(INSTANCE_SECRET_BYTES) };
