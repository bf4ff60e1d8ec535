/**
 * Who holds which nick, registered or not. Numbers are compared before texts: in a burst every nick is looked for when nobody has it,
 * and a map of a hundred thousand texts is looked through at the pace of the memory. Kept by the IRC server and by services.
 */
import { randomFillSync } from 'node:crypto';
import { foldedCode, sameName } from './casemapping.ts';

/**
 * What the character at each place counts. Secret, so that nobody can choose nicks that all stand in one place: of two nicks hardly any
 * factors make the same of the upper bits of the sum (multiply-shift hashing of vectors).
 */
const FACTORS = randomFillSync(new Int32Array(64));

/** Places of an index in which nobody stands yet; a power of two, as after each doubling. */
const LEAST_PLACES = 64;

/** Users by nick. The nick of one who is in it does not change but in case. */
export class NickIndex<User extends { readonly nick: string }> {
  /** What the nick at each place comes to; 0 where none stands. */
  #sums = new Int32Array(LEAST_PLACES);
  #users: (User | undefined)[] = new Array(LEAST_PLACES).fill(undefined);
  #size = 0;
  /** The nick that was asked for last, and what it comes to: whoever finds it free adds somebody by it. */
  #asked = '';
  #askedSum = 0;

  get size(): number {
    return this.#size;
  }

  /** Whoever has a nick, however it is written. */
  get(nick: string): User | undefined {
    this.#asked = nick;
    this.#askedSum = sumOf(nick);
    return this.#users[this.#find(nick, this.#askedSum)];
  }

  /** Adds a user by their nick. @returns false where somebody has it; nothing is changed then */
  add(user: User): boolean {
    const sum = this.#sumOf(user.nick);
    const place = this.#find(user.nick, sum);
    if (this.#sums[place] !== 0) return false;
    this.#put(user, sum, place);
    return true;
  }

  /** The same, whoever had the nick before. */
  set(user: User): void {
    const sum = this.#sumOf(user.nick);
    const place = this.#find(user.nick, sum);
    if (this.#sums[place] === 0) this.#put(user, sum, place);
    else this.#users[place] = user;
  }

  /** Forgets all of them at once. */
  clear(): void {
    this.#sums = new Int32Array(LEAST_PLACES);
    this.#users = new Array(LEAST_PLACES).fill(undefined);
    this.#size = 0;
  }

  #put(user: User, sum: number, place: number): void {
    this.#sums[place] = sum;
    this.#users[place] = user;
    // Half of the places stay free, so that a nick that nobody has is known after one or two.
    if (++this.#size * 2 > this.#sums.length) this.#double();
  }

  /** Takes a user out; one whose nick is somebody else's by now is passed over. */
  delete(user: User): void {
    let free = this.#find(user.nick, sumOf(user.nick));
    if (this.#users[free] !== user) return;
    const sums = this.#sums;
    const last = sums.length - 1;
    this.#size--;
    // Those behind it move up as far as they may, so that no gap parts anybody from their place.
    for (let place = (free + 1) & last; sums[place] !== 0; place = (place + 1) & last) {
      const home = this.#placeOf(sums[place]!);
      if (((place - home) & last) < ((place - free) & last)) continue;
      sums[free] = sums[place]!;
      this.#users[free] = this.#users[place];
      free = place;
    }
    sums[free] = 0;
    this.#users[free] = undefined;
  }

  #sumOf(nick: string): number {
    return nick === this.#asked && this.#askedSum !== 0 ? this.#askedSum : sumOf(nick);
  }

  /** Where a nick stands, or could. */
  #find(nick: string, sum: number): number {
    const sums = this.#sums;
    const last = sums.length - 1;
    let place = this.#placeOf(sum);
    for (;;) {
      const found = sums[place];
      if (found === 0) return place;
      if (found === sum && sameName(this.#users[place]!.nick, nick)) return place;
      place = (place + 1) & last;
    }
  }

  /** The upper bits, which are the good ones. */
  #placeOf(sum: number): number {
    return sum >>> (Math.clz32(this.#sums.length) + 1);
  }

  #double(): void {
    const sums = this.#sums;
    const users = this.#users;
    const places = sums.length * 2;
    this.#sums = new Int32Array(places);
    this.#users = new Array(places).fill(undefined);
    const last = places - 1;
    for (let from = 0; from < sums.length; from++) {
      const sum = sums[from]!;
      if (sum === 0) continue;
      let place = this.#placeOf(sum);
      while (this.#sums[place] !== 0) place = (place + 1) & last;
      this.#sums[place] = sum;
      this.#users[place] = users[from];
    }
  }
}

/** Never 0. */
function sumOf(nick: string): number {
  let sum = 0;
  for (let i = 0; i < nick.length; i++)
    sum = (sum + Math.imul(FACTORS[i % FACTORS.length]!, foldedCode(nick.charCodeAt(i)))) | 0;
  return sum === 0 ? 1 : sum;
}
