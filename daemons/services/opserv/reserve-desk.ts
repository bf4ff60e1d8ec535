/** Reserved nicks: users of services who do nothing, and have a nick so long that whoever takes it loses it. */
import { fold } from '../../irc/casemapping.ts';
import { writeLine } from '../../irc/p10/line.ts';
import { userNumeric } from '../../irc/p10/numeric.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import { type UserLine, writeUser } from '../../irc/p10/user-line.ts';
import type { Uplink } from '../uplink/uplink.ts';
import type { Reserve } from './lists.ts';
import type { StoredList } from './stored-list.ts';

/** Older than any nick that somebody has, as those of bots are: 2000-01-01, Unix seconds. */
const NICK_SECONDS = 946_684_800;
const NO_ADDRESS = 'AAAAAA';
const MODES = 'ik';
/** Numbers of users of services from here on are those of reserved nicks; bots have those below. */
const FIRST_NUMBER = 4_096;

export class ReserveDesk {
  readonly #list: StoredList<Reserve>;
  readonly #uplink: () => Uplink | null;
  /** Number by folded nick. */
  readonly #numbers = new Map<string, number>();
  readonly #free: number[] = [];
  #next = FIRST_NUMBER;

  /** @param uplink the network now; null while there is none */
  constructor(list: StoredList<Reserve>, uplink: () => Uplink | null) {
    this.#list = list;
    this.#uplink = uplink;
    list.onChange = (now, before) => {
      if (now !== null) this.#bring(now);
      else if (before !== null) this.#take(before);
    };
  }

  /** Brings all that are not there: to a network that is new, and those whom somebody killed. */
  bringAll(): void {
    for (const reserve of this.#list.all()) this.#bring(reserve);
  }

  #bring({ nick, username, host, reason }: Reserve): void {
    const uplink = this.#uplink();
    if (uplink === null) return;
    const { identity, view } = uplink;
    const numeric = userNumeric(identity.numeric, this.#numberOf(nick));
    if (view.users.has(numeric)) return;
    const line: UserLine = {
      nick,
      hops: 1,
      nickSeconds: NICK_SECONDS,
      username,
      host,
      modes: MODES,
      modeArguments: new Map(),
      address: NO_ADDRESS,
      numeric,
      realname: bytesOf(reason),
    };
    uplink.send(writeUser(identity.numeric, line));
    view.addUser({ ...line, realname: reason, account: null, server: view.me });
  }

  #take({ nick }: Reserve): void {
    const key = fold(nick);
    const number = this.#numbers.get(key);
    if (number === undefined) return;
    this.#numbers.delete(key);
    this.#free.push(number);
    const uplink = this.#uplink();
    const user = uplink?.view.users.get(userNumeric(uplink.identity.numeric, number));
    if (uplink == null || user === undefined) return;
    uplink.send(writeLine(user.numeric, TOKEN.QUIT, [], 'The nick is reserved no more'));
    uplink.view.removeUser(user);
  }

  #numberOf(nick: string): number {
    const key = fold(nick);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#free.pop() ?? this.#next++;
      this.#numbers.set(key, number);
    }
    return number;
  }
}
