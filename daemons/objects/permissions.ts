/**
 * Who may read and write which objects: the rules of the configuration by prefix, and who a connection is. All of it is plain
 * data, so that threads are sent it; asked for every request.
 */
import type { AccessRule } from './config.ts';

/** Who is at the other end of a connection. */
export interface Peer {
  readonly transport: 'unix' | 'tcp';
  /** Of a process on this machine, as the kernel tells it; null over TCP and where the system does not tell. */
  readonly uid: number | null;
  readonly gid: number | null;
  readonly pid: number | null;
  /** SHA-256 of the client's certificate in hexadecimal; null without one. */
  readonly certificate: string | null;
}

/** Whether a rule lets somebody in. @param proved whether the listener's token was proved */
export type Names = readonly string[];

/** The rules of one configuration. */
export class Permissions {
  /** The longest prefix first. */
  readonly #rules: readonly AccessRule[];

  constructor(rules: readonly AccessRule[]) {
    this.#rules = [...rules].sort((a, b) => b.prefix.length - a.prefix.length);
  }

  /** Whether every object is treated alike, so that a list need not be gone through. */
  get uniform(): boolean {
    return this.#rules.length === 0;
  }

  /** @param uri without a slash in front @param proved whether the token of the listener was proved */
  mayRead(uri: string, peer: Peer, proved: boolean): boolean {
    const rule = this.#ruleOf(uri);
    return rule === null || isNamed(rule.read, peer, proved);
  }

  /** The same for putting and deleting, on a listener that is writable. */
  mayWrite(uri: string, peer: Peer, proved: boolean): boolean {
    const rule = this.#ruleOf(uri);
    return rule === null || isNamed(rule.write, peer, proved);
  }

  /** What somebody may read, for whoever goes through many objects in their order. */
  reader(peer: Peer, proved: boolean): PrefixReader {
    return {
      mayRead: (uri) => this.mayRead(uri, peer, proved),
      behindHidden: (uri) => this.#behindRule(uri),
    };
  }

  #ruleOf(uri: string): AccessRule | null {
    for (const rule of this.#rules) if (uri.startsWith(rule.prefix)) return rule;
    return null;
  }

  #behindRule(uri: string): string {
    const rule = this.#ruleOf(uri);
    if (rule === null) return uri;
    let behind = rule.prefix + LAST_UNIT;
    for (const { prefix } of this.#rules)
      if (prefix.startsWith(rule.prefix) && prefix > uri && justBefore(prefix) < behind)
        behind = justBefore(prefix);
    return behind > uri ? behind : uri;
  }
}

/** Behind every URI that begins with what stands before it, in the order of lists. */
const LAST_UNIT = '\uffff';

/** Behind everything that comes before a prefix; it is not empty, as nothing comes before that. */
function justBefore(prefix: string): string {
  const end = prefix.length - 1;
  return prefix.slice(0, end) + String.fromCharCode(prefix.charCodeAt(end) - 1) + LAST_UNIT;
}

/** What one client may read. */
export interface PrefixReader {
  mayRead(uri: string): boolean;
  /** For what may not be read: the place up to which, in the order of lists, the same rule hides everything. */
  behindHidden(uri: string): string;
}

function isNamed(names: Names, peer: Peer, proved: boolean): boolean {
  for (const name of names) {
    if (name === '*') return true;
    if (name === 'token') {
      if (proved) return true;
    } else if (peer.uid !== null && name === `uid:${peer.uid}`) return true;
    else if (peer.gid !== null && name === `gid:${peer.gid}`) return true;
    else if (peer.certificate !== null && name === `certificate:${peer.certificate}`) return true;
  }
  return false;
}

/** Who somebody is, for logs and tables: `uid 1000, pid 4711`, `certificate 3f9a…`, or an empty text. */
export function peerText({ uid, gid, pid, certificate }: Peer): string {
  const parts = [
    uid === null ? '' : `uid ${uid}`,
    gid === null ? '' : `gid ${gid}`,
    pid === null ? '' : `pid ${pid}`,
    certificate === null ? '' : `certificate ${certificate.slice(0, 16)}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
