/** KILL and the server bans, for the slow model. */
import type { ModelClient, ModelServerBan } from './irc-model.ts';
import type { IrcRules } from './irc-rules.ts';
import { SERVER_MASKS } from './masks.ts';

/** A line of a client that only operators may send. */
export function operatorLine(rules: IrcRules, client: ModelClient, verb: string, params: readonly string[]) {
  const { model } = rules;
  if (!client.modes.has('o')) return rules.tell(client, '481');
  if (verb === 'KILL') {
    const victim = model.find(params[0]!);
    return victim === undefined
      ? rules.tell(client, `401 ${params[0]}`)
      : kill(rules, client, victim, params[1]!);
  }
  const kind = verb.endsWith('KLINE') ? 'kline' : 'dline';
  const typed = params.at(verb.startsWith('UN') ? 0 : 1)!;
  const mask = SERVER_MASKS[kind].find((known) => known.typed === typed)!;
  const was = model.serverBans.some((ban) => ban.mask.shown === mask.shown);
  model.serverBans = model.serverBans.filter((ban) => ban.mask.shown !== mask.shown);
  if (verb.startsWith('UN')) {
    if (was) tellOpers(rules, 'removed');
    else rules.tell(client, 'NOTICE failed');
    return;
  }
  const minutes = Number(params[0]);
  const expiresMs = minutes === 0 ? null : rules.nowMs + minutes * 60_000;
  const ban: ModelServerBan = { kind, mask, expiresMs };
  model.serverBans.push(ban);
  tellOpers(rules, 'added');
  const victims = model.locals.filter(
    (one) => mask.covers(one) && (kind === 'dline' || (one.registered && !one.modes.has('o'))),
  );
  for (const victim of victims) rules.exit(victim, `${kind === 'kline' ? 'K' : 'D'}-lined: why`);
}

export function kill(rules: IrcRules, client: ModelClient, victim: ModelClient, reason: string): void {
  tellOpers(rules, 'KILL');
  rules.tell(victim, `:${client.prefix} KILL ${victim.nick} :${reason}`);
  rules.exit(victim, `Killed (${client.nick} (${reason}))`);
}

function tellOpers(rules: IrcRules, what: string): void {
  for (const oper of rules.model.opers) rules.tell(oper, `NOTICE ${what}`);
}
