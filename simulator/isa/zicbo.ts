/** Zicbom and Zicboz: cache blocks of 64 bytes, by an address in them (manual, volume I, "Cache-Block Management"). */
import { entry, rs1 } from './formats';
import type { SystemOperation } from './semantics';
import type { ExtensionId, Instruction } from './types';

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

export const cacheBlocks: readonly Instruction[] = [
  block('zicbom', 'cbo.inval', 0, 'cbo.inval', 'forget the cache block that holds mem[rs1]'),
  block('zicbom', 'cbo.clean', 1, 'cbo.clean', 'write the cache block that holds mem[rs1] to memory'),
  block('zicbom', 'cbo.flush', 2, 'cbo.flush', 'write the cache block that holds mem[rs1] to memory and forget it'),
  block('zicboz', 'cbo.zero', 4, 'cbo.zero', 'the 64 bytes of the cache block that holds mem[rs1] = 0'),
];
