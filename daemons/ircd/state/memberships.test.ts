import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Channel, Membership } from './channel.ts';
import { NO_MEMBERSHIPS, withMembership, withoutMembership } from './memberships.ts';
import { Server } from './server.ts';
import { User } from './user.ts';

const user = new User(new Server('here.test', ''), null, '');
const all = [0, 1, 2, 3].map((n) => new Membership(user, new Channel(`#${n}`, `#${n}`, 0), 0));

it('are what a map of them would be, however many there are and in whichever order they come and go', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ at: fc.nat(3), joins: fc.boolean() })), (steps) => {
      let memberships = NO_MEMBERSHIPS;
      const model = new Map<Channel, Membership>();
      for (const { at, joins } of steps) {
        const membership = all[at]!;
        const { channel } = membership;
        if (joins && !model.has(channel)) {
          memberships = withMembership(memberships, membership);
          model.set(channel, membership);
        } else if (!joins) {
          memberships = withoutMembership(memberships, membership);
          model.delete(channel);
        }
        expect(memberships.size).toBe(model.size);
        expect([...memberships.keys()]).toEqual([...model.keys()]);
        expect([...memberships.values()]).toEqual([...model.values()]);
        for (const { channel: asked } of all) {
          expect(memberships.has(asked)).toBe(model.has(asked));
          expect(memberships.get(asked)).toBe(model.get(asked));
        }
      }
      expect(NO_MEMBERSHIPS.size).toBe(0);
    }),
  );
});
