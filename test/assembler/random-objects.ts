import type { Next } from '../support/random';

const labels = ['a', 'b', 'c', 'd', '.Le', '.Lf'];
const sections = ['.text', '.data', '.section .facts,"a"', '.section .more,"ax",@progbits', '.text 1', '.bss'];
const instructions = [
  'nop',
  'addi a0, a0, 1',
  'lui a0, 0x12345',
  'lui a0, 3',
  'auipc a1, 1',
  'li a0, 0x12345000',
  'li t0, 0x12345',

  'call x',
  'la a0, x',
  'lla a0, a',
  'lw a0, x',
  'lui a0, %hi(x)',
  'addi a0, a0, %lo(x)',
  'add a0, a0, tp, %tprel_add(t)',
  'ret',
  '.word 0x13',
];

/**
 * A source of labels, blocks, distances, alignments and sections at random: all that decides where code ends up, and where GNU as
 * takes a value for known. Half of them have errors.
 */
export function randomObject(next: Next): string {
  const writer = new Writer(next);
  writer.block(0);
  return `${writer.lines.join('\n')}\n.section .tdata,"awT"\nt: .word 0\n`;
}

class Writer {
  readonly lines: string[] = [];
  readonly #unused = [...labels];
  #macros = 0;

  constructor(readonly next: Next) {}

  #pick<T>(list: readonly T[]): T {
    return list[this.next(list.length)]!;
  }

  /** A label definition now and then, of a name or a number. */
  #label(): string {
    const { next } = this;
    if (next(4)) return '';
    if (next(3) === 0) return `${1 + next(3)}: `;
    const label = this.#unused.shift();
    return label === undefined ? '' : `${label}: `;
  }

  #place(): string {
    const { next } = this;
    return next(8) ? this.#pick(labels) : next(2) ? '.' : this.#pick(['.text', '.facts', '.data', 'x', '1b']);
  }

  #distance(): string {
    const distance = `${this.#place()}-${this.#place()}`;
    const { next } = this;
    return next(3) ? distance : this.#pick([`(${distance})*2`, `${distance}+4`, `(${distance})/2`, `0+(${distance})`]);
  }

  #condition(): string {
    const { next } = this;
    switch (next(6)) {
      case 0:
        return `.if${this.#pick(['', 'eq', 'ne', 'gt', 'lt'])} ${next(2) ? next(2) : this.#distance()}`;
      case 1:
        return `.if ${this.#place()} ${this.#pick(['==', '!=', '<', '>', '<=', '>='])} ${this.#place()}`;
      case 2:
        return `.if ${this.#distance()} ${this.#pick(['==', '!=', '<', '>'])} ${next(8)}`;
      case 3:
        return `.ifc a, ${this.#pick(['a', 'b'])}`;
      default:
        return `.if${this.#pick(['', 'n'])}def ${this.#pick([...labels, '.text', 'x'])}`;
    }
  }

  block(depth: number): void {
    for (let count = 2 + this.next(8); count > 0; count--) this.#statement(depth);
  }

  #statement(depth: number): void {
    const { next, lines } = this;
    const label = this.#label();
    const emit = (text: string): void => {
      lines.push(label + text);
    };
    switch (next(depth < 2 ? 20 : 14)) {
      case 0:
        emit(this.#pick(['.byte 1', '.half 2', '.word 3', '.byte 1, 2, 3', '.ascii "a\nb"', '.word x, a']));
        break;
      case 1:
        emit(`${this.#pick(['.balign', '.p2align'])} ${this.#pick(['1', '2', '3', '4', '8', '4, 0', '3,,2'])}`);
        break;
      case 2:
        emit(this.#pick(['.space 3', '.space 4', '.space 0', '.zero 8', '.fill 2, 2, 1', '.fill 0', '.skip 1, 7']));
        break;
      case 3:
        emit(`${this.#pick(['.space', '.fill', '.skip'])} ${this.#distance()}`);
        break;
      case 4:
        emit(`${this.#pick(['.word', '.dword', '.half', '.byte', '.size a,'])} ${this.#distance()}`);
        break;
      case 5:
        emit(`${this.#pick(['li a0,', 'addi a0, a0,', 'lui a0,', '.rept', '.balign', '.org'])} ${this.#distance()}`);
        if (lines.at(-1)!.includes('.rept')) lines.push('nop', '.endr');
        break;
      case 6:
        emit(`.set k${next(3)}, ${this.#distance().replace(/\.(text|data|facts)/g, '.')}`);
        break;
      case 7:
        emit(this.#pick(['li a1, k0', '.word k1', '.if k2\nnop\n.endif', 'addi a0, a0, k0']));
        break;
      case 8:
        emit(this.#pick(sections));
        break;
      case 9:
        emit(this.#pick(['.option norelax', '.option relax', '.option rvc', '.option norvc', '.option arch, -c']));
        break;
      case 14:
        emit(this.#condition());
        this.block(depth + 1);
        if (next(2)) {
          lines.push(`${next(6) ? '' : this.#label()}${next(3) ? '.else' : '.elseif 1'}`);
          this.block(depth + 1);
        }
        lines.push(`${next(6) ? '' : this.#label()}.endif`);
        break;
      case 15:
        emit(`.rept ${next(3)}`);
        this.block(depth + 1);
        lines.push(`${next(4) ? '' : this.#label()}.endr`);
        break;
      case 16: {
        const name = `m${this.#macros++}`;
        emit(`.macro ${name} p`);
        this.block(depth + 1);
        lines.push('.ifnb \\p', '.byte \\p', '.endif', `${next(4) ? '' : this.#label()}.endm`);
        lines.push(`${this.#label()}${name} ${this.#pick(['', '1', '/* over\nlines */ 2'])}`);
        break;
      }
      case 17:
        emit(`.irp r, a0, a1\n${next(4) ? '' : 'l\\@: '}addi \\r, \\r, 1\n${next(4) ? '' : this.#label()}.endr`);
        break;
      default:
        emit(next(6) ? this.#pick(instructions) : `addi a0, /* one\ntwo */ a0, 1${next(2) ? '' : ' ; nop'}`);
    }
  }
}
