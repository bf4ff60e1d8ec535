/** The manifest as operators meet it: what is measured, what may be asked and of whom, what a table shows. */
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { CommandSpec, MetricSpec, TableColumn } from '../../contract/manifest.ts';
import { clientFields, memberColumns } from './admin/columns.ts';
import { manifest } from './manifest.ts';

/** `name kind unit`, without what all names begin with; the unit only where it is not a count. */
const shortly = ({ name, kind, unit }: MetricSpec) =>
  [name.replace('signalbox_ircd_', ''), kind, unit === 'count' ? '' : unit].join(' ').trim();

const words = (text: string) => text.trim().split(/\s*\n\s*/);

it('measures what it says, in these units', () => {
  // What listeners count is that of any daemon.
  const own = manifest.metrics.slice(
    manifest.metrics.findIndex(({ name }) => name.endsWith('registered_users')),
  );
  expect(own.map(shortly)).toEqual(
    words(`
      registered_users gauge
      opers gauge
      channels gauge
      send_queue_bytes gauge bytes
      receive_queue_bytes gauge bytes
      send_queue_max_bytes gauge bytes
      server_bans gauge
      network_bans gauge
      spam_filters gauge
      recent_texts gauge
      history_messages gauge
      history_bytes gauge bytes
      history_unwritten_total counter
      registrations_total counter
      messages_in_total counter
      deliveries_total counter
      writes_total counter
      ticks_total counter
      flushes_idle_total counter
      flushes_time_total counter
      flushes_bytes_total counter
      flushes_size_total counter
      bytes_in_total counter bytes
      bytes_out_total counter bytes
      thread_bytes_to gauge bytes
      thread_bytes_from gauge bytes
      thread_waits_total counter
      threads_lost_total counter
      refused_proxy_total counter
      websocket_handshake_failures_total counter
      flood_kills_total counter
      slow_reader_disconnects_total counter
      memory_disconnects_total counter
      oversized_lines_total counter
      kline_matches_total counter
      spam_matches_total counter
      dnsbl_lookups_total counter
      dnsbl_hits_total counter
      dnsbl_failures_total counter
      dnsbl_skipped_total counter
      refused_listed_total counter
      refused_clones_total counter
      oper_failures_total counter
      logins_total counter
      login_failures_total counter
      account_registrations_total counter
      links gauge
      link_lines_in_total counter
      link_lines_out_total counter
      link_flushes_idle_total counter
      link_flushes_time_total counter
      link_flushes_bytes_total counter
      link_flushes_size_total counter
      netsplits_total counter
      handler_errors_total counter
      command_latency_seconds histogram seconds`),
  );
});

it('draws only what it measures, under a title each', () => {
  const { charts = [], highlights = {} } = manifest;
  const known = new Set(manifest.metrics.map(({ name }) => name));
  const drawn = [...charts.flatMap(({ metrics }) => metrics), ...Object.values({ ...highlights })];
  expect(drawn.filter((name) => !known.has(name))).toEqual([]);
  expect(
    charts.map(
      ({ title, metrics }) =>
        `${title}: ${metrics.map((name) => name.replace('signalbox_ircd_', '')).join(' ')}`,
    ),
  ).toEqual(
    words(`
      Clients: connections registered_users
      Messages: messages_in_total deliveries_total
      Command latency: command_latency_seconds
      Traffic: bytes_in_total bytes_out_total
      Send queues: send_queue_bytes send_queue_max_bytes
      Arrivals: accepted_total registrations_total
      Channels: channels
      Links: links netsplits_total
      Lines of links: link_lines_in_total link_lines_out_total
      Why lines of links were written: link_flushes_idle_total link_flushes_time_total link_flushes_bytes_total link_flushes_size_total
      Writes: writes_total ticks_total
      Why lines were written: flushes_idle_total flushes_time_total flushes_bytes_total flushes_size_total
      Logins to accounts: logins_total login_failures_total
      Refusals: refused_throttled_total refused_address_total refused_full_total refused_banned_total flood_kills_total refused_listed_total refused_clones_total`),
  );
  expect(highlights).toEqual({
    connections: 'signalbox_ircd_connections',
    messages: 'signalbox_ircd_messages_in_total',
    latency: 'signalbox_ircd_command_latency_seconds',
    queue: 'signalbox_ircd_send_queue_bytes',
  });
  // They are drawn as everywhere.
  expect(manifest.instruments).toBeUndefined();
});

