/**
 * What Anope's flat file (`anope.db` of db_flatfile) holds, in the terms of these services. Version 2.0 calls some things
 * otherwise than 2.1.
 */
import { fold } from '../../irc/casemapping.ts';
import { AccountChecks } from './account-checks.ts';
import { channelsOf } from './anope-channels.ts';
import { displays, grouped, type Objects, objectsIn, timeIn, wordsIn } from './anope-objects.ts';
import { type ForeignAccount, type ForeignData, type ForeignReading, LeftList } from './foreign-data.ts';
import { ForeignLists } from './foreign-lists.ts';

/** Kinds that have no place here, with what names one, and why. */
const NO_PLACE: ReadonlyMap<string, readonly [string, string, string?]> = new Map([
  ['Memo', ['memo', 'owner', 'nobody keeps messages for others here']],
  ['BotInfo', ['bot', 'nick', 'bots have their names here']],
  ['ForbidData', ['forbidden name', 'mask', 'NOREGISTER, RESERVE and ADDBAD forbid names']],
  ['HostRequest', ['request for a host', 'nick']],
  ['Oper', ['operator of services', 'name', 'set-level, or OSET LEVEL, gives a level']],
  ['Exception', ['exception of sessions', 'mask', 'ADDTRUST lets more clients come']],
]);

/**
 * @param bytes of the file, a character each
 * @throws AnopeProblem where it is none
 */
export function readAnope(bytes: string, { now }: ForeignReading): ForeignData {
  const left = new LeftList();
  const objects = objectsIn(bytes);
  const of = (kind: string) => objects.get(kind) ?? [];
  const accounts = accountsOf(of, left, now);
  const names = new Set(accounts.map(({ name }) => fold(name)));
  const lists = new ForeignLists(left, now);
  for (const one of of('XLine')) {
    const mask = one.get('mask') ?? '';
    const entry = {
      by: one.get('by') || 'Anope',
      at: timeIn(one, 'created'),
      expires: timeIn(one, 'expires'),
      reason: one.get('reason') ?? null,
    };
    // Who bans real names or nicks by a pattern has another manager, and another form of mask.
    if (/^[^\s!@]+@[^\s@]+$/.test(mask)) lists.ban('ban of the network', 'gline', mask, entry);
    else left.add('ban of the network', 'it is not user@host', mask);
  }
  for (const [kind, [what, name, why]] of NO_PLACE)
    for (const one of of(kind)) left.add(what, why ?? 'it has no place here', one.get(name) ?? '');
  const channels = channelsOf(of, displays(of), names, left, now);
  return { accounts, channels, lists, help: [], spam: { channels: [], trusts: [] }, left };
}

function accountsOf(of: Objects, left: LeftList, now: number): ForeignAccount[] {
  const owner = displays(of);
  const aliases = grouped(of('NickAlias'), (alias) => owner(alias, 'ncid', 'nc'));
  const holding = of('NSSuspendInfo').filter((one) => (timeIn(one, 'expires') ?? now + 1) > now);
  const suspended = new Map(holding.map((one) => [fold(one.get('nick') ?? ''), one]));
  const accounts: ForeignAccount[] = [];
  const known = new Set<string>();
  for (const core of of('NickCore')) {
    const name = core.get('display') ?? '';
    const checks = new AccountChecks(name, left);
    if (!checks.isName()) continue;
    if (known.has(fold(name))) {
      left.add('account', 'there is another one of its name', name);
      continue;
    }
    known.add(fold(name));
    const nicks = aliases.get(fold(name)) ?? [];
    const out = [name, ...nicks.map((one) => one.get('nick') ?? '')].map((nick) => suspended.get(fold(nick)));
    const kept = out.find((one) => one !== undefined);
    const times = nicks.map((one) => timeIn(one, 'registered') ?? timeIn(one, 'time_registered') ?? 0);
    const made = timeIn(core, 'registered') ?? Math.min(...times.filter((at) => at > 0));
    const created = Number.isFinite(made) ? made : 0;
    const seen = Math.max(0, ...nicks.map((one) => timeIn(one, 'last_seen') ?? 0));
    if (nicks.some((one) => one.has('vhost_host')))
      checks.lost('host that was given out', 'hosts are the business of the IRC server', '');
    accounts.push({
      ...{ name, created, lastLogin: seen >= created && seen > 0 ? seen : null },
      email: checks.email(core.get('email') || null),
      hash: checks.hash(hashOf(core.get('pass') ?? '')),
      nicks: checks.nicks(nicks.map((one) => one.get('nick') ?? '')),
      hostMasks: checks.hostMasks(wordsIn(core, 'access')),
      fingerprints: checks.fingerprints(wordsIn(core, 'cert')),
      ...{ ignores: [], notes: [], info: null, maxLogins: null, level: 0, epithet: null },
      flags: core.get('NS_NO_EXPIRE') === '1' ? 'n' : '',
      privmsg: core.get('MSG') === '1' ? true : null,
      ...{ style: null, width: null, color: null, isAway: false },
      language: languageOf(core.get('language') ?? ''),
      suspended:
        kept === undefined
          ? null
          : { by: kept.get('by') || 'Anope', reason: kept.get('reason') || 'suspended in Anope' },
    });
  }
  return accounts;
}

/** What is kept of a password as crypt(3) has it; null where it is in the clear or none, and what cannot be checked where it is in a form of its own. */
function hashOf(pass: string): string | null {
  const [, kind = '', hash = ''] = /^([a-z0-9-]+):(.+)$/.exec(pass) ?? [];
  if (kind === 'bcrypt' || kind === 'posix') return hash;
  return kind === '' || kind === 'plain' ? null : `${kind}:`;
}

/** `de_DE.UTF-8` is German. */
function languageOf(language: string): string | null {
  const code = /^[a-z]{2,3}/.exec(language.toLowerCase())?.[0];
  return code === undefined || code === 'en' ? null : code;
}
