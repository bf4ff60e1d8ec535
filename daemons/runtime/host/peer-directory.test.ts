import { expect, it } from 'vitest';
import type { Peer } from '../../../contract/link/peers.ts';
import { PeerDirectory } from './peer-directory.ts';

const ircd: Peer = { id: 'ircd', endpoints: [] };
const relay: Peer = { id: 'relay', endpoints: [{ kind: 'none', protocol: 'frames' }] };

it('knows nobody at first, then whom main introduces, and tells of those who move until nobody listens', () => {
  const peers = new PeerDirectory();
  expect([peers.all, peers.secret]).toEqual([[], null]);
  const [one, other]: (readonly Peer[])[][] = [[], []];
  const end = peers.onChange((all) => one!.push(all));
  peers.onChange((all) => other!.push(all));
  const secret = new Uint8Array(32).fill(7);
  peers.introduce([ircd], secret);
  expect([peers.all, peers.secret, one]).toEqual([[ircd], secret, []]);
  peers.update([ircd, relay]);
  end();
  peers.update([relay]);
  expect([peers.all, peers.secret]).toEqual([[relay], secret]);
  expect([one, other]).toEqual([[[ircd, relay]], [[ircd, relay], [relay]]]);
});
