/**
 * A daemon's manifest: what it measures, which commands it takes and how it is configured, said once. Forms, CLI
 * help, `/metrics`, docs and validation are all generated from it.
 */
import { z } from 'zod';
import type { Access } from './access.ts';
import { INSTRUMENT_KINDS, type InstrumentKind, type MetricSpec } from './link/catalog.ts';
import type { ListenPlace } from './listen-place.ts';
import type { LoggedMarkKind } from './logged-mark.ts';
import type { ComparisonSpec, FilesSpec, ResultPageSpec, TableGraph } from './manifest-views.ts';
import { catalogOf } from './metric-specs.ts';

export { INSTRUMENT_KINDS, type InstrumentKind, type MetricSpec };

/** Counters only rise, gauges go both ways, histograms collect durations in seconds. */
export type MetricKind = MetricSpec['kind'];

/** Prometheus base units, and plain counts. */
export type MetricUnit = MetricSpec['unit'];

/** How much harm a command can do: `disruptive` asks first, `irreversible` wants a name typed. */
export const DANGER_TIERS = ['safe', 'disruptive', 'irreversible'] as const;
/** One of {@link DANGER_TIERS}. */
export type DangerTier = (typeof DANGER_TIERS)[number];

/**
 * What becomes of a command or request while the audit trail cannot be written (a full disk, a deleted folder): it is
 * done all the same and the answer says `audited: false` (`run`), or it is refused with `audit_unavailable` (`refuse`).
 * What only reads, and what ends or shuts out who does harm, runs.
 */
export type Unrecorded = 'run' | 'refuse';

/** How the result of a command is shown. A `table` result is `{ rows: object[] }`, `text` is `{ text: string }`. */
export type ResultShape = 'table' | 'text' | 'json';

/** One admin command as the daemon's code declares it. */
export interface CommandSpec<Args extends z.ZodObject = z.ZodObject> {
  /** One line that says what it does. */
  readonly summary: string;
  /** How the audit trail says that it was done: see `sentence.ts`. Without one it names the command and its arguments. */
  readonly sentence?: string;
  /** It only reads: whoever looks for what was changed is not shown it. */
  readonly reads?: true;
  readonly danger: DangerTier;
  /** What running it, and asking what it would do, needs. What changes settings or files is for `admin`, what shows who users are for `operate`. */
  readonly access: Access;
  /** Flat object of strings, numbers, booleans and enums; `.describe()` every field; marks in `.meta()`: see {@link JsonFieldSchema}. */
  readonly args: Args;
  readonly result: ResultShape;
  /** Its text is a file of that name: who runs it is handed that, and the audit trail does not have it. */
  readonly saves?: string;
  /** Columns of a table result in order, or titles and types of the fields of a json result. */
  readonly columns?: readonly TableColumn[];
  /** Commands offered on each row of a table result. */
  readonly rowActions?: readonly RowAction[];
  /** Argument whose value must be typed to confirm an irreversible command; the command's name where absent. */
  readonly confirmArg?: string;
  /** Metrics that the command is expected to move: the audit trail records them before and after. */
  readonly effects?: readonly string[];
  /** What to do while the audit trail cannot be written; `refuse` where absent. */
  readonly unrecorded?: Unrecorded;
  /** Deadline in milliseconds, default 10,000. */
  readonly timeoutMs?: number;
  /** Called by main only: not shown to people and not callable by them. */
  readonly internal?: boolean;
}

/**
 * A verb of a daemon on the command line: `signalbox <id> <verb> ...`. Unlike a command it runs in the process of the command
 * line, as a client of the daemon, so that files need not go through main; its program is in `verbs.ts` of the daemon.
 */
export interface VerbSpec<Args extends z.ZodObject = z.ZodObject> {
  /** One line that says what it does. */
  readonly summary: string;
  /** What it takes, as the arguments of a command. */
  readonly args: Args;
  /** Arguments that are given in this order without their names. Those that come last may be missing where the schema lets them. */
  readonly positionals: readonly string[];
}

