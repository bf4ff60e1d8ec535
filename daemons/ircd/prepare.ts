/**
 * Everything that can be found wrong with a configuration of the IRC server before anything is touched: its certificate and
 * message of the day are read and looked at. Run by start, reload and `config check` alike.
 */
import { resolve } from 'node:path';
import { MistakeCollector } from '../../contract/config-mistakes.ts';
import { SignalboxError } from '../../contract/errors.ts';
import { sameName } from '../irc/casemapping.ts';
import { FileProblem } from '../runtime/files/bounded-file.ts';
import { readPasswordFile } from '../runtime/files/password-file.ts';
import type { PrepareContext } from '../runtime/host/daemon-definition.ts';
import { loadCredentials, lookAtSelfSigned, type TlsCredentials } from '../runtime/net/tls-credentials.ts';
import { readCloakKeys } from './cloak-keys.ts';
import { COMMANDS } from './commands/registry.ts';
import type { IrcdConfig } from './config.ts';
import { type GatewayBlock, Gateways } from './gateways.ts';
import { journalPath, journalProblem } from './journal/journal-file.ts';
import { limits } from './limits.ts';
import type { LinkBlock } from './links/link-block.ts';
import { linkWarnings } from './links/link-warnings.ts';
import { readMotd } from './motd-file.ts';
import { addressRanges } from './net/net-config.ts';

/** What a configuration comes to. */
export interface IrcdPrepared {
  /** What TLS listeners show; `self-signed` for a certificate of our own, null where there are none. */
  readonly credentials: TlsCredentials | 'self-signed' | null;
  /** Lines of the message of the day; null where none is set, undefined where the file cannot be used. */
  readonly motd: readonly string[] | null | undefined;
  readonly gateways: Gateways;
  readonly links: readonly LinkBlock[];
  /** Keys of cloaked hosts; null where the file is to be made, undefined where hosts are not cloaked. */
  readonly cloakKeys: readonly Buffer[] | null | undefined;
}

/**
 * Reads what the configuration names. A message of the day that cannot be used is a warning: nobody is kept out of a server
 * for want of it.
 * @throws SignalboxError `config_invalid` for a certificate that cannot be used
 */
export async function prepareIrcd(config: IrcdConfig, context: PrepareContext): Promise<IrcdPrepared> {
  const mistakes = new MistakeCollector();
  await mistakes.attempt(() => checkProxies(config));
  lookAtSts(config, context);
  lookAtPenalties(config, context);
  for (const text of linkWarnings(config)) context.warn('link_settings', text);
  const credentials = await mistakes.attempt(() => prepareCredentials(config, context));
  const motd = await prepareMotd(config, context);
  const gateways = await mistakes.attempt(() => prepareGateways(config, context));
  const links = await mistakes.attempt(() => prepareLinks(config, context));
  const cloakKeys = await mistakes.attempt(() => prepareCloakKeys(config, context));
  await mistakes.attempt(() => checkJournal(config, context));
  mistakes.settle();
  return { credentials, motd, gateways: gateways!, links: links!, cloakKeys };
}

/** A listener for proxies alone takes nobody where none is trusted. */
async function checkProxies({ listen, trusted_proxies: trusted }: IrcdConfig): Promise<void> {
  const index = listen.findIndex(({ proxy }) => proxy);
  if (index < 0 || trusted.length > 0) return;
  const key = `ircd.listen[${index}].proxy`;
  const text = `${key}: nobody could connect, because trusted_proxies is empty; expected the addresses of your proxies there`;
  throw new SignalboxError('config_invalid', text, { detail: { key } });
}

/** Without the channels of before whoever comes first would take them. */
async function checkJournal(
  { restore_minutes: minutes }: IrcdConfig,
  { dataDir }: PrepareContext,
): Promise<void> {
  const path = journalPath(dataDir);
  const problem = minutes === 0 ? null : await journalProblem(path);
  if (problem === null) return;
  const key = 'ircd.restore_minutes';
  const text = `${key}: ${path} ${problem}; mend it, move it away to start without the channels of before, or set 0, which removes it`;
  throw new SignalboxError('config_invalid', text, { detail: { key } });
}

