import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { expect, it } from 'vitest';
import { ircdConfigSchema } from './config.ts';

it('has a default for everything', () => {
  const config = ircdConfigSchema.parse({});
  expect(config.listen).toEqual([{ host: '127.0.0.1', port: 6667, tls: false, protocol: 'irc' }]);
  expect(config.oper).toEqual([]);
});

it('accepts the example of docs/configuration.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
  const example = page.split('```toml\n')[1]?.split('```')[0] as string;
  const config = ircdConfigSchema.parse(parse(example).ircd);
  expect(config.class.map((one) => one.name)).toEqual(['bouncers']);
});

it('refuses names that would break lines of the protocol, and duplicates', () => {
  for (const broken of [
    { server_name: 'localhost' },
    { server_name: 'a b.c' },
    { network: 'two words' },
    { network: 'a=b' },
    { oper: [1, 2].map(() => ({ name: 'x', password_hash: '$argon2id$x' })) },
    { listen: [{ port: 70_000 }] },
    { listen: [{ port: 6667 }, { port: 6667 }] },
    { listen: [{ port: 6667 }, { port: 6667, host: '0.0.0.0', tls: true }] },
    { listen: [{ port: 6667, host: '*' }] },
    { password_hash: 'correct-horse-battery' },
    { password_hash: '$argon2id$...' },
    { password_hash: '$argon2id$v=19$m=19456,t=2,p=1$...' },
    { unknown_key: 1 },
  ]) {
    expect(ircdConfigSchema.safeParse(broken).success, JSON.stringify(broken)).toBe(false);
  }
});

it('refuses an operator block from a network that cannot be, as it would let nobody in', () => {
  const password_hash = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
  const accepts = (mask: string) =>
    ircdConfigSchema.safeParse({ oper: [{ name: 'x', password_hash, hosts: [mask] }] }).success;
  expect(accepts('*@10.0.0.0/8')).toBe(true);
  expect(accepts('*@10.0.0.0/33')).toBe(false);
});
