/** Where the letters after `g` lead from a page. */
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import type { HostModel } from '../model/host-model.ts';
import type { HostState } from '../model/host-state.ts';
import { mayRequest } from '../model/permissions.ts';
import { hashOf, type Route } from '../shell/route.ts';
import { GO_LETTERS, type GoLetter } from './key-names.ts';

export interface GoTarget {
  readonly letter: GoLetter;
  /** In a word or two. */
  readonly title: string;
  readonly hash: string;
}

/** The pages that are offered to whoever uses the window, on the host of the page that is shown. */
export function goTargets(host: HostModel, state: HostState, { path }: Route): readonly GoTarget[] {
  const source = path[0] === 'daemon' ? (path[1] ?? MAIN_SOURCE) : MAIN_SOURCE;
  const paths: Readonly<Record<GoLetter, readonly string[]>> = {
    o: [],
    a: ['audit'],
    l: ['daemon', source, 'logs'],
    t: ['pools'],
    h: ['history'],
    s: ['settings'],
  };
  return (Object.keys(GO_LETTERS) as GoLetter[])
    .filter((letter) => letter !== 'a' || mayRequest(state.host, 'audit.query'))
    .map((letter) => ({
      letter,
      title: GO_LETTERS[letter].split(/[,:]/, 1).join(),
      hash: hashOf(host, paths[letter]),
    }));
}
