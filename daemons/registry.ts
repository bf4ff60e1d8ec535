/**
 * Every daemon that ships: one line each, in the order in which windows show them. Read by the hosts and by the
 * build; nothing else names a daemon.
 */
import type { Manifest } from '../contract/manifest.ts';
import { manifest as accounts } from './accounts/manifest.ts';
import { manifest as ircd } from './ircd/manifest.ts';
import { manifest as messages } from './messages/manifest.ts';
import { manifest as objects } from './objects/manifest.ts';
import { manifest as recorder } from './recorder/manifest.ts';
import { manifest as relay } from './relay/manifest.ts';
import { manifest as services } from './services/manifest.ts';

export const registry: readonly Manifest[] = [ircd, relay, objects, services, accounts, messages, recorder];
