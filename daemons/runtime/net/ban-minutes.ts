/** How long a ban lasts, as an argument of the admin commands of every daemon. */
import { z } from 'zod';

/** An hour, a day, a week, a month, and for ever: how long people ban mostly, in minutes. */
const BAN_PRESETS = [60, 1_440, 10_080, 43_200, 0];

/** Minutes up to `most`; 0, the default, is for ever. */
export const banMinutes = (most: number) =>
  z
    .number()
    .int()
    .min(0)
    .max(most)
    .default(0)
    .describe('Minutes it lasts; 0 is for ever')
    .meta({ unit: 'minutes', zero: 'for ever', presets: BAN_PRESETS });