it('has commands of these dangers, for these roles, with and without an audit trail', () => {
  const told = Object.entries<CommandSpec>(manifest.commands).map(
    ([name, { danger, access, unrecorded, result, confirmArg, effects }]) =>
      [
        name,
        danger,
        access,
        unrecorded === 'run' ? 'always' : 'recorded',
        result,
        confirmArg === undefined ? '' : `confirm:${confirmArg}`,
        ...(effects ?? []).map((metric) => metric.replace('signalbox_ircd_', '~')),
      ]
        .filter((word) => word !== '')
        .join(' '),
  );
  expect(told).toEqual(
    words(`
      clients safe operate always table
      client safe operate always json
      kill disruptive operate always json ~connections
      channels safe operate always table
      channel safe operate always table
      message safe operate recorded json
      set-topic safe operate recorded json
      set-modes disruptive operate recorded json
      kick disruptive operate always json
      clear-channel irreversible operate recorded json confirm:channel ~channels
      bans safe operate always table
      add-ban disruptive operate always json ~connections ~kline_matches_total
      remove-ban safe operate recorded json
      export-bans safe operate always text
      import-bans disruptive operate recorded json ~connections
      filters safe operate always table
      add-filter disruptive operate always json ~spam_matches_total
      remove-filter safe operate recorded json
      test-filter safe operate recorded table
      read-history safe operate recorded table
      rehash safe admin recorded text
      broadcast disruptive operate recorded json ~deliveries_total
      certificate safe read always json
      caches safe read always table
      clear-caches safe operate recorded json ~cache_depth{cache="dns"}
      links safe read always table
      servers safe read always table
      connect safe operate recorded json ~links
      squit disruptive operate always json ~links ~netsplits_total
      accounts safe operate always table
      account safe operate always json
      create-account safe admin recorded json
      reset-password disruptive admin recorded json
      log-out-account disruptive operate always json
      suspend-account disruptive operate always json
      unsuspend-account safe operate recorded json
      drop-account irreversible admin recorded json confirm:account
      login-failures safe operate always table
      reset-login-failures safe operate recorded json
      logins safe operate always table
      login safe operate always table
      registered-channels safe operate always table
      transfer-channel disruptive admin recorded json
      drop-channel irreversible admin recorded json confirm:channel
      throttle safe operate always table
      reset-throttle safe operate recorded json
      limits safe read always table
      set-limits safe admin recorded json`),
  );
});

