/** The lists that OpServ and Global keep: what an entry of each is, and where it is stored. */
import { fold } from '../../irc/casemapping.ts';
import { limits } from '../limits.ts';
import { type Listed, type ListShape, StoredList, type StoredListOptions } from './stored-list.ts';

/** More clients than usual may come from an address or network. */
export interface Trust extends Listed {
  /** In its one spelling. */
  readonly network: string;
  /** Clients of one address; 0 for any number. */
  readonly most: number;
  readonly reason: string;
}

/** Bots do not hear whom it covers. */
export interface Gag extends Listed {
  /** `nick!user@host`. */
  readonly mask: string;
  readonly reason: string;
}

/** Something is done when somebody meets criteria. */
export interface Alert extends Listed {
  readonly name: string;
  readonly reaction: string;
  /** As they were typed. */
  readonly criteria: string;
  /** Of who set it: nobody above is hit. */
  readonly level: number;
}

/** A nick that nobody may have. */
export interface Reserve extends Listed {
  readonly nick: string;
  readonly username: string;
  readonly host: string;
  readonly reason: string;
}

/** No name of a channel may hold it. */
export interface BadWord extends Listed {
  readonly word: string;
}

/** A channel that may be called as it is, whatever words are bad. */
export interface ExemptChannel extends Listed {
  readonly channel: string;
}

/** An address or network from which SockCheck scans nobody. */
export interface ScanExempt extends Listed {
  /** In its one spelling. */
  readonly network: string;
  readonly reason: string;
}

/** A message of Global. */
export interface GlobalMessage extends Listed {
  readonly id: number;
  readonly target: string;
  readonly sender: string;
  readonly text: string;
}

const LISTED = { by: 'set_by', setMs: 'set_at', expiresMs: 'expires' } as const;

const TRUSTS: ListShape<Trust> = {
  table: 'trusts',
  columns: { network: 'network', most: 'most', reason: 'reason', ...LISTED },
  keyOf: ({ network }) => network,
  most: limits.trusts.default,
  noun: 'trusts',
};

const GAGS: ListShape<Gag> = {
  table: 'gags',
  columns: { mask: 'mask', reason: 'reason', ...LISTED },
  keyOf: ({ mask }) => fold(mask),
  most: limits.gags.default,
  noun: 'gags',
};

const ALERTS: ListShape<Alert> = {
  table: 'alerts',
  columns: { name: 'name', reaction: 'reaction', criteria: 'criteria', level: 'level', ...LISTED },
  keyOf: ({ name }) => fold(name),
  most: limits.alerts.default,
  noun: 'alerts',
};

const RESERVES: ListShape<Reserve> = {
  table: 'reserves',
  columns: { nick: 'nick', username: 'username', host: 'host', reason: 'reason', ...LISTED },
  keyOf: ({ nick }) => fold(nick),
  most: limits.reserves.default,
  noun: 'reserved nicks',
};

const BAD_WORDS: ListShape<BadWord> = {
  table: 'bad_words',
  columns: { word: 'word', ...LISTED },
  keyOf: ({ word }) => fold(word),
  most: limits.badWords.default,
  noun: 'bad words',
};

const EXEMPT_CHANNELS: ListShape<ExemptChannel> = {
  table: 'exempt_channels',
  columns: { channel: 'channel', ...LISTED },
  keyOf: ({ channel }) => fold(channel),
  most: limits.exemptChannels.default,
  noun: 'exempt channels',
};

const SCAN_EXEMPTS: ListShape<ScanExempt> = {
  table: 'scan_exempts',
  columns: { network: 'network', reason: 'reason', ...LISTED },
  keyOf: ({ network }) => network,
  most: limits.sockcheckExempts.default,
  noun: 'networks that are not scanned',
};

const MESSAGES: ListShape<GlobalMessage> = {
  table: 'global_messages',
  columns: { id: 'id', target: 'target', sender: 'sender', text: 'text', ...LISTED },
  keyOf: ({ id }) => String(id),
  most: limits.globalMessages.default,
  noun: 'messages',
};

/** Where each is kept. */
export const LIST_SHAPES = {
  trusts: TRUSTS,
  gags: GAGS,
  alerts: ALERTS,
  reserves: RESERVES,
  badWords: BAD_WORDS,
  exemptChannels: EXEMPT_CHANNELS,
  scanExempts: SCAN_EXEMPTS,
  messages: MESSAGES,
} as const;

/** All of them. */
export interface OperatorLists {
  readonly trusts: StoredList<Trust>;
  readonly gags: StoredList<Gag>;
  readonly alerts: StoredList<Alert>;
  readonly reserves: StoredList<Reserve>;
  readonly badWords: StoredList<BadWord>;
  readonly exemptChannels: StoredList<ExemptChannel>;
  readonly scanExempts: StoredList<ScanExempt>;
  readonly messages: StoredList<GlobalMessage>;
}

export function openLists(options: StoredListOptions): OperatorLists {
  return {
    trusts: new StoredList(TRUSTS, options),
    gags: new StoredList(GAGS, options),
    alerts: new StoredList(ALERTS, options),
    reserves: new StoredList(RESERVES, options),
    badWords: new StoredList(BAD_WORDS, options),
    exemptChannels: new StoredList(EXEMPT_CHANNELS, options),
    scanExempts: new StoredList(SCAN_EXEMPTS, options),
    messages: new StoredList(MESSAGES, options),
  };
}
