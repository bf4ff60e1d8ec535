/** The part of a WebSocket that the client of a browser uses, for requests and streams alike; tests have their own. */
export type SocketLike = Pick<
  WebSocket,
  'binaryType' | 'readyState' | 'send' | 'close' | 'onopen' | 'onmessage' | 'onclose'
>;