it('takes arguments within these bounds, and fills in what is left out', () => {
  const argumentsOf = (name: keyof typeof manifest.commands) => {
    const { properties = {} } = z.toJSONSchema(manifest.commands[name].args, { io: 'input' });
    return Object.entries(properties as Record<string, Record<string, unknown>>).map(([key, schema]) => {
      const from = schema.minLength ?? schema.minimum ?? '';
      const to = schema.maxLength ?? schema.maximum ?? '';
      const kind = Array.isArray(schema.enum)
        ? schema.enum.join('|')
        : `${String(schema.type)} ${from}..${to}`;
      const more = ['pattern', 'unit', 'zero', 'default'].filter((one) => schema[one] !== undefined);
      return [name, key, kind, ...more.map((one) => `${one}=${JSON.stringify(schema[one])}`)].join(' ');
    });
  };
  const names = Object.keys(manifest.commands) as (keyof typeof manifest.commands)[];
  const live = 'set-limits';
  expect(names.filter((name) => name !== live).flatMap(argumentsOf)).toEqual(
    words(`
      clients text string 0..200 default=""
      clients address string 1..200
      clients account string 1..30
      clients limit integer 1..10000 default=500
      client client string 1..30
      kill client string 1..30
      kill reason string 0..300 default="Killed by an administrator"
      channels mask string 0..64 default="*"
      channels limit integer 1..10000 default=500
      channel channel string 2..64 pattern="^#.*"
      message client string 1..30
      message text string 1..400
      set-topic channel string 2..64 pattern="^#.*"
      set-topic text string 0..325 default=""
      set-modes channel string 2..64 pattern="^#.*"
      set-modes modes string 1..400
      set-modes key string 1..23
      kick channel string 2..64 pattern="^#.*"
      kick client string 1..30
      kick reason string 0..300 default="Kicked by an administrator"
      clear-channel channel string 2..64 pattern="^#.*"
      clear-channel reason string 0..300 default="Channel cleared by an administrator"
      add-ban kind kline|dline|resv|except|gline|shun|jupe
      add-ban mask string 1..200
      add-ban reason string 0..300 default="Banned by an administrator"
      add-ban minutes integer 0..525600 unit="minutes" zero="for ever" default=0
      add-ban spares string 0..5
      remove-ban kind kline|dline|resv|except|gline|shun|jupe
      remove-ban mask string 1..200
      import-bans bans string 1..500000
      add-filter pattern string 1..200
      add-filter targets string 1..100 default="private,channel"
      add-filter action block|warn|kill|kline|gline default="block"
      add-filter minutes integer 1..525600 default=1440
      add-filter reason string 0..300 default="Spam"
      remove-filter pattern string 1..200
      test-filter pattern string 1..200
      test-filter targets string 1..100 default="all"
      test-filter limit integer 1..10000 default=500
      read-history channel string 2..64 pattern="^#.*"
      read-history before string 1..30
      read-history limit integer 1..1000 default=100
      broadcast text string 1..400
      connect server string 1..63
      squit server string 1..63
      squit reason string 1..300 default="Taken off the network by an administrator"
      accounts text string 0..30 default=""
      accounts limit integer 1..2000 default=500
      account account string 1..30
      create-account account string 1..30
      create-account email string 0..512 default=""
      create-account password string 0..1024 default=""
      reset-password account string 1..30
      log-out-account account string 1..30
      suspend-account account string 1..30
      suspend-account reason string 1..200 default="Suspended by an administrator"
      unsuspend-account account string 1..30
      drop-account account string 1..30
      reset-login-failures who string 0..64 default=""
      logins account string 0..30 default=""
      logins limit integer 1..1000 default=200
      login client string 0..30 default=""
      login account string 0..30 default=""
      login id integer 0..9007199254740991 zero="the latest" default=0
      registered-channels text string 0..64 default=""
      registered-channels limit integer 1..2000 default=500
      transfer-channel channel string 2..64 pattern="^#.*"
      transfer-channel account string 1..30
      drop-channel channel string 2..64 pattern="^#.*"
      throttle limit integer 1..10000 default=500
      reset-throttle address string 0..64 default=""`),
  );
  const adjustable = ['channels_per_user', 'mask_list_entries', 'modes_per_command', 'nick_seconds'];
  expect(argumentsOf(live)).toEqual(
    [...adjustable, 'registration_seconds', 'targets_per_message', 'who_replies'].map(
      (name) => `${live} ${name} integer 1..100000`,
    ),
  );
});

/** `key "title" type`, with its rank, and what else is said of it. */
const columns = (list: readonly TableColumn[] = []) =>
  list.map(({ key, title, type, rank, counter, secret }) =>
    [key, `"${title}"`, type, rank ?? '', counter ? 'counter' : '', secret ? 'secret' : '']
      .filter((word) => word !== '')
      .join(' '),
  );

const CLIENT = `
  nick "Nick" text
  userHost "User@host" text
  address "Address" text 2
  account "Account" text 2
  class "Class" text 3
  tls "TLS" text 3
  channels "Channels" number 2
  connectedAt "Connected" time 2
  idle "Idle" seconds
  queueBytes "SendQ" bytes
  bytesIn "In" bytes counter
  bytesOut "Out" bytes counter
  id "Id" number 3`;

