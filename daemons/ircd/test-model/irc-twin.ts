/** The real server and the slow model side by side: each step is done to both, and then they must agree. */

import { same } from '../../runtime/test-fixtures/same.ts';
import { quit } from '../actions/quit.ts';
import { OPER_FLAGS } from '../config.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import { MASKS_PER_CHANNEL } from './channel-mode-rules.ts';
import { expectSameState } from './expect-same-state.ts';
import { MODEL_CAPS, type ModelClient } from './irc-model.ts';
import { CHANNELS_PER_USER, IrcRules } from './irc-rules.ts';
import { asView, viewsOf } from './irc-views.ts';
import { FAR_SLOTS, numericOf, RemotePeer } from './remote-peer.ts';
import { introduceRemote, remoteLine } from './remote-rules.ts';

/** Another server introduces somebody, or tells what one of its users does. */
type FarStep =
  | { readonly far: number; readonly introduce: string }
  | { readonly far: number; readonly line: string };

/** One step. A slot holds one client at a time; a step of a slot without one does nothing. */
export type Step =
  | { readonly slot: number; readonly connect: string; readonly host?: string; readonly caps?: boolean }
  | { readonly slot: number; readonly line: string }
  | { readonly slot: number; readonly become: 'operator' | 'lost' }
  | { readonly slot: number; readonly look: true }
  | FarStep
  | { readonly waitSeconds: number };

/** Numerics of the welcome behind its first line, and of what JOIN shows, which views compare. */
const NOT_TOLD = /^:irc\.test (00[2-5]|25\d|26\d|422|332|333|353|366|CAP) /;
const NOTICE = /^:irc\.test NOTICE \S+ :\*\*\* .*?(KILL|added|removed|failed)/;

/** The server and the model under a clock that stands still but for `waitSeconds`. */
export class IrcTwin {
  readonly irc = new MemoryServer();
  readonly #rules = new IrcRules(Date.now());
  readonly #peer = new RemotePeer(this.irc.server);
  readonly #clients = new Map<number, MemoryClient>();
  readonly #passTime: (ms: number) => void;

  /** @param passTime moves the clock that the server reads */
  constructor(passTime: (ms: number) => void) {
    this.#passTime = passTime;
    this.irc.server.tuning.set('channels_per_user', CHANNELS_PER_USER);
    this.irc.server.tuning.set('mask_list_entries', MASKS_PER_CHANNEL);
  }

  /** Does a step to both and compares what everybody was told and everything that is kept. */
  do(step: Step): void {
    const before = this.#tables();
    this.irc.host.touched.clear();
    const answer = this.#act(step);
    this.#compareTold(step, answer);
    const after = this.#tables();
    for (const name of ['connections', 'channels'] as const)
      if (after[name] !== before[name]) same(`${name} are drawn anew`, this.irc.host.touched.has(name), true);
    const { state } = this.irc.server;
    expectSameState(state, this.#rules.model, ({ slot, remote }) =>
      remote ? this.#peer.users.get(slot)! : this.#clients.get(slot)!.user!,
    );
    const defects = this.irc.host.logs.filter(({ event }) => event === 'handler_failed');
    same('defects', defects, []);
  }

