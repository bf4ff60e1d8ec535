/**
 * Structured logging of one process: a bounded ring that windows and main read from, and a rotating file. Secrets
 * are masked here, before anything leaves the process.
 */
import { LOG_LEVELS, type LogLevel, type LogRecord } from '../../../contract/log-record.ts';
import { limits } from '../limits.ts';

const RING_RECORDS = limits.logRingRecords.default;
const MESSAGE_CHARACTERS = limits.logMessageCharacters.default;

const SECRET_KEY = /pass(word|phrase)?$|secret|token|authorization|cookie|credential|private_?key/i;

/** Details of a record; values under names that sound secret are masked. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Writes records somewhere else, such as a file; must not throw. */
export interface LogSink {
  write(record: LogRecord): void;
  /** Resolves when everything written so far is where it belongs. */
  close(): Promise<void>;
}

/** Logs on behalf of one subsystem. */
export interface SubsystemLogger {
  debug(event: string, message: string, fields?: LogFields): void;
  info(event: string, message: string, fields?: LogFields): void;
  warn(event: string, message: string, fields?: LogFields): void;
  error(event: string, message: string, fields?: LogFields): void;
}

/** Masks the values of fields whose name says that they are secret. */
export function redactFields(fields: LogFields): LogFields {
  let clean: Record<string, string | number | boolean | null> | null = null;
  for (const key of Object.keys(fields)) {
    if (!SECRET_KEY.test(key)) continue;
    clean ??= { ...fields };
    clean[key] = '[redacted]';
  }
  return clean ?? fields;
}

/** The log of one process. */
export class Logger {
  readonly #ring: LogRecord[] = [];
  readonly #sinks: LogSink[] = [];
  readonly #listeners = new Set<(record: LogRecord) => void>();
  readonly #minLevel: number;
  #seq = 0;

  /** Records below `minLevel` are dropped at once. */
  constructor(minLevel: LogLevel = 'info') {
    this.#minLevel = LOG_LEVELS.indexOf(minLevel);
  }

  addSink(sink: LogSink): void {
    this.#sinks.push(sink);
  }

  /** Calls back on every record; returns the function that ends it. */
  subscribe(listener: (record: LogRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The kept records whose seq is above `seq`, oldest first. */
  after(seq: number): readonly LogRecord[] {
    const first = this.#ring[0];
    if (first === undefined || seq >= this.#seq) return [];
    return this.#ring.slice(Math.max(0, seq - first.seq + 1));
  }

  /** A logger that names `subsystem` in every record. */
  child(subsystem: string): SubsystemLogger {
    const at = (level: LogLevel) => (event: string, message: string, fields?: LogFields) =>
      this.log(level, subsystem, event, message, fields);
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }

  log(level: LogLevel, subsystem: string, event: string, message: string, fields?: LogFields): void {
    if (LOG_LEVELS.indexOf(level) < this.#minLevel) return;
    const cut =
      message.length > MESSAGE_CHARACTERS ? `${message.slice(0, MESSAGE_CHARACTERS)}… (cut)` : message;
    const record: LogRecord = {
      seq: ++this.#seq,
      time: Date.now(),
      level,
      subsystem,
      event,
      message: cut,
      ...(fields === undefined ? {} : { fields: redactFields(fields) }),
    };
    this.#ring.push(record);
    // Cutting a batch off is cheaper than shifting on every record.
    if (this.#ring.length > RING_RECORDS * 1.25) this.#ring.splice(0, this.#ring.length - RING_RECORDS);
    for (const sink of this.#sinks) sink.write(record);
    for (const listener of this.#listeners) listener(record);
  }

  /** Resolves when every sink has written what it was given. */
  async close(): Promise<void> {
    this.#listeners.clear();
    await Promise.all(this.#sinks.splice(0).map((sink) => sink.close()));
  }
}
