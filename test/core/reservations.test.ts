import { strictEqual } from 'node:assert/strict';
import { Random } from '../support/random';
import { requireTool } from '../support/tools';
import { BareMachine, RAM_BASE } from './bare-machine';
import { assembleImage, gnuProgramTools } from './gnu-program';

const DATA = RAM_BASE + 0x100000;
/** What x5 to x7, x28 and x29 point to: neighbours in a doubleword, in a cache block, in a page, and across its end. */
const places = [0, 4, 8, 0xff8, 0x1000].map((offset) => DATA + offset);
const pointers = [5, 6, 7, 28, 29];
const HARTS = 3;
const SET = 8;
const NONE = -1;

interface Operation {
  readonly text: string;
  readonly kind: 'reserve' | 'conditional' | 'store' | 'load';
  readonly address: number;
  readonly size: number;
  /** Of a store-conditional: where it says whether it failed. */
  readonly rd: number;
}

function randomOperation(random: Random): Operation {
  const which = random.below(places.length);
  const [place, pointer] = [places[which]!, `(x${pointers[which]})`];
  const size = place % 8 === 0 && random.below(2) ? 8 : 4;
  const width = size === 8 ? 'd' : 'w';
  const rd = 18 + random.below(8);
  const make = (kind: Operation['kind'], text: string, address = place, bytes = size): Operation => ({
    ...{ kind, text, address, size: bytes, rd },
  });
  switch (random.below(9)) {
    case 0:
    case 1:
    case 2:
      return make('reserve', `lr.${width} x9, ${pointer}`);
    case 3:
    case 4:
      return make('conditional', `sc.${width} x${rd}, x8, ${pointer}`);
    case 5:
      return make('store', `s${width} x8, ${pointer}`);
    case 6:
      return make('store', `amoadd.${width} x9, x8, ${pointer}`);
    case 7:
      // Over the end of the word, and of the page where the place is at its end.
      return random.below(2)
        ? make('store', `sd x8, 6${pointer}`, place + 6, 8)
        : make('store', `.insn i 0x0f, 2, x0, x${pointers[which]}, 4 # cbo.zero`, place - (place % 64), 64);
    default:
      return make('load', `ld x9, ${pointer}`);
  }
}

/** What the manual says of the reservations of all harts. */
class Model {
  private readonly held = new Array<number>(HARTS).fill(NONE);

  /** @returns whether a store-conditional fails */
  execute(hart: number, { kind, address, size }: Operation): boolean {
    if (kind === 'reserve') this.held[hart] = address;
    if (kind === 'store') this.written(address, size, hart);
    if (kind !== 'conditional') return false;
    const fails = this.held[hart] !== address;
    this.held[hart] = NONE;
    if (!fails) this.written(address, size, hart);
    return fails;
  }

  written(address: number, size: number, by?: number): void {
    for (const [hart, held] of this.held.entries()) {
      const set = held - (held % SET);
      if (hart !== by && held !== NONE && set < address + size && address < set + SET) this.held[hart] = NONE;
    }
  }
}

describe('reservations', function () {
  for (const tool of gnuProgramTools) requireTool(tool);
  this.timeout(60_000);
  const random = Random.fromEnvironment();

  for (const translation of [false, 'eager'] as const) {
    it(`end by what others store to them, and by nothing else (translation: ${translation}, seed ${random.seed})`, () => {
      const operations = Array.from({ length: HARTS }, () =>
        Array.from({ length: 1500 }, () => randomOperation(random)),
      );
      const code = operations.map((list) => `.balign 0x8000\n${list.map(({ text }) => text).join('\n')}\n`).join('');
      const machine = new BareMachine(1 << 22, HARTS, translation);
      machine.core.ram.write(RAM_BASE, assembleImage(`.option norvc\n${code}`));
      for (const [index, hart] of machine.core.harts.entries()) {
        hart.pc = BigInt(RAM_BASE + index * 0x8000);
        for (const [i, pointer] of pointers.entries()) hart.setX(pointer, BigInt(places[i]!));
      }
      const model = new Model();
      const next = new Array<number>(HARTS).fill(0);
      for (let turn = 0; next.every((at) => at < 1490); turn++) {
        const index = random.below(HARTS);
        const hart = machine.core.harts[index]!;
        const expected = new Map<number, boolean>();
        const begin = next[index]!;
        next[index] = begin + 1 + random.below(8);
        const executed = operations[index]!.slice(begin, next[index]);
        for (const operation of executed) {
          const fails = model.execute(index, operation);
          if (operation.kind === 'conditional') expected.set(operation.rd, fails);
        }
        hart.run(executed.length);
        for (const [rd, fails] of expected) {
          const about = `seed ${random.seed}, turn ${turn} of hart ${index}:\n${executed.map(({ text }) => text).join('\n')}`;
          strictEqual(hart.x(rd), fails ? 1n : 0n, about);
        }
        if (random.below(4) > 0) continue;
        // A device, or the VMM, writes as nobody's instruction.
        const address = places[random.below(places.length)]! + random.below(12);
        machine.core.ram.write(address, new Uint8Array(3));
        model.written(address, 3);
        if (random.below(8) === 0) machine.core.dropFastPath();
      }
    });
  }
});
