import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { constants, deflateSync } from 'node:zlib';
import { describe, it } from 'mocha';
import { FormatError } from '../../simulator/object/bytes/reader';
import { unpackedSection } from '../../simulator/object/elf/debug-sections';
import { decompressZstd, inflate } from '../../simulator/object/elf/decompress';
import { parseElf } from '../../simulator/object/elf/elf';

/** Long runs, text, and what cannot be made shorter. */
const contents: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from('a'),
  Buffer.alloc(300_000, 'abcabcabd'),
  Buffer.concat([randomBytes(70_000), Buffer.alloc(1000), randomBytes(100)]),
  Buffer.from(Array.from({ length: 50_000 }, (_, i) => `line ${i % 977} of ${i}\n`).join('')),
];

describe('zlib streams', () => {
  it('are what was compressed, however it was', () => {
    const strategies = [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE];
    for (const content of contents)
      for (const level of [0, 1, 9])
        for (const strategy of strategies) {
          const found = inflate(deflateSync(content, { level, strategy }), content.length, 'the stream');
          assert.ok(content.equals(found), `${content.length} bytes, level ${level}, strategy ${strategy}`);
        }
  });

  it('that are damaged, cut off or of another size are refused', () => {
    const [, , , , text = Buffer.alloc(0)] = contents;
    const stream = deflateSync(text);
    assert.throws(() => inflate(stream, text.length + 1, 'x'), FormatError);
    assert.throws(() => inflate(stream, text.length - 1, 'x'), FormatError);
    assert.throws(() => inflate(stream, 2 ** 39, 'x'), /cannot have/);
    assert.throws(() => inflate(Buffer.from([0, 1, 2, 3]), 10, 'x'), /no zlib stream/);
    assert.throws(() => inflate(stream.subarray(0, stream.length / 2), text.length, 'x'), FormatError);
    for (let seed = 1; seed < 200; seed++) {
      const damaged = Buffer.from(stream);
      damaged[2 + ((seed * 7919) % (stream.length - 2))] = (seed * 131) & 0xff;
      try {
        assert.equal(inflate(damaged, text.length, 'x').length, text.length);
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error));
      }
    }
  });
});

describe('compressed debug sections of GNU as', () => {
  for (const kind of ['none', 'zlib', 'zlib-gnu', 'zlib-gabi', 'zstd'])
    it(`are what was assembled: ${kind}`, () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-packed-'));
      try {
        const [, , , , content = Buffer.alloc(0)] = contents;
        writeFileSync(path.join(folder, 'content'), content);
        writeFileSync(path.join(folder, 'a.s'), '.section .debug_x,"",@progbits\n.incbin "content"\n');
        const words = [`--compress-debug-sections=${kind}`, '-o', 'a.o', 'a.s'];
        const { status, stderr } = spawnSync('riscv64-linux-gnu-as', words, { cwd: folder, encoding: 'utf8' });
        assert.equal(status, 0, stderr);
        const file = readFileSync(path.join(folder, 'a.o'));
        assert.equal(file.length < content.length, kind !== 'none', `${file.length} bytes`);
        const section = parseElf(file)
          .sections.map(unpackedSection)
          .find(({ name }) => name === '.debug_x');
        assert.ok(section && content.equals(section.bytes));
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

  it('that are damaged are refused', () => {
    assert.throws(() => decompressZstd(Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]), 100, 'x'), FormatError);
    assert.throws(() => decompressZstd(Buffer.from([1, 2, 3, 4]), 2 ** 40, 'x'), /cannot have/);
  });
});
