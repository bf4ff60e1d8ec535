/**
 * What a file of unit tests has left behind in its process, where the next file of the same worker would meet it. Asked by
 * scripts/fresh-file.ts at the end of each file.
 */
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import timers from 'node:timers';

/** The objects of a process that every file sees; what is replaced in them is replaced for all. */
const SHARED: Readonly<Record<string, object>> = {
  globalThis,
  console,
  process,
  'process.stdout': process.stdout,
  'process.stderr': process.stderr,
  Date,
  Math,
  JSON,
  performance,
  'node:fs': fs,
  'node:fs/promises': fs.promises,
  'node:net': net,
  'net.Socket.prototype': net.Socket.prototype,
  'net.Server.prototype': net.Server.prototype,
  'node:os': os,
  'node:timers': timers,
};

/** What keeps a process alive, or a port or a folder taken, until somebody closes it. */
const HANDLES = new Set([
  'TCPServerWrap',
  'PipeServerWrap',
  'UDPWrap',
  'ProcessWrap',
  'FSEventWrap',
  'Worker',
]);

/** How the process stands at one moment. */
export interface Standing {
  /** By the name of the shared object. */
  readonly properties: ReadonlyMap<string, ReadonlyMap<string, PropertyDescriptor>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Listeners of `process` by event. */
  readonly listeners: ReadonlyMap<PropertyKey, number>;
  /** How many handles of each kind are open. */
  readonly handles: ReadonlyMap<string, number>;
}

export function standing(): Standing {
  return {
    properties: new Map(
      Object.entries(SHARED).map(([name, object]) => [
        name,
        new Map(Object.entries(Object.getOwnPropertyDescriptors(object))),
      ]),
    ),
    environment: { ...process.env },
    listeners: new Map(process.eventNames().map((event) => [event, process.listenerCount(event)])),
    handles: openHandles(),
  };
}

/** What was replaced since `before` and not put back, such as `globalThis.setInterval`. What was only added is no harm. */
export function replaced(before: Standing): string[] {
  const found = changes(before).map(({ name, key }) => `${name}.${key}`);
  const names = new Set([...Object.keys(before.environment), ...Object.keys(process.env)]);
  for (const name of names) {
    if (before.environment[name] !== process.env[name]) found.push(`the environment's ${name}`);
  }
  return found;
}

/** Puts back what {@link replaced} finds, so that only the file that did it is told of it. */
export function putBack(before: Standing): void {
  for (const { object, key, was } of changes(before)) {
    if (was === undefined) Reflect.deleteProperty(object, key);
    else Reflect.defineProperty(object, key, was);
  }
  for (const name of Object.keys(process.env)) if (!(name in before.environment)) delete process.env[name];
  Object.assign(process.env, before.environment);
}

/** What was opened since `before` and is open still: handles, and listeners of the process. */
export function open(before: Standing): string[] {
  const more = (kind: string, was: ReadonlyMap<PropertyKey, number>, is: ReadonlyMap<PropertyKey, number>) =>
    [...is]
      .filter(([name, count]) => count > (was.get(name) ?? 0))
      .map(([name]) => `${kind} ${String(name)}`);
  const { listeners } = standing();
  return [
    ...more('an open', before.handles, openHandles()),
    ...more('a listener of the process for', before.listeners, listeners),
  ];
}

interface Change {
  readonly name: string;
  readonly object: object;
  readonly key: string;
  /** Undefined where what was inherited is covered now. */
  readonly was: PropertyDescriptor | undefined;
}

function changes(before: Standing): Change[] {
  const found: Change[] = [];
  for (const [name, properties] of before.properties) {
    const object = SHARED[name] as object;
    const inherited = Object.getPrototypeOf(object) as object;
    const now = Object.getOwnPropertyDescriptors(object) as Record<string, PropertyDescriptor>;
    for (const [key, was] of properties) {
      const is = now[key];
      if (is === undefined || differs(was, is)) found.push({ name, object, key, was });
    }
    for (const key of Object.keys(now)) {
      if (!properties.has(key) && key in inherited) found.push({ name, object, key, was: undefined });
    }
  }
  return found;
}

function openHandles(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (HANDLES.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function differs(was: PropertyDescriptor, is: PropertyDescriptor): boolean {
  if (was.get !== undefined && is.get === was.get) return false;
  // Other values are what the objects are there for, such as an exit code; and some getters put what they made in their place.
  const isCode = typeof was.value === 'function' || typeof is.value === 'function';
  return isCode && was.value !== is.value;
}
