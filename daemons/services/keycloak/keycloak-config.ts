/** `[services.keycloak]`: where the Keycloak is that knows people's passwords, and as which client services ask it. */
import { z } from 'zod';
import { filePath, lineText, lineWord, secret } from '../../../contract/line-texts.ts';
import { limits } from '../limits.ts';

/** Where it answers; a path is kept, since old ones answer below `/auth`. */
const baseUrl = lineWord({ max: 1_024 }).refine(isBaseUrl, {
  error:
    'expected where Keycloak answers, such as "https://id.example.net": http or https, without user, query or fragment',
});

export const keycloakConfigSchema = z
  .strictObject({
    url: baseUrl.describe('Where Keycloak answers, such as https://id.example.net.'),
    realm: lineText({ max: 255 })
      .refine((name) => !name.includes('/'), { error: 'expected the name of a realm, which has no slash' })
      .describe('Realm whose users may log in.'),
    client_id: lineText({ max: 255 }).describe('Client of that realm as which services ask.'),
    client_secret: secret(lineWord({ max: limits.keycloakSecretBytes.default }))
      .optional()
      .describe('Secret of the client.'),
    client_secret_file: filePath()
      .optional()
      .describe(
        'File whose first line is the secret; a relative path begins in the folder `services` of the data directory.',
      ),
    ca_file: filePath()
      .optional()
      .describe(
        'File with the certificates, PEM, of whom the certificate of Keycloak must come from; without it, those that the system trusts.',
      ),
  })
  .refine((block) => (block.client_secret === undefined) !== (block.client_secret_file === undefined), {
    error: 'expected either client_secret or client_secret_file',
  });

/** The parsed table. */
export type KeycloakConfig = z.output<typeof keycloakConfigSchema>;

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '' && !/[?#]/.test(text);
}