/** Clients that follow a policy to a port where nobody speaks TLS are locked out; something in front may do it. */
function lookAtSts({ listen, sts }: IrcdConfig, { warn }: PrepareContext): void {
  if (
    sts === undefined ||
    listen.some(({ port, protocol, tls }) => tls && protocol === 'irc' && port === sts.port)
  )
    return;
  const text = `ircd.sts.port: no listener takes IRC over TLS on port ${sts.port}; unless something in front does, clients that know the policy cannot connect`;
  warn('sts_unreachable', text);
}

/** A mistyped command costs nothing. */
function lookAtPenalties({ penalty }: IrcdConfig, { warn }: PrepareContext): void {
  for (const [index, { command }] of penalty.entries())
    if (!COMMANDS.has(command))
      warn(
        'penalty_unknown',
        `ircd.penalty[${index}].command: there is no command ${command}, so nothing costs more`,
      );
}

async function prepareCredentials(
  { listen, link, tls }: IrcdConfig,
  { dataDir, warn }: PrepareContext,
): Promise<IrcdPrepared['credentials']> {
  const wanted = [...listen, ...link].some((one) => one.tls);
  if (tls !== undefined) {
    // Files that are named are looked at also while no listener needs them: one may, with the next reload.
    const loaded = await loadCredentials('ircd.tls', tls, (text) => warn('tls_certificate', text));
    return wanted ? loaded : null;
  }
  if (!wanted) return null;
  await lookAtSelfSigned('ircd', dataDir);
  return 'self-signed';
}

async function prepareGateways({ webirc }: IrcdConfig, { dataDir }: PrepareContext): Promise<Gateways> {
  const blocks: GatewayBlock[] = [];
  for (const [index, { match, password, password_file: file }] of webirc.entries()) {
    const key = `ircd.webirc[${index}].password_file`;
    const read =
      file === undefined
        ? password
        : await readPasswordFile(key, resolve(dataDir, file), limits.webircPasswordBytes.default);
    blocks.push({ match: addressRanges(match), password: read! });
  }
  return new Gateways(blocks);
}

async function prepareLinks(
  { link, server_name: me }: IrcdConfig,
  { dataDir }: PrepareContext,
): Promise<readonly LinkBlock[]> {
  const blocks: LinkBlock[] = [];
  for (const [index, { name, host, port, password, password_file: file, hub, ...rest }] of link.entries()) {
    const key = `ircd.link[${index}]`;
    if (sameName(name, me)) {
      const text = `${key}.name: ${name} is this server itself, expected another`;
      throw new SignalboxError('config_invalid', text, { detail: { key: `${key}.name` } });
    }
    const most = limits.linkPasswordBytes.default;
    const read =
      file === undefined
        ? password!
        : await readPasswordFile(`${key}.password_file`, resolve(dataDir, file), most);
    blocks.push({
      name,
      address: host === undefined ? null : { host, port: port! },
      password: read,
      autoconnect: rest.autoconnect,
      hub: hub ?? null,
      tls: rest.tls,
      fingerprint: rest.fingerprint?.replaceAll(':', '').toLowerCase() ?? null,
      kind: rest.kind,
      batchMs: rest.batch_ms,
      halfops: rest.halfops,
    });
  }
  return blocks;
}

async function prepareCloakKeys(
  { cloak }: IrcdConfig,
  { dataDir }: PrepareContext,
): Promise<readonly Buffer[] | null | undefined> {
  if (!cloak.enabled) return undefined;
  const path = resolve(dataDir, cloak.key_file);
  try {
    return await readCloakKeys(path);
  } catch (cause) {
    if (!(cause instanceof FileProblem)) throw cause;
    const key = 'ircd.cloak.key_file';
    const place = cause.line === null ? path : `${path}:${cause.line}`;
    throw new SignalboxError('config_invalid', `${key}: ${place} ${cause.message}`, {
      detail: { key },
      cause,
    });
  }
}

async function prepareMotd(
  config: IrcdConfig,
  { dataDir, warn }: PrepareContext,
): Promise<IrcdPrepared['motd']> {
  if (config.motd_file === null) return null;
  const path = resolve(dataDir, config.motd_file);
  try {
    const { lines, notes } = await readMotd(path);
    if (notes.length > 0) {
      warn(
        'motd_changed',
        `ircd.motd_file: clients do not see ${path} as it is written: ${notes.join('; ')}`,
      );
    }
    return lines;
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    const place = error.line === null ? path : `${path}:${error.line}`;
    warn(
      'motd_unusable',
      `ircd.motd_file: ${place} ${error.message}; the message of the day stays as it was`,
    );
    return undefined;
  }
}
