/** The headless host with a drain that is short. Started as a program by tests that have one wait for its deadline. */
import { CONTROL_LIMITS } from '../../core/limits.ts';
import { SHIPPED, serve } from '../serve.ts';

await serve(process.argv.slice(2), { ...SHIPPED, limits: { ...CONTROL_LIMITS, stopMs: 4_000 } });
