/** What `[services.keycloak]` comes to once its files are read, and what is wrong with it. */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { SignalboxError } from '../../../contract/errors.ts';
import { FileProblem, readBoundedFile } from '../../runtime/files/bounded-file.ts';
import { readPasswordFile } from '../../runtime/files/password-file.ts';
import type { PrepareContext } from '../../runtime/host/daemon-definition.ts';
import { limits } from '../limits.ts';
import type { KeycloakConfig } from './keycloak-config.ts';

/** Where Keycloak is, and as whom it is asked. */
export interface KeycloakSettings {
  /** Scheme, host and port. */
  readonly origin: string;
  /** What stands before `/realms`; empty, or a path without a slash at its end. */
  readonly basePath: string;
  readonly realm: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM of whom its certificate must come from; null for those that the system trusts. */
  readonly ca: string | null;
}

const KEY = 'services.keycloak';

/** Reads the files that it names. @throws SignalboxError `config_invalid` for one that cannot be used */
export async function keycloakSettings(
  config: KeycloakConfig,
  { dataDir, warn }: PrepareContext,
): Promise<KeycloakSettings> {
  const { origin, protocol, hostname, pathname } = new URL(config.url);
  const { realm, client_id: clientId, client_secret: said, client_secret_file: file } = config;
  const clientSecret =
    said ??
    (await readPasswordFile(
      `${KEY}.client_secret_file`,
      resolve(dataDir, file!),
      limits.keycloakSecretBytes.default,
    ));
  const ca =
    config.ca_file === undefined
      ? null
      : await readAuthorities(`${KEY}.ca_file`, resolve(dataDir, config.ca_file));
  if (protocol === 'http:' && !isLoopback(hostname))
    warn(
      'keycloak_in_clear',
      `${KEY}.url: ${origin} is not encrypted, so passwords go to Keycloak in clear; expected https`,
    );
  return { origin, basePath: pathname.replace(/\/+$/, ''), realm, clientId, clientSecret, ca };
}

/** Reads a file of certificates. @throws SignalboxError `config_invalid` for one that holds none */
export async function readAuthorities(key: string, path: string): Promise<string> {
  const refuse = (what: string, cause?: unknown) =>
    new SignalboxError('config_invalid', `${key}: ${path} ${what}`, { detail: { key }, cause });
  try {
    const text = (await readBoundedFile(path, limits.keycloakCaBytes.default)).toString('utf8');
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
    if (blocks.length === 0) throw refuse('holds no certificate, expected PEM');
    for (const block of blocks) new X509Certificate(block);
    return text;
  } catch (cause) {
    if (cause instanceof SignalboxError) throw cause;
    throw refuse(
      cause instanceof FileProblem ? cause.message : 'holds something that is no certificate',
      cause,
    );
  }
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) === 0) return host === 'localhost' || host.endsWith('.localhost');
  return host === '::1' || host.startsWith('127.');
}