/** A column of a live table or of a table result, or a field of a json result. */
export interface TableColumn {
  readonly key: string;
  readonly title: string;
  /** `time` is Unix milliseconds, `bytes` and `seconds` are formatted with units. */
  readonly type: 'text' | 'number' | 'bytes' | 'seconds' | 'time' | 'boolean';
  /** Where a window is too narrow, the columns of the highest rank are left out first. Default 1; the first stays. */
  readonly rank?: 1 | 2 | 3;
  /** A total that only rises while its row is there, of type `number` or `bytes`: tables show beside it how fast it does. */
  readonly counter?: boolean;
  /** Shown to who asked and to nobody later: the audit trail has it masked. */
  readonly secret?: boolean;
}

/** A command offered on each row of a table. */
export interface RowAction {
  /** Text of its button. */
  readonly title: string;
  readonly command: string;
  /**
   * Argument names -> keys of the columns that they are taken from, or a text with such keys in braces, as `+o {nick}`. It is not offered
   * on a row where one of these has nothing (null).
   */
  readonly args: Readonly<Record<string, string>>;
  /** Arguments that are the same on every row; whoever runs it may change them. */
  readonly given?: Readonly<Record<string, string>>;
  /** An argument whose presets stand beside it, each with one click, and one's own: such as how long a ban lasts. */
  readonly choose?: string;
  /** It only reads, so that it runs without its form being looked at first. It is for one row; the others can be run for many. */
  readonly immediate?: boolean;
  /** What a row is where it is run for many, in the singular: `client`. Default `row`. */
  readonly noun?: string;
  /** It is offered on rows whose cell in a column says one of these; absent: on all. */
  readonly where?: { readonly column: string; readonly says: readonly string[] };
}

/** A command offered beside a table or a page, with the text of its button. */
export interface OfferedCommand {
  readonly title: string;
  readonly command: string;
  /** Arguments filled in beforehand. */
  readonly given?: Readonly<Record<string, string>>;
  /** It runs as soon as it is asked for: what only reads, and needs nothing. */
  readonly atOnce?: boolean;
}

/** A table that a daemon streams to a window while somebody looks at it (its connections, rooms, channels). */
export interface TableSpec {
  readonly title: string;
  /** What watching it needs; `operate` where it shows who users are. */
  readonly access: Access;
  /** Column that identifies a row. */
  readonly rowKey: string;
  readonly columns: readonly TableColumn[];
  /** Commands offered on each row, the most harmful last. */
  readonly rowActions?: readonly RowAction[];
  /** Commands offered beside the table, such as what adds a row to it; each is there for whoever may run it, and asks for what it needs. */
  readonly actions?: readonly OfferedCommand[];
  /** Key of the column by which the log names what a row is: rows lead to those lines. */
  readonly logged?: string;
  /** Where rows hang on each other. */
  readonly graph?: TableGraph;
  /**
   * Name of the table of which it is about one row, such as channels for who is on one: it stands on the page of that row, and has
   * no page of its own. Its provider is asked by the first cell of that row.
   */
  readonly of?: string;
}

/** A chart of the Live page: metrics that belong on one axis. Counters are drawn as rates, histograms as percentiles. */
export interface ChartSpec {
  readonly title: string;
  readonly metrics: readonly string[];
}

/** How all instruments of a kind are drawn, each as a row of one small table on the Live page. */
export interface InstrumentGroupSpec {
  readonly title: string;
  /** Metrics by the names that `instrument()` was given. */
  readonly columns: readonly { readonly metric: string; readonly title: string }[];
  /** The one of these metrics whose last minute is drawn beside the row. */
  readonly spark?: string | undefined;
}

/** Said once for every instance; a kind that is missing is drawn with all its metrics. */
export type InstrumentGroups = Readonly<Partial<Record<InstrumentKind, InstrumentGroupSpec>>>;

/** Which metrics stand on the daemon's card. */
export interface Highlights {
  /** Gauge: connections now. */
  readonly connections?: string;
  /** Counter: messages handled. */
  readonly messages?: string;
  /** Histogram: the latency that users feel. */
  readonly latency?: string;
  /** Gauge: bytes or messages waiting. */
  readonly queue?: string;
}

/** A place to listen, and the setting that names it. */
export type ConfiguredPlace = ListenPlace & {
  /** Path within the daemon's table, such as `['listen', 0]`. */
  readonly setting: readonly (string | number)[];
};

