/** Sets of clients that messages go to. Used by rooms.ts and relay.ts. */
import { WorkGate } from '../../runtime/async/work-gate.ts';

/** A set that is walked through far more often than it changes: the members of a room, or all broadcast clients. */
export class Audience<Member> {
  /** In no particular order. Read only; do not add or remove while walking through it. */
  readonly members: Member[] = [];
  readonly #places = new Map<Member, number>();

  get size(): number {
    return this.members.length;
  }

  has(member: Member): boolean {
    return this.#places.has(member);
  }

  /** Returns whether the member is new. */
  add(member: Member): boolean {
    if (this.#places.has(member)) return false;
    this.#places.set(member, this.members.length);
    this.members.push(member);
    return true;
  }

  /** Returns whether the member was there. The last member takes its place. */
  remove(member: Member): boolean {
    const place = this.#places.get(member);
    if (place === undefined) return false;
    this.#places.delete(member);
    const last = this.members.pop()!;
    if (last !== member) {
      this.members[place] = last;
      this.#places.set(last, place);
    }
    return true;
  }
}

/** An audience that messages go to. */
export class Crowd<Member> extends Audience<Member> {
  /** Keeps the order while a message is on its way over several turns. */
  readonly gate = new WorkGate();
}
