/**
 * For tests: takes events of a webhook in as services do, with a disk that never answers, and acts upon none. Prints its port. Killed by
 * whoever started it.
 */
import SqliteDatabase from 'better-sqlite3';
import { portOf } from '../../../contract/listen-place.ts';
import { systemClock } from '../../../kit/clock.ts';
import { openAccounts } from '../../identity/store/database.ts';
import { WriteTurn } from '../../identity/store/write-turn.ts';
import { SERVICES_SCHEMA } from '../store/services-schema.ts';
import { WebhookDoor } from './webhook-door.ts';
import { WebhookProof } from './webhook-proof.ts';
import { WebhookQueue } from './webhook-queue.ts';
import { WebhookStore } from './webhook-store.ts';

const database = openAccounts(SqliteDatabase, process.argv[2]!, SERVICES_SCHEMA);
const queue = new WebhookQueue({
  store: new WebhookStore(database),
  writes: new WriteTurn(database, { sync: () => {} }),
  clock: systemClock,
  act: () => new Promise(() => {}),
  log: () => {},
});
const door = new WebhookDoor({ queue, onAnswer: () => {}, log: () => {} });
const rules = { path: '/keycloak-webhook', proof: new WebhookProof('hush') };
await door.open([{ host: '127.0.0.1', port: 0 }], rules);
process.stdout.write(`${portOf(door.infos[0])}\n`);
