/** Commands before they run: how much they need, of whom, and what they cost. */
import { expect, it } from 'vitest';
import { OPER_FLAGS } from '../config.ts';
import { COMMANDS } from './registry.ts';

const words = (text: string) => text.trim().split(/\s*\n\s*/);

it('lists every command with its least parameters, the lines that it costs more, its phase, and its flag', () => {
  const told = [...COMMANDS.values()].map(({ name, minParams, penaltyLines, phase, oper }) =>
    [name, minParams, penaltyLines === undefined ? '' : `+${penaltyLines}`, phase, oper].filter(
      (word) => word !== undefined && word !== '',
    ),
  );
  expect(told.map((row) => row.join(' '))).toEqual(
    words(`
      ACCEPT 1
      ACCOUNT 1 +1
      ADMIN 0
      AUTHENTICATE 1 any
      AWAY 0 +1 any
      BATCH 1
      CAP 1 any
      CERT 1 +1
      CHANNEL 1 +1
      CHATHISTORY 1 +1
      CHGHOST 2 chghost
      CONNECT 1 connect
      CYCLE 1
      DIE 0 die
      DLINE 1 dline
      ELINE 1 eline
      GHOST 1 +2
      GLINE 1 gline
      GLOBOPS 1 globops
      HELP 0 +1
      HELPOP 0 +1
      INFO 0 +1
      INVITE 0 +1
      ISON 1
      ISUPPORT 0 +1 any
      JOIN 1
      JUPE 1 jupe
      KICK 2
      KILL 1 kill
      KLINE 1 kline
      KNOCK 1 +2
      LINKS 0 +1
      LIST 0 +3
      LOCOPS 1 globops
      LUSERS 0
      MAP 0 +1
      MARKREAD 0
      METADATA 2 any
      MODE 1
      MONITOR 1
      MOTD 0 +1
      NAMES 0
      NICK 0 any
      NOTICE 0
      OPER 2 +2
      OPME 1 override
      PART 1
      PASS 1 before
      PING 0 any
      PONG 0 any
      PRIVMSG 0
      QUIT 0 any
      REDACT 2 +1
      REGAIN 1 +2
      REGISTER 3 +2 any
      REHASH 0 rehash
      RENAME 2 +3
      RESTART 0 restart
      RESV 1 kline
      SAJOIN 2 override
      SAMODE 2 override
      SANICK 2 override
      SAPART 2 override
      SET 0 set
      SETNAME 1 +1
      SHUN 1 shun
      SILENCE 0
      SPAMFILTER 0 spamfilter
      SQUIT 1 squit
      STATS 1 +2
      TAGMSG 1
      TESTLINE 1 auspex
      TESTMASK 1 auspex
      TIME 0
      TOPIC 1
      TRACE 0 +2
      UNDLINE 1 dline
      UNELINE 1 eline
      UNGLINE 1 gline
      UNJUPE 1 jupe
      UNKLINE 1 kline
      UNRESV 1 kline
      UNSHUN 1 shun
      UNXLINE 1 kline
      UNZLINE 1 gline
      USER 4 before
      USERHOST 1
      USERIP 1
      VERIFY 2 +2 any
      VERSION 0
      WALLOPS 1 wallops
      WEBIRC 4 before
      WHO 1 +2
      WHOIS 0 +1
      WHOWAS 0 +1
      XLINE 1 kline
      ZLINE 1 gline`),
  );
});

it('explains each by its syntax and what it does, in lines that fit', () => {
  for (const [key, { name, help, oper }] of COMMANDS) {
    expect(key).toBe(name);
    const [syntax = '', ...more] = help;
    expect(syntax.split(/ /)[0], name).toBe(name);
    expect(more.length, name).toBeGreaterThan(0);
    for (const line of more) expect(line, name).toMatch(/^\S.{9,}$/);
    if (oper !== undefined) expect(OPER_FLAGS, name).toContain(oper);
  }
});
