/** The `[services]` table of the configuration file: schema, defaults and the types that follow from them. */
import { z } from 'zod';
import { filePath, lineText, lineWord, secret } from '../../contract/line-texts.ts';
import { isHostName, listenHost } from '../../contract/network-addresses.ts';
import { limits as accountLimits } from '../identity/limits.ts';
import { MAX_SERVER_NUMERIC } from '../irc/p10/numeric.ts';
import { keycloakConfigSchema } from './keycloak/keycloak-config.ts';
import { limits } from './limits.ts';
import { opservConfigSchema } from './opserv/opserv-config.ts';
import { sockCheckConfigSchema } from './sockcheck/sock-config.ts';
import { webhookConfigSchema } from './webhook/webhook-config.ts';

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

/** The server of mail that services hand theirs to. */
const mail = z
  .strictObject({
    host: listenHost().describe('Server that takes the mail of services by SMTP.'),
    port: z.int().min(1).max(65_535).default(587).describe('Its port.'),
    from: lineText({ max: accountLimits.emailBytes.default })
      .refine((text) => /^([^<>@]*<)?[^\s<>@]+@[^\s<>@]+>?$/.test(text), {
        error: 'expected an e-mail address, or Name <address>',
      })
      .describe('Who mail is from: an address, or Name <address>.'),
    user: lineText({ max: 256 }).optional().describe('Name to log in by, where it asks for one.'),
    password: secret(lineText({ max: limits.mailPasswordBytes.default }))
      .optional()
      .describe('Password to it.'),
    password_file: filePath()
      .optional()
      .describe(
        'File whose first line is the password; a relative path begins in the folder `services` of the data directory.',
      ),
    tls: z
      .enum(['starttls', 'implicit', 'none'])
      .default('starttls')
      .describe(
        'How the connection is encrypted: from the greeting on, from its begin (port 465), or not at all.',
      ),
  })
  .refine((block) => block.password === undefined || block.password_file === undefined, {
    error: 'expected password or password_file, not both',
  })
  .refine(
    (block) =>
      (block.user === undefined) === (block.password === undefined && block.password_file === undefined),
    {
      error: 'expected user and its password, or neither',
    },
  );

/** How accounts are told what happens while they are away. */
const push = z.strictObject({
  subject: lineText({ max: accountLimits.emailBytes.default })
    .refine((text) => /^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/.test(text), {
      error: 'expected mailto:somebody@example.net, or an https address',
    })
    .describe('Whom a server of pushes turns to: mailto: and an address, or an https address.'),
  hosts: z
    .array(
      lineWord({ max: 255 }).regex(/^(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, {
        error: 'expected the name of a server, or *. and a name',
      }),
    )
    .min(1)
    .max(64)
    .default([
      ...['fcm.googleapis.com', '*.push.services.mozilla.com'],
      ...['*.notify.windows.com', 'web.push.apple.com'],
    ])
    .describe(
      'Servers that devices may be told by; *. in front is all below. Others are never connected to.',
    ),
  ca_file: filePath()
    .optional()
    .describe(
      'PEM of whom certificates of these servers must come from, for servers of your own; without it those that the system trusts. A relative path begins in the folder `services` of the data directory.',
    ),
});

/** What is copied each night. */
const backup = z.strictObject({
  at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'expected a time of day, such as 04:00' })
    .default('04:00')
    .describe(
      'When the accounts are copied into the folder `services/backups`, by the clock of the machine.',
    ),
  keep: z
    .int()
    .min(0)
    .max(366)
    .default(limits.backupsKept.default)
    .describe('How many of these copies are kept; 0 makes none.'),
});

/** What is kept of channels. */
const channels = z.strictObject({
  trigger: z
    .string()
    .max(8)
    .refine((text) => !/[\s\p{Cc}]/u.test(text), { error: 'expected no spaces' })
    .default('!')
    .describe('What begins a command that is said on a channel itself; empty for none.'),
  unvisited_days: z
    .int()
    .min(0)
    .max(3_650)
    .default(0)
    .describe('Days after which a channel ends on which nobody with access was; 0 keeps all for ever.'),
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
  verify: z
    .enum(['none', 'email'])
    .default('none')
    .describe(
      'How a new account is confirmed; with email a mail brings a cookie, and [services.mail] is needed.',
    ),
  unregister_grace_days: z
    .int()
    .min(0)
    .max(365)
    .default(7)
    .describe(
      'Days that an account that was deleted can be brought back by operators; 0 deletes it at once for good.',
    ),
  unused_days: z
    .int()
    .min(0)
    .max(3_650)
    .default(0)
    .describe('Days after which an account ends that nobody logs in to; 0 keeps all for ever.'),
  channels: channels.prefault({}).describe('Channels that belong to accounts, which ChanServ keeps.'),
  mail: mail.optional().describe('Server of mail; without it nothing is done that needs mail.'),
  push: push.optional().describe('Web push to browsers and apps; without it nothing is pushed.'),
  login_timelines: z
    .int()
    .min(0)
    .max(10_000)
    .default(limits.loginTimelines.default)
    .describe(
      'How many of the latest logins are kept with what each of their steps took; 0 keeps none and measures nothing.',
    ),
  backup: backup.prefault({}).describe('Copies of the accounts, one each night.'),
  opserv: opservConfigSchema
    .prefault({})
    .describe('What OpServ does by itself: how many may come from an address, how long bans last, DEFCON.'),
  sockcheck: sockCheckConfigSchema
    .prefault({})
    .describe('Scans of those who connect for open proxies, by SockCheck; off by default.'),
  uplink: z
    .array(uplink)
    .max(limits.uplinks.default)
    .default([])
    .describe('Servers to link to, one at a time, in this order.'),
  keycloak: keycloakConfigSchema
    .optional()
    .describe('The Keycloak whose users may log in; without it only accounts that are kept here.'),
  webhook: webhookConfigSchema
    .optional()
    .describe('Where Keycloak tells what has changed, so that it acts on the network at once.'),
});

/** The parsed table. */
export type ServicesConfig = z.output<typeof servicesConfigSchema>;

/** Whether services wait for the IRC server of the instance. */
export function linksToOwn({ autolink, uplink: uplinks }: ServicesConfig): boolean {
  return autolink && uplinks.length === 0;
}
