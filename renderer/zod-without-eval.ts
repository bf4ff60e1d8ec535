/** Must be imported before anything that makes a schema: the content security policy of the window forbids eval. */
import { z } from 'zod';

z.config({ jitless: true });
