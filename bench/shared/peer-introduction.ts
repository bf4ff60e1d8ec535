/**
 * Loaded into a daemon under measurement (`--import`): tells it of the other daemons and of their common secret, as main does, from
 * `peers.json` in its data directory. So daemons that work together are measured without a host around them. See {@link PeerFile}.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DaemonHost } from '../../daemons/runtime/host/daemon-host.ts';
import { PEER_FILE, type PeerFile } from './peer-file.ts';

const { start } = DaemonHost.prototype;

DaemonHost.prototype.start = function introduced(options) {
  const { secret, peers } = JSON.parse(readFileSync(join(options.dataDir, PEER_FILE), 'utf8')) as PeerFile;
  this.peers.introduce(peers, Buffer.from(secret, 'hex'));
  return start.call(this, options);
};
