/**
 * The version of the link between main and a daemon process, over the parent port of a utility process or the IPC channel
 * of a fork (structured clone both ways). Handshake: hello -> init -> ready or failed. The messages are in to-daemon.ts and
 * from-daemon.ts. Each is a schema, and its type is what the schema lets through; a field that the schema does not have is
 * a defect of whoever sent it, and the message is refused.
 */

/** Rises when a message changes its meaning; main refuses a daemon of another version. */
export const LINK_PROTOCOL = 2;
