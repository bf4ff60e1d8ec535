/**
 * What the window offers to a role. Main checks every request anyway; here what would be refused is not offered: commands and
 * tables leave the manifests, and with them the forms, tabs and palette entries that are made of those. What rows of a table that is
 * offered lack by the role is shown with the reason.
 */
import { accessDenial, mayAccess } from '../../contract/access.ts';
import type { HostInfo } from '../../contract/control/host.ts';
import { CONTROL_REQUESTS, type ControlRequestName } from '../../contract/control/requests.ts';
import type { DangerTier } from '../../contract/manifest.ts';
import type { FilesSpec } from '../../contract/manifest-views.ts';

/** A request whose access does not depend on what it names. */
export type PlainRequestName = Exclude<ControlRequestName, 'command.run' | 'command.impact'>;

/** The host as its visitor may use it. */
export function offeredTo(host: HostInfo): HostInfo {
  const { role, manifests } = host;
  return {
    ...host,
    manifests: manifests.map((manifest) => {
      const commands = manifest.commands.filter(({ access }) => mayAccess(role, access));
      const has = (name: string) => commands.some((command) => command.name === name);
      return {
        ...manifest,
        commands,
        tables: Object.fromEntries(
          Object.entries(manifest.tables).filter(([, { access }]) => mayAccess(role, access)),
        ),
        pages: Object.fromEntries(
          Object.entries(manifest.pages)
            .filter(([, { command }]) => has(command))
            .map(([name, page]) => [
              name,
              { ...page, actions: (page.actions ?? []).filter(({ command }) => has(command)) },
            ]),
        ),
        files: manifest.files !== null && has(manifest.files.list) ? manifest.files : null,
      };
    }),
  };
}

/** Commands that a host has and its visitor may not run, by {@link withheldKey}. */
export type Withheld = Readonly<
  Record<string, { readonly reason: string; readonly danger: DangerTier } | undefined>
>;

export const withheldKey = (daemon: string, command: string): string => `${daemon} ${command}`;

/** What {@link offeredTo} takes away of commands, with the reason in words. */
export function withheldFrom({ role, manifests }: Pick<HostInfo, 'role' | 'manifests'>): Withheld {
  return Object.fromEntries(
    manifests.flatMap(({ id, commands }) =>
      commands.flatMap(({ name, access, danger }) => {
        const denial = accessDenial(role, access, name);
        return denial === null ? [] : [[withheldKey(id, name), { reason: denial.message, danger }]];
      }),
    ),
  );
}

/** Whether whoever uses the window may put files where this is needed. */
export function mayWrite(host: Pick<HostInfo, 'role'> | null, files: FilesSpec): boolean {
  return host !== null && mayAccess(host.role, files.write);
}

/** Whether a request is offered; none is before the host has said who is asking. */
export function mayRequest(host: Pick<HostInfo, 'role'> | null, name: PlainRequestName): boolean {
  return host !== null && mayAccess(host.role, CONTROL_REQUESTS[name].access);
}
