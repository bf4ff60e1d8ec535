/**
 * The `[ircd]` table of the configuration file: schema, defaults and the types that follow from them. The network
 * path brings its own keys; the manifest publishes the whole, main validates files with it.
 */
import { z } from 'zod';
import { netConfigShape } from './net/config.ts';

/** What an operator block may allow. */
export const OPER_FLAGS = [
  'auspex',
  'die',
  'dline',
  'globops',
  'kill',
  'kline',
  'rehash',
  'restart',
  'wallops',
] as const;

const HASH_HINT = 'expected an argon2id hash; make one with: npm run -s hash-password';

const passwordHash = z.string().startsWith('$argon2', HASH_HINT).meta({ secret: true });

const oper = z.strictObject({
  name: z.string().min(1).max(32).describe('First parameter of OPER.'),
  password_hash: passwordHash.describe('argon2id hash of the password.'),
  hosts: z
    .array(z.string().min(1))
    .min(1)
    .default(['*@*'])
    .describe('user@host masks of those who may use it.'),
  flags: z
    .array(z.enum(OPER_FLAGS))
    .default(['auspex', 'dline', 'globops', 'kill', 'kline', 'rehash', 'wallops'])
    .describe('What the operator may do; auspex sees addresses and hidden channels.'),
  title: z.string().max(64).default('is an IRC operator').describe('Shown in WHOIS.'),
});

const admin = z.strictObject({
  location: z.string().max(200).default('').describe('Where the server is.'),
  organisation: z.string().max(200).default('').describe('Who runs it.'),
  email: z.string().max(200).default('').describe('How to reach them.'),
});

const serverName = z
  .string()
  .max(63)
  .refine(
    (name) => name.includes('.') && !name.includes(' ') && !name.startsWith(':') && !name.includes('!'),
    {
      error: 'expected a server name with a dot, such as irc.example.net',
    },
  );

const networkName = z
  .string()
  .min(1)
  .max(32)
  .refine((name) => !name.includes(' ') && !name.includes('='), { error: 'must not contain spaces or "="' });

/** Schema of the whole table. Everything has a default. */
export const ircdConfigSchema = z.strictObject({
  server_name: serverName.default('irc.signalbox.local').describe('Name of this server.'),
  network: networkName.default('Signalbox').describe('Name of the network.'),
  description: z.string().max(100).default('Signalbox IRC server').describe('Shown in WHOIS and LINKS.'),
  ...netConfigShape,
  password_hash: passwordHash
    .nullable()
    .default(null)
    .describe('argon2id hash of the password that clients must give; none lets everybody in.'),
  motd_file: z.string().min(1).nullable().default(null).describe('File with the message of the day.'),
  admin: admin.prefault({}).describe('Answer to ADMIN.'),
  oper: z
    .array(oper)
    .default([])
    .refine((blocks) => new Set(blocks.map((block) => block.name)).size === blocks.length, {
      error: 'two operator blocks have the same name',
    })
    .describe('Operator blocks.'),
});

/** The parsed table. */
export type IrcdConfig = z.infer<typeof ircdConfigSchema>;
/** One operator block. */
export type OperBlock = IrcdConfig['oper'][number];
