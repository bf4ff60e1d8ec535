/** `SASL`: a client of one server logs in with services elsewhere, or with this server where that knows the accounts. */
import { readSasl } from '../../../irc/p10/sasl-line.ts';
import { passOn, type TokenCode } from './link-line.ts';
import { toOthers } from './nefarious.ts';

/** `SASL server home!session step data`, for one server or for all. */
export const sasl: TokenCode = (line) => {
  const { server, network, link, line: said, source } = line;
  const { state } = server;
  const exchange = readSasl(said);
  if (exchange === null || 'nick' in source) return null;
  const { target, home } = exchange;
  const to = target === '*' ? undefined : state.serverByNumeric(target);
  if (to !== undefined && to !== state.me) passOn(line, to);
  else if (to === state.me && home === state.me.numeric)
    server.accounts.authority.hearSasl?.(source, exchange);
  else if ((to === state.me || target === '*') && network.answersSasl)
    network.saslDesk.hear(source.numeric, exchange, link);
  else if (target === '*') toOthers(line);
  return null;
};
