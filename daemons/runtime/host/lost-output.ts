/**
 * Keeps a process alive whose standard output or error goes nowhere any more: a terminal that was closed, a log reader
 * that was restarted, a full disk. Node would end the process at the next line. Called once by every entry.
 */

/** What is written from now on may be lost, and nothing else happens. */
export function survivesLostOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
