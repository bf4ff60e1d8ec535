import { expect, test } from 'vitest';
import { z } from 'zod';
import { formatKeyPath } from '../../../contract/key-path.ts';
import { defineManifest } from '../../../contract/manifest.ts';
import { parseConfigDocument } from './config-document.ts';

const ircd = defineManifest({
  id: 'ircd',
  title: 'IRC',
  summary: '',
  metrics: [],
  commands: {},
  config: z.object({
    listen: z
      .array(
        z.object({
          host: z.string().default('127.0.0.1'),
          port: z.number().int().min(0).max(65_535),
          protocol: z.enum(['irc', 'websocket']).default('irc'),
          tls: z.boolean().optional(),
        }),
      )
      .min(1)
      .default([{ host: '127.0.0.1', port: 6667, protocol: 'irc' }]),
    class: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(32),
          match: z.array(
            z.string().refine((text) => text.includes('/'), 'expected a CIDR such as 10.0.0.0/8'),
          ),
          send_queue_bytes: z.number().positive().optional(),
        }),
      )
      .default([]),
    motd: z.union([z.string(), z.array(z.string())]).optional(),
    names: z.record(z.string(), z.number()).optional(),
  }),
});
const relay = defineManifest({
  id: 'relay',
  title: 'Relay',
  summary: '',
  metrics: [],
  commands: {},
  config: z.strictObject({ frame_bytes: z.number().int().min(1).default(1_048_576) }),
});

function check(text: string): string {
  const outcome = parseConfigDocument(text, 'signalbox.toml', [ircd, relay]);
  return outcome.ok ? 'ok' : outcome.error.message;
}

test.each<[string, string, string]>([
  [
    'a wrong type',
    '[ircd]\nlisten = [\n  { port = "abc" },\n]',
    'signalbox.toml:3: ircd.listen[0].port: expected a number from 0 to 65535, got "abc"',
  ],
  [
    'a number out of range',
    '[ircd]\nlisten = [{ port = 70000 }]',
    'signalbox.toml:2: ircd.listen[0].port: expected a whole number from 0 to 65535, got 70000',
  ],
  [
    'a number without end',
    '[relay]\nframe_bytes = inf',
    'signalbox.toml:2: relay.frame_bytes: expected a whole number of at least 1, got inf',
  ],
  [
    'a fraction',
    '[relay]\nframe_bytes = 1.5',
    'signalbox.toml:2: relay.frame_bytes: expected a whole number of at least 1, got 1.5',
  ],
  [
    'a value that is not among the choices',
    '[ircd]\nlisten = [{ port = 1, protocol = "xmpp" }]',
    'signalbox.toml:2: ircd.listen[0].protocol: expected one of "irc", "websocket", got "xmpp"',
  ],
  [
    'a missing key',
    '[[ircd.class]]\nmatch = []',
    'signalbox.toml:1: ircd.class[0].name: missing, expected text of 1 to 32 characters',
  ],
  [
    'an unknown key with a suggestion',
    '[ircd]\nlisten = [{ prot = 1, port = 1 }]',
    'signalbox.toml:2: ircd.listen[0].prot: unknown key, did you mean "port"?',
  ],
  ['an unknown key', '\n[relay]\nbananas = 1', 'signalbox.toml:3: relay.bananas: unknown key'],
  ['an unknown table', '[irdc]\nx = 1', 'signalbox.toml:1: irdc: unknown table, did you mean "ircd"?'],
  [
    'a rule of the daemon itself',
    '[[ircd.class]]\nname = "a"\nmatch = [\n  "10.0.0.0/8",\n  "local",\n]',
    'signalbox.toml:5: ircd.class[0].match[1]: expected a CIDR such as 10.0.0.0/8, got "local"',
  ],
  ['alternatives', '[ircd]\nmotd = 5', 'signalbox.toml:2: ircd.motd: expected text or a list, got 5'],
  ['a table that is none', 'relay = 5', 'signalbox.toml:1: relay: expected a table, got 5'],
  [
    'an empty list',
    '[ircd]\nlisten = []',
    'signalbox.toml:2: ircd.listen: expected a list of at least 1 entries, got []',
  ],
  [
    'an open end',
    '[[ircd.class]]\nname = "a"\nmatch = []\nsend_queue_bytes = 0',
    'signalbox.toml:4: ircd.class[0].send_queue_bytes: expected a number above 0, got 0',
  ],
  [
    'a runtime that does not exist',
    '[relay]\nruntime = "deno"',
    'signalbox.toml:2: relay.runtime: expected one of "host", "node", got "deno"',
  ],
  [
    'autostart of what does not exist',
    '[signalbox]\nautostart = ["relay",\n "irdc"]',
    'signalbox.toml:3: signalbox.autostart[1]: expected one of "ircd", "relay", got "irdc"',
  ],
  [
    'several mistakes, the first one first',
    '[relay]\nframe_bytes = "x"\n[ircd]\nmotd = 5\nzzz = 1',
    'signalbox.toml:2: relay.frame_bytes: expected a number of at least 1, got "x" (and 2 more mistakes)',
  ],
])('%s is named with line and key', (_name, text, message) => {
  expect(check(text)).toBe(message);
});

