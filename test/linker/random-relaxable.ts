import type { Next } from '../support/random';

const registers = ['a0', 'a1', 'a5', 's0', 's1', 't0', 't3', 'sp'];

/**
 * Several sources that call each other and use each other's data in every way that a linker makes shorter.
 * @param low whether their addresses are in reach of lui
 */
export function randomRelaxable(next: Next, files: number, low: boolean): string[] {
  const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
  const functions = Array.from({ length: files * 4 }, (_, i) => `f${i}`);
  const data = ['small0', 'small1', 'big0', 'big1', 'zeros0', 'zeros1', 'constant0', 'common0', 'weak0', 'absolute0'];
  const threads = ['thread0', 'thread1'];
  const far = next(3) === 0;
  const skips = far ? [2000, 60_000, 1_048_000, 2040] : [16, 100, 2000, 4000];
  let label = 0;
  const statement = (): string[] => {
    const register = pick(registers);
    const symbol = pick(data);
    const place = `${symbol}${pick(['', '', '', '+4', '+8', '+100'])}`;
    const id = label++;
    const absolute = [
      () => [`lui ${register}, %hi(${place})`, `addi ${register}, ${register}, %lo(${place})`],
      () => [`lui t2, %hi(${place})`, `lw ${register}, %lo(${place})(t2)`, `sd ${register}, %lo(${place})(t2)`],
    ];
    return pick<() => string[]>([
      ...(low ? absolute : []),
      () => [`call ${pick(functions)}`],
      () => [`tail ${pick(functions)}`],
      () => [`call weakfunction`],
      () => [`jump ${pick(functions)}, t1`],
      () => [`la ${register}, ${place}`],
      () => [`lla ${register}, ${place}`],
      () => [`lw ${register}, ${place}`, `sw ${register}, ${place}, t1`],
      () => [
        `.Lp${id}: auipc t2, %pcrel_hi(${place})`,
        `ld a0, %pcrel_lo(.Lp${id})(t2)`,
        `sw a0, %pcrel_lo(.Lp${id})(t2)`,
      ],
      () => [
        `j .Ls${id}`,
        `.Ll${id}: lw a0, %pcrel_lo(.Lh${id})(t2)`,
        `.Ls${id}: nop`,
        `.Lh${id}: auipc t2, %pcrel_hi(${place})`,
      ],
      () => {
        const thread = pick(threads);
        return [
          `lui t2, %tprel_hi(${thread})`,
          `add t2, t2, tp, %tprel_add(${thread})`,
          `lw a0, %tprel_lo(${thread})(t2)`,
          `sw a0, %tprel_lo(${thread})(t2)`,
        ];
      },
      () => [`.balign ${pick([4, 8, 16, 64])}`],
      () => [`.p2align ${pick([2, 3, 5])}`],
      () => [`beqz a0, 1f`, 'nop', '1: nop'],
      () => ['.option push', '.option norelax', `la a0, ${symbol}`, '.option pop'],
      () => ['.option push', '.option norvc', 'nop', `call ${pick(functions)}`, '.option pop'],
      () => [`.skip ${pick(skips)}`],
      () => ['addi a0, a0, 1', 'mv a1, a0', 'ret'],
    ])();
  };
  return Array.from({ length: files }, (_, file) => {
    const lines = [
      '.weak weak0',
      '.weak weakfunction',
      '.comm common0, 40, 8',
      `.section .text${pick(['', '', '.hot', `.f${file}`])}, "ax"`,
    ];
    if (file === 0)
      lines.push(
        '.globl _start',
        '_start:',
        '.globl absolute0',
        `absolute0 = ${pick([64, 2000, 4096, 0x12340, 0x80200000])}`,
      );
    for (let f = 0; f < 4; f++) {
      const name = functions[file * 4 + f]!;
      lines.push(`.globl ${name}`, `.type ${name}, @function`, `${name}:`);
      for (let i = 2 + next(14); i > 0; i--) lines.push(...statement());
      lines.push('ret', `.size ${name}, . - ${name}`);
    }
    if (next(2)) lines.push('.section .init_array, "aw"', `.dword ${pick(functions)}`);
    lines.push('.data', `.balign ${1 << next(6)}`);
    if (file === 0)
      lines.push(
        '.globl big0, big1',
        'big0: .dword f1, f2 - f1, big1',
        `.skip ${pick([0, 8, 1000, 3000])}`,
        'big1: .word 7',
        '.size big1, 4',
      );
    else
      lines.push(
        `.dword ${pick(functions)}, . - ${pick(data.slice(0, 7))}`,
        `.word .Lend${file} - ${functions[file * 4]}`,
      );
    if (file === files - 1) {
      lines.push(
        '.section .sdata, "aw"',
        '.globl small0, small1',
        'small0: .word 1',
        '.size small0, 4',
        'small1: .dword small0',
        '.size small1, 8',
      );
      lines.push(
        '.bss',
        '.globl zeros0, zeros1',
        `zeros0: .skip ${pick([4, 100, 4000])}`,
        `.balign ${1 << next(7)}`,
        'zeros1: .skip 64',
      );
      lines.push(
        '.section .rodata',
        '.globl constant0',
        'constant0: .dword 5, f0',
        '.section .tdata, "awT"',
        '.globl thread0, thread1',
        `thread0: .word 1`,
        `.skip ${pick([0, 2040, 5000])}`,
        'thread1: .dword 2',
      );
    }
    lines.push('.text', `.Lend${file}: nop`, '');
    return lines.join('\n');
  });
}
