/**
 * Every request that a window, a browser or the CLI can make of main, by name. Electron carries it over validated IPC, the
 * headless host over a WebSocket or `POST /api/<name>`, the CLI over the local socket; the handler table in main/core is the
 * same for all.
 */

import type { z } from 'zod';
import { auditRequests } from './audit.ts';
import { blockRequests } from './blocks.ts';
import { commandRequests } from './commands.ts';
import { configRequests } from './config.ts';
import { historyRequests } from './history.ts';
import { hostRequests } from './host.ts';
import { lifecycleRequests } from './lifecycle.ts';
import { logsRequests } from './logs.ts';
import { marksRequests } from './marks.ts';
import { metricsRequests } from './metrics.ts';
import type { RequestDefinition, ResultType } from './request.ts';
import { sessionRequests } from './sessions.ts';
import { taskRequests } from './tasks.ts';

/** The definition of each request, in the order of the reference page. */
export const CONTROL_REQUESTS = {
  ...hostRequests,
  ...lifecycleRequests,
  ...commandRequests,
  ...taskRequests,
  ...metricsRequests,
  ...logsRequests,
  ...blockRequests,
  ...historyRequests,
  ...auditRequests,
  ...marksRequests,
  ...configRequests,
  ...sessionRequests,
} satisfies Readonly<Record<string, RequestDefinition>>;

/** Name of a request of the control API. */
export type ControlRequestName = keyof typeof CONTROL_REQUESTS;

/** Results by request name. */
export type ControlResults = {
  [Name in ControlRequestName]: (typeof CONTROL_REQUESTS)[Name]['result'] extends ResultType<infer Result>
    ? Result
    : never;
};

/** Name -> arguments and result of every request. */
export type ControlApi = {
  [Name in ControlRequestName]: {
    args: z.input<(typeof CONTROL_REQUESTS)[Name]['args']>;
    result: ControlResults[Name];
  };
};

/** Whether a request of that name exists. */
export function isControlRequest(name: string): name is ControlRequestName {
  return Object.hasOwn(CONTROL_REQUESTS, name);
}
