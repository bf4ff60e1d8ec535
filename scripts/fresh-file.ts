/** Runs before each file of unit tests that shares its worker: none begins with what the one before it left. */
import { vi } from 'vitest';

vi.useRealTimers();
vi.restoreAllMocks();
vi.unstubAllGlobals();
vi.unstubAllEnvs();
