/** Whatever the configuration holds is either refused or cannot break a line that a client gets. */
import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { anyCharacter } from '../../contract/test-characters.ts';
import { ircdConfigSchema } from './config.ts';
import { MemoryServer } from './memory-server.ts';
import { Arena } from './net/arena.ts';

const HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$KGAlTLwyX4s0/JXRnCLKSg$jFVxq1A9YQAGlKczJ3kb1TNHpGwFMSvYK3D4l2EJyGQ';

/** The table with one text of it replaced. */
const SETTINGS: Readonly<Record<string, (text: string) => object>> = {
  server_name: (text) => ({ server_name: text }),
  network: (text) => ({ network: text }),
  description: (text) => ({ description: text }),
  'admin.location': (text) => ({ admin: { location: text, email: 'x' } }),
  'admin.organisation': (text) => ({ admin: { organisation: text, email: 'x' } }),
  'admin.email': (text) => ({ admin: { email: text, location: 'x' } }),
  'oper.name': (text) => ({ oper: [{ name: text, password_hash: HASH }] }),
  'oper.hosts': (text) => ({ oper: [{ name: 'alice', password_hash: HASH, hosts: [text] }] }),
  'oper.title': (text) => ({ oper: [{ name: 'alice', password_hash: HASH, title: text }] }),
  'class.name': (text) => ({ class: [{ name: text }] }),
};

test.each(Object.keys(SETTINGS))('a line ending in %s is refused', (key) => {
  for (const text of ['a\nb.c', 'a\r\nb.c', '\nirc.example.org\n', 'a\0.b'])
    expect(ircdConfigSchema.safeParse(SETTINGS[key]?.(text)).success, JSON.stringify(text)).toBe(false);
});

test.each(['server_name', 'network', 'oper.name', 'oper.hosts'])(
  'a tab, a space or a colon in front of %s is refused',
  (key) => {
    for (const text of ['a\tb.c', 'a b.c', ':a.b'])
      expect(ircdConfigSchema.safeParse(SETTINGS[key]?.(text)).success, JSON.stringify(text)).toBe(false);
  },
);

/** Everything that shows settings, asked by an operator of the block `alice`. */
function conversation(settings: object): string[] {
  const irc = new MemoryServer(ircdConfigSchema.parse(settings));
  try {
    const client = irc.connect();
    const lines = client.send('NICK ann', 'USER ann 0 * :Ann');
    irc.promote(client, ['auspex']);
    const [block] = irc.server.config.oper;
    if (client.client?.oper && block !== undefined) Object.assign(client.client.oper, { title: block.title });
    lines.push(
      ...client.send('ADMIN', 'LINKS', 'MAP', 'INFO', 'VERSION', 'WHOIS ann', 'STATS o', 'TIME', 'LUSERS'),
    );
    return lines;
  } finally {
    irc.close();
  }
}

/** Numeric and number of parameters of each line: what a broken text would change. */
function shapes(lines: readonly string[]): string[] {
  return lines.map((line) => {
    const [head = '', ...trailing] = line.split(' :');
    const words = head.split(' ');
    return `${words[1]} ${words.length}${trailing.length > 0 ? ' text' : ''}`;
  });
}

it('yields the same well-formed lines with every text that is accepted', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({ unit: anyCharacter, maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom('a', '.', ':', ' ', '=', '\\', '@', '\u0002', '\t', '日'),
      maxLength: 70,
    }),
    fc.constantFrom('irc.example.org', 'x'.repeat(200), '日'.repeat(66), `a.${'b'.repeat(60)}`),
  );
  const keys = Object.keys(SETTINGS);
  const plain = new Map(
    keys.map((key) => [key, shapes(conversation(SETTINGS[key]?.('plain.text') as object))]),
  );
  let accepted = 0;
  fc.assert(
    fc.property(fc.constantFrom(...keys), text, (key, value) => {
      const settings = SETTINGS[key]?.(value) as object;
      if (!ircdConfigSchema.safeParse(settings).success) return;
      accepted++;
      const lines = conversation(settings);
      for (const line of lines) {
        expect(line).not.toMatch(/[\r\n\0]/);
        expect(Buffer.byteLength(line)).toBeLessThanOrEqual(510);
        expect(line.startsWith(':')).toBe(true);
      }
      expect(shapes(lines)).toEqual(plain.get(key));
    }),
    { numRuns: 300 },
  );
  expect(accepted).toBeGreaterThan(50);
});

it('never writes a line ending inside a line, wherever it came from', () => {
  const arena = new Arena();
  const { slab, start, end } = arena.encode(':irc.test NOTICE ann :a\r\nQUIT\n\0b');
  expect(slab.bytes.toString('utf8', start, end)).toBe(':irc.test NOTICE ann :a  QUIT  b\r\n');
});
