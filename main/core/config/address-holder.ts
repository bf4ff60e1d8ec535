/** Whether it is Signalbox itself that holds an address, so that a message need not blame another process. */
import type { WireError } from '../../../contract/errors.ts';
import {
  type ListenPlace,
  placeOf,
  placesMeet,
  placeText,
  strangerAt,
} from '../../../contract/listen-place.ts';
import type { DaemonSnapshot } from '../../../contract/states.ts';

/** Who listens somewhere: a daemon, or the host with its dashboard. */
export type Holder = Pick<DaemonSnapshot, 'id'> & { readonly listeners: readonly ListenPlace[] };

/** How messages call the host's own listener. */
export const DASHBOARD = 'the dashboard';

/** Everybody of one instance who listens. */
export function holdersOf(dashboard: ListenPlace | null, daemons: readonly Holder[]): readonly Holder[] {
  return dashboard === null ? daemons : [{ id: DASHBOARD, listeners: [dashboard] }, ...daemons];
}

/** The daemon with a listener on that address; null where none has. */
export function holderOf(daemons: readonly Holder[], address: ListenPlace): string | null {
  return daemons.find(({ listeners }) => listeners.some((one) => placesMeet(one, address)))?.id ?? null;
}

/** That an address cannot be had, and who has it. `key` is the setting that wants it. */
export function inUse(place: ListenPlace & { readonly key: string }, holder: string | null): WireError {
  const who = holder === null ? strangerAt(place) : `${holder} of this Signalbox does`;
  return {
    code: 'address_in_use',
    message: `cannot listen on ${placeText(place)}: ${who}`,
    detail: { ...placeOf(place), key: place.key },
  };
}

/** The place and the setting that an error about a listener names; null for any other error. */
export function addressIn({ detail }: WireError): (ListenPlace & { readonly key: string }) | null {
  const { host, port, path, key } = detail ?? {};
  if (typeof path === 'string') return { path, key: String(key) };
  return typeof host === 'string' && typeof port === 'number' ? { host, port, key: String(key) } : null;
}