/** Names of before, so that who still uses one is told the new one: old name -> new name. */
export interface Renamed {
  /** Commands; a caller of an old name is told the new one. */
  readonly commands?: Readonly<Record<string, string>>;
  /** Metrics, full names; history of the new name has what was recorded under the old one. Of one kind, and the old one is gone. */
  readonly metrics?: Readonly<Record<string, string>>;
  /** Keys of columns; a reader's choice of columns stays. */
  readonly columns?: Readonly<Record<string, string>>;
}

/** A setting of the configuration file, by its whole path. */
export interface AdoptedSetting {
  readonly path: readonly string[];
  readonly value: string;
}

/** What a daemon says about itself. Written with {@link defineManifest}. */
export interface Manifest<
  Config extends z.ZodType = z.ZodType,
  Commands extends Record<string, CommandSpec> = Record<string, CommandSpec>,
> {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  /** Runs for Signalbox itself: started first, stopped last, without buttons. */
  readonly internal?: boolean;
  /** Of an internal daemon: it runs only where another one names it among its {@link helpers}, or who is asked starts it. */
  readonly onDemand?: boolean;
  /** What main uses this daemon for; at most one daemon has a role. */
  readonly role?: 'recorder';
  /** Daemons that must run before this one. */
  readonly dependsOn?: readonly string[];
  /**
   * Daemons that it asks with a configuration. They are started along with it, and when a reload names them; it starts and runs
   * without them as well.
   */
  helpers?(config: z.output<Config>): readonly string[];
  /** Schema of the daemon's table in the configuration file. Everything has a default. */
  readonly config: Config;
  /**
   * Where the daemon listens with a configuration, so that no two of the host want one place.
   * @param dataDir folder of the daemon's own files, absent where tables are compared that belong to no folder yet
   */
  places?(config: z.output<Config>, dataDir?: string): readonly ConfiguredPlace[];
  readonly metrics: readonly MetricSpec[];
  readonly commands: Commands;
  /** What operators of the daemon do by its own protocol and is written down, by its name there -> how the audit trail says it. */
  readonly deeds?: Readonly<Record<string, string>>;
  /** Which events of its log leave a mark on charts: what is logged under such a name again and again leaves one. */
  readonly marks?: Readonly<Record<string, LoggedMarkKind>>;
  readonly tables?: Readonly<Record<string, TableSpec>>;
  readonly charts?: readonly ChartSpec[];
  readonly comparisons?: readonly ComparisonSpec[];
  /** By the name that stands in the address of the page. */
  readonly pages?: Readonly<Record<string, ResultPageSpec>>;
  readonly files?: FilesSpec;
  readonly instruments?: InstrumentGroups;
  readonly highlights?: Highlights;
  readonly renamed?: Renamed;
  /** Where a command has the same name, that is `signalbox run <id> <name>`. */
  readonly verbs?: Readonly<Record<string, VerbSpec>>;
  /** Settings, other daemons' included, that it may have main write into the configuration file; no other is written for it. */
  readonly adopts?: readonly AdoptedSetting[];
}

/** Keeps the literal types of a manifest, so that the daemon's handlers are checked against it. */
export function defineManifest<Config extends z.ZodType, Commands extends Record<string, CommandSpec>>(
  manifest: Manifest<Config, Commands>,
): Manifest<Config, Commands> {
  return manifest;
}

/** Keeps the literal type of a command's argument schema. */
export function defineCommand<Args extends z.ZodObject>(spec: CommandSpec<Args>): CommandSpec<Args> {
  return spec;
}

/** Keeps the literal type of a verb's argument schema. */
export function defineVerb<Args extends z.ZodObject>(spec: VerbSpec<Args>): VerbSpec<Args> {
  return spec;
}

/** A verb as plain data. */
export interface VerbDescription {
  readonly name: string;
  readonly summary: string;
  readonly args: JsonObjectSchema;
  readonly positionals: readonly string[];
}

