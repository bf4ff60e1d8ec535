/** The `[services]` table of the configuration file: schema, defaults and the types that follow from them. */
import { z } from 'zod';
import { filePath, lineText, lineWord, secret } from '../../contract/line-texts.ts';
import { isHostName, listenHost } from '../../contract/network-addresses.ts';
import { limits as accountLimits } from '../identity/limits.ts';
import { MAX_SERVER_NUMERIC } from '../irc/p10/numeric.ts';
import { keycloakConfigSchema } from './keycloak/keycloak-config.ts';
import { limits } from './limits.ts';

const serverName = z
  .string()
  .max(63)
  .refine((name) => name.includes('.') && isHostName(name), {
    error: 'expected a server name with a dot, such as services.example.net',
  });

/** A server that services may link to. */
const uplink = z
  .strictObject({
    host: listenHost().describe('Where it is.'),
    port: z.int().min(1).max(65_535).describe('Port on which it takes servers.'),
    password: secret(lineWord({ max: limits.linkPasswordBytes.default }))
      .optional()
      .describe('What both say to each other.'),
    password_file: filePath()
      .optional()
      .describe(
        'File whose first line is the password; a relative path begins in the folder `services` of the data directory.',
      ),
    tls: z.boolean().default(false).describe('Whether the link is encrypted.'),
    fingerprint: z
      .string()
      .refine((text) => /^[0-9a-f]{64}$/i.test(text.replaceAll(':', '')), {
        error: 'expected the SHA-256 fingerprint of a certificate: 64 digits of hex, with or without colons',
      })
      .optional()
      .describe(
        'SHA-256 fingerprint of the certificate that it has to show; without it, it has to have a certificate that the system trusts.',
      ),
    kind: z
      .enum(['auto', 'signalbox', 'ircu', 'nefarious'])
      .default('auto')
      .describe('What it is; auto finds out whether it is Signalbox, and takes any other for ircu.'),
  })
  .refine((block) => (block.password === undefined) !== (block.password_file === undefined), {
    error: 'expected either password or password_file',
  })
  .refine((block) => block.fingerprint === undefined || block.tls, {
    error: 'fingerprint: expected tls = true beside it',
  });

/** Schema of the whole table. Everything has a default. */
export const servicesConfigSchema = z.strictObject({
  server_name: serverName.default('services.signalbox.local').describe('Name of services on the network.'),
  numeric: z
    .int()
    .min(1)
    .max(MAX_SERVER_NUMERIC)
    .default(2)
    .describe('Number of services on the network, which no other server there has.'),
  description: lineText({ min: 0, max: 200 })
    .default('Signalbox services')
    .describe('Shown in WHOIS and LINKS.'),
  autolink: z
    .boolean()
    .default(true)
    .describe(
      'Whether services link to the IRC server of this Signalbox by themselves, while no uplink is named.',
    ),
  password_characters: z
    .int()
    .min(1)
    .max(64)
    .default(accountLimits.passwordCharacters.default)
    .describe('Characters that a new password has at least.'),
  uplink: z
    .array(uplink)
    .max(limits.uplinks.default)
    .default([])
    .describe('Servers to link to, one at a time, in this order.'),
  keycloak: keycloakConfigSchema
    .optional()
    .describe('The Keycloak whose users may log in; without it only accounts that are kept here.'),
});

/** The parsed table. */
export type ServicesConfig = z.output<typeof servicesConfigSchema>;

/** Whether services wait for the IRC server of the instance. */
export function linksToOwn({ autolink, uplink: uplinks }: ServicesConfig): boolean {
  return autolink && uplinks.length === 0;
}
