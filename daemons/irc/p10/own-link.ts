/**
 * How the services of an instance and its IRC server link without being configured: by what both know of the run that they belong
 * to. Pure; called by whoever opens or calls such a link.
 */
import { createHmac } from 'node:crypto';

/** What is spoken where services of the same instance wait for their server. */
export const OWN_LINK_PROTOCOL = 'services-link';

/** Characters of a line before the link begins: each end shows that it knows the secret. */
export const OWN_LINK_PROOF_CHARS = 1_024;

/** What both ends say in `PASS`; it is different in every run and written nowhere. */
export function ownLinkPassword(secret: Uint8Array): string {
  return createHmac('sha256', secret).update('signalbox services link').digest('hex');
}
