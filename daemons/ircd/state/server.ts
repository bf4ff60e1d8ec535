/** A server of the network, as others see it: this one, and those behind links. */

/** One server. Its count of users is changed by state/network.ts only. */
export class Server {
  readonly name: string;
  /** What LINKS and WHOIS say of it; that of this server may change with its configuration. */
  description: string;
  /** The same as it was said, with one character for each byte, where that was no UTF-8; null else. */
  descriptionBytes: string | null = null;
  /** Two characters that stand for it in P10; empty while this server has no links. */
  readonly numeric: string;
  /** The server that it is linked to, seen from here; null for this one. */
  readonly uplink: Server | null;
  /** Links between it and this server; 0 for this one. */
  readonly hops: number;
  /** The first server on the way to it, itself where it is linked to this one; null for this one. */
  readonly via: Server | null;
  /** Letters that it was introduced with: `h`, `s`, `6` and others, whoever knows them. */
  readonly flags: string;
  /** Whether it is a server of another make, which holds less than ours. */
  readonly foreign: boolean;
  /** Whether it is still telling what it knows. */
  bursting = false;
  /** Registered users on it. */
  userCount = 0;
  /** When it was started, Unix milliseconds; null where nobody said so. */
  bootMs: number | null = null;
  /** Since when it is part of the network, Unix milliseconds; null for this one. */
  linkedMs: number | null = null;

  constructor(
    name: string,
    description: string,
    numeric = '',
    uplink: Server | null = null,
    { flags = '', foreign = false }: { readonly flags?: string; readonly foreign?: boolean } = {},
  ) {
    this.name = name;
    this.description = description;
    this.numeric = numeric;
    this.uplink = uplink;
    this.via = uplink === null ? null : (uplink.via ?? this);
    this.flags = flags;
    this.foreign = foreign;
    this.hops = uplink === null ? 0 : uplink.hops + 1;
  }

  /** How it signs what it says itself. */
  get prefix(): string {
    return this.name;
  }
}
