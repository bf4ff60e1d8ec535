/** Configurations of the daemons that ship, with the one mistake that each has, as `config check` names it. */
import { expect, test } from 'vitest';
import { registry } from '../../../daemons/registry.ts';
import { parseConfigDocument } from './config-document.ts';

function check(text: string): string {
  const outcome = parseConfigDocument(text, 's.toml', registry);
  return outcome.ok ? 'no mistakes' : outcome.error.message;
}

const LINE = 'expected text on one line, without control characters';
const WORD = 'expected one word: no spaces, no control characters, and no ":" in front';
const NAME = 'expected one host name such as "signalbox.example.org", without port or wildcard';
const HOST = 'expected an address such as "127.0.0.1", a host name, or "::" for every address';

test.each<[string, string, string]>([
  [
    'a line feed in description',
    '[ircd]\ndescription = "a\\nb"',
    `s.toml:2: ircd.description: ${LINE}, got "a\\nb"`,
  ],
  [
    'line feeds around server_name',
    '[ircd]\nserver_name = """\n\nirc.example.org\n"""',
    's.toml:2: ircd.server_name: expected a server name with a dot, such as irc.example.net, got "\\nirc.example.org\\n"',
  ],
  ['a tab in network', '[ircd]\nnetwork = "a\\tb"', `s.toml:2: ircd.network: ${WORD}, got "a\\tb"`],
  ['a colon in front of network', '[ircd]\nnetwork = ":a"', `s.toml:2: ircd.network: ${WORD}, got ":a"`],
  [
    'a line feed in admin.email',
    '[ircd.admin]\nlocation = "x"\nemail = "a\\r\\nb"',
    `s.toml:3: ircd.admin.email: ${LINE}, got "a\\r\\nb"`,
  ],
  [
    'a line feed in class.name',
    '[[ircd.class]]\nname = "a\\nb"',
    `s.toml:2: ircd.class[0].name: ${LINE}, got "a\\nb"`,
  ],
  [
    'a line feed in the name of a class of the relay',
    '[[relay.class]]\nname = "a\\nb"\nmatch = ["::/0"]',
    `s.toml:2: relay.class[0].name: ${LINE}, got "a\\nb"`,
  ],
  [
    'a listener on *',
    '[ircd]\nlisten = [{ host = "*", port = 1 }]',
    `s.toml:2: ircd.listen[0].host: ${HOST}, got "*"`,
  ],
  [
    'the same listener twice',
    '[ircd]\nlisten = [\n  { port = 6667 },\n  { port = 6667, tls = true },\n]',
    's.toml:4: ircd.listen[1]: expected a place of its own; listen[0] has it already',
  ],
  [
    'a place that two daemons want',
    '[ircd]\nlisten = [{ port = 6680 }]\n[relay]\nmode = "rooms"\nlisten = [{ host = "0.0.0.0", port = 6680 }]',
    's.toml:5: relay.listen[0]: expected a place of its own, got 0.0.0.0:6680, which ircd.listen[0] has already',
  ],
  [
    'the default place of a daemon that starts by itself, taken by another,',
    '[signalbox]\nautostart = ["ircd", "relay"]\n[ircd]\nlisten = [{ port = 6680 }]',
    's.toml: relay.listen[0]: expected a place of its own, got 127.0.0.1:6680, which ircd.listen[0] has already',
  ],
  [
    'every host allowed',
    '[signalbox]\nallowed_hosts = ["*"]',
    `s.toml:2: signalbox.allowed_hosts[0]: ${NAME}, got "*"`,
  ],
  [
    'a date where a table belongs',
    '[ircd]\nadmin = 2024-01-01',
    's.toml:2: ircd.admin: expected a table, got the date 2024-01-01',
  ],
  [
    'a control frame larger than a frame',
    '[relay]\nmax_frame_bytes = 4096\nmax_control_bytes = 8192',
    's.toml:3: relay.max_control_bytes: expected at most 4096, because a control frame is a frame (max_frame_bytes), got 8192',
  ],
  [
    'a hash of dots',
    '[ircd]\npassword_hash = "$argon2id$..."',
    's.toml:2: ircd.password_hash: expected an argon2id hash; make one with: npm run -s hash-password (what is there is secret and not shown)',
  ],
])('%s is refused with line and key', (_name, text, message) => {
  expect(check(text)).toBe(message);
});

test('a default place is in nobody’s way where its daemon is not started', () => {
  expect(check('[ircd]\nlisten = [{ port = 6680 }]')).toBe('no mistakes');
});
