/**
 * Entry of a window with two hosts, for the end-to-end spec of the like. Both are the host of the page; the second is asked
 * by sockets of its own, whose addresses say so.
 */
import './zod-without-eval.ts';
import { HostSession } from './client/host-session.ts';
import { localHost } from './client/local-host.ts';
import { SocketControlClient } from './client/socket-control-client.ts';
import { startWindow } from './start-window.tsx';

const session = new HostSession('');
const client = new SocketControlClient({
  openSocket: (path) => new WebSocket(`ws://${location.host}${path}?host=b`),
  checkSession: () => session.check(),
  onSignedInElsewhere: (listener) => session.onSignedInElsewhere(listener),
});
startWindow([
  { ...localHost(), name: 'first' },
  { id: 'b', name: 'second', client, session },
]);
