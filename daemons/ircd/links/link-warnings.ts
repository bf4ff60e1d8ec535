/**
 * What can be known of links before anybody calls: settings that are allowed one by one, and with which a server can never be
 * linked. Told by start, reload and `config check`; called by prepare.ts.
 */
import { type IrcdConfig, ircdConfigSchema } from '../config.ts';

type Settings = Pick<IrcdConfig, 'server_name' | 'listen' | 'link'>;
type LinkSettings = IrcdConfig['link'][number];

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);
const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** Each a sentence that begins with the setting. */
export function linkWarnings(settings: Settings): string[] {
  const { listen, link, server_name: me } = settings;
  const warnings = link.flatMap((block, index) => warningsOf(block, index, settings));
  if (link.length > 0 && me === ircdConfigSchema.shape.server_name.parse(undefined))
    warnings.push(
      `ircd.server_name: ${me} is what every Signalbox is called that nobody named, and two of one name cannot be linked; expected a name of its own`,
    );
  const port = listen.findIndex(({ protocol }) => protocol === 'p10');
  if (port >= 0 && link.length === 0)
    warnings.push(
      `ircd.listen[${port}].protocol: every server that connects there is refused, because no [[ircd.link]] names one`,
    );
  return warnings;
}

function warningsOf(block: LinkSettings, index: number, { listen, link }: Settings): string[] {
  const key = `ircd.link[${index}]`;
  const { name, host, port } = block;
  const ports = listen.filter(({ protocol }) => protocol === 'p10');
  if (host === undefined) {
    if (ports.length === 0)
      return [
        `${key}.host: ${name} can never be linked: without host and port it is not called, and it cannot call, because no listener has protocol = "p10"`,
      ];
    if (block.tls && !ports.some(({ tls }) => tls))
      return [
        `${key}.tls: ${name} can never be linked: it has to call over TLS, and no listener with protocol = "p10" has tls = true`,
      ];
    return [];
  }
  if (listen.some((own) => own.port === port && isOwn(own.host, host)))
    return [`${key}.host: ${host}:${port} is a listener of this server itself, expected that of ${name}`];
  const twin = link.findIndex((other) => other.host === host && other.port === port);
  if (twin < index)
    return [
      `${key}.host: ${host}:${port} is also where ircd.link[${twin}] calls ${link[twin]!.name}; one server has one name, so one of them is refused`,
    ];
  return [];
}

/** Whether who calls a host from here may reach what listens on another. */
function isOwn(listenHost: string, host: string): boolean {
  if (listenHost === host) return true;
  return LOOPBACK.has(host) && (EVERYWHERE.has(listenHost) || LOOPBACK.has(listenHost));
}
