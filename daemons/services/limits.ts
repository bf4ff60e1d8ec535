/** Every limit of services in one table: what it is by default and why. What concerns accounts is in `daemons/identity/limits.ts`. */
import type { Limit } from '../../contract/limit.ts';

export const limits = {
  uplinks: {
    default: 16,
    unit: 'count',
    reason: 'Servers that may be named as uplinks: a network has a few hubs.',
  },
  linkPasswordBytes: {
    default: 128,
    unit: 'bytes',
    reason: 'Longest password of a link, as the IRC server takes it.',
  },
  connectMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason: 'How long connecting to an uplink may take, TLS included; then the next one is tried.',
  },
  introductionMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason: 'How long a server has to say who it is, as servers give each other.',
  },
  pingMs: {
    default: 45_000,
    unit: 'milliseconds',
    reason: 'After such a silence the uplink is asked whether it is there; after another one the link ends.',
  },
  retryBaseMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason: 'First wait before the next uplink is tried; it doubles when all of them have failed.',
  },
  retryMaxMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason: 'Longest such wait: a network that is back has its services within a minute.',
  },
  sendQueueBytes: {
    default: 67_108_864,
    unit: 'bytes',
    reason: 'What may wait for an uplink that does not read; far more than services ever say at once.',
  },
  begunPerTurn: {
    default: 4,
    unit: 'count',
    reason:
      'Commands of users, questions of servers and answers of Keycloak that are begun with in one turn of the loop: what each does until it waits for something takes up to a millisecond, and a crowd logs in at once.',
  },
  turnMs: {
    default: 8,
    unit: 'milliseconds',
    reason:
      'How long lines of the uplink are worked off in one turn of the loop; then timers and answers have theirs.',
  },
  takeOverLinkMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason:
      'How long `take-over` waits for an uplink that is being made; without one nobody could log in behind it.',
  },
  botReturnMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason: 'Wait before a bot comes back that was killed more often than `botReturns` in a minute.',
  },
  botReturns: {
    default: 5,
    unit: 'count',
    reason:
      'How often a killed bot comes back at once in a minute: who fights over its nick costs themselves.',
  },
  contexts: {
    default: 1_024,
    unit: 'count',
    reason: 'Commands under way at once; with more users are told to try again.',
  },
  contextsPerUser: {
    default: 4,
    unit: 'count',
    reason: 'Commands of one user under way at once: nobody types faster than passwords are checked.',
  },
  contextMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason: 'How long a command may take; then its user is told that it failed.',
  },
  commandBurst: {
    default: 20,
    unit: 'count',
    reason: 'Commands that a user may send at once; one more comes back each second.',
  },
  replyBytes: {
    default: 400,
    unit: 'bytes',
    reason: 'Bytes of one notice, which with names before it fits every line of a client.',
  },
  askers: {
    default: 512,
    unit: 'count',
    reason: 'Servers that ask for accounts at once: more than any network has.',
  },
  askedWaiting: {
    default: 4_096,
    unit: 'count',
    reason: 'Questions of one server that wait to be read, which happens at once.',
  },
  infoBytes: {
    default: 200,
    unit: 'bytes',
    reason: 'Longest information that somebody sets about themselves (SET INFO).',
  },
  masksPerAccount: {
    default: 20,
    unit: 'count',
    reason: 'Host masks that an account may be used from.',
  },
  maskBytes: {
    default: 200,
    unit: 'bytes',
    reason: 'Longest host mask: user name, host and wildcards.',
  },
  loginsPerAccount: {
    default: 5,
    unit: 'count',
    reason: 'Clients that may be logged in to one account at once, where its owner has set nothing else.',
  },
  loginsPerAccountMost: {
    default: 20,
    unit: 'count',
    reason: 'The most that an owner may set (SET MAXLOGINS).',
  },
  fileWorkMs: {
    default: 600_000,
    unit: 'milliseconds',
    reason:
      'How long accounts may be exported, read for an import or looked at in a copy: a million take a minute.',
  },
  backupLookMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason: 'How often it is looked whether the nightly copy is due: it begins within a minute of its time.',
  },
  backupsKept: {
    default: 7,
    unit: 'count',
    reason: 'Nightly copies that are kept: a mistake is noticed within a week.',
  },
  saslExchanges: {
    default: 4_096,
    unit: 'count',
    reason:
      'Clients of Nefarious that log in at once, a few megabytes; beyond it the oldest has to begin again.',
  },
  saslClientMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason: 'How long a login of a client of Nefarious is kept under way while the client says nothing.',
  },
  saslMessageBytes: {
    default: 4_096,
    unit: 'bytes',
    reason: 'Base64 of one message of SASL: four times the longest password with its account.',
  },
  loginTimelines: {
    default: 256,
    unit: 'count',
    reason:
      'Latest logins whose steps are kept in memory, some kilobyte each: a storm of them leaves the last minutes.',
  },
  grantMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason:
      'How long a login counts that the network has not shown yet: a client that is let in registers within it.',
  },
  keycloakSecretBytes: {
    default: 1_024,
    unit: 'bytes',
    reason: 'Longest secret of the client of Keycloak; those that it makes have 32.',
  },
  keycloakCaBytes: {
    default: 262_144,
    unit: 'bytes',
    reason: 'Largest file of certificate authorities for Keycloak: as many as a system trusts.',
  },
  keycloakConnections: {
    default: 8,
    unit: 'count',
    reason:
      'Connections to Keycloak: each carries dozens of logins a second, which is more than its hashes allow.',
  },
  keycloakLeastConnections: {
    default: 3,
    unit: 'count',
    reason:
      'Of them that are used to begin with: one more where its answers do not take longer with it. A Keycloak on the same machine that is given more than it has processors for makes everybody else there wait, and lets nobody in sooner.',
  },
  keycloakWaiting: {
    default: 1_024,
    unit: 'count',
    reason: 'Requests that wait for one of them: one for each command that may be under way.',
  },
  keycloakConnectMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason: 'Time to connect to Keycloak in, TLS included: one lost packet is made good.',
  },
  keycloakCallMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason: 'How long an operation of Keycloak may take, further attempts included: as long as a command.',
  },
  keycloakLoginMs: {
    default: 12_000,
    unit: 'milliseconds',
    reason:
      'The same for what somebody waits for who logs in: the IRC server gives up after 15 s, and they are told before that.',
  },
  keycloakPatienceMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason:
      'After this a login that Keycloak has not answered is looked at by what was kept of the last one, where something was.',
  },
  keycloakVerifiersWaiting: {
    default: 1_024,
    unit: 'count',
    reason: 'Logins of which something is to be kept behind them: half a minute of work of one thread.',
  },
  keycloakVerifiersPatienceMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason:
      'How long each of them waits while others log in: a storm is over by then, and what lasts longer is a busy network.',
  },
  keycloakAnswerBytes: {
    default: 1_048_576,
    unit: 'bytes',
    reason:
      'Largest answer of Keycloak that is read: a hundred users with full attributes are a quarter of it.',
  },
  keycloakMembers: {
    default: 10_000,
    unit: 'count',
    reason: 'Members of one group that are read, a hundred at a time; an access list has far fewer.',
  },
  keycloakTokenWaiters: {
    default: 100,
    unit: 'count',
    reason:
      'Operations that wait for one token of services; with more, something is wrong, and they are refused.',
  },
  keycloakTokenEarlyMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason:
      'How long before it runs out a token is renewed; half of its time where it lasts shorter than twice that.',
  },
  keycloakFailures: {
    default: 5,
    unit: 'count',
    reason: 'Failures of Keycloak in a row before it is not asked for a while; fewer may be chance.',
  },
  keycloakProbeMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason: 'Wait before services look whether Keycloak is back; each look that fails doubles it.',
  },
  keycloakProbeMaxMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason: 'Longest such wait: who can log in again does so within a minute.',
  },
  keycloakProbeAnswerMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason: 'How long such a look may take: what is slower is no use to who logs in.',
  },
  keycloakKeysMs: {
    default: 3_600_000,
    unit: 'milliseconds',
    reason: 'How long the keys of tokens are remembered; one that is not known has them asked for before.',
  },
  keycloakKeysAgainMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason:
      'How often they are asked for before that at most: anybody can write a token with a key that nobody knows.',
  },
  keycloakUsersCached: {
    default: 10_000,
    unit: 'count',
    reason: 'Users, names and certificates of Keycloak that are remembered, each: some 20 MB.',
  },
  keycloakUserMs: {
    default: 300_000,
    unit: 'milliseconds',
    reason: 'How long it is remembered who a user is, where no event says that something has changed.',
  },
  keycloakFingerprintMs: {
    default: 7_776_000_000,
    unit: 'milliseconds',
    reason:
      'How long it is remembered whose a certificate is, 90 days; whether it still is, is looked at with the user.',
  },
  keycloakLoginsCached: {
    default: 10_000,
    unit: 'count',
    reason:
      'Passwords, as digests, that Keycloak took or refused of late and that are remembered: some 3 MB each.',
  },
  keycloakGoodLoginMs: {
    default: 3_600_000,
    unit: 'milliseconds',
    reason:
      'How long Keycloak is not asked again about a password that was right, where no event says otherwise.',
  },
  keycloakFailedLoginMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason: 'The same for one that was wrong: a client that tries it in a loop costs Keycloak nothing.',
  },
  channelBytes: {
    default: 200,
    unit: 'bytes',
    reason: 'Longest name of a channel that bots are sent to: what any server takes.',
  },
  helpBots: {
    default: 200,
    unit: 'count',
    reason: 'Help bots of a network, each of which is a user of it.',
  },
  helpersPerBot: {
    default: 200,
    unit: 'count',
    reason: 'Those who help at one help bot.',
  },
  helpRequests: {
    default: 10_000,
    unit: 'count',
    reason: 'Requests of one help bot that are open at once; whoever asks then is told to come back later.',
  },
  helpLines: {
    default: 100,
    unit: 'count',
    reason: 'Lines of one request, and notes about it: more than anybody reads.',
  },
  helpTextBytes: {
    default: 300,
    unit: 'bytes',
    reason: 'Longest text of a help bot: a greeting, a note, why something was closed.',
  },
  helpRows: {
    default: 50,
    unit: 'count',
    reason: 'Requests that LIST shows; more are counted.',
  },
  helpClosedDays: {
    default: 90,
    unit: 'days',
    reason: 'How long closed requests are kept, for whoever asks the same again.',
  },
  helpWeeks: {
    default: 4,
    unit: 'count',
    reason: 'Weeks of which it is kept what each helper did, besides all together.',
  },
  helpLookMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason: 'How often help bots look for requests that have waited for too long.',
  },
  spamRecords: {
    default: 100_000,
    unit: 'count',
    reason: 'People on channels of whom SpamServ remembers what they said last: some 30 MB.',
  },
  spamRecordsOfUser: {
    default: 20,
    unit: 'count',
    reason: 'Channels of one person among these: as many as somebody speaks on at once.',
  },
  spamWordBytesLeast: {
    default: 4,
    unit: 'bytes',
    reason: 'Shortest bad word or exception: shorter ones are part of too many others.',
  },
  spamWordBytes: {
    default: 30,
    unit: 'bytes',
    reason: 'Longest of them: the name of a site.',
  },
  spamWords: {
    default: 10,
    unit: 'count',
    reason: 'Bad words of a channel, and exceptions; each is looked for in every line.',
  },
  spamTrusts: {
    default: 100,
    unit: 'count',
    reason: 'Accounts that SpamServ lets say anything on one channel.',
  },
  floodMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason: 'Time in which lines are counted; nobody types as fast as a script.',
  },
  floodLines: {
    default: 8,
    unit: 'count',
    reason: 'Lines in that time that are let pass; one before that is warned of.',
  },
  joinFloodMs: {
    default: 450_000,
    unit: 'milliseconds',
    reason: 'Time in which it is counted how often somebody joins.',
  },
  joinFloodJoins: {
    default: 3,
    unit: 'count',
    reason: 'How often somebody may join in that time: a bad connection does so twice.',
  },
  spamWarningMs: {
    default: 900_000,
    unit: 'milliseconds',
    reason: 'How long a warning of SpamServ holds; after it whoever does the same is warned anew.',
  },
  spamAgainMs: {
    default: 1_800_000,
    unit: 'milliseconds',
    reason: 'Whoever was thrown out within this time and does it again is kept out for a while.',
  },
  spamShortBanSeconds: {
    default: 900,
    unit: 'seconds',
    reason: 'A short ban of SpamServ: long enough to lose interest.',
  },
  spamLongBanSeconds: {
    default: 3_600,
    unit: 'seconds',
    reason: 'A long ban of SpamServ: until whoever did it does something else.',
  },
  commandBindings: {
    default: 500,
    unit: 'count',
    reason: 'Commands that operators made of others.',
  },
  commandBytes: {
    default: 200,
    unit: 'bytes',
    reason: 'Words that such a command hands on.',
  },
  sockcheckKnown: {
    default: 50_000,
    unit: 'count',
    reason: 'Addresses of which it is remembered what a scan found: as many as a network has users.',
  },
  sockcheckWaiting: {
    default: 10_000,
    unit: 'count',
    reason: 'Addresses that wait to be scanned; those of a storm beyond that are passed over, and counted.',
  },
  sockcheckSockets: {
    default: 64,
    unit: 'count',
    reason: 'Connections of scans at once, over all addresses; each address has one at a time.',
  },
  sockcheckConnectionSeconds: {
    default: 5,
    unit: 'seconds',
    reason: 'How long one connection of a scan may last: proxies that are of use to anybody answer sooner.',
  },
  sockcheckBytes: {
    default: 1_024,
    unit: 'bytes',
    reason: 'Bytes that are read of one: the answer of a proxy is shorter.',
  },
  sockcheckRememberMinutes: {
    default: 1_440,
    unit: 'minutes',
    reason:
      'How long it is remembered what a scan found: whoever reconnects is not knocked at again that day.',
  },
  sockcheckBanMinutes: {
    default: 1_440,
    unit: 'minutes',
    reason: 'How long the address of an open proxy is banned: many have another owner the day after.',
  },
  sockcheckProbes: {
    default: 32,
    unit: 'count',
    reason: 'Probes of a scan, which are connections to an address one after the other.',
  },
  sockcheckTurns: {
    default: 8,
    unit: 'count',
    reason: 'Turns of a probe: what is sent, and what has to come back. Proxies need two.',
  },
  sockcheckScriptCharacters: {
    default: 512,
    unit: 'characters',
    reason: 'What a turn sends or expects, as it is written.',
  },
  sockcheckNetworks: {
    default: 200,
    unit: 'count',
    reason: 'Networks of the configuration that are not scanned, all of which are compared with an address.',
  },
  sockcheckExempts: {
    default: 1_000,
    unit: 'count',
    reason: 'Networks that operators have exempted from scans by command.',
  },
  ignoresPerAccount: {
    default: 50,
    unit: 'count',
    reason: 'Masks of people whom an account ignores.',
  },
  notesPerAccount: {
    default: 50,
    unit: 'count',
    reason: 'Notes that operators keep about one account.',
  },
  noteBytes: {
    default: 300,
    unit: 'bytes',
    reason: 'Longest such note: what fits in a line.',
  },
  epithetBytes: {
    default: 100,
    unit: 'bytes',
    reason: 'Longest epithet of an operator.',
  },
  widthBytesLeast: {
    default: 40,
    unit: 'bytes',
    reason:
      'The shortest lines that somebody may ask bots for (SET WIDTH): narrower ones only make more of them.',
  },
  searchRows: {
    default: 100,
    unit: 'count',
    reason: 'Accounts that SEARCH lists; more are counted.',
  },
  languages: {
    default: 64,
    unit: 'count',
    reason: 'Files of translations that are read.',
  },
  languageFileBytes: {
    default: 1_048_576,
    unit: 'bytes',
    reason: 'Longest file of a translation: ten times all texts of bots.',
  },
  cookieSeconds: {
    default: 86_400,
    unit: 'seconds',
    reason: 'How long a cookie is good for, and mail is tried: a day, as people read mail.',
  },
  cookieGuesses: {
    default: 10,
    unit: 'count',
    reason: 'Wrong ones after which a cookie is good for nothing; an address waits long before that.',
  },
  cookiesPerAddress: {
    default: 3,
    unit: 'count',
    reason: 'Cookies that an address, or /64 of IPv6, may ask for before it has to wait.',
  },
  cookieForgetSeconds: {
    default: 1_200,
    unit: 'seconds',
    reason: 'After this it may ask for one more.',
  },
  pushDevicesPerAccount: {
    default: 5,
    unit: 'count',
    reason: 'Browsers and apps by which one account is told: more than anybody carries about.',
  },
  pushEndpointBytes: {
    default: 1_024,
    unit: 'bytes',
    reason: 'Longest address that a browser gives; those of all makers are a few hundred.',
  },
  pushesWaiting: {
    default: 10_000,
    unit: 'count',
    reason: 'Pushes that wait for their servers: some 5 MB. With more the newest are given up.',
  },
  pushesAtOnce: {
    default: 8,
    unit: 'count',
    reason: 'Pushes under way at once; each is a short request.',
  },
  pushMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason: 'Longest wait for a server of pushes, which answers within a second.',
  },
  pushAnswerBytes: {
    default: 16_384,
    unit: 'bytes',
    reason: 'Most that is read of an answer: what it says beyond its number is of no use.',
  },
  pushKeptSeconds: {
    default: 86_400,
    unit: 'seconds',
    reason: 'How long a push is tried, here and at its server: nobody wants yesterday’s.',
  },
  pushPauseMs: {
    default: 300_000,
    unit: 'milliseconds',
    reason: 'An account is told of one channel, request or kind no more than once in that time.',
  },
  pushCharacters: {
    default: 300,
    unit: 'count',
    reason: 'Of a title and of a text; a message has at most some 4,000 bytes for all, in any script.',
  },
  mailsWaiting: {
    default: 1_000,
    unit: 'count',
    reason: 'Mails that wait for a server; with more whoever wants one is told to try again.',
  },
  mailsAtOnce: {
    default: 2,
    unit: 'count',
    reason: 'Mails under way at once, each on a connection: servers of mail slow down who opens many.',
  },
  mailMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason: 'How long a server of mail may take for each answer; then the mail waits.',
  },
  mailPasswordBytes: {
    default: 512,
    unit: 'bytes',
    reason: 'Longest password to a server of mail: some give out long tokens.',
  },
  mailRetryMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason: 'First wait of a mail that was not taken; it doubles.',
  },
  mailRetryMostMs: {
    default: 3_600_000,
    unit: 'milliseconds',
    reason: 'Longest such wait: servers that greylist have seen it long before.',
  },
  mailsPerRecipient: {
    default: 6,
    unit: 'count',
    reason: 'Mails that one address gets at once, so that nobody is buried by mail they never asked for.',
  },
  mailForgetSeconds: {
    default: 14_400,
    unit: 'seconds',
    reason: 'After this it may get one more.',
  },
  expiryNoticeDays: {
    default: 14,
    unit: 'days',
    reason: 'How long before its end the owner of an unused account is told by mail.',
  },
  networkBans: {
    default: 10_000,
    unit: 'count',
    reason:
      'G-lines, shuns and jupes that services keep, lifted ones included: as many as the IRC server does. What the network sets beyond is not kept.',
  },
  trusts: {
    default: 10_000,
    unit: 'count',
    reason: 'Addresses and networks that more clients may come from; far more than a network knows by name.',
  },
  trustedClients: {
    default: 100_000,
    unit: 'count',
    reason: 'Clients of one address that a trust may name; 0 stands for any number.',
  },
  gags: {
    default: 1_000,
    unit: 'count',
    reason: 'Masks of whom bots do not hear.',
  },
  alerts: {
    default: 200,
    unit: 'count',
    reason: 'Alerts, each of which is compared with whoever comes.',
  },
  alertNameCharacters: {
    default: 32,
    unit: 'count',
    reason: 'Longest name of an alert.',
  },
  criteriaBytes: {
    default: 350,
    unit: 'bytes',
    reason: 'Longest criteria of an alert: what one line of IRC holds.',
  },
  reserves: {
    default: 1_000,
    unit: 'count',
    reason: 'Nicks that services hold, each a user of the network.',
  },
  badWords: {
    default: 500,
    unit: 'count',
    reason:
      'Words that no channel is called by, each of which is looked for in the name of whatever is joined.',
  },
  badWordCharacters: {
    default: 64,
    unit: 'count',
    reason: 'Longest bad word: longer than any name that a word is to keep away.',
  },
  exemptChannels: {
    default: 1_000,
    unit: 'count',
    reason: 'Channels that may be called as they are, whatever words are bad.',
  },
  globalMessages: {
    default: 50,
    unit: 'count',
    reason: 'Messages that are shown to whoever comes: more than anybody reads.',
  },
  globalBytes: {
    default: 350,
    unit: 'bytes',
    reason: 'Longest message to many, which is one line.',
  },
  reasonBytes: {
    default: 250,
    unit: 'bytes',
    reason: 'Longest reason of a ban, a kill or a kick, which fits one line with what stands around it.',
  },
  traceRows: {
    default: 250,
    unit: 'count',
    reason: 'Users that TRACE lists, or does something to, where no LIMIT is given.',
  },
  traceLimitMost: {
    default: 100_000,
    unit: 'count',
    reason: 'The highest LIMIT of TRACE: a large network as a whole.',
  },
  csearchRows: {
    default: 25,
    unit: 'count',
    reason: 'Channels that CSEARCH lists where no LIMIT is given.',
  },
  statsRows: {
    default: 100,
    unit: 'count',
    reason: 'Rows that STATS shows of a list; the window and the command line show all.',
  },
  shownChannels: {
    default: 50,
    unit: 'count',
    reason: 'Channels that WHOIS names of somebody.',
  },
  shownMembers: {
    default: 200,
    unit: 'count',
    reason: 'Members that CHANINFO names.',
  },
  shownBans: {
    default: 30,
    unit: 'count',
    reason: 'Bans that CHANINFO names.',
  },
  cloneBanMinutes: {
    default: 60,
    unit: 'minutes',
    reason: 'How long an address is banned from which too many clients came.',
  },
  untrustedClients: {
    default: 5,
    unit: 'count',
    reason: 'Clients that may come from an address that nobody trusts.',
  },
  blockMinutes: {
    default: 60,
    unit: 'minutes',
    reason: 'How long BLOCK and TRACE ban an address where no time is given.',
  },
  defconSessions: {
    default: 2,
    unit: 'count',
    reason: 'Clients that may come from an address while DEFCON is below 5.',
  },
  defconMinutes: {
    default: 15,
    unit: 'minutes',
    reason: 'After that long DEFCON is 5 again, so that a network is not closed by forgetting it.',
  },
  defconBanSeconds: {
    default: 300,
    unit: 'seconds',
    reason: 'How long whoever connects at DEFCON 1 is banned.',
  },
  badChannelLockMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason: 'How long OpServ stays on a channel that is called by a bad word, and keeps it closed.',
  },
  opservSweepMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason:
      'How often what OpServ keeps is looked at for what is over; nothing that is over holds until then.',
  },
  housekeepingMs: {
    default: 600_000,
    unit: 'milliseconds',
    reason: 'How often services look for what is too old; nothing that is used depends on it.',
  },
  keycloakRounds: {
    default: 120_000,
    unit: 'count',
    reason:
      'Rounds of PBKDF2 in a password that Keycloak is told: 50 ms of a thread; Keycloak makes more of it at the first login.',
  },
  flows: {
    default: 10_000,
    unit: 'count',
    reason:
      'Pieces of work of several steps under way at once; with more, what would begin another is refused.',
  },
  flowsAtOnce: {
    default: 16,
    unit: 'count',
    reason: 'Of these, so many have a step under way: twice what Keycloak is asked at once.',
  },
  flowAnswerMs: {
    default: 20_000,
    unit: 'milliseconds',
    reason: 'How long a user waits for such work; then they are told that it goes on without them.',
  },
  flowRetryBaseMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason: 'First wait before a step is tried again that failed; it doubles each time.',
  },
  flowRetryMaxMs: {
    default: 3_600_000,
    unit: 'milliseconds',
    reason: 'Longest such wait: whatever was down for a weekend has caught up within an hour.',
  },
  syncRoundMs: {
    default: 3_600_000,
    unit: 'milliseconds',
    reason: 'How long it takes to compare all channels with their groups in Keycloak, spread out evenly.',
  },
  syncPauseMs: {
    default: 50,
    unit: 'milliseconds',
    reason: 'Shortest wait between two of them: logins go before.',
  },
  syncAgainMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason: 'After this it is looked again whether a user can be looked at, where none could.',
  },
  webhookSecretBytes: {
    default: 256,
    unit: 'bytes',
    reason: 'Longest secret of a webhook: far more than anybody can guess.',
  },
  webhookQueue: {
    default: 1_000,
    unit: 'count',
    reason: 'Events of webhooks that wait to be acted upon; whoever sends more is told to try again.',
  },
  webhookBodyBytes: {
    default: 262_144,
    unit: 'bytes',
    reason: 'Longest event: a user with all attributes has a tenth of it.',
  },
  webhookConnections: {
    default: 128,
    unit: 'count',
    reason: 'Connections of webhooks at once: Keycloak opens a few, and what each may send fits into 32 MB.',
  },
  webhookRequestMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason: 'How long one request of a webhook may take to arrive.',
  },
  webhookIdleMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason: 'How long a connection of a webhook is kept that sends nothing.',
  },
  webhookOldMs: {
    default: 600_000,
    unit: 'milliseconds',
    reason:
      'Events that are older are acknowledged and dropped: what they told has long been found out otherwise.',
  },
  webhookRememberMs: {
    default: 86_400_000,
    unit: 'milliseconds',
    reason: 'How long it is known that an event was there already.',
  },
  webhookRemembered: {
    default: 500_000,
    unit: 'count',
    reason: 'Events of which that is known, some 50 MB; the oldest go first.',
  },
  webhookShown: {
    default: 200,
    unit: 'count',
    reason: 'Latest events that the table shows.',
  },
  webhookRetryMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason: 'Wait before an event is tried again that could not be acted upon.',
  },
  channelTextBytes: {
    default: 300,
    unit: 'bytes',
    reason:
      'Topics, greetings, notes and reasons of ChanServ: what fits into one line beside the names in it.',
  },
  userInfoBytes: {
    default: 120,
    unit: 'bytes',
    reason: 'Information of a user that a whole channel reads whenever they come in.',
  },
  channelListRows: {
    default: 200,
    unit: 'count',
    reason: 'Rows of one list of ChanServ; masks and criteria find the others.',
  },
  channelEvents: {
    default: 200,
    unit: 'count',
    reason: 'What was done on a channel by commands, the latest only: a few weeks of a busy one.',
  },
  notesPerChannel: {
    default: 20,
    unit: 'count',
    reason: 'Notes about a channel: more than anybody reads.',
  },
  lamersPerChannel: {
    default: 128,
    unit: 'count',
    reason: 'Masks that ChanServ keeps out of a channel, all of which are compared with whoever comes in.',
  },
  channelBans: {
    default: 100,
    unit: 'count',
    reason: 'Bans of a channel with which ChanServ sets another one: servers hold a few more.',
  },
  unregistrable: {
    default: 1_000,
    unit: 'count',
    reason: 'Masks that cannot be registered, all of which are compared with a name that somebody registers.',
  },
  dynLimitRoom: {
    default: 5,
    unit: 'count',
    reason: 'How many may come in at once with DynLimit on, until the limit follows.',
  },
  dynLimitMost: {
    default: 100,
    unit: 'count',
    reason: 'The most that DynLimit lets in at once.',
  },
  dynLimitMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason: 'How long the limit waits for others who come or go, so that a crowd is one change of modes.',
  },
  ctcpShortBanMs: {
    default: 180_000,
    unit: 'milliseconds',
    reason: 'Short ban of whoever sends a CTCP to a channel that does not want that.',
  },
  ctcpLongBanMs: {
    default: 3_600_000,
    unit: 'milliseconds',
    reason: 'Long ban of the same.',
  },
  seenSaveMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason:
      'How long it may take until it is written who was on a channel: one write for all of them, which a kill may lose.',
  },
  endAgainMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason:
      'Wait until something that is over on a channel is ended once more, where the disk could not be written.',
  },
} as const satisfies Record<string, Limit>;