  /** Compares what everybody sees of everything. */
  lookAround(): void {
    for (const client of this.#rules.model.registered) if (!client.remote) this.#look(client);
  }

  /** Everybody leaves; nothing may be left over. */
  close(): void {
    const { state } = this.irc.server;
    this.irc.close();
    for (const user of this.#peer.users.values()) quit(this.irc.server, user, 'test over');
    const { localClients, users, channels, localUserCount, invisibleCount, opers } = state;
    same(
      'left over',
      [localClients.size, users.size, channels.size, localUserCount, invisibleCount, opers.size],
      [0, 0, 0, 0, 0, 0],
    );
    const left = FAR_SLOTS.filter((slot) => state.findNumeric(numericOf(slot)) !== undefined);
    same('numerics left over', left, []);
  }

  /** Answers what the client of the step was told at once. */
  #act(step: Step): string[] {
    if ('waitSeconds' in step) {
      this.#passTime(step.waitSeconds * 1000);
      this.#rules.nowMs = Date.now();
      return [];
    }
    if ('far' in step) {
      this.#far(step);
      return [];
    }
    const { slot } = step;
    const client = this.#rules.model.clients.find((one) => one.slot === slot);
    if ('connect' in step) {
      if (client === undefined) this.#connect(slot, step.connect, step.host ?? null, step.caps ?? false);
      return [];
    }
    if (client === undefined) return [];
    const real = this.#clients.get(slot)!;
    // An operator of the network has it written down first, which takes turns of its own.
    if ('line' in step && step.line.startsWith('RENAME') && client.modes.has('o')) return [];
    if ('line' in step) {
      this.#rules.line(client, step.line);
      return real.send(step.line);
    }
    if ('look' in step) {
      if (client.registered) this.#look(client);
    } else if (step.become === 'lost') {
      this.#rules.exit(client, 'Connection closed');
      real.drop();
    } else if (client.registered) {
      for (const letter of 'os') client.modes.add(letter);
      this.irc.promote(real, OPER_FLAGS);
    }
    return [];
  }

  /** A step that names a nick which is taken, or somebody who is not there, does nothing. */
  #far(step: FarStep): void {
    const { model } = this.#rules;
    const client = model.clients.find((one) => one.slot === step.far);
    if ('introduce' in step) {
      if (client !== undefined || model.holder(step.introduce) !== undefined) return;
      introduceRemote(this.#rules, step.far, step.introduce);
      this.#peer.introduce(step.far, step.introduce);
    } else if (client !== undefined) {
      remoteLine(this.#rules, client, step.line);
      this.#peer.line(step.far, step.line);
    }
  }

  #connect(slot: number, address: string, host: string | null, caps: boolean): void {
    this.irc.host.names = { host, ident: null };
    this.#rules.connect(slot, address, host ?? address, caps);
    const real = this.irc.connect(address);
    this.#clients.set(slot, real);
    if (!caps || real.closedWith !== null) return;
    real.send(`CAP REQ :${MODEL_CAPS}`, 'CAP END');
  }

  #compareTold(step: Step, answer: readonly string[]): void {
    const told = this.#rules.told();
    // Where several go at once, each hears of those before it; in which order is nobody's business.
    const order = (lines: string[]) =>
      'line' in step && /LINE|JOIN 0/.test(step.line) ? lines.sort() : lines;
    for (const [slot, real] of this.#clients) {
      const heard = [...('slot' in step && step.slot === slot ? answer : []), ...real.received()];
      same(`told to ${slot}`, order(heard.flatMap(asTold)), order(told.get(slot) ?? []));
    }
  }

  #look(asker: ModelClient): void {
    const real = this.#clients.get(asker.slot)!;
    for (const { line, lines } of viewsOf(this.#rules.model, asker, this.#rules.nowMs)) {
      same(`${asker.nick} asks ${line}`, real.send(line).map(asView).sort(), lines);
    }
  }

  /** What the live tables of an administrator show. */
  #tables(): { connections: string; channels: string } {
    const { model } = this.#rules;
    const connections = model.locals.map((one) => one.prefix);
    const channels = model.channels.map((one) => {
      const { name, key, limit, topic, flags, members } = one;
      return [name, members.length, key, limit, topic, [...flags].sort().join('')];
    });
    return { connections: JSON.stringify(connections), channels: JSON.stringify(channels) };
  }
}

/** A line as the model has it. */
function asTold(line: string): string[] {
  if (line.startsWith('ERROR ')) return ['ERROR'];
  if (NOT_TOLD.test(line)) return [];
  const notice = NOTICE.exec(line);
  if (notice !== null) return [`NOTICE ${notice[1]}`];
  const [, code = '', rest = ''] = /^:irc\.test (\d+) \S+ ?(.*)$/.exec(line) ?? [];
  if (code === '') return [line];
  const middle = code === '301' ? rest : rest.split(/(?:^| ):/, 1)[0]!;
  return [middle === '' ? code : `${code} ${middle}`];
}
