import assert from 'node:assert/strict';
import { readTests, runFile } from '../../simulator/guest-tests/index';
import { buildGiven } from '../../simulator/project/build';
import { find } from './run-tests';

const SOURCE = `#! test "has disks"
#! engines none full
#! with disks [{"file":"a.img"},{"file":"b.img"}]
_start: li a7, 8
        ecall
`;

describe('a run of the tests of a file', () => {
  /** @param lost an image that cannot be opened */
  async function opened(lost?: string): Promise<{ open: number; most: number; problems: readonly string[] }> {
    const counts = { open: 0, most: 0 };
    const bytes = new TextEncoder().encode(SOURCE);
    const { file } = readTests('guest.S', SOURCE);
    assert.ok(file);
    const { problems } = await runFile(
      { file: 'guest.S', program: file.program, tests: file.tests, problems: [] },
      {
        readFile: async (name) => (name === 'guest.S' ? bytes : undefined),
        openDisk: async (name) => {
          if (name === lost) throw new Error(`'${name}' is not there`);
          counts.open += 1;
          counts.most = Math.max(counts.most, counts.open);
          return {
            size: 512,
            read: (_, length) => new Uint8Array(length),
            write: () => undefined,
            close: () => {
              counts.open -= 1;
            },
          };
        },
        build: (given) => buildGiven(given, undefined, async (name) => (name === 'guest.S' ? bytes : undefined)),
        find,
        giveWay: async () => undefined,
        now: () => 0,
      },
    );
    return { ...counts, problems };
  }

  it('gives back the disk images that it opened, after each test on each engine', async () => {
    assert.deepEqual(await opened(), { open: 0, most: 2, problems: [] });
  });

  it('gives them back where another of them is not there', async () => {
    const { open, most, problems } = await opened('b.img');
    assert.deepEqual([open, most, problems.length], [0, 1, 2]);
  });
});
