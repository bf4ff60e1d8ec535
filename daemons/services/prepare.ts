/** What can be found wrong with the configuration of services before anything is touched: the files that it names are read. */
import { resolve } from 'node:path';
import { MistakeCollector } from '../../contract/config-mistakes.ts';
import { readPasswordFile } from '../runtime/files/password-file.ts';
import type { PrepareContext } from '../runtime/host/daemon-definition.ts';
import type { ServicesConfig } from './config.ts';
import { type KeycloakSettings, keycloakSettings } from './keycloak/keycloak-settings.ts';
import { limits } from './limits.ts';
import type { UplinkBlock } from './uplink/uplink-desk.ts';

/** What a configuration comes to. */
export interface ServicesPrepared {
  readonly uplinks: readonly UplinkBlock[];
  /** Null where no Keycloak is configured. */
  readonly keycloak: KeycloakSettings | null;
}

/** Reads what the configuration names. @throws SignalboxError `config_invalid` for a file that cannot be used */
export async function prepareServices(
  { uplink: blocks, keycloak: block }: ServicesConfig,
  context: PrepareContext,
): Promise<ServicesPrepared> {
  const mistakes = new MistakeCollector();
  const uplinks: UplinkBlock[] = [];
  for (const [index, { password, password_file: file, fingerprint, ...rest }] of blocks.entries()) {
    const key = `services.uplink[${index}].password_file`;
    const read = async () =>
      file === undefined
        ? password!
        : await readPasswordFile(key, resolve(context.dataDir, file), limits.linkPasswordBytes.default);
    const said = await mistakes.attempt(read);
    if (said === null || said === undefined) continue;
    const print = fingerprint?.replaceAll(':', '').toLowerCase() ?? null;
    uplinks.push({ ...rest, password: said, fingerprint: print });
  }
  const keycloak =
    block === undefined ? null : await mistakes.attempt(() => keycloakSettings(block, context));
  mistakes.settle();
  return { uplinks, keycloak };
}