/** A command as other processes see it: the argument schema as JSON Schema. */
export interface CommandDescription {
  readonly name: string;
  readonly summary: string;
  /** See `sentence.ts`; null where it declares none. */
  readonly sentence: string | null;
  readonly reads: boolean;
  readonly danger: DangerTier;
  readonly access: Access;
  readonly args: JsonObjectSchema;
  readonly result: ResultShape;
  /** Name of the file that its text is; null where it is none. */
  readonly saves: string | null;
  readonly columns: readonly TableColumn[];
  readonly rowActions: readonly RowAction[];
  readonly confirmArg: string | null;
  readonly unrecorded: Unrecorded;
  /** Metrics that it should move. */
  readonly effects: readonly string[];
  readonly timeoutMs: number;
}

/** The part of JSON Schema that argument objects use. */
export interface JsonObjectSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, JsonFieldSchema>>;
  readonly required?: readonly string[];
}

/** The part of JSON Schema that one argument of a command uses. */
export interface JsonFieldSchema {
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'array';
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly default?: string | number | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Entered and shown masked, never audited in clear. */
  readonly secret?: boolean;
  /** It is the text of a file that is chosen, whose name ends so (`csv`); its content is not audited. */
  readonly file?: string;
  /** What a number counts; a question before the command states it as a duration. */
  readonly unit?: 'minutes';
  /** What 0 stands for, in words, where it is no amount. */
  readonly zero?: string;
  /** Values of a number that are offered to be chosen with one click. */
  readonly presets?: readonly number[];
}

/** A manifest as plain data, for windows, CLI and docs. */
export interface ManifestDescription {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly internal: boolean;
  readonly dependsOn: readonly string[];
  readonly metrics: readonly MetricSpec[];
  readonly commands: readonly CommandDescription[];
  readonly deeds: Readonly<Record<string, string>>;
  readonly tables: Readonly<Record<string, TableSpec>>;
  readonly charts: readonly ChartSpec[];
  readonly comparisons: readonly ComparisonSpec[];
  readonly pages: Readonly<Record<string, ResultPageSpec>>;
  readonly files: FilesSpec | null;
  readonly instruments: InstrumentGroups;
  readonly highlights: Highlights;
  readonly renamed: Renamed;
  readonly verbs: readonly VerbDescription[];
  readonly config: unknown;
}

/** Deadline of a command that names none. */
export const DEFAULT_COMMAND_TIMEOUT_MS = 10_000;

/** What a command does while the audit trail cannot be written. */
export function unrecordedOf({ unrecorded }: CommandSpec): Unrecorded {
  return unrecorded ?? 'refuse';
}

/** The plain-data form of a manifest. Internal commands are left out. */
export function describeManifest(manifest: Manifest): ManifestDescription {
  const commands: CommandDescription[] = [];
  for (const [name, spec] of Object.entries(manifest.commands)) {
    if (spec.internal === true) continue;
    commands.push({
      name,
      summary: spec.summary,
      sentence: spec.sentence ?? null,
      reads: spec.reads ?? false,
      danger: spec.danger,
      access: spec.access,
      args: z.toJSONSchema(spec.args, { io: 'input' }) as unknown as JsonObjectSchema,
      result: spec.result,
      saves: spec.saves ?? null,
      columns: spec.columns ?? [],
      rowActions: spec.rowActions ?? [],
      confirmArg: spec.confirmArg ?? null,
      unrecorded: unrecordedOf(spec),
      effects: spec.effects ?? [],
      timeoutMs: spec.timeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS,
    });
  }
  return {
    id: manifest.id,
    title: manifest.title,
    summary: manifest.summary,
    internal: manifest.internal ?? false,
    dependsOn: manifest.dependsOn ?? [],
    metrics: catalogOf(manifest.id, manifest.metrics),
    commands,
    deeds: manifest.deeds ?? {},
    tables: manifest.tables ?? {},
    charts: manifest.charts ?? [],
    comparisons: manifest.comparisons ?? [],
    pages: manifest.pages ?? {},
    files: manifest.files ?? null,
    instruments: manifest.instruments ?? {},
    highlights: manifest.highlights ?? {},
    renamed: manifest.renamed ?? {},
    verbs: Object.entries(manifest.verbs ?? {}).map(([name, { summary, args, positionals }]) => ({
      name,
      summary,
      args: z.toJSONSchema(args, { io: 'input' }) as unknown as JsonObjectSchema,
      positionals,
    })),
    config: z.toJSONSchema(manifest.config, { io: 'input', unrepresentable: 'any' }),
  };
}
