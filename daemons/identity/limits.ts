/** Every limit of the keeper of accounts in one table: what it is by default and why. */
import type { Limit } from '../../contract/limit.ts';

export const limits = {
  accounts: {
    default: 1_000_000,
    unit: 'count',
    reason: 'Accounts that are kept; a file of half a gigabyte. Beyond it nobody can register.',
  },
  accountNameLength: {
    default: 30,
    unit: 'characters',
    reason: 'An account is called like the nick that it was registered for.',
  },
  passwordCharacters: {
    default: 8,
    unit: 'characters',
    reason: 'Shortest password of a new account (NIST SP 800-63B section 3.1.1.2 asks for eight).',
  },
  passwordBytes: {
    default: 600,
    unit: 'bytes',
    reason: 'Longest password: what fits into two pieces of SASL PLAIN, and no work for a hash.',
  },
  emailBytes: {
    default: 254,
    unit: 'bytes',
    reason: 'Longest e-mail address (RFC 5321 section 4.5.3.1.3).',
  },
  nicksPerAccount: {
    default: 10,
    unit: 'count',
    reason: 'Nicks that one account may own, so that nobody keeps a dictionary of them.',
  },
  certificatesPerAccount: {
    default: 10,
    unit: 'count',
    reason: 'Certificate fingerprints of one account: a person has a few devices.',
  },
  channelNameBytes: {
    default: 64,
    unit: 'bytes',
    reason: 'Longest name of a channel, as the IRC server takes it.',
  },
  channels: {
    default: 50_000,
    unit: 'count',
    reason:
      'Channels that belong to accounts, all of which the IRC server knows by heart: some 20 MB. Beyond it none can be registered.',
  },
  channelsPerAccount: {
    default: 20,
    unit: 'count',
    reason: 'Channels that one account may own, so that nobody takes all good names.',
  },
  channelAccess: {
    default: 100,
    unit: 'count',
    reason: 'Operators and voices by account of one channel: more than any list that a person looks after.',
  },
  channelAccessTotal: {
    default: 200_000,
    unit: 'count',
    reason: 'The same of all channels together: some 20 MB in the IRC server.',
  },
  knownNetworks: {
    default: 8,
    unit: 'count',
    reason:
      'Networks from which an account was logged in to last; whoever comes from one of them is not kept out because strangers guess.',
  },
  scramIterations: {
    default: 32_768,
    unit: 'count',
    reason:
      'Rounds of PBKDF2 in a new SCRAM verifier: eight times what RFC 7677 asks for, and a client in a browser needs a tenth of a second.',
  },
  saslSessions: {
    default: 4_096,
    unit: 'count',
    reason: 'Logins under way at once; beyond it the oldest has to begin again.',
  },
  saslSeconds: {
    default: 60,
    unit: 'seconds',
    reason: 'How long a login may be under way: as long as a client may take to register.',
  },
  foreignRounds: {
    default: 500_000,
    unit: 'count',
    reason:
      'Rounds of a hash that another program made (PBKDF2, SHA of crypt(3)): two seconds of a thread. One with more fits no password.',
  },
  foreignBcryptCost: {
    default: 14,
    unit: 'count',
    reason: 'The same for bcrypt, as the power of two that it names: a second or two of a thread.',
  },
  checksWaiting: {
    default: 512,
    unit: 'count',
    reason: 'Password checks in line: ten seconds of work of one thread; further ones are refused at once.',
  },
  checksPerNetwork: {
    default: 128,
    unit: 'count',
    reason: 'Of these, for one address or /64 of IPv6: a bouncer with its users, and nobody fills the line.',
  },
  checksCloseMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason: 'How long checks under way may take when the process ends.',
  },
  guessesPerAccount: {
    default: 10,
    unit: 'count',
    reason: 'Failed logins to an account, from wherever, before the next has to wait.',
  },
  guessesPerAddress: {
    default: 5,
    unit: 'count',
    reason: 'Failed logins of an address, or /64 of IPv6, before its next has to wait.',
  },
  guessWaitSeconds: {
    default: 2,
    unit: 'seconds',
    reason: 'First wait after too many failed logins; each further one doubles it.',
  },
  guessWaitMostSeconds: {
    default: 900,
    unit: 'seconds',
    reason:
      'Longest such wait: a hundred guesses a day, and the owner of a shared address is back in a quarter of an hour.',
  },
  guessForgetSeconds: {
    default: 120,
    unit: 'seconds',
    reason: 'One failed login is forgotten after this; so somebody who mistypes now and then never waits.',
  },
  guessersRemembered: {
    default: 100_000,
    unit: 'count',
    reason:
      'Accounts and addresses whose failures are counted, some 20 MB; beyond it the oldest is forgotten.',
  },
  registrationsPerAddress: {
    default: 5,
    unit: 'count',
    reason: 'Accounts that an address, or /64 of IPv6, may register at once before it has to wait.',
  },
  registrationForgetSeconds: {
    default: 600,
    unit: 'seconds',
    reason: 'After this it may register one more.',
  },
  failuresToldSeconds: {
    default: 60,
    unit: 'seconds',
    reason: 'The owner of an account who is online is told of failed logins at most this often.',
  },
  busyTimeoutMs: {
    default: 2_000,
    unit: 'milliseconds',
    reason: 'How long a write waits for another program that has the file locked, such as a backup.',
  },
  databaseCacheBytes: {
    default: 16_777_216,
    unit: 'bytes',
    reason:
      'Pages of the database that are kept in memory, as far as they are used: where all accounts of a large network are found.',
  },
  writesWaiting: {
    default: 8_192,
    unit: 'count',
    reason: 'Writes of one turn of the loop, which are one transaction; further ones are refused.',
  },
  lateWriteMs: {
    default: 100,
    unit: 'milliseconds',
    reason: 'How long something waits for a transaction to go along with that nobody waits for.',
  },
  unsyncedQuietMs: {
    default: 500,
    unit: 'milliseconds',
    reason:
      'How long nothing more of the kind has come when what was answered without the disk is written through to it: while the disk takes something, who writes behind it may wait.',
  },
  unsyncedMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason: 'When it is written through at the latest, however much more comes.',
  },
  logRoomBytes: {
    default: 8_388_608,
    unit: 'bytes',
    reason:
      'Room that the log of the database gets at once: a file that grows makes each write wait for longer.',
  },
  logRoomFreeBytes: {
    default: 134_217_728,
    unit: 'bytes',
    reason:
      'What has to be free on the disk for that: with less the room would be missing where accounts, messages and figures are written.',
  },
  checkpointCommits: {
    default: 256,
    unit: 'count',
    reason:
      'Transactions after which a thread puts the log of the database into the file, so that it seldom needs more room, once nothing is written for a while.',
  },
  checkpointQuietMs: {
    default: 500,
    unit: 'milliseconds',
    reason: 'That while: the log is begun anew then, and who writes meanwhile waits for the disk.',
  },
  checkpointMostCommits: {
    default: 1_024,
    unit: 'count',
    reason: 'Transactions after which that is done at any time.',
  },
  logPages: {
    default: 16_384,
    unit: 'count',
    reason:
      'Pages in that log, 64 MB, after which the loop does so itself, however long it takes: the thread has not.',
  },
} as const satisfies Record<string, Limit>;
