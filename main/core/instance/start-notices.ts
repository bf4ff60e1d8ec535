/** What the log should say when an instance begins: what it found in its folder and in its configuration. Called by the control plane. */
import type { WireError } from '../../../contract/errors.ts';
import type { Logger } from '../../../daemons/runtime/telemetry/logger.ts';
import { removeStagings } from '../backup-leftovers.ts';
import type { OpenInstance } from './open-instance.ts';

/** What is known beside the folder itself. */
export interface StartConditions {
  readonly dataDir: string;
  readonly configError: WireError | null;
  readonly descriptorNotice: string | null;
}

/** Writes what an operator should know; what the claim on the folder has to say later is written when it comes. */
export function sayAtStart(
  logger: Logger,
  { socket, exposed }: OpenInstance,
  { dataDir, configError, descriptorNotice }: StartConditions,
): void {
  socket.onNotice(({ level, event, message }) => logger.log(level, 'main', event, message));
  void removeStagings(dataDir).then((removed) => {
    for (const name of removed) {
      const text = `${name}, which a backup left that was killed, was removed from the data folder.`;
      logger.log('info', 'main', 'backup_leftover_removed', text);
    }
  });
  if (descriptorNotice !== null) logger.log('warn', 'main', 'descriptors_low', descriptorNotice);
  if (exposed.length > 0) {
    const text = `Others may read these, and it could not be changed: ${exposed.join(', ')}`;
    logger.log('warn', 'main', 'files_exposed', text);
  }
  if (configError !== null) logger.log('error', 'config', 'config_invalid', configError.message);
}