it('shows clients, channels and members in these columns, with what can be done about each', () => {
  const { tables, commands } = manifest;
  const ofNick = [
    { title: 'Details', command: 'client', args: { client: 'nick' }, immediate: true },
    { title: 'Login', command: 'login', args: { client: 'nick' }, immediate: true },
  ];
  const kill = { title: 'Kill', command: 'kill', args: { client: 'nick' }, noun: 'client' };
  const fromClient = [
    ...ofNick,
    { title: 'Same address', command: 'clients', args: { address: 'address' }, immediate: true },
    { title: 'Same account', command: 'clients', args: { account: 'account' }, immediate: true },
    { title: 'Message', command: 'message', args: { client: 'nick' }, noun: 'client' },
    kill,
    {
      title: 'Ban address',
      command: 'add-ban',
      args: { mask: 'address' },
      given: { kind: 'dline', minutes: '1440' },
      choose: 'minutes',
      noun: 'client',
    },
  ];
  const fromMember = [
    ...ofNick,
    ...[
      ['Op', '+o'],
      ['Deop', '-o'],
      ['Voice', '+v'],
      ['Devoice', '-v'],
    ].map(([title, change]) => ({
      title,
      command: 'set-modes',
      args: { channel: 'channel', modes: `${change} {nick}` },
      noun: 'member',
    })),
    { title: 'Kick', command: 'kick', args: { channel: 'channel', client: 'nick' }, noun: 'member' },
    kill,
  ];
  const fromChannel = [
    { title: 'Members', command: 'channel', args: { channel: 'channel' }, immediate: true },
    { title: 'Set topic', command: 'set-topic', args: { channel: 'channel', text: 'topic' } },
    { title: 'Set modes', command: 'set-modes', args: { channel: 'channel' }, noun: 'channel' },
    { title: 'Read what was said', command: 'read-history', args: { channel: 'channel' }, noun: 'channel' },
    { title: 'Clear', command: 'clear-channel', args: { channel: 'channel' }, noun: 'channel' },
  ];
  expect(columns(tables?.connections?.columns)).toEqual(words(CLIENT));
  expect(columns(commands.clients.columns)).toEqual(words(CLIENT));
  expect(columns(clientFields)).toEqual(
    words(`${CLIENT}
      realname "Real name" text
      modes "Modes" text
      oper "Operator block" text
      away "Away" text
      registered "Registered" boolean
      cipher "Cipher" text
      fingerprint "Certificate fingerprint" text
      listed "On a list of bad addresses" text
      on "On channels" text`),
  );
  const channel = words(`
    channel "Channel" text
    users "Users" number
    modes "Modes" text
    topic "Topic" text
    createdAt "Created" time 2`);
  expect(columns(tables?.channels?.columns)).toEqual(channel);
  expect(columns(commands.channels.columns)).toEqual(channel);
  expect(columns(memberColumns)).toEqual([
    'nick "Nick" text',
    'status "Status" text',
    'userHost "User@host" text',
    'channel "Channel" text 2',
  ]);
  const { members, lists, memberships } = tables!;
  expect([members?.of, lists?.of, memberships?.of]).toEqual(['channels', 'channels', 'connections']);
  expect([members, lists, memberships].map((table) => [table?.access, table?.rowKey])).toEqual([
    ['operate', 'nick'],
    ['operate', 'mask'],
    ['operate', 'channel'],
  ]);
  expect([columns(members?.columns), members?.rowActions]).toEqual([columns(memberColumns), fromMember]);
  expect([columns(lists?.columns), lists?.rowActions]).toEqual([
    words(`
      mask "Mask" text
      list "List" text 1
      by "By" text 2
      createdAt "Created" time 2
      letter "Mode" text 3
      channel "Channel" text 3`),
    [
      {
        title: 'Take off',
        command: 'set-modes',
        args: { channel: 'channel', modes: '-{letter} {mask}' },
        noun: 'mask',
      },
    ],
  ]);
  expect([columns(memberships?.columns), memberships?.rowActions]).toEqual([
    words(`
      channel "Channel" text
      status "Status" text 1
      users "Users" number 2
      modes "Modes" text 2
      topic "Topic" text
      nick "Nick" text 3`),
    [
      {
        title: 'Kick',
        command: 'kick',
        args: { channel: 'channel', client: 'nick' },
        noun: 'channel',
      },
    ],
  ]);
  expect(columns(commands.caches.columns)).toEqual(
    words(`
      cache "Cache" text
      entries "Entries" number
      hits "Hits" number
      misses "Misses" number`),
  );
  expect(
    [tables?.connections, tables?.channels].map((table) => [table?.title, table?.access, table?.rowKey]),
  ).toEqual([
    ['Connections', 'operate', 'id'],
    ['Channels', 'operate', 'channel'],
  ]);
  for (const { rowActions } of [tables!.connections!, commands.clients])
    expect(rowActions).toEqual(fromClient);
  expect(commands.channel.rowActions).toEqual(fromMember);
  expect([tables?.connections?.logged, tables?.channels?.logged, tables?.network?.logged]).toEqual([
    'nick',
    'channel',
    'name',
  ]);
  for (const { rowActions } of [tables!.channels!, commands.channels])
    expect(rowActions).toEqual(fromChannel);
});

