/** Where the programs of daemons are, for hosts and the command line under Node. */
import { extname, join } from 'node:path';

/** What stands beside this file is a source, or has been built like it. */
const EXTENSION = extname(import.meta.filename);

/** The program of a daemon, of the folder that has a folder for each; or another module of it that is loaded by name. */
export function daemonEntry(folder: string, id: string, module = 'main'): string {
  return join(folder, id, `${module}${EXTENSION}`);
}
