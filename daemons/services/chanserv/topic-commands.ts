/** Commands about the topic, the modes and the notes of a channel. */
import { isLineText } from '../../../contract/line-texts.ts';
import { type Reply, said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import { type ChanResult, type ChanRow, type ChanUse, chanRow, refuse } from './chan-row.ts';
import { type ChanWorld, nameOf } from './chan-world.ts';
import { fitsTopic } from './guard.ts';
import { LEVELS } from './levels.ts';
import { readModeLock } from './mode-lock.ts';

export function topicCommands(world: ChanWorld): ChanRow[] {
  return [topic(world), mode(world), note(world), delNote(world)];
}

function topic(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'TOPIC',
    access: LEVELS.halfop,
    onNetwork: true,
    syntax: '[topic]',
    least: 0,
    most: null,
    effect: 'sets the topic of a channel, or brings the default one back',
    help: [
      'Sets the topic. Without words, the default topic is there again.',
      'Where TopicMask has one * and no ?, words that do not fit it are put into its place.',
    ],
    run: (use) => setTopic(world, use),
  });
}

function setTopic(world: ChanWorld, { channel, view, power, from }: ChanUse): ChanResult {
  const { defaultTopic, topicMask, enfTopic } = channel.settings;
  const typed = from(0);
  if (typed === '') {
    if (defaultTopic === '') return refuse(said`${channel.name} has no default topic.`);
    world.acts.topic(world.bot(), view!, defaultTopic);
    return [said`The topic of ${channel.name} is the default one again.`];
  }
  const wanted = topicMask === '' || fitsTopic(topicMask, typed) ? typed : intoMask(topicMask, typed);
  if (wanted === null) {
    if (power < enfTopic) return refuse(said`The topic of ${channel.name} has to fit ${topicMask}.`);
  } else if (topicMask === '' && power < enfTopic)
    return refuse(said`The topic of ${channel.name} is for level ${enfTopic} and above.`);
  const text = wanted ?? typed;
  if (Buffer.byteLength(text) > limits.channelTextBytes.default)
    return refuse(said`A topic has up to ${limits.channelTextBytes.default} bytes.`);
  world.acts.topic(world.bot(), view!, text);
  return [said`The topic of ${channel.name} is now: ${text}`];
}

/** The words in the place of the one `*`; null where there is none, or more. */
function intoMask(mask: string, words: string): string | null {
  const parts = mask.split('*');
  return parts.length === 2 && !mask.includes('?') ? parts.join(words) : null;
}

function mode(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'MODE',
    access: LEVELS.op,
    onNetwork: true,
    syntax: '[modes]',
    least: 0,
    most: null,
    effect: 'changes modes of a channel, or brings those back that are kept',
    help: ['Changes modes, such as +m or +k secret. Without words, the modes are there again that are kept.'],
    run({ channel, view, power, from }) {
      const typed = from(0);
      if (typed === '') {
        world.acts.modes(world.bot(), view!, world.modeChanges(channel.lock, view!));
        return [said`The modes of ${channel.name} are those that are kept.`];
      }
      const read = readModeLock(typed);
      if (read === null) return refuse(said`${typed.slice(0, 64)} are no modes of a channel.`);
      if (power < channel.settings.enfModes)
        for (const [letter, { on, argument }] of read.modes) {
          const kept = channel.lock.modes.get(letter);
          if (kept !== undefined && (kept.on !== on || kept.argument !== argument))
            return refuse(
              said`${letter} is kept as it is on ${channel.name}, against everybody below level ${channel.settings.enfModes}.`,
            );
        }
      const changes = world.modeChanges(read, view!);
      world.acts.modes(world.bot(), view!, changes);
      return changes.length === 0 ? refuse('That is so already.') : [said`Done on ${channel.name}.`];
    },
  });
}

function note(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'NOTE',
    access: 0,
    syntax: '[name] [text]',
    least: 0,
    most: null,
    effect: 'writes something down about a channel',
    event: false,
    help: [
      'Lists the notes of a channel, shows one of them, or writes it. Whoever may change settings may write them,',
      'and everybody with access may read them.',
    ],
    async run(use) {
      const { channel, words, power, level, user, from } = use;
      const { rows } = world.registry;
      if (level === 0 && power === 0)
        return refuse(said`Notes of ${channel.name} are for those with access.`);
      const [name] = words;
      const text = from(1);
      const notes = rows.notes(channel.key);
      if (text === '') {
        const shown = notes.filter((one) => name === undefined || one.name === name.toLowerCase());
        return shown.length === 0
          ? refuse(said`${channel.name} has no such note.`)
          : shown.map((one): Reply => said`${one.name}: ${one.text} (${one.by})`);
      }
      if (power < channel.settings.setters)
        return refuse(said`You may not write notes about ${channel.name}.`);
      if (!/^[\w-]{1,32}$/.test(name!))
        return refuse('A note has a name of up to 32 letters, digits, - and _.');
      if (!isLineText(text) || Buffer.byteLength(text) > limits.channelTextBytes.default)
        return refuse(said`A note has up to ${limits.channelTextBytes.default} bytes.`);
      const key = name!.toLowerCase();
      if (notes.length >= limits.notesPerChannel.default && !notes.some((one) => one.name === key))
        return refuse(said`A channel has up to ${limits.notesPerChannel.default} notes.`);
      await world.registry.change(channel.name, 'settings', () =>
        rows.setNote(channel.key, key, nameOf(user), text),
      );
      return [said`The note ${key} about ${channel.name} is written.`];
    },
  });
}

function delNote(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'DELNOTE',
    access: 'setters',
    syntax: '<name>',
    least: 1,
    most: 1,
    effect: 'takes a note about a channel away',
    help: ['Takes a note away.'],
    async run({ channel, words }) {
      const key = words[0]!.toLowerCase();
      const there = await world.registry.change(channel.name, 'settings', () =>
        world.registry.rows.dropNote(channel.key, key),
      );
      return there
        ? [said`The note ${key} about ${channel.name} is gone.`]
        : refuse(said`${channel.name} has no note ${key.slice(0, 32)}.`);
    },
  });
}
