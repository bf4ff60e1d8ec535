/** The codes of the error frames that clients get. A code never changes its meaning; docs/relay-protocol.md lists them. */
export const PROTOCOL_ERRORS = {
  frame_too_large: 'The length is over max_frame_bytes. The connection is closed.',
  hello_required: 'This listener wants a hello as the first frame. The connection is closed.',
  bad_hello: 'The hello does not have the shape that the protocol declares.',
  hello_timeout: 'No acceptable hello came in time. The connection is closed.',
  already_greeted: 'The client has said hello before.',
  mode_not_allowed: 'The relay does not offer that mode.',
  bad_peer_id: 'The peer id is too long or has characters that are not allowed.',
  peer_taken: 'Another client has that peer id.',
  noise_not_offered: 'The relay has no sealed sessions. The connection is closed.',
  noise_required: 'The relay takes nobody without a sealed session. The connection is closed.',
  unsupported_version: 'The relay does not speak that version of the protocol. The connection is closed.',
  handshake_failed: 'A message of the handshake is not genuine. The connection is closed.',
  handshake_timeout: 'No sealed session came about in time. The connection is closed.',
  too_many_handshakes:
    'The address has handshakes_per_ip unfinished handshakes, or most of the max_handshakes of all. The connection is closed.',
  bad_identity: 'The identity does not hold for the key of the handshake. The connection is closed.',
  identity_changed: 'Another identity has that peer id.',
  identity_required: 'That peer id is of somebody who proves an identity; a plain client may not have it.',
  too_many_peer_ids: 'The identity has peer_ids_per_identity peer ids.',
  not_allowed: 'The identity is not among those that are let in. The connection is closed.',
  too_many_sessions: 'The identity has connections_per_identity connections. The connection is closed.',
  bad_record: 'A sealed frame was changed, repeated or out of order. The connection is closed.',
  key_spent: 'A key has sealed as many frames as one may. The connection is closed.',
  banned: 'The address, the identity or the peer id is banned. The connection is closed.',
  bad_control: 'The control frame is not JSON, has no known type, or lacks a field.',
  control_too_large: 'The control frame is over max_control_bytes.',
  bad_data: 'The kind byte is unknown or the header is cut off.',
  wrong_mode: 'The mode of this connection does not have that request or kind.',
  bad_room_name: 'The room name is too long or has characters that are not allowed.',
  unknown_room: 'There is no room of that name.',
  room_exists: 'A room of that name exists already.',
  already_member: 'The client is in that room already.',
  not_member: 'The client is not in that room.',
  too_many_rooms: 'The relay has max_rooms rooms.',
  too_many_joined: 'The client is in rooms_per_peer rooms.',
  room_full: 'The room has members_per_room members.',
  unknown_peer: 'No client that takes direct messages has that id.',
  not_taken: 'The receiver exists, but its send queue is full.',
  quota: 'The identity has had as much passed on to peers as it may; the message was not delivered.',
  too_many_clients: 'The relay, or the connection class, is full. The connection is closed.',
  too_many_connections: 'The address has connections_per_ip connections. The connection is closed.',
  connect_throttled: 'The address connects too fast. The connection is closed.',
  slow_reader: 'The send queue is full: the client does not read fast enough. The connection is closed.',
  too_much_unfinished:
    'The relay holds receive_total_bytes of unfinished frames, most of them from this address. The connection is closed.',
  stalled: 'The client took nothing for stall_seconds. The connection is closed.',
  idle: 'Nothing was heard from the client. The connection is closed.',
  frame_timeout: 'A frame was begun and not finished within frame_seconds. The connection is closed.',
  kicked: 'An operator closed the connection.',
} as const;

/** A code of {@link PROTOCOL_ERRORS}. */
export type ProtocolErrorCode = keyof typeof PROTOCOL_ERRORS;

/** Number or string that a client chose for a request; null where it chose none. */
export type RequestId = number | string | null;
