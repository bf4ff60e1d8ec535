import { expect, it } from 'vitest';
import { isupportTokens, supportLines } from './isupport-tokens.ts';
import { Tuning } from './tuning.ts';

it('announces what the protocol implements, thirteen tokens a line', () => {
  const lines = supportLines('TestNet', new Tuning());
  expect(lines.map((line) => line.split(' ').length)).toEqual([13, 13, 6]);
  // With the longest names of server and client around it a line still has 510 bytes.
  const around = `:${'h'.repeat(63)} 005 ${'n'.repeat(30)}  :are supported by this server`.length;
  const long = supportLines('N'.repeat(300), new Tuning());
  for (const line of long) expect(around + line.length).toBeLessThanOrEqual(510);
  expect(
    supportLines('N'.repeat(510 - around - 'NETWORK='.length), new Tuning()).some(
      (line) => around + line.length === 510,
    ),
  ).toBe(true);
  expect(lines.join(' ').split(' ')).toEqual(isupportTokens('TestNet', new Tuning()));
  expect(lines.join(' ')).toContain('NETWORK=TestNet');
});

it('has these tokens, with the limits that are enforced', () => {
  const all = isupportTokens('TestNet', new Tuning(), true, 15);
  expect(all).toEqual(
    `
    ACCEPT=100
    ACCOUNTEXTBAN=a
    AWAYLEN=378
    BOT=B
    CALLERID=g
    CASEMAPPING=rfc1459
    CHANLIMIT=#:100
    CHANMODES=beI,k,lHLf,CDKMNOPQSTZcimnprst
    CHANNELLEN=64
    CHANTYPES=#
    ELIST=CMNTU
    EXCEPTS=e
    EXTBAN=~,acmrz
    HOSTLEN=63
    INVEX=I
    KEYLEN=23
    KICKLEN=295
    KNOCK
    MAXLIST=beI:100
    MODES=6
    MONITOR=100
    NAMELEN=150
    NETWORK=TestNet
    NICKLEN=15
    PREFIX=(ov)@+
    SAFELIST
    SILENCE=32
    STATUSMSG=@+
    TARGMAX=JOIN:20,KICK:4,LIST:,NAMES:4,NOTICE:4,PART:20,PRIVMSG:4,TAGMSG:4,WHOIS:1
    TOPICLEN=325
    USERLEN=16
    UTF8ONLY
    WHOX`
      .trim()
      .split(/\s+/),
  );
  expect(isupportTokens('TestNet', new Tuning())).toEqual(
    all
      .filter((token) => !token.includes('ACCOUNTEXTBAN'))
      .map((token) => token.replace('NICKLEN=15', 'NICKLEN=30').replace('~,acmrz', '~,cmrz')),
  );
});

it('follows a limit that was changed', () => {
  const tuning = new Tuning();
  expect(tuning.set('channels_per_user', 7)).toBe(100);
  expect(isupportTokens('n', tuning)).toContain('CHANLIMIT=#:7');
});
