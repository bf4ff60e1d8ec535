/**
 * Work of several steps, each of which changes something elsewhere: a machine whose steps are named, so that it can be stored where
 * it stands. What a step does it may do twice, because nobody knows of the last one before a crash whether it was done.
 */

/** What else comes of a step. */
interface Aftermath {
  /** Flows that begin with it, or not at all. */
  readonly begins?: readonly FlowBegin[];
  /** Called when it is on the disk. A crash may come before. */
  readonly after?: () => void;
}

/** A flow that another one begins. */
export interface FlowBegin {
  readonly kind: AnyFlowKind;
  readonly subject: string;
  readonly data: object;
}

/** What comes of a step: another one, with what has become known. */
interface GoesOn<Data> extends Aftermath {
  readonly to: string;
  readonly data: Data;
}

/** What comes of a step: the end of the flow, and what whoever asked is told. */
interface Ends<Answer> extends Aftermath {
  readonly done: Answer;
}

export type FlowTurn<Data, Answer> = GoesOn<Partial<Data>> | Ends<Answer>;

/** Goes on with another step. */
export function goOn<const Data extends object = object>(
  to: string,
  data: Data = {} as Data,
  more: Aftermath = {},
): GoesOn<Data> {
  return { to, data, ...more };
}

/** Ends the flow. */
export function end<const Answer>(done: Answer, more: Aftermath = {}): Ends<Answer> {
  return { done, ...more };
}

/** A step. What it returns as a function is run in the transaction that stores where it leads to: what is written here goes with it. */
export type FlowStep<Data, Answer> = (
  data: Data,
) => Promise<FlowTurn<Data, Answer> | (() => FlowTurn<Data, Answer>)>;

/** One kind of flow. */
export interface FlowKind<Data extends object, Answer> {
  /** As the table of flows and the database call it; never another. */
  readonly name: string;
  readonly first: string;
  /**
   * By name. A step that throws is tried again after a pause, for as long as it takes: a refusal that shall end the flow is an
   * answer.
   */
  readonly steps: Readonly<Record<string, FlowStep<Data, Answer>>>;
}

/** What comes of a step of whatever kind. */
export type AnyFlowTurn = GoesOn<object> | Ends<unknown>;

/** A kind of which is known only that it has steps, each of which knows its own data. */
export interface AnyFlowKind extends Pick<FlowKind<object, unknown>, 'name' | 'first'> {
  readonly steps: Readonly<Record<string, (data: never) => Promise<AnyFlowTurn | (() => AnyFlowTurn)>>>;
}

/** What whoever began a flow is told: its answer, or that it goes on without them and why. */
export type FlowAnswer<Answer> =
  | { readonly kind: 'done'; readonly answer: Answer }
  | { readonly kind: 'delayed'; readonly why: string };

/** A flow as it is stored. */
export interface StoredFlow {
  readonly id: number;
  readonly kind: string;
  /** What it is about: flows of one subject go one after the other. */
  readonly subject: string;
  readonly step: string;
  /** JSON. */
  readonly data: string;
  /** Times that the step has failed. */
  readonly attempts: number;
  /** Unix milliseconds. */
  readonly begun: number;
  /** When the step is tried next, Unix milliseconds. */
  readonly due: number;
  /** Why it failed last; null while it has not. */
  readonly problem: string | null;
}
