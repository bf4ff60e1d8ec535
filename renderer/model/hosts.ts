/**
 * The hosts that the window shows, each with a model of its own, and the screen that they share. One exists a page; React
 * reaches it by context. At present the one host is that which the page comes from.
 */
import { createStore } from 'zustand/vanilla';
import type { HostAccess } from '../client/control-client.ts';
import { HostModel } from './host-model.ts';
import type { HostState } from './host-state.ts';
import { messages } from './messages.ts';
import { SharedScreen } from './shared-screen.ts';

/** A host and what is known of it at a moment. */
export interface HostNow {
  readonly host: HostModel;
  readonly state: HostState;
}

export class Hosts {
  readonly screen = new SharedScreen();
  /** The hosts, in the order in which they are shown. */
  readonly store = createStore<{ readonly models: readonly HostModel[] }>(() => ({ models: [] }));
  #states: readonly HostNow[] = [];

  /** Takes a host in. Throws where there is one of that id: its addresses and keys would be those of the other. */
  add(access: HostAccess): HostModel {
    if (this.get(access.id) !== undefined) throw new Error(`the window has a host ${access.id} already`);
    const model = new HostModel(access, this.screen);
    this.store.setState(({ models }) => ({ models: [...models, model] }));
    return model;
  }

  /** Closes a host, and with it everything that belongs to it. */
  remove(id: string): void {
    const model = this.get(id);
    if (model === undefined) return;
    this.store.setState(({ models }) => ({ models: models.filter((one) => one !== model) }));
    model.close();
  }

  get(id: string): HostModel | undefined {
    return this.store.getState().models.find((model) => model.id === id);
  }

  close(): void {
    for (const { id } of this.store.getState().models) this.remove(id);
    this.screen.close();
  }

  /** What is known of each host: the same array until something of it has changed. */
  readonly states = (): readonly HostNow[] => {
    const { models } = this.store.getState();
    const known = this.#states;
    const same =
      known.length === models.length &&
      known.every(({ host, state }, i) => host === models[i] && state === host.store.getState());
    if (!same) this.#states = models.map((host) => ({ host, state: host.store.getState() }));
    return this.#states;
  };

  /** Calls back on every change of any host, and of which there are; returns the function that ends it. */
  readonly subscribeStates = (listener: () => void): (() => void) => {
    let ends: readonly (() => void)[] = [];
    const follow = () => {
      for (const end of ends) end();
      ends = this.store.getState().models.map((model) => model.store.subscribe(listener));
    };
    follow();
    const endHosts = this.store.subscribe(() => {
      follow();
      listener();
    });
    return () => {
      endHosts();
      for (const end of ends) end();
    };
  };
}

/** The name of something of a host, such as of a daemon or a page: with that of the host where there are several. */
export function named(models: readonly HostModel[], host: string, thing: string): string {
  const name = nameOf(models, host);
  return name === null ? thing : messages.onHost(thing, name);
}

/** What is told of a host, such as a notice: with its name before it where there are several. */
export function told(models: readonly HostModel[], host: string | null, text: string): string {
  const name = nameOf(models, host);
  return name === null ? text : messages.fromHost(text, name);
}

/** The name of a host; null where it goes without saying. */
function nameOf(models: readonly HostModel[], host: string | null): string | null {
  return models.length < 2 ? null : (models.find((model) => model.id === host)?.name ?? null);
}
