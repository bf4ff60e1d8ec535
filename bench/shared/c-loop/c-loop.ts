/**
 * The row "C loop" of a comparison: a program in C that does the writes of a server and nothing else (c-loop.c), so that the
 * distance of every server to what the machine can do is seen. Used by the benchmarks of ircd and relay.
 */
import { join } from 'node:path';
import { compile, directoryForNow } from '../c-program.ts';
import type { Figures } from '../figures.ts';
import { type RunningServer, startRival } from '../server-process.ts';

const SOURCE = join(import.meta.dirname, 'c-loop.c');

/** How it is named in tables. */
export const C_LOOP = 'C loop';

/** The writes that it is to do. */
export interface WriteShape {
  /** Lines that it gathers for a write, fewer where nobody sends any more. */
  readonly linesAWrite: number;
  /** Bytes of a line, its end included; 0 where they follow from what is sent. */
  readonly lineBytes: number;
}

/** Where nothing else is known. */
export const LINE_BY_LINE: WriteShape = { linesAWrite: 1, lineBytes: 0 };

/** Starts the loop for clients of a load generator. */
export type StartCLoop = (wire: 'irc' | 'relay', shape: WriteShape) => Promise<RunningServer>;

/** {@link compileCLoop} into a directory that goes when this process ends. */
export function compileCLoopForNow(): StartCLoop | string {
  return compileCLoop(directoryForNow());
}

/**
 * Compiles it into a directory.
 * @returns how to start it, or why there is none
 */
export function compileCLoop(directory: string, compiler?: string): StartCLoop | string {
  const compiled = compile(SOURCE, directory, compiler);
  if ('why' in compiled) return `${C_LOOP}: ${compiled.why}`;
  return (wire, { linesAWrite, lineBytes }) =>
    startRival('c-loop', compiled.program, (_directory, port) =>
      Promise.resolve([wire, String(port), linesAWrite.toFixed(3), String(Math.round(lineBytes))]),
    );
}

/** The writes of a run; line by line where it does not say. */
export function writeShapeOf(figures: Figures): WriteShape {
  const linesAWrite = figures['lines/write'] ?? figures['frames/write'] ?? Number.NaN;
  const lineBytes = figures['bytes/delivery'] ?? Number.NaN;
  return {
    linesAWrite: linesAWrite >= 1 ? linesAWrite : LINE_BY_LINE.linesAWrite,
    lineBytes: lineBytes > 0 ? lineBytes : LINE_BY_LINE.lineBytes,
  };
}

/**
 * Tells every run how the first server of its scenario, which is ours, has written in the same round.
 * @param run one run of one scenario against a fresh server
 */
export function likeTheFirst<
  Scenario extends { readonly id: string },
  Kind extends { readonly name: string },
>(
  run: (scenario: Scenario, kind: Kind, like: WriteShape) => Promise<Figures>,
): (scenario: Scenario, kind: Kind) => Promise<Figures> {
  const firsts = new Map<string, { readonly kind: string; shape: WriteShape }>();
  return async (scenario, kind) => {
    const first = firsts.get(scenario.id);
    const figures = await run(scenario, kind, first?.shape ?? LINE_BY_LINE);
    if (first === undefined) firsts.set(scenario.id, { kind: kind.name, shape: writeShapeOf(figures) });
    else if (first.kind === kind.name) first.shape = writeShapeOf(figures);
    return figures;
  };
}
