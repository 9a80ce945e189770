import { Environment, EnvironmentHigh, type Hart } from '../core/index';
import { ExceptionCode, InterruptCode } from '../isa/index';
import { FIRMWARE_MEMORY, MEMORY_MAP } from '../machine/memory-map';

const CSR = {
  medeleg: 0x302,
  mideleg: 0x303,
  mie: 0x304,
  mcounteren: 0x306,
  menvcfg: 0x30a,
  scounteren: 0x106,
  stimecmp: 0x14d,
  pmpConfig: 0x3a0,
  pmpAddress: 0x3b0,
} as const;
const SUPERVISOR_INTERRUPTS = 0x222;
const DELEGATED_EXCEPTIONS = ~(1 << ExceptionCode.supervisorEcall) & ~(1 << ExceptionCode.machineEcall);
const MSIE = 1 << InterruptCode.machineSoftware;

/** What firmware sets up in M-mode of a hart before a supervisor runs there. */
export function prepareHart(hart: Hart): void {
  hart.setCsrWords(CSR.medeleg, DELEGATED_EXCEPTIONS, 0);
  hart.setCsrWords(CSR.mideleg, SUPERVISOR_INTERRUPTS, 0);
  hart.setCsrWords(CSR.mie, MSIE, 0);
  hart.setCsrWords(CSR.mcounteren, -1, 0);
  hart.setCsrWords(CSR.scounteren, 7, 0);
  // As OpenSBI leaves it: what the hart has beyond the base is the supervisor's to use.
  const { CBIE, CBCFE, CBZE } = Environment;
  hart.setCsrWords(CSR.menvcfg, CBIE | CBCFE | CBZE, EnvironmentHigh.PBMTE | EnvironmentHigh.STCE);
  hart.setCsrWords(CSR.stimecmp, -1, -1);
  protect(hart);
}

/** PMP: no access to the CLINT and to the firmware's memory from below M-mode, all else allowed. */
function protect(hart: Hart): void {
  const NAPOT = 0x18;
  const READ_WRITE_EXECUTE = 7;
  const napot = ({ base, size }: { base: number; size: number }): number => base / 4 + size / 8 - 1;
  const regions = [napot(MEMORY_MAP.clint), napot(FIRMWARE_MEMORY)];
  for (const [index, address] of regions.entries())
    hart.setCsrWords(CSR.pmpAddress + index, address | 0, Math.floor(address / 2 ** 32));
  hart.setCsrWords(CSR.pmpAddress + regions.length, -1, 0x3fffff);
  hart.setCsrWords(CSR.pmpConfig, NAPOT | (NAPOT << 8) | ((NAPOT | READ_WRITE_EXECUTE) << 16), 0);
}