const TRAFFIC = `
  burstSeconds "Burst" seconds 3
  sendQueueBytes "SendQ" bytes 2
  linesIn "Lines in" number 2 counter
  linesOut "Lines out" number 2 counter
  bytesIn "In" bytes 3 counter
  bytesOut "Out" bytes 3 counter`;

it('shows links and the network in these columns, with what can be done about each', () => {
  const { tables, commands } = manifest;
  expect(columns(commands.links.columns)).toEqual(
    words(`
      name "Server" text
      numeric "Numeric" number 3
      kind "Kind" text 2
      state "State" text
      direction "Called" text 3
      users "Users" number
      lagSeconds "Lag" seconds
      since "Since" time
      reason "Reason" text
      ${TRAFFIC}`),
  );
  const servers = words(`
    name "Server" text
    state "State" text
    uplink "Linked to" text 2
    ownUsers "Users on it" number
    users "Users" number 2
    lagSeconds "Lag" seconds
    since "Since" time
    reason "Reason" text
    startedAt "Started" time 2
    ${TRAFFIC}
    kind "Kind" text 2
    direction "Called" text 3
    hops "Hops" number 3
    numeric "Numeric" number 3`);
  expect(columns(commands.servers.columns)).toEqual(servers);
  expect(columns(tables?.network?.columns)).toEqual(servers);
  const each = { args: { server: 'name' }, noun: 'server' };
  const where = (...says: string[]) => ({ column: 'state', says });
  const actions = [
    { title: 'Connect', command: 'connect', ...each, where: where('waiting', 'failed') },
    {
      title: 'Squit',
      command: 'squit',
      ...each,
      where: where('linked', 'bursting', 'connecting', 'waiting'),
    },
  ];
  for (const { rowActions } of [tables!.network!, commands.links, commands.servers])
    expect(rowActions).toEqual(actions);
});

it('shows bans of all kinds as the command does, and offers beside them what adds one', () => {
  const { tables, commands } = manifest;
  const { title, access, rowKey, rowActions, actions } = tables!.bans!;
  expect([title, access, rowKey]).toEqual(['Bans', 'operate', 'mask']);
  const [kind, mask, ...others] = commands.bans.columns ?? [];
  // A row is called by its mask.
  expect(tables!.bans!.columns).toEqual([mask, kind, ...others]);
  expect(rowActions).toEqual(commands.bans.rowActions);
  expect(actions).toEqual([
    { title: 'Ban', command: 'add-ban' },
    { title: 'Add an exception', command: 'add-ban', given: { kind: 'except' } },
    { title: 'Whom a mask names', command: 'clients' },
    { title: 'Export', command: 'export-bans', atOnce: true },
    { title: 'Import', command: 'import-bans' },
  ]);
  expect(tables!.filters!.actions).toEqual([
    { title: 'Add a filter', command: 'add-filter' },
    { title: 'Test a pattern', command: 'test-filter' },
  ]);
});

