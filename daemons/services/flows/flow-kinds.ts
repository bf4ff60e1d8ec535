/** Every kind of flow, put together. A flow is stored by the name of its kind, which never becomes another. */

import { fold } from '../../irc/casemapping.ts';
import {
  type ChannelAnswer,
  type ChannelData,
  type ChannelFlowOptions,
  channelFlow,
  goneFlow,
  subjectOf,
} from '../sync/channel-flow.ts';
import { accessFlow } from './access-flow.ts';
import { certificateFlow, passwordFlow } from './credential-flows.ts';
import type { FlowKind } from './flow-kind.ts';
import { levelFlow } from './level-flow.ts';
import { linkFlow } from './link-flow.ts';
import { userIdOf } from './linked-account.ts';
import { dropFlow, emailFlow, renameFlow } from './name-flows.ts';
import { operatorsFlow } from './operators-flow.ts';
import { registerFlow } from './registration-flow.ts';
import { type UserFlowOptions, userFlow } from './user-flow.ts';

export type FlowKindsOptions = Omit<UserFlowOptions, 'level'> & Omit<ChannelFlowOptions, 'access'>;

export type FlowKinds = ReturnType<typeof flowKinds>;

export function flowKinds(options: FlowKindsOptions) {
  const { directory, sync, channels, now } = options;
  const gone = goneFlow(options);
  const access = accessFlow(
    directory,
    (account) => userIdOf({ account }, options),
    (channel, account, level) => sync.confirm(channel, account, level, now()),
    (channel, account, told) => {
      const of = { subject: subjectOf(channel), data: { channel } };
      if (channels.find(channel) === undefined) return [{ kind: gone, ...of }];
      const here = options.levels.of(channel).get(fold(account)) ?? null;
      return here === told ? [] : [{ kind: channelKind, ...of }];
    },
  );
  const channelKind: FlowKind<ChannelData, ChannelAnswer> = channelFlow({ ...options, access });
  const level = levelFlow(options);
  const user = userFlow({ ...options, level });
  return {
    register: registerFlow(options),
    password: passwordFlow(options),
    drop: dropFlow(options),
    email: emailFlow(options),
    certificate: certificateFlow(options),
    rename: renameFlow(options),
    link: linkFlow(options, user),
    operators: operatorsFlow(options, user),
    level,
    user,
    access,
    channel: channelKind,
    gone,
  };
}
