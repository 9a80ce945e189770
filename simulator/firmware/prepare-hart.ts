import { Environment, EnvironmentHigh, type Hart } from '../core/index';
import { COMMON_COUNTERS, Csr, ExceptionCode, InterruptBit, SUPERVISOR_INTERRUPTS } from '../isa/index';
import { FIRMWARE_MEMORY, MEMORY_MAP } from '../machine/memory-map';

const DELEGATED_EXCEPTIONS = ~(1 << ExceptionCode.supervisorEcall) & ~(1 << ExceptionCode.machineEcall);
const MSIE = InterruptBit.machineSoftware;

/** What firmware sets up in M-mode of a hart before a supervisor runs there. */
export function prepareHart(hart: Hart): void {
  hart.setCsrWords(Csr.medeleg.number, DELEGATED_EXCEPTIONS, 0);
  hart.setCsrWords(Csr.mideleg.number, SUPERVISOR_INTERRUPTS, 0);
  hart.setCsrWords(Csr.mie.number, MSIE, 0);
  hart.setCsrWords(Csr.mcounteren.number, -1, 0);
  hart.setCsrWords(Csr.scounteren.number, COMMON_COUNTERS, 0);
  // As OpenSBI leaves it: what the hart has beyond the base is the supervisor's to use.
  const { CBIE, CBCFE, CBZE } = Environment;
  hart.setCsrWords(Csr.menvcfg.number, CBIE | CBCFE | CBZE, EnvironmentHigh.PBMTE | EnvironmentHigh.STCE);
  hart.setCsrWords(Csr.stimecmp.number, -1, -1);
  protect(hart);
}

/** PMP: no access to the CLINT and to the firmware's memory from below M-mode, all else allowed. */
function protect(hart: Hart): void {
  const NAPOT = 0x18;
  const READ_WRITE_EXECUTE = 7;
  const napot = ({ base, size }: { base: number; size: number }): number => base / 4 + size / 8 - 1;
  const regions = [napot(MEMORY_MAP.clint), napot(FIRMWARE_MEMORY)];
  for (const [index, address] of regions.entries())
    hart.setCsrWords(Csr.pmpaddr0.number + index, address | 0, Math.floor(address / 2 ** 32));
  hart.setCsrWords(Csr.pmpaddr0.number + regions.length, -1, 0x3fffff);
  hart.setCsrWords(Csr.pmpcfg0.number, NAPOT | (NAPOT << 8) | ((NAPOT | READ_WRITE_EXECUTE) << 16), 0);
}
