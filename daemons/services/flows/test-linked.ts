/** For tests: services on a network, with a server that answers as Keycloak does, everything between them as `daemon.ts` has it. */
import { until } from '../../runtime/test-fixtures/until.ts';
import { KeycloakDesk } from '../keycloak/keycloak-desk.ts';
import { TestKeycloak, type TestUser } from '../keycloak/test-keycloak.ts';
import type { KeycloakLinks } from '../store/keycloak-links.ts';
import { TestNetwork } from '../test-network.ts';
import { FlowDesk } from './flow-desk.ts';
import { hashForKeycloak } from './hash-tasks.ts';

export class TestLinked {
  readonly keycloak: TestKeycloak;
  readonly network: TestNetwork;
  readonly desk: KeycloakDesk;
  readonly flows: FlowDesk;
  readonly links: KeycloakLinks;

  private constructor(keycloak: TestKeycloak, network: TestNetwork, desk: KeycloakDesk, flows: FlowDesk) {
    this.keycloak = keycloak;
    this.network = network;
    this.desk = desk;
    this.flows = flows;
    this.links = network.services.accounts.links;
  }

  static async start(): Promise<TestLinked> {
    const keycloak = await TestKeycloak.start();
    let flows: FlowDesk | null = null;
    const network = await TestNetwork.start('h6B', {
      elsewhere: () => flows?.accounts ?? null,
      seen: (user) => flows?.seen(user),
    });
    const { clock, database, writes, logged, services } = network;
    const log = (level: string, event: string, message: string) =>
      logged.push(`${level} ${event} ${message}`);
    const desk = new KeycloakDesk({
      clock,
      random: () => 0,
      count: services.operations.count,
      metrics: null,
      log,
      onUp: () => flows?.engine.retry(null),
    });
    const { keeper } = services;
    let marks = 0;
    flows = new FlowDesk({
      database,
      writes,
      clock,
      random: () => 0,
      count: services.operations.count,
      keycloak: desk,
      store: keeper.store,
      channels: keeper.channels.store,
      links: services.accounts.links,
      hash: async (password) => hashForKeycloak({ password, iterations: 1 }),
      mark: () => `mark ${++marks}`,
      keeper: {
        drop: (account, by) => keeper.changes.dropWithin(account, by),
        registered: (account) => keeper.hasRegistered(account),
        renamed: (before, next) => keeper.changes.renamed(before, next),
        keepOut: (account, by, reason) => keeper.changes.keepOut(account, by, reason),
        channelChanged: (channel) => keeper.channels.hasChanged(channel),
      },
      logOut: (account) => services.logOut(account),
      mayRename: (account) => services.mayRename(account),
      log,
    });
    desk.configure(keycloak.settings);
    network.keycloak = desk.current;
    return new TestLinked(keycloak, network, desk, flows);
  }

  account(name: string) {
    return this.network.services.keeper.store.find(name);
  }

  /** The level of an account here. */
  levelOf(name: string): number {
    const { keeper, profiles } = this.network.services;
    return profiles.of(keeper.store.get(name)).level;
  }

  /** Resolves when no flow is under way. */
  async ended(): Promise<void> {
    await until(() => this.flows.engine.size === 0);
  }

  /** Has a user looked at, as the webhook does. */
  async look({ id }: TestUser): Promise<void> {
    await this.flows.look({ kind: 'user', userId: id });
    await this.ended();
  }

  /** Names of the members of a group. */
  membersOf(group: string): string[] {
    const found = [...this.keycloak.groups.values()].find(({ name }) => name === group);
    return [...(found?.members ?? [])].map((id) => this.keycloak.users.get(id)?.username ?? id).sort();
  }

  /** Keycloak fails until nobody asks it any more. */
  async breakKeycloak(): Promise<void> {
    this.keycloak.always = 'garbage';
    while (this.desk.status().breaker !== 'open')
      await this.desk.current!.client.users.find('x').catch(() => {});
  }

  async close(): Promise<void> {
    this.flows.close();
    this.desk.close();
    this.network.close();
    await this.keycloak.close();
  }
}
