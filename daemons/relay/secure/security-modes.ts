/** What clients may speak; read by the configuration, which needs no cryptography for it. */
export const SECURITY_MODES = ['plain', 'noise', 'both'] as const;
/** One of {@link SECURITY_MODES}. */
export type SecurityMode = (typeof SECURITY_MODES)[number];
