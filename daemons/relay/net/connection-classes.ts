/** Connection classes (`[[relay.class]]`) as the acceptor takes them: which limits hold for a client, by its address. */
import { type ClassRule, ConnectionClasses } from '../../runtime/net/connection-classes.ts';
import type { RelayConfig, SlowReaderPolicy } from '../config.ts';
import { CLASS_LIMIT_NAMES, type ClassLimitName, type Limits } from '../limits.ts';

/** The limits of one class, resolved. */
export interface ConnectionClass extends ClassRule {
  /** Whether the receive rate is limited. */
  readonly flood: boolean;
  readonly slowReader: SlowReaderPolicy;
  readonly limits: Readonly<Record<ClassLimitName, number>>;
}

/**
 * The classes of a configuration, and behind them the one that takes everybody else.
 * @param limits the numbers in force, which may differ from the configuration's after `set-limits`
 */
export function connectionClasses(
  config: Pick<RelayConfig, 'class' | 'slow_reader'>,
  limits: Limits,
): ConnectionClasses<ConnectionClass> {
  const classOf = ({ name, match, ...own }: ClassSettings): ConnectionClass => {
    const resolved = Object.fromEntries(
      CLASS_LIMIT_NAMES.map((limit) => [limit, own[limit] ?? limits[limit]]),
    ) as Record<ClassLimitName, number>;
    return {
      name,
      match,
      throttle: own.throttle ?? true,
      flood: own.flood ?? true,
      maxConnections: own.max_connections ?? Number.POSITIVE_INFINITY,
      maxPerAddress: resolved.connections_per_ip,
      connectBurst: resolved.connect_burst,
      connectsPerSecond: resolved.connects_per_second,
      slowReader: own.slow_reader ?? config.slow_reader,
      limits: resolved,
    };
  };
  return new ConnectionClasses(config.class.map(classOf), classOf({ name: 'default', match: [] }));
}

type ClassSettings = Partial<RelayConfig['class'][number]> & Pick<ClassRule, 'name' | 'match'>;