test('all mistakes are listed with line and key, of very many the first twenty', () => {
  const mistakes = (text: string) => {
    const outcome = parseConfigDocument(text, 's.toml', [ircd, relay]);
    return outcome.ok ? null : outcome.error.detail?.mistakes;
  };
  expect(mistakes('[relay]\nframe_bytes = "x"\n[ircd]\nmotd = 5\nzzz = 1')).toEqual([
    's.toml:2: relay.frame_bytes: expected a number of at least 1, got "x"',
    expect.stringMatching(/^s\.toml:4: ircd\.motd: expected .*, got 5$/),
    's.toml:5: ircd.zzz: unknown key',
  ]);
  const many = Array.from({ length: 25 }, (_, n) => `zzz${n} = 1`).join('\n');
  const shown = mistakes(`[ircd]\n${many}`);
  expect(shown).toHaveLength(21);
  expect(shown).toMatchObject({ 19: 's.toml:21: ircd.zzz19: unknown key', 20: 'and 5 more mistakes' });
});

test('a syntax error is named with its line', () => {
  expect(check('[ircd]\nlisten = [{ port = }]')).toMatch(
    /^signalbox\.toml:2: not valid TOML: .+ \(column \d+\)$/,
  );
});

test('an empty file is fine: everything has a default', () => {
  const outcome = parseConfigDocument('', 'x.toml', [ircd, relay]);
  expect(outcome).toMatchObject({ ok: true, result: { autostart: null } });
});

test('the runtime is taken out before the daemon sees its table', () => {
  const text =
    '[signalbox]\nautostart = []\n[relay]\nruntime = "node"\nframe_bytes = 5\n[ircd.names]\nann = 1';
  const outcome = parseConfigDocument(text, 'x.toml', [ircd, relay]);
  if (!outcome.ok) throw new Error(outcome.error.message);
  expect(outcome.result.autostart).toEqual([]);
  expect(outcome.result.daemons.get('relay')).toEqual({ input: { frame_bytes: 5 }, runtime: 'node' });
  expect(outcome.result.daemons.get('ircd')).toEqual({ input: { names: { ann: 1 } }, runtime: undefined });
});

test('the error carries file, line and key as data', () => {
  const outcome = parseConfigDocument('[relay]\nframe_bytes = "x"', '/etc/s.toml', [relay]);
  expect(outcome).toMatchObject({
    ok: false,
    error: { code: 'config_invalid', detail: { file: '/etc/s.toml', line: 2, key: 'relay.frame_bytes' } },
  });
});

test('a long or strange value is shown short and on one line', () => {
  const message = check(`[relay]\nframe_bytes = """${'x\n'.repeat(200)}"""`);
  expect(message.length).toBeLessThan(180);
  expect(message).not.toContain('\n');
});

test('key paths are written as in TOML', () => {
  expect(formatKeyPath(['ircd', 'listen', 0, 'port'])).toBe('ircd.listen[0].port');
  expect(formatKeyPath(['a b', 'c'])).toBe('"a b".c');
});

test.each<[string, string]>([
  ['', 'tray'],
  ['[signalbox]\non_close = "ask"', 'ask'],
  ['[signalbox]\non_close = "tray"', 'tray'],
  ['[signalbox]\non_close = "quit"', 'quit'],
])('what closing the last window does: %s', (text, onClose) => {
  const outcome = parseConfigDocument(text, 'signalbox.toml', [ircd, relay]);
  expect(outcome).toMatchObject({ ok: true, result: { onClose } });
});

test('another on_close is refused with what it may be', () => {
  expect(check('[signalbox]\non_close = "hide"')).toBe(
    'signalbox.toml:2: signalbox.on_close: expected one of "ask", "tray", "quit", got "hide"',
  );
});

test('a mistake has its line and column in the detail, in every shape that a setting may be written in', () => {
  const places = (text: string) => {
    const outcome = parseConfigDocument(text, 'signalbox.toml', [ircd, relay]);
    const { line, column, key } = (outcome.ok ? null : outcome.error.detail) ?? {};
    return [line, column, key];
  };
  expect(places('relay.frame_bytes = 0')).toEqual([1, 7, 'relay.frame_bytes']);
  expect(places('relay = { frame_bytes = 0 }')).toEqual([1, 11, 'relay.frame_bytes']);
  expect(places('[ircd]\r\nlisten = [\r\n  { host = "::1",\r\n    port = "x" },\r\n]')).toEqual([
    4,
    5,
    'ircd.listen[0].port',
  ]);
  expect(places('[[ircd.class]]\nname = "a"\nmatch = []\n[[ircd.class]]\nname = 5\nmatch = []')).toEqual([
    5,
    1,
    'ircd.class[1].name',
  ]);
  expect(places('[relay]\nframe_bytes = = 1')).toEqual([2, 15, null]);
});

test('a byte order mark takes no line from a mistake, and one inside the text is a mistake', () => {
  expect(check('\ufeff[relay]\nframe_bytes = 0')).toMatch(/^signalbox\.toml:2: relay\.frame_bytes: /);
  expect(check('[relay]\n\ufeffframe_bytes = 1')).toMatch(/^signalbox\.toml:2: not valid TOML: /);
});
