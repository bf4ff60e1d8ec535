/** Rows of the live table and of table results, in the order of the manifest's columns. */
import type { TableCell } from '../../../contract/stream.ts';
import type { ConnectionFacts } from '../net/engine.ts';
import type { Client } from '../objects-server.ts';
import { peerText } from '../permissions.ts';

type Row = Readonly<Record<string, TableCell>>;

/** A client as a row; the keys are the manifest's columns, in their order. */
export function connectionRow(facts: ConnectionFacts, client: Client | undefined, nowMs: number): Row {
  const { terms, peer } = facts;
  return {
    client: terms.client,
    address: terms.address,
    peer: peerText(peer),
    listener: terms.listener,
    version: facts.version,
    dialect: facts.dialect,
    writable: terms.writable,
    class: client?.seat.connectionClass.name ?? '',
    tls: terms.tls ?? '',
    connectedAt: facts.connectedAt,
    idle: Math.max(0, Math.round((nowMs - facts.lastRequestAt) / 1_000)),
    requests: facts.requests,
    waiting: facts.waiting,
    bytesIn: facts.bytesIn,
    bytesOut: facts.bytesOut,
    queueBytes: facts.queuedBytes,
  };
}
