/** The echo daemon as Signalbox sees it. */

import { z } from 'zod';
import { lineText } from '../../../../contract/line-texts.ts';
import {
  listenPlaces,
  listenSetting,
  tcpListener,
  unixListener,
} from '../../../../contract/listen-setting.ts';
import { defineCommand, defineManifest } from '../../../../contract/manifest.ts';
import { acceptorMetrics, connectionsMetric } from '../../../../daemons/runtime/net/acceptor-metrics.ts';
import { clientTable } from '../../../../daemons/runtime/net/client-list.ts';

const listener = z.union([tcpListener(7007).omit({ tls: true }), unixListener()]);

export const manifest = defineManifest({
  id: 'echo',
  title: 'Echo',
  summary: 'Sends back what it is sent',
  config: z.strictObject({
    greeting: lineText({ max: 100 }).default('hello').describe('What a client reads first'),
    listen: listenSetting(listener)
      .default([{ host: '127.0.0.1', port: 7007 }])
      .describe('Where clients connect'),
  }),
  places: listenPlaces,
  metrics: acceptorMetrics('echo'),
  highlights: { connections: connectionsMetric('echo') },
  commands: {
    kill: defineCommand({
      summary: 'Disconnect a client',
      danger: 'disruptive',
      access: 'operate',
      args: z.object({ client: z.number().int().describe('Number of the client') }),
      result: 'json',
    }),
    broadcast: defineCommand({
      summary: 'Send a line to everybody',
      danger: 'safe',
      access: 'operate',
      args: z.object({ text: lineText({ max: 200 }).describe('The line') }),
      result: 'json',
    }),
  },
  tables: { connections: clientTable },
});
