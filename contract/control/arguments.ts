/** Arguments that requests of several domains share. */
import { z } from 'zod';

export const daemonId = z.string().min(1).max(64).describe('Id of a daemon');
export const source = daemonId.describe('Id of a daemon, or `main`');
export const confirmed = z.boolean().optional().describe('Needed where users are disturbed');
export const time = z.number().nonnegative();
