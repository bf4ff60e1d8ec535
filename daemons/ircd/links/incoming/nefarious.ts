/**
 * What Nefarious and its services say to each other by way of this server: logins of clients under way, and what is known of a user
 * beside the rest (the name behind a gateway, the country, the fingerprint of a certificate). Nothing of it changes anything here.
 */
import { readSasl } from '../../../irc/p10/sasl-line.ts';
import type { Peer } from '../peer.ts';
import { type LinkLine, passOn, type TokenCode } from './link-line.ts';

/** ircu answers what it does not know with nothing, and is spared it. */
function toOthers({ network, link, text }: LinkLine): void {
  const lines = [text];
  const none: readonly string[] = [];
  network.forwardEach(({ kind }: Peer) => (kind === 'ircu' ? none : lines), link);
}

/** `SASL server home!session step data`, for one server or for all. */
export const sasl: TokenCode = (line) => {
  const { server, line: said, source } = line;
  const exchange = readSasl(said);
  if (exchange === null || 'nick' in source) return null;
  if (exchange.target === '*') toOthers(line);
  else {
    const target = server.state.serverByNumeric(exchange.target);
    if (target !== undefined && target !== server.state.me) passOn(line, target);
  }
  return null;
};

/** `MK nick kind data`, of a server about a user. */
export const mark: TokenCode = (line) => {
  if (!('nick' in line.source) && line.params.length > 2) toOthers(line);
  return null;
};