it('draws the network as a graph of columns that it has', () => {
  const { title, access, rowKey, graph, columns: shown } = manifest.tables!.network!;
  expect([title, access, rowKey]).toEqual(['Network', 'read', 'name']);
  expect(graph).toEqual({
    noun: 'server',
    parent: 'uplink',
    state: 'state',
    // In the order in which a server comes to be linked, and what it is when it is not.
    tones: {
      here: 'self',
      linked: 'good',
      bursting: 'busy',
      connecting: 'busy',
      waiting: 'idle',
      failed: 'bad',
    },
    weight: { column: 'ownUsers', noun: 'user' },
    line: 'lagSeconds',
    note: 'reason',
  });
  const { parent, state, weight, line, note } = graph!;
  for (const key of [parent, state, weight.column, line, note])
    expect(shown.map((column) => column.key)).toContain(key);
});

it('shows accounts and their channels in these columns, with what can be done about each', () => {
  const { tables, commands } = manifest;
  const account = `
    account "Account" text
    online "Logged in" number
    lastLogin "Last login" time
    registeredAt "Registered" time
    suspended "Suspended" boolean
    failures "Failed logins" number 2
    nicks "Nicks" number 3
    certificates "Certificates" number 3
    email "E-mail" text 3`;
  expect(columns(tables?.accounts?.columns)).toEqual(words(account));
  expect(columns(commands.accounts.columns)).toEqual(words(account));
  expect(columns(commands.account.columns)).toEqual(
    words(`${account}
      sessions "Clients" text
      nickList "Nicks" text
      fingerprints "Certificate fingerprints" text
      suspendedReason "Why suspended" text
      suspendedBy "Suspended by" text
      suspendedAt "Suspended at" time
      lastFailureFrom "Last failure from" text
      lastFailureAt "Last failure" time`),
  );
  for (const { columns: shown } of [commands['create-account'], commands['reset-password']])
    expect(columns(shown)).toEqual(['account "Account" text', 'password "New password" text secret']);
  expect(columns(commands['login-failures'].columns)).toEqual(
    words(`
      who "Account or address" text
      kind "Kind" text
      failures "Failed logins" number
      waitSeconds "Waits for" seconds
      lastAt "Last" time`),
  );
  expect(columns(commands['registered-channels'].columns)).toEqual(
    words(`
      channel "Channel" text
      founder "Founder" text
      registeredAt "Registered" time
      users "Users" number
      operators "Operators by account" text 2
      voices "Voices by account" text 2`),
  );
  expect(
    [tables?.accounts].map((table) => [table?.title, table?.access, table?.rowKey, table?.graph]),
  ).toEqual([['Accounts', 'operate', 'account', undefined]]);
  const args = { account: 'account' };
  const actions = [
    { title: 'Details', command: 'account', args, immediate: true },
    { title: 'Logins', command: 'logins', args, immediate: true },
    { title: 'Reset password', command: 'reset-password', args },
    { title: 'Log out', command: 'log-out-account', args, noun: 'account' },
    { title: 'Suspend', command: 'suspend-account', args, noun: 'account' },
    { title: 'Drop', command: 'drop-account', args, noun: 'account' },
  ];
  for (const { rowActions } of [tables!.accounts!, commands.accounts]) expect(rowActions).toEqual(actions);
  expect(commands['login-failures'].rowActions).toEqual([
    { title: 'Forget', command: 'reset-login-failures', args: { who: 'who' } },
  ]);
  expect(commands['registered-channels'].rowActions).toEqual([
    { title: 'Transfer', command: 'transfer-channel', args: { channel: 'channel' } },
    { title: 'Drop', command: 'drop-channel', args: { channel: 'channel' } },
  ]);
});

