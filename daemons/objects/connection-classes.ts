/** Connection classes (`[[objects.class]]`) as the acceptor takes them: which limits hold for a client, by its address. */
import { type ClassRule, ConnectionClasses } from '../runtime/net/connection-classes.ts';
import type { ObjectsConfig } from './config.ts';
import { CLASS_LIMIT_NAMES, type ClassLimitName, type Limits } from './limits.ts';

/**
 * The classes of a configuration, and behind them the one that takes everybody else.
 * @param limits the numbers in force, which may differ from the configuration's after `set-limits`
 */
export function connectionClasses(
  config: Pick<ObjectsConfig, 'class'>,
  limits: Limits,
): ConnectionClasses<ClassRule> {
  const classOf = ({ name, match, ...own }: ClassSettings): ClassRule => {
    const resolved = Object.fromEntries(
      CLASS_LIMIT_NAMES.map((limit) => [limit, own[limit] ?? limits[limit]]),
    ) as Record<ClassLimitName, number>;
    return {
      name,
      match,
      throttle: own.throttle ?? true,
      maxConnections: own.max_connections ?? Number.POSITIVE_INFINITY,
      maxPerAddress: resolved.connections_per_ip,
      connectBurst: resolved.connect_burst,
      connectsPerSecond: resolved.connects_per_second,
    };
  };
  return new ConnectionClasses(config.class.map(classOf), classOf({ name: 'default', match: [] }));
}

type ClassSettings = Partial<ObjectsConfig['class'][number]> & Pick<ClassRule, 'name' | 'match'>;
