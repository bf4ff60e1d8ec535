/**
 * Every limit of the IRC server in one table: what it is by default and why. The network path and the protocol
 * read it; the configuration may override the limits of a connection class.
 */

import type { Limit } from '../../contract/limit.ts';
import { MAX_LINE_BYTES } from '../irc/line-text.ts';
import { limits as shared } from '../runtime/limits.ts';

const NICK = 30;
const USERNAME = 16;
const HOST = 63;
const CHANNEL = 64;
/** `:nick!user@host`, before what a client causes. */
const PREFIX = 1 + NICK + 1 + USERNAME + 1 + HOST;
/** `:server 000 nick`, before what the server answers. */
const NUMERIC = 1 + HOST + 1 + 3 + 1 + NICK;

/** Bytes that are left for a text behind the longest of these beginnings of a line. */
function roomBehind(...beginnings: readonly number[]): number {
  return MAX_LINE_BYTES - Math.max(...beginnings);
}

export const limits = {
  lineBodyBytes: {
    default: MAX_LINE_BYTES,
    unit: 'bytes',
    reason: 'RFC 1459 section 2.3 allows 512 bytes a message, and two of them are CR and LF.',
  },
  lineTagBytes: {
    default: 4096,
    unit: 'bytes',
    reason:
      'IRCv3 message-tags allows a client 4094 bytes of tag data, plus the "@" and the space around it.',
  },
  sendQueueBytes: {
    default: 1_048_576,
    unit: 'bytes',
    reason:
      'Room for a LIST or a netsplit burst over a slow line; a client that stays behind this far is gone.',
  },
  receiveQueueBytes: {
    default: 16_384,
    unit: 'bytes',
    reason: 'Room for 32 full lines pasted at once while flood control lets them through one by one.',
  },
  sendQueueTotalBytes: {
    default: 268_435_456,
    unit: 'bytes',
    reason:
      'What may wait for all clients that do not read; above it those of the address that holds most go first.',
  },
  receiveQueueTotalBytes: {
    default: 67_108_864,
    unit: 'bytes',
    reason:
      'Unfinished and waiting lines of all clients, four thousand full receive queues; above it those of the address that holds most go first.',
  },
  floodBurstLines: {
    default: 40,
    unit: 'lines',
    reason: 'A client that joins its channels on connect sends a few dozen lines at once and is no flooder.',
  },
  floodLinesPerSecond: {
    default: 4,
    unit: 'lines/second',
    reason:
      'Faster than a person types and slower than a channel notices; later lines wait in the receive queue.',
  },
  throttleBurst: shared.throttleBurst,
  throttleRefillSeconds: shared.throttleRefillSeconds,
  maxConnections: shared.maxConnections,
  maxPerAddress: shared.maxPerAddress,
  pingSeconds: {
    default: 120,
    unit: 'seconds',
    reason: 'Finds a dead peer in minutes while an idle client costs one line every two minutes.',
  },
  tickArenaBytes: {
    default: 4_194_304,
    unit: 'bytes',
    reason:
      'Serialized lines a tick may gather before it flushes early, so that a large burst is bounded memory.',
  },
  sharedLineBytes: {
    default: 16_777_216,
    unit: 'bytes',
    reason:
      'Serialized lines that the threads which own sockets may still have to write: four full ticks. Nobody is heard while a full one finds no room; what does not fit all the same is copied for each client, and counts to its send queue.',
  },
  ioThreads: {
    default: 16,
    unit: 'count',
    reason:
      'Threads that may own sockets: as many as have kept one thread of state busy anywhere, with room to try more.',
  },
  unheardBytes: {
    default: 65_536,
    unit: 'bytes',
    reason:
      'What a thread reads of one client while the thread of the state has not heard what came before: beyond it the client is read no further, so that the state says in time who has to wait.',
  },
  unheardTotalBytes: {
    default: 4_194_304,
    unit: 'bytes',
    reason:
      'What a thread keeps of all its clients together while there is no room on the way to the state, twice what is on that way: beyond it nobody there is read until there is room.',
  },
  ticksAhead: {
    default: 2,
    unit: 'count',
    reason:
      'Ticks that a thread may have to write before the next one waits for it: what comes meanwhile shares its writes.',
  },
  threadEnds: {
    default: 5,
    unit: 'count',
    reason:
      'Threads that own sockets that may end unasked within `threadEndsMs`; with one more the server ends, and is started anew by whoever watches over it.',
  },
  threadEndsMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason:
      'The time in which `threadEnds` may: a defect that comes once an hour costs those of one thread, no more.',
  },
  flushTurnMs: {
    default: 10,
    unit: 'milliseconds',
    reason:
      'Time in one turn of the loop for writing to clients, some hundreds of them; the others are written to in the next.',
  },
  batchMs: {
    default: 2,
    unit: 'milliseconds',
    reason:
      'A line to others may wait so long for further ones, which then share its write; nobody sees two milliseconds, and only a busy server takes them.',
  },
  batchBytes: {
    default: 65_536,
    unit: 'bytes',
    reason:
      'Serialized lines of a tick that are written without waiting for more: hundreds of lines share their writes already.',
  },
  batchWrites: {
    default: 2_048,
    unit: 'count',
    reason: 'Clients that are written to without waiting for more: they are a turn of writing.',
  },
  lookupDnsMs: {
    default: 3_000,
    unit: 'milliseconds',
    reason: 'A host name is a courtesy; registration does not wait longer than this for it.',
  },
  lookupIdentMs: {
    default: 3_000,
    unit: 'milliseconds',
    reason: 'Most hosts drop the ident port silently, so each of their clients waits the whole deadline.',
  },
  lookupCacheEntries: {
    default: 10_000,
    unit: 'count',
    reason: 'One for each connection of a full server.',
  },
  lookupCacheSeconds: {
    default: 300,
    unit: 'seconds',
    reason: 'Reconnects come within minutes; a changed name shows soon.',
  },
  dnsblMs: {
    default: 3_000,
    unit: 'milliseconds',
    reason:
      'How long registration waits for lists of bad addresses, all of them together: they answer within some hundredths of a second, and one that is away keeps nobody out.',
  },
  dnsblQueries: {
    default: 1_000,
    unit: 'count',
    reason:
      'Questions to such lists under way at once, of all clients: beyond it newcomers are let in without being looked for, so that a list that is away costs no memory.',
  },
  dnsblCacheEntries: {
    default: 20_000,
    unit: 'count',
    reason: 'Answers of such lists that are kept, two for each connection of a full server.',
  },
  dnsblCacheSeconds: {
    default: 600,
    unit: 'seconds',
    reason:
      'How long they are kept: who was taken off a list may try again soon, and a flood of one address asks once.',
  },
  dnsblRetrySeconds: {
    default: 30,
    unit: 'seconds',
    reason: 'How long a list is not asked about an address for which it did not answer.',
  },
  penaltyLines: {
    default: 100,
    unit: 'lines',
    reason: 'Most lines that one command may be set to cost: with it a client waits for half a minute.',
  },
  proxyLogRecords: {
    default: 10,
    unit: 'lines',
    reason:
      'Connections that were refused for the header of a proxy and are told one by one; after that one in five seconds is, and the metric counts all.',
  },
  clientLogRecords: {
    default: 50,
    unit: 'lines/second',
    reason: 'People read the log; beyond this, connects and quits of a second are told as one count.',
  },
  registrationSeconds: {
    default: 30,
    unit: 'seconds',
    reason:
      'NICK, USER and capability negotiation take a few round trips; a connection that says less is idle.',
  },
  registrationsPerTurn: {
    default: 16,
    unit: 'count',
    reason:
      'Clients matched against bans and welcomed in one turn of the loop, about 1 ms: a crowd that connects at once delays nobody else.',
  },
  nickLength: {
    default: NICK,
    unit: 'characters',
    reason: 'Long enough for every network in use; it is repeated in each line the user causes.',
  },
  usernameLength: {
    default: USERNAME,
    unit: 'characters',
    reason: 'ident answers and login names fit; it is repeated in each line the user causes.',
  },
  hostBytes: {
    default: HOST,
    unit: 'bytes',
    reason:
      'Host names of clients and the name of the server; a longer name of a client is not shown, its address is.',
  },
  realnameBytes: {
    default: 150,
    unit: 'bytes',
    reason: 'A WHO or WHOIS line with every other field at its limit still has room for it.',
  },
  channelNameBytes: {
    default: CHANNEL,
    unit: 'bytes',
    reason: 'RFC 2811 allows 50 characters; 64 bytes hold most names in scripts of two bytes a letter.',
  },
  keyLength: {
    default: 23,
    unit: 'characters',
    reason: 'RFC 2812 section 2.3.1: a channel key has 1 to 23 characters.',
  },
  topicBytes: {
    default: roomBehind(
      PREFIX + ' TOPIC '.length + CHANNEL + ' :'.length,
      NUMERIC + 1 + CHANNEL + ' 1000000 :'.length,
    ),
    unit: 'bytes',
    reason: 'TOPIC, RPL_TOPIC and RPL_LIST with the longest names still fit one line, so nobody sees it cut.',
  },
  kickBytes: {
    default: roomBehind(PREFIX + ' KICK '.length + CHANNEL + 1 + NICK + ' :'.length),
    unit: 'bytes',
    reason: 'A KICK with the longest names still fits one line.',
  },
  quitBytes: {
    default: roomBehind(PREFIX + ' QUIT :'.length, 'ERROR :Closing Link:  ()'.length + HOST),
    unit: 'bytes',
    reason: 'A QUIT with the longest prefix, and the ERROR with the longest host, still fit one line.',
  },
  partBytes: {
    default: roomBehind(PREFIX + ' PART '.length + CHANNEL + ' :'.length),
    unit: 'bytes',
    reason: 'A PART with the longest names still fits one line.',
  },
  killBytes: {
    default: roomBehind(
      PREFIX + ' KILL '.length + NICK + ' :'.length,
      PREFIX + ' QUIT :Killed ( ())'.length + NICK,
    ),
    unit: 'bytes',
    reason:
      'The KILL that the victim sees and the QUIT that others see, with the longest names, fit one line.',
  },
  awayBytes: {
    default: roomBehind(NUMERIC + 1 + NICK + ' :'.length, PREFIX + ' AWAY :'.length),
    unit: 'bytes',
    reason: 'RPL_AWAY and AWAY with the longest names still fit one line.',
  },
  channelsPerUser: {
    default: 100,
    unit: 'count',
    reason: 'More than people read; bounds the work of one QUIT.',
  },
  invitesPerUser: {
    default: 100,
    unit: 'count',
    reason:
      'Unused invitations that a user holds, as many as channels; beyond it the oldest lapses, so that nobody can fill the memory or the INVITE list of somebody else.',
  },
  renameMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason:
      'How long it takes until a channel may be renamed again by those who run it: everybody on it, whose client does not know RENAME, is sent all names.',
  },
  renameMembers: {
    default: 1_000,
    unit: 'count',
    reason:
      'Members up to which a channel may be renamed: where their clients do not know RENAME each of them is sent the names of all.',
  },
  recentMessages: {
    default: 16_384,
    unit: 'count',
    reason:
      'Messages of this server, and as many of others, of which it is known who said them, so that they can be redacted: minutes of a busy network, some MB.',
  },
  historyMessages: {
    default: 1_000,
    unit: 'count',
    reason:
      'Messages that are in memory of one channel, or of the private ones of one account: some hours of a busy channel. Beyond it the oldest goes, or is on disk alone.',
  },
  historyTotalBytes: {
    default: 67_108_864,
    unit: 'bytes',
    reason:
      'Everything of what was said that is in memory: some hundred thousand messages. Beyond it the oldest of all goes, or is on disk alone.',
  },
  historyDiskMessages: {
    default: 100_000,
    unit: 'count',
    reason:
      'Messages that are on disk of one channel, or of the private ones of one account: months of a busy channel. Beyond it the oldest goes.',
  },
  historyDiskBytes: {
    default: 2_147_483_648,
    unit: 'bytes',
    reason: 'What all messages on disk count for, about what they take. Beyond it the oldest of all goes.',
  },
  historyFlushMs: {
    default: 200,
    unit: 'milliseconds',
    reason:
      'How long what is said waits for more before it is written to disk: what a crash loses, beside what is being written.',
  },
  historyQueueBytes: {
    default: 8_388_608,
    unit: 'bytes',
    reason:
      'Messages that wait for the disk: several seconds of a busy network. Beyond it messages are in memory alone, and counted.',
  },
  historyWaiting: {
    default: 4_000,
    unit: 'count',
    reason:
      'Messages of one channel that wait for the disk, so that one that is flooded does not take the room of all.',
  },
  historyQueueChanges: {
    default: 100_000,
    unit: 'count',
    reason:
      'Other changes of history that wait for the disk: messages that were taken back, channels that ended, who may read. Beyond it all that is on disk is deleted, since none of them may be missed.',
  },
  historyReply: {
    default: 100,
    unit: 'count',
    reason:
      'Messages in one answer to CHATHISTORY, as ISUPPORT says: two screens. Fewer where half of the send queue has no room for them.',
  },
  historyReaders: {
    default: 1_000,
    unit: 'count',
    reason:
      'Accounts of a channel whose connection was lost, and that may read what is said until they are back; beyond it those that were lost first may not.',
  },
  metadataKeys: {
    default: 25,
    unit: 'count',
    reason: 'Values by key (METADATA) of one user or one channel.',
  },
  metadataKeyBytes: {
    default: 40,
    unit: 'bytes',
    reason: 'Longest key of METADATA: with a value, two names and the name of a server it fits into a line.',
  },
  metadataValueBytes: {
    default: 300,
    unit: 'bytes',
    reason: 'Longest value of METADATA, for the same reason.',
  },
  metadataSubscriptions: {
    default: 50,
    unit: 'count',
    reason: 'Keys of METADATA of which one client is told.',
  },
  metadataTotalBytes: {
    default: 16_777_216,
    unit: 'bytes',
    reason:
      'Keys and values of METADATA of all users and channels together; beyond it none is set before some are gone.',
  },
  metadataAccounts: {
    default: 20_000,
    unit: 'count',
    reason:
      'Accounts of which values of METADATA are kept, some kilobytes each at most; beyond it none is kept of another before one has none.',
  },
  metadataAccountBytes: {
    default: 16_777_216,
    unit: 'bytes',
    reason:
      'Keys and values of METADATA of all accounts together, in memory and on disk; beyond it none is set before some are gone.',
  },
  metadataChanges: {
    default: 10,
    unit: 'count',
    reason:
      'Values of METADATA that one client may change at once: everybody who subscribed is told of each.',
  },
  metadataChangeMs: {
    default: 2_000,
    unit: 'milliseconds',
    reason: 'How long it takes until one more value may be changed, beyond those at once.',
  },
  metadataSyncMembers: {
    default: 200,
    unit: 'count',
    reason:
      'Members of a channel up to which a client that enters it is told their values at once; of a larger one it asks (SYNC).',
  },
  readMarkers: {
    default: 500,
    unit: 'count',
    reason:
      'Channels and nicks of which is kept how far one account, or one client without, has read; beyond it the one that was read longest ago is forgotten.',
  },
  readMarkersTotal: {
    default: 500_000,
    unit: 'count',
    reason:
      'How far accounts have read, over all of them: about 50 MB in memory, and 40 on disk. Beyond it the account that has read nothing for longest is forgotten.',
  },
  readMarkerAccounts: {
    default: 20_000,
    unit: 'count',
    reason:
      'Accounts of which is kept how far they have read: some hundred bytes each, as a rule. Beyond it the one that has read nothing for longest is forgotten.',
  },
  multilineLines: {
    default: 32,
    unit: 'count',
    reason: 'Lines of one message of several: a short poem or a stack trace. Each is charged as a line.',
  },
  multilineBytes: {
    default: 4_096,
    unit: 'bytes',
    reason:
      'Text of one message of several lines; it is held for a client that has begun one, so that all clients together hold less than they may in receive queues.',
  },
  batchSeconds: {
    default: 60,
    unit: 'seconds',
    reason: 'How long a message of several lines may take to arrive; what comes later is refused.',
  },
  deniedTagsBytes: {
    default: 200,
    unit: 'bytes',
    reason:
      'Names of client-only tags that are not passed on, together: they are one word of a line of ISUPPORT.',
  },
  silenceEntries: {
    default: 32,
    unit: 'count',
    reason:
      'Masks on the SILENCE list of a client, as ISUPPORT says; each message to it is matched against all.',
  },
  acceptEntries: {
    default: 100,
    unit: 'count',
    reason: 'Users whom a client with mode g has accepted, as ISUPPORT ACCEPT says.',
  },
  callerNoticeSeconds: {
    default: 60,
    unit: 'seconds',
    reason:
      'Between two notices to a client with mode g that somebody wants to talk to it: it has the mode because too many do.',
  },
  monitorEntries: {
    default: 100,
    unit: 'count',
    reason: 'Nicks that a client has on its MONITOR list, as ISUPPORT MONITOR says: a long list of friends.',
  },
  monitorEntriesTotal: {
    default: 200_000,
    unit: 'count',
    reason:
      'Nicks on the MONITOR lists of all clients: twenty each of ten thousand, some 40 MB. Beyond it lists are full for everybody.',
  },
  maskListEntries: {
    default: 100,
    unit: 'count',
    reason:
      'Bans, exceptions and invite exceptions of a channel together, as ISUPPORT MAXLIST says; a JOIN is matched against all.',
  },
  maskBytes: { default: 200, unit: 'bytes', reason: 'A full nick!user@host with room for wildcards.' },
  modesPerCommand: {
    default: 6,
    unit: 'count',
    reason: 'Mode changes with a parameter in one MODE; six long masks still fit one announcement.',
  },
  targetsPerMessage: {
    default: 4,
    unit: 'count',
    reason: 'Legitimate clients name one target; each further one multiplies what a flood costs.',
  },
  targetsPerCommand: {
    default: 20,
    unit: 'count',
    reason: 'Channels in one JOIN or PART; a client that rejoins more sends a second line.',
  },
  motdBytes: {
    default: 65_536,
    unit: 'bytes',
    reason: 'Read of the message of the day; a wrong path cannot fill the memory.',
  },
  motdLines: {
    default: 300,
    unit: 'lines',
    reason: 'Sent to every client that registers; the rest is left out.',
  },
  motdLineBytes: {
    default: 400,
    unit: 'bytes',
    reason: 'RPL_MOTD with the longest names still fits one line.',
  },
  whowasEntries: {
    default: 2_000,
    unit: 'count',
    reason: 'About a quarter of a megabyte, a busy hour of quits.',
  },
  whoReplies: {
    default: 500,
    unit: 'count',
    reason:
      'A WHO mask that matches more is answered in part: it would fill the send queue of a slow client.',
  },
  cloakKeys: {
    default: 4,
    unit: 'count',
    reason:
      'Keys of cloaked hosts: the one in use and three before it, each of which costs every newcomer three hashes and bans a look.',
  },
  cloakFileBytes: {
    default: 4_096,
    unit: 'bytes',
    reason: 'A file with those keys and some comments; a wrong path cannot fill the memory.',
  },
  webircPasswordBytes: {
    default: 256,
    unit: 'bytes',
    reason: 'WEBIRC with the longest password, host and address still fits one line.',
  },
  operAttempts: {
    default: 4,
    unit: 'count',
    reason: 'A person mistypes a password a few times; a guesser has to reconnect, where the throttle waits.',
  },
  operFailurePenaltyLines: {
    default: 20,
    unit: 'lines',
    reason: 'A wrong operator password costs about five seconds of silence.',
  },
  passwordChecks: {
    default: 2,
    unit: 'count',
    reason:
      'argon2id verifications at once, and at most one less than there are cores: each holds 19 MiB and a thread; later ones wait in line.',
  },
  passwordChecksWaiting: {
    default: 200,
    unit: 'count',
    reason:
      'Verifications in line; beyond that the answer would come too late, so the last attempt of the address with most is refused.',
  },
  passwordCloseMs: {
    default: 500,
    unit: 'milliseconds',
    reason:
      'Time that verifications have to end when the server stops; whoever waits for one is told that it stops.',
  },
  deferredBytes: {
    default: 16_384,
    unit: 'bytes',
    reason:
      'Lines a client may send while its password is checked or its welcome waits; the same room as the receive queue.',
  },
  loginTimelines: {
    default: 256,
    unit: 'count',
    reason:
      'Latest logins whose steps are kept in memory, some kilobyte each: a storm of them leaves the last minutes.',
  },
  saslMessageBytes: {
    default: 4_096,
    unit: 'bytes',
    reason:
      'Base64 of one message of SASL: four times the longest password with its account, a bearer token of 3,000 bytes, and no memory for a crowd.',
  },
  saslServicesMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason:
      'What services behind a link may take to answer a client who logs in: as long as other servers wait.',
  },
  saslClientMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason: 'How long a login by way of a link is kept under way while the client says nothing.',
  },
  saslLinkExchanges: {
    default: 4_096,
    unit: 'count',
    reason:
      'Clients of other servers who log in here at once, a few megabytes; beyond it the oldest has to begin again.',
  },
  loginFailurePenaltyLines: {
    default: 5,
    unit: 'lines',
    reason:
      'Flood allowance that a failed login takes; the keeper of the accounts makes guessers wait besides.',
  },
  accountsStartMs: {
    default: 3_000,
    unit: 'milliseconds',
    reason:
      'How long a start waits for the keeper of the accounts, which starts at the same time and needs some tenths of a second; then clients may connect without.',
  },
  nickSeconds: {
    default: 60,
    unit: 'seconds',
    reason:
      'Time that a stranger has to leave a registered nick, or its owner to log in; then a guest gets another one.',
  },
  nickAnswerMs: {
    default: 2_000,
    unit: 'milliseconds',
    reason:
      'How long NICK and registration wait to hear whose a nick is where strangers are refused; an answer needs a millisecond. Without one the nick is given, and looked at later.',
  },
  serverBans: {
    default: 10_000,
    unit: 'count',
    reason:
      'K-lines, D-lines, reserved names and exceptions together; all of them are written to one file with every change.',
  },
  realnameBans: {
    default: 500,
    unit: 'count',
    reason:
      'K-lines of real names (XLINE), and as many G-lines of them: every newcomer is compared with all of them, one after the other.',
  },
  reservedNames: {
    default: 500,
    unit: 'count',
    reason:
      'Masks of names that nobody may take (RESV), and as many of the network of nicks and of channels: every NICK and JOIN is compared with all of them, one after the other.',
  },
  spamFilters: {
    default: 250,
    unit: 'count',
    reason:
      'Spam filters: whatever is said is compared with all of its target, one after the other, which is charged to whoever says it. With the longest pattern each that is less than half a millisecond, where a text does not have the longest piece without wildcards of each.',
  },
  spamRecords: {
    default: 10,
    unit: 'lines/second',
    reason:
      'What met spam filters, as the log and operators are told of it; beyond this, what else did within a second is told as one count, since a storm of spam is no reason for another one.',
  },
  spamPatternBytes: {
    default: 200,
    unit: 'bytes',
    reason:
      'Pattern of a spam filter: a long sentence, that with a reason before it still fits one SPAMFILTER.',
  },
  spamBanMinutes: {
    default: 1_440,
    unit: 'minutes',
    reason:
      'How long a ban by a spam filter lasts where its operator says nothing else: a day, after which the address is often that of somebody else.',
  },
  recentTexts: {
    default: 10_000,
    unit: 'count',
    reason:
      'What was said lately and is kept for trying spam filters, where `recent_minutes` is above 0: an hour of a busy network. Beyond it the oldest goes.',
  },
  recentTextBytes: {
    default: 8_388_608,
    unit: 'bytes',
    reason: 'Memory that it takes; beyond it the oldest goes.',
  },
  networkBans: {
    default: 10_000,
    unit: 'count',
    reason:
      'G-lines and jupes together, those that were lifted and are remembered included. What other servers set beyond is passed on and not kept, and operators are told.',
  },
  networkBanMinutes: {
    default: 10_080,
    unit: 'minutes',
    reason:
      'How long a ban of the network lasts that is set without an end: a week, the most that ircu takes. None is for ever, because every server remembers it until its end.',
  },
  restoreMinutes: {
    default: 30,
    unit: 'minutes',
    reason:
      'Clients that lost their server are back within minutes; after that a restored channel without members ends as any empty one.',
  },
  keptStatus: {
    default: 1_000,
    unit: 'count',
    reason:
      'Accounts that are operator, and as many with voice, of a channel that are kept beyond a crash: the record of a channel is written whole with every change.',
  },
  journalBytes: {
    default: 268_435_456,
    unit: 'bytes',
    reason:
      'Size of the journal of the channels, some hundred thousand of them: what is larger is not read at a start, so none is written.',
  },
  journalGrowthBytes: {
    default: 1_048_576,
    unit: 'bytes',
    reason:
      'What is appended to the journal of the channels before it is written anew, or as much as it had when it was: most of it is history then.',
  },
  journalWaitMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason:
      'A change of a channel waits so long for the disk before it is announced all the same: a disk that hangs does not stop a channel.',
  },
  journalRetryBaseMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason:
      'Wait before channels that could not be written are written again: a full disk often has room soon.',
  },
  journalRetryMaxMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason:
      'Longest wait between attempts to write channels: an operator who has made room sees them saved within it.',
  },
  linkPasswordBytes: {
    default: 64,
    unit: 'bytes',
    reason: 'A password of 256 bits in hex; it is sent in one line with the word PASS.',
  },
  linkSendQueueBytes: {
    default: 67_108_864,
    unit: 'bytes',
    reason:
      'What may wait for another server that does not read: the burst of half a million users. Beyond it the link ends with "SendQ exceeded".',
  },
  linkAnswerBytes: {
    default: 65_536,
    unit: 'bytes',
    reason:
      'One answer to a user of another server, some thousand lines: what is longer is cut, so that a short question costs no link much. While half of linkSendQueueBytes waits nothing is answered.',
  },
  linkRenames: {
    default: 1_000,
    unit: 'count',
    reason:
      'Channels that were renamed without a linked server saying that it has heard of it, which takes a moment: beyond it the link ends, because each line is compared with them.',
  },
  linkHops: {
    default: 32,
    unit: 'count',
    reason:
      'How far away a server may be: no network is half as deep, and whatever walks along it costs by its depth. One that is further away is asked to be let go.',
  },
  linkJoinMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason:
      'How long a server that tells what it knows is waited for: clients show who came with it when it has, and by then what it says is told like anything else.',
  },
  linkMaskEntries: {
    default: 1_000,
    unit: 'count',
    reason:
      'Masks of one list of a channel that servers may bring, ten times what clients may set: a JOIN is matched against all. Further ones are passed over.',
  },
  linkHeapShare: {
    default: 0.8,
    unit: 'ratio',
    reason:
      'Part of the memory for objects at which the link ends that has said most since there was room: users and channels of another server have no limit of their own, and are not to end the process.',
  },
  endedChannels: {
    default: 1_000,
    unit: 'count',
    reason:
      'Channels that ended lately, kept while there are other servers: somebody there may have entered one before it was known that it had ended.',
  },
  endedChannelMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason:
      'How long they are kept: what is on its way between two servers for longer is lost with their link.',
  },
  servicesAnswers: {
    default: 4_096,
    unit: 'count',
    reason:
      'Answers and news of services that wait to be read, which happens at once: beyond it something is wrong, and they are asked no more.',
  },
  linkArrivals: {
    default: 32,
    unit: 'count',
    reason:
      'Servers that have connected and not said yet who they are. Beyond it the oldest goes of the address that most come from, so that strangers on the port for links hold nothing and keep nobody out.',
  },
  linkHandshakeMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason: 'Time to connect, and again to say who one is: a server far away needs a second.',
  },
  linkPingMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason: 'Silence after which another server is asked whether it is there.',
  },
  linkPingTimeoutMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason:
      'Silence after that question which ends the link: a server that works off a burst is busy for seconds.',
  },
  linkRetryBaseMs: {
    default: 2_000,
    unit: 'milliseconds',
    reason: 'Wait before a server with autoconnect is called again; it doubles with every failure.',
  },
  linkRetryMaxMs: {
    default: 120_000,
    unit: 'milliseconds',
    reason:
      'Longest wait between two calls: a server that is back is linked within two minutes, and hundreds that are gone cost nothing.',
  },
  slowCommandMs: {
    default: 50,
    unit: 'milliseconds',
    reason:
      'A command that blocks the loop this long is felt by everybody, so the log names it and its client (`slow_irc_command`).',
  },
  importBytes: {
    default: 4_194_304,
    unit: 'bytes',
    reason: 'Size of a configuration file of another server that is imported: the largest known have 200 kB.',
  },
  knockSeconds: {
    default: 60,
    unit: 'seconds',
    reason:
      'One KNOCK a minute for each user and channel: operators see who waits, and nobody can spam them.',
  },
} satisfies Record<string, Limit>;