it('shows spam filters, what was said, and what the server itself has, in these columns', () => {
  const { tables, commands } = manifest;
  const filter = words(`
    pattern "Pattern" text
    targets "In" text
    action "Action" text
    minutes "Minutes" number 2
    met "Met" number counter
    lastMetAt "Last met" time 2
    reason "Reason" text 2
    by "By" text 3
    createdAt "Created" time 3`);
  expect(columns(tables?.filters?.columns)).toEqual(filter);
  expect(columns(commands.filters.columns)).toEqual(filter);
  for (const { rowActions } of [tables!.filters!, commands.filters])
    expect(rowActions).toEqual([
      {
        title: 'Test',
        command: 'test-filter',
        args: { pattern: 'pattern', targets: 'targets' },
        immediate: true,
      },
      { title: 'Remove', command: 'remove-filter', args: { pattern: 'pattern' }, noun: 'filter' },
    ]);
  expect(columns(commands['test-filter'].columns)).toEqual(
    words(`
      saidAt "Said" time
      nick "Nick" text
      target "In" text
      place "Channel" text
      text "Text" text secret`),
  );
  expect(columns(commands['read-history'].columns)).toEqual(
    words(`
      saidAt "Said" time
      saidBy "By" text
      account "Account" text 2
      said "What" text 2
      text "Text" text secret
      id "Id" text 3`),
  );
  const { history } = tables!;
  expect([history?.of, history?.access, history?.rowKey]).toEqual(['channels', 'operate', 'channel']);
  expect(columns(history?.columns)).toEqual(
    words(`
      kept "Kept" text
      minutes "Minutes" number
      mostMessages "Messages at most" number
      where "Where" text
      readers "Who may read it" text
      messages "In memory" number
      oldestAt "Oldest of these" time
      channel "Channel" text 3`),
  );
  expect(history?.rowActions).toEqual([
    { title: 'Read what was said', command: 'read-history', args: { channel: 'channel' }, noun: 'channel' },
  ]);
  expect(columns(commands.certificate.columns)).toEqual(
    words(`
      subject "Certificate of" text
      names "Names" text
      issuer "Issued by" text
      validFrom "Valid from" time
      validTo "Valid to" time
      remaining "Still valid for" seconds
      fingerprint "Certificate fingerprint" text`),
  );
  expect(columns(commands.bans.columns)).toEqual(
    words(`
      kind "Kind" text
      mask "Mask" text
      spares "Spares" text 2
      reason "Reason" text
      by "By" text 2
      createdAt "Created" time 2
      expiresAt "Expires" time`),
  );
});

it('tells what reads, what leaves a mark on charts, and whom it asks', () => {
  const reads = Object.entries<CommandSpec>(manifest.commands).filter(([, { reads }]) => reads === true);
  expect(reads.map(([name]) => name).join(' ')).toBe(
    'clients client channels channel bans export-bans filters test-filter read-history certificate caches links servers accounts account login-failures logins login registered-channels throttle limits',
  );
  expect(manifest.marks).toEqual({
    link_established: 'linked',
    link_ended: 'split',
    link_failed: 'unreachable',
  });
  const helpers = (authority: string) =>
    manifest.helpers?.(manifest.config.parse({ accounts: { authority } }));
  expect(['embedded', 'services', 'none'].map(helpers)).toEqual([['accounts'], [], []]);
});

it('knows its metrics, commands and columns by the names that they had before', () => {
  const total = (name: string) => `signalbox_ircd_${name}_total`;
  expect(manifest.renamed).toEqual({
    commands: { 'set-limit': 'set-limits' },
    metrics: {
      [total('throttled')]: total('refused_throttled'),
      [total('write_calls')]: total('writes'),
      [total('send_queue_kills')]: total('slow_reader_disconnects'),
      [total('memory_kills')]: total('memory_disconnects'),
      signalbox_ircd_dns_cache_entries: 'signalbox_ircd_cache_depth{cache="dns"}',
      [total('dns_cache_hits')]: `${total('cache_hits')}{cache="dns"}`,
      [total('dns_cache_misses')]: `${total('cache_misses')}{cache="dns"}`,
    },
    columns: {
      since: 'connectedAt',
      sendq: 'queueBytes',
      bytes_in: 'bytesIn',
      bytes_out: 'bytesOut',
      created: 'createdAt',
      set: 'createdAt',
      expires: 'expiresAt',
      mask: 'userHost',
    },
  });
});
