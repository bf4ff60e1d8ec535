/** The `[services.webhook]` table: what it may say, and what it comes to. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { filePath, lineWord, secret } from '../../../contract/line-texts.ts';
import { placeOf } from '../../../contract/listen-place.ts';
import { listenSetting } from '../../../contract/listen-setting.ts';
import type { ConfiguredPlace } from '../../../contract/manifest.ts';
import { listenHost } from '../../../contract/network-addresses.ts';
import { readPasswordFile } from '../../runtime/files/password-file.ts';
import type { PrepareContext } from '../../runtime/host/daemon-definition.ts';
import { limits } from '../limits.ts';
import type { WebhookSettings } from './webhook-desk.ts';
import { WebhookProof } from './webhook-proof.ts';

const place = z.strictObject({
  host: listenHost().default('127.0.0.1').describe('Address to listen on; "::" is every address.'),
  port: z.int().min(0).max(65_535).describe('TCP port; 0 takes any free one.'),
});

export const webhookConfigSchema = z
  .strictObject({
    listen: listenSetting(place)
      .refine((entries) => entries.length > 0, { error: 'expected at least one { host, port }' })
      .describe('Where Keycloak tells what has changed.'),
    path: z
      .string()
      .max(200)
      .regex(/^\/[\w.~/-]*$/, { error: 'expected a path such as "/keycloak-webhook"' })
      .default('/keycloak-webhook')
      .describe('Path that events are sent to.'),
    secret: secret(lineWord({ max: limits.webhookSecretBytes.default }))
      .optional()
      .describe('What Keycloak shows in X-Webhook-Secret, or signs events with.'),
    secret_file: filePath()
      .optional()
      .describe(
        'File whose first line is the secret; a relative path begins in the folder `services` of the data directory.',
      ),
  })
  .refine((webhook) => (webhook.secret === undefined) !== (webhook.secret_file === undefined), {
    error: 'expected either secret or secret_file',
  });

/** The parsed table. */
export type WebhookConfig = z.output<typeof webhookConfigSchema>;

/** Where it listens. */
export function webhookPlaces(webhook: WebhookConfig | undefined): ConfiguredPlace[] {
  return (webhook?.listen ?? []).map((entry, index) => ({
    ...placeOf(entry),
    setting: ['webhook', 'listen', index],
  }));
}

/** Reads the secret. @throws SignalboxError `config_invalid` for a file that cannot be used */
export async function prepareWebhook(
  webhook: WebhookConfig | undefined,
  { dataDir, warn }: PrepareContext,
): Promise<WebhookSettings | null> {
  if (webhook === undefined) return null;
  const { listen, path, secret_file: file } = webhook;
  const shown =
    file === undefined
      ? webhook.secret!
      : await readPasswordFile(
          'services.webhook.secret_file',
          resolve(dataDir, file),
          limits.webhookSecretBytes.default,
        );
  const open = listen.find(({ host }) => !isLoopback(host));
  if (open !== undefined)
    warn(
      'webhook_in_clear',
      `services.webhook.listen: ${open.host} is reached from other machines, and whoever is on the way reads the secret; let a proxy with TLS stand before 127.0.0.1`,
    );
  return { listen, path, proof: new WebhookProof(shown) };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
