/** What can be found wrong with the configuration of services before anything is touched: the files that it names, and translations, are read. */
import { join, resolve } from 'node:path';
import { MistakeCollector } from '../../contract/config-mistakes.ts';
import { SignalboxError } from '../../contract/errors.ts';
import { readPasswordFile } from '../runtime/files/password-file.ts';
import type { PrepareContext } from '../runtime/host/daemon-definition.ts';
import { Catalogues, readCatalogues } from './bots/catalogues.ts';
import type { ServicesConfig } from './config.ts';
import { type KeycloakSettings, keycloakSettings, readAuthorities } from './keycloak/keycloak-settings.ts';
import { limits } from './limits.ts';
import type { MailSettings } from './mail/mail-transport.ts';
import type { PushSettings } from './push/push-transport.ts';
import type { UplinkBlock } from './uplink/uplink-desk.ts';
import { prepareWebhook } from './webhook/webhook-config.ts';
import type { WebhookSettings } from './webhook/webhook-desk.ts';

/** What a configuration comes to. */
export interface ServicesPrepared {
  readonly uplinks: readonly UplinkBlock[];
  /** Null where no Keycloak is configured. */
  readonly keycloak: KeycloakSettings | null;
  /** Null where nothing is pushed. */
  readonly push: PushSettings | null;
  /** Null where no mail is sent. */
  readonly mail: MailSettings | null;
  readonly catalogues: Catalogues;
  /** Null where no webhook is set. */
  readonly webhook: WebhookSettings | null;
}

/** Of translations, in the folder `services` of the data directory. */
const LANGUAGES_FOLDER = 'languages';

/** Reads what the configuration names. @throws SignalboxError `config_invalid` for a file that cannot be used, and for what does not fit together */
export async function prepareServices(
  {
    uplink: blocks,
    keycloak: block,
    mail: mailBlock,
    push: pushBlock,
    webhook: hook,
    verify,
  }: ServicesConfig,
  context: PrepareContext,
): Promise<ServicesPrepared> {
  const { dataDir } = context;
  const mistakes = new MistakeCollector();
  const uplinks: UplinkBlock[] = [];
  for (const [index, { password, password_file: file, fingerprint, ...rest }] of blocks.entries()) {
    const key = `services.uplink[${index}].password_file`;
    const read = async () =>
      file === undefined
        ? password!
        : await readPasswordFile(key, resolve(dataDir, file), limits.linkPasswordBytes.default);
    const said = await mistakes.attempt(read);
    if (said === null || said === undefined) continue;
    const print = fingerprint?.replaceAll(':', '').toLowerCase() ?? null;
    uplinks.push({ ...rest, password: said, fingerprint: print });
  }
  const keycloak =
    block === undefined ? null : await mistakes.attempt(() => keycloakSettings(block, context));
  if (verify === 'email' && mailBlock === undefined)
    await mistakes.attempt(() => {
      throw new SignalboxError(
        'config_invalid',
        'services.verify: email needs [services.mail], by which cookies are sent',
        {
          detail: { key: 'services.verify' },
        },
      );
    });
  const mail = await mistakes.attempt(() => readMail(mailBlock, dataDir));
  const push = await mistakes.attempt(() => readPush(pushBlock, dataDir));
  const catalogues = await mistakes.attempt(() => readCatalogues(join(dataDir, LANGUAGES_FOLDER)));
  const webhook = await mistakes.attempt(() => prepareWebhook(hook, context));
  mistakes.settle();
  return { uplinks, keycloak, webhook, mail, push, catalogues: catalogues ?? new Catalogues() };
}

async function readPush(block: ServicesConfig['push'], dataDir: string): Promise<PushSettings | null> {
  if (block === undefined) return null;
  const { subject, hosts, ca_file: file } = block;
  const ca =
    file === undefined ? null : await readAuthorities('services.push.ca_file', resolve(dataDir, file));
  return { subject, hosts, ca };
}

async function readMail(block: ServicesConfig['mail'], dataDir: string): Promise<MailSettings | null> {
  if (block === undefined) return null;
  const { host, port, from, tls, user = null, password, password_file: file } = block;
  const read =
    file === undefined
      ? (password ?? null)
      : await readPasswordFile(
          'services.mail.password_file',
          resolve(dataDir, file),
          limits.mailPasswordBytes.default,
        );
  return { host, port, from, tls, user, password: read };
}
