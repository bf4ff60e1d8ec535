/** What brings an answer to its question. */
import { z } from 'zod';

/** Unique among the requests of one side of one link. */
export const requestId = z.number().int().nonnegative();
