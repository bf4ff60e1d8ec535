/**
 * What other servers have said of a user and nobody here has a use for. It is kept so that whoever links later, or lies behind
 * another link, hears it as it was said. Most users have none.
 */

/** Kept of one user; text has one character for each byte. */
export class LinkFacts {
  /** What was said where it was no UTF-8; null where the text of the user says it all. User names are ASCII. */
  realname: string | null = null;
  away: string | null = null;
  /** Since when the account exists, Unix seconds; 0 where nobody said so. */
  accountSeconds = 0;
  /** Letters of modes that are not known here. */
  modes = '';
  /** By the letter of a mode of Nefarious (`h`, `f`, `C`, `c`): a host that the user may be seen with. */
  readonly hosts = new Map<string, string>();
  /** What `MK` and `SW` said, by the token and the kind of mark: the parameters behind the user. */
  readonly marks = new Map<string, readonly string[]>();

  /** Whether nothing is kept. */
  get isEmpty(): boolean {
    const { realname, away, accountSeconds, modes, hosts, marks } = this;
    const text = realname !== null || away !== null || modes !== '';
    return !text && accountSeconds === 0 && hosts.size === 0 && marks.size === 0;
  }

  /** Notes a mode that is not known here; whether that is another than before. */
  keepMode(letter: string, on: boolean): boolean {
    if (!/^[A-Za-z]$/.test(letter) || letter === 'r' || this.modes.includes(letter) === on) return false;
    this.modes = on ? this.modes + letter : this.modes.replaceAll(letter, '');
    return true;
  }
}
