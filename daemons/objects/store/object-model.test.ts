/**
 * A store and a model of it, which is a Map, take the same steps in the order that chance gives: what clients do, what an operator does by
 * hand, and crashes. What the store then says is what the model says.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inProcessThreads } from '../../runtime/test-fixtures/in-process-threads.ts';
import { ObjectReader } from './object-reader.ts';
import { ObjectStore } from './object-store.ts';
import { get, listed, problemFrom, put, testRoot } from './test-store.ts';
import { Upload } from './upload.ts';
import { OWN_PREFIX } from './uri.ts';

/** Few, so that they meet: some are folders of others. */
const uri = fc.constantFrom('a', 'b', 'a/a', 'a/b', 'a/a/a', 'a-', 'b/c/d', 'ä');
const text = fc.string({ maxLength: 4 });

type Step =
  | { readonly do: 'put' | 'copy-in'; readonly uri: string; readonly text: string }
  | { readonly do: 'delete' | 'remove-by-hand' | 'get'; readonly uri: string }
  | { readonly do: 'rename' | 'move-by-hand'; readonly uri: string; readonly to: string }
  | { readonly do: 'list'; readonly uri: string; readonly limit: number }
  | { readonly do: 'crash'; readonly uri: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('put', 'copy-in'), uri, text }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('delete', 'remove-by-hand', 'get'), uri }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('rename', 'move-by-hand'), uri, to: uri }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('list'), uri, limit: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash'), uri }) },
) as fc.Arbitrary<Step>;

/** What there should be. */
class Model {
  readonly objects = new Map<string, string>();

  /** Whether an object may be there: no other one is a folder on its way, or lies below it. */
  fits(uri: string, except?: string): boolean {
    return [...this.objects.keys()].every(
      (other) =>
        other === uri || other === except || !(other.startsWith(`${uri}/`) || uri.startsWith(`${other}/`)),
    );
  }

  list(prefix: string): string[] {
    return [...this.objects.keys()].filter((other) => other.startsWith(prefix)).sort();
  }
}

class World {
  readonly model = new Model();
  readonly #root: string;
  #store: ObjectStore;
  /** As another thread has one. */
  #reader: ObjectReader;

  private constructor(root: string, store: ObjectStore) {
    this.#root = root;
    this.#store = store;
    this.#reader = new ObjectReader(store.shared, { entries: 3 });
  }

  static async open(root: string): Promise<World> {
    return new World(root, await openStore(root));
  }

  async take(step: Step): Promise<void> {
    const { objects } = this.model;
    switch (step.do) {
      case 'put': {
        const fits = this.model.fits(step.uri);
        expect(await problemFrom(put(this.#store, step.uri, step.text))).toBe(fits ? 'ok' : 'conflict');
        if (fits) objects.set(step.uri, step.text);
        break;
      }
      case 'copy-in':
        if (!this.model.fits(step.uri)) break;
        this.#byHand(step.uri, (path) => writeFileSync(path, step.text));
        objects.set(step.uri, step.text);
        break;
      case 'delete':
        // Where a folder is, an object is not.
        expect(await problemFrom(this.#store.delete(step.uri))).toMatch(
          objects.delete(step.uri) ? /^ok$/ : /^not_(found|regular)$/,
        );
        break;
      case 'remove-by-hand':
        if (objects.delete(step.uri)) rmSync(join(this.#root, step.uri));
        break;
      case 'rename': {
        const body = objects.get(step.uri);
        const wanted = body === undefined ? 'not_found' : this.model.fits(step.to) ? 'ok' : 'conflict';
        expect(await problemFrom(this.#store.rename(step.uri, step.to))).toBe(wanted);
        if (body === undefined || wanted !== 'ok') break;
        objects.delete(step.uri);
        objects.set(step.to, body);
        break;
      }
      case 'move-by-hand': {
        const body = objects.get(step.uri);
        if (body === undefined || !this.model.fits(step.to)) break;
        this.#byHand(step.to, (path) => renameSync(join(this.#root, step.uri), path));
        objects.delete(step.uri);
        objects.set(step.to, body);
        break;
      }
      case 'list':
        expect(await listed(this.#store, { prefix: step.uri, limit: step.limit })).toEqual(
          this.model.list(step.uri),
        );
        break;
      case 'get':
        break;
      case 'crash':
        await this.#crash(step.uri);
        break;
    }
    this.#compare(step.uri);
  }

  async end(): Promise<void> {
    expect(await listed(this.#store, { limit: 2 })).toEqual(this.model.list(''));
    const { objects, bytes, uploads } = this.#store.figures();
    expect({ objects, bytes, uploads }).toEqual({
      objects: this.model.objects.size,
      bytes: [...this.model.objects.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0),
      uploads: 0,
    });
    expect(this.#store.quotas()).toMatchObject([{ usedObjects: objects, usedBytes: bytes }]);
    await this.close();
  }

  async close(): Promise<void> {
    this.#reader.close();
    await this.#store.close();
  }

  /** Both threads see what is there, whatever they have open. */
  #compare(uri: string): void {
    const wanted = this.model.objects.get(uri) ?? expect.stringMatching(/^not_(found|regular)$/);
    expect(get(this.#reader, uri)).toEqual(wanted);
    expect(get(this.#store.reader, uri)).toEqual(wanted);
  }

  /** The process ends in the middle of a put, and another one starts. */
  async #crash(uri: string): Promise<void> {
    const upload = await Upload.begin(this.#store, uri, 10);
    await upload.write(Buffer.from('half'));
    await this.close();
    await upload.abandon();
    writeFileSync(join(this.#root, OWN_PREFIX, 'left-by-a-killed-process'), 'half');
    this.#store = await openStore(this.#root);
    this.#reader = new ObjectReader(this.#store.shared, { entries: 3 });
    expect(readdirSync(join(this.#root, OWN_PREFIX))).toEqual([]);
  }

  /** An empty folder that a put would replace is in an operator's way. */
  #byHand(uri: string, change: (path: string) => void): void {
    const path = join(this.#root, uri);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) rmSync(path, { recursive: true });
    mkdirSync(dirname(path), { recursive: true });
    change(path);
  }
}

function openStore(root: string): Promise<ObjectStore> {
  return ObjectStore.open({
    root,
    pool: inProcessThreads,
    entries: 3,
    maxObjectBytes: 100,
    listEntries: 100,
    cacheBytes: 0,
    quotas: [{ prefix: '' }],
  });
}

it('says what a Map would say, whatever clients, operators and crashes do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const world = await World.open(testRoot().root);
      try {
        for (const one of steps) await world.take(one);
        await world.end();
      } finally {
        await world.close();
      }
    }),
    { numRuns: 40 },
  );
});
