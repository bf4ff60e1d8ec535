/** For tests: what a keeper of messages holds and answers, in arrays that are looked through from end to end. */
import type {
  MessageArgs,
  StoreChange,
  StoredMark,
  StoredMessage,
  StoredPeer,
  StoredPlace,
} from '../../../contract/messages.ts';

/** A message with whom it was. */
export interface ModelMessage extends StoredMessage {
  readonly peer: StoredPeer | null;
}

/** What there is of a scope, and how much of it is kept where that is said. */
export interface ModelScope {
  messages: ModelMessage[];
  readonly readers: Map<string, number>;
  amount: { readonly messages: number | null; readonly keepMs: number | null };
}

/** Scopes by name, each with its messages in their order and who may read it. */
export class MessageModel {
  scopes = new Map<string, ModelScope>();

  #of(scope: string) {
    let there = this.scopes.get(scope);
    if (there === undefined) {
      there = { messages: [], readers: new Map(), amount: { messages: null, keepMs: null } };
      this.scopes.set(scope, there);
    }
    return there;
  }

  /** One message by its order. */
  message(order: number): ModelMessage | undefined {
    for (const { messages } of this.scopes.values()) {
      const found = messages.find((one) => one.order === order);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  change(change: StoreChange): void {
    switch (change.do) {
      case 'keep': {
        const all = [...this.scopes.values()].flatMap(({ messages }) => messages);
        const own = this.#of(change.scope);
        if (all.some(({ order }) => order === change.message.order)) return;
        own.messages.push({ ...change.message, peer: change.peer });
        own.messages.sort((a, b) => a.order - b.order);
        return;
      }
      case 'forget': {
        const own = this.scopes.get(change.scope);
        if (own !== undefined && change.id !== '')
          own.messages = own.messages.filter(({ id }) => id !== change.id);
        return;
      }
      case 'drop':
        this.scopes.delete(change.scope);
        return;
      case 'rename': {
        const own = this.scopes.get(change.scope);
        if (own === undefined || change.scope === change.to) return;
        this.scopes.delete(change.scope);
        this.scopes.set(change.to, own);
        return;
      }
      case 'reader': {
        const { readers } = this.#of(change.scope);
        readers.set(change.account, Math.min(readers.get(change.account) ?? change.since, change.since));
        return;
      }
      case 'no reader':
        this.scopes.get(change.scope)?.readers.delete(change.account);
        return;
      case 'amount':
        this.#of(change.scope).amount = { messages: change.messages, keepMs: change.keepMs };
        return;
      case 'end account':
        this.scopes.delete(`a${change.account}`);
        for (const { readers } of this.scopes.values()) readers.delete(change.account);
        return;
      case 'clear':
        for (const scope of [...this.scopes.keys()])
          if (scope.startsWith(change.kind === 'channels' ? 'c' : 'a')) this.scopes.delete(scope);
        return;
    }
  }

  read({
    scope,
    after,
    before,
    events,
    peer,
    wanted,
    messages,
    bytes,
  }: MessageArgs<'read'>): number[] | string {
    const seen = (this.scopes.get(scope)?.messages ?? []).filter(
      (one) =>
        one.order > after &&
        one.order < before &&
        (peer === null ||
          one.peer?.nick === peer.nick ||
          (peer.account !== null && one.peer?.account === peer.account)),
    );
    const shown = seen.filter(({ event }) => events || !event);
    const marks: StoredPlace[] = [];
    const given: StoredMark[] = wanted.mark === null ? [] : [wanted.mark];
    if (wanted.kind === 'BETWEEN') given.push(wanted.until);
    for (const mark of given) {
      if (!('id' in mark)) marks.push(mark);
      else {
        const found = mark.id === '' ? undefined : seen.findLast(({ id }) => id === mark.id);
        if (found === undefined) return mark.id;
        marks.push({ order: found.order, at: found.at });
      }
    }
    const place = (one: ModelMessage, mark: StoredPlace) =>
      'order' in mark ? one.order - mark.order : one.at - mark.at;
    const cut = (all: readonly ModelMessage[]) => {
      const found: number[] = [];
      let left = bytes;
      for (const one of all.slice(0, messages)) {
        found.push(one.order);
        left -= one.bytes;
        if (left < 0) break;
      }
      return found;
    };
    const first = (keep: (one: ModelMessage) => boolean) => cut(shown.filter(keep));
    const last = (keep: (one: ModelMessage) => boolean) => cut(shown.filter(keep).reverse()).reverse();
    const [mark, until] = marks;
    switch (wanted.kind) {
      case 'LATEST':
        return last((one) => mark === undefined || place(one, mark) > 0);
      case 'BEFORE':
        return last((one) => place(one, mark!) < 0);
      case 'AFTER':
        return first((one) => place(one, mark!) > 0);
      case 'AROUND':
        return [...last((one) => place(one, mark!) < 0), ...first((one) => place(one, mark!) >= 0)];
      case 'BETWEEN': {
        const forwards =
          'order' in mark! && 'order' in until! ? mark.order <= until.order : mark!.at <= until!.at;
        const [from, to] = forwards ? [mark!, until!] : [until!, mark!];
        return (forwards ? first : last)((one) => place(one, from) > 0 && place(one, to) < 0);
      }
    }
  }
}
