/** Zicbom, Zicboz and Zicbop: cache blocks of 64 bytes, by an address in them (manual, volume I, "Cache-Block Management"). */
import type { ExtensionId } from '../extensions';
import { entry, rs1 } from '../formats';
import { immediate, run } from '../operands';
import type { SystemOperation } from '../semantics';
import type { Instruction } from '../types';

const MASK = 0xfff07fff;
const MISC_MEM = 0x0f;
const BLOCK = 2;

function block(
  extension: ExtensionId,
  name: string,
  kind: number,
  operation: SystemOperation,
  summary: string,
): Instruction {
  return entry(
    { extension },
    {
      name,
      mask: MASK,
      match: (kind << 20) | (BLOCK << 12) | MISC_MEM,
      operands: [rs1],
      syntax: '(rs1)',
      summary,
      semantics: { system: operation },
    },
  );
}

const OP_IMM = 0x13;
const OR = 6;
const prefetchOffset = immediate('imm', [run(25, 7, 5)], { signed: true, scale: 32 });

/** An `ori` into zero, which is a hint; the machine has no caches that it could fill. */
function prefetch(name: string, kind: number, purpose: string): Instruction {
  return entry(
    { extension: 'zicbop' },
    {
      name,
      mask: 0x01f07fff,
      match: (kind << 20) | (OR << 12) | OP_IMM,
      operands: [prefetchOffset, rs1],
      syntax: 'imm(rs1)',
      refines: 'ori',
      summary: `hint: mem[rs1 + imm] will soon be ${purpose}`,
      semantics: () => undefined,
    },
  );
}

export const cacheBlocks: readonly Instruction[] = [
  block('zicbom', 'cbo.inval', 0, 'cbo.inval', 'forget the cache block that holds mem[rs1]'),
  block('zicbom', 'cbo.clean', 1, 'cbo.clean', 'write the cache block that holds mem[rs1] to memory'),
  block('zicbom', 'cbo.flush', 2, 'cbo.flush', 'write the cache block that holds mem[rs1] to memory and forget it'),
  block('zicboz', 'cbo.zero', 4, 'cbo.zero', 'the 64 bytes of the cache block that holds mem[rs1] = 0'),
  prefetch('prefetch.i', 0, 'executed'),
  prefetch('prefetch.r', 1, 'read'),
  prefetch('prefetch.w', 3, 'written'),
];
