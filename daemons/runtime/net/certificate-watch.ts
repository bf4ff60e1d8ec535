/** Says in the log that the certificate of TLS listeners ends soon, or has ended: two weeks before, and then once a day. */
import { limits } from '../limits.ts';

const DAY_MS = 86_400_000;

/** Writes a line of the log. */
export type CertificateWarning = (event: 'certificate_ends' | 'certificate_ended', text: string) => void;

export class CertificateWatch {
  readonly #key: string;
  readonly #warn: CertificateWarning;
  /** Of the certificate that was told of last, and when. */
  #toldEnd = 0;
  #toldMs = Number.NEGATIVE_INFINITY;

  /** @param key the table of the configuration that names the files, such as `ircd.tls` */
  constructor(key: string, warn: CertificateWarning) {
    this.#key = key;
    this.#warn = warn;
  }

  /** To be called now and then. @param end Unix seconds; 0 without a certificate */
  look(end: number, nowMs: number = Date.now()): void {
    const leftMs = end * 1_000 - nowMs;
    if (end === 0 || leftMs > limits.certificateWarningDays.default * DAY_MS) return;
    if (end === this.#toldEnd && nowMs - this.#toldMs < DAY_MS) return;
    this.#toldEnd = end;
    this.#toldMs = nowMs;
    const day = new Date(end * 1_000).toISOString().slice(0, 10);
    const what = `The certificate of TLS listeners (${this.#key})`;
    const todo = 'put another one in its place and reload; nobody is dropped';
    if (leftMs <= 0) this.#warn('certificate_ended', `${what} ended on ${day}: clients refuse it; ${todo}.`);
    else
      this.#warn(
        'certificate_ends',
        `${what} ends on ${day}, in ${Math.ceil(leftMs / DAY_MS)} days: ${todo}.`,
      );
  }
}
