/** hlv, hlvx, hsv, hfence.vvma, hfence.gvma (manual, volume II, "Hypervisor Instructions"). */
import type { AccessSize } from '../../isa';
import { Privilege, virtualPage } from '../../mmu';
import { Refusal } from '../csr/register';
import { rdOf, rs1Of, rs2Of } from '../interpreter/instruction-fields';
import type { MemoryAccess } from '../memory/memory-access';
import type { ExecutingHart } from './executing-hart';
import { HypervisorStatus, Status } from './hart-state';
import { extended } from './memory-instruction';

const sizes: readonly AccessSize[] = [1, 2, 4, 8];
/** How many bytes a load or store of the hypervisor's (HLV, HLVX, HSV) accesses, by the bits above the lowest of funct7. */
const sizeOf = (word: number): AccessSize => sizes[(word >>> 26) & 3] ?? 8;
/** Variants of hlv in the place of rs2. */
const UNSIGNED = 1;
const EXECUTABLE = 3;
/** hfence.gvma has guest physical addresses shifted right by 2. */
const GUEST_PAGE_SHIFT = 10;

export class HypervisorInstructions {
  constructor(
    private readonly hart: ExecutingHart,
    private readonly memory: MemoryAccess,
  ) {}

  load(word: number): void {
    const { hart, memory } = this;
    if (this.refuses(word, this.memoryRefusal())) return;
    const { state } = hart;
    const [size, variant, rs1] = [sizeOf(word), rs2Of(word), rs1Of(word)];
    const isExecutable = variant === EXECUTABLE;
    if (!memory.hypervisorLoad(state.registerLow(rs1), state.registerHigh(rs1), size, isExecutable)) return;
    const facts = { size, signed: variant !== UNSIGNED && !isExecutable, boxed: false };
    const { low, high } = extended(memory.low, memory.high, facts);
    state.setRegister(rdOf(word), low, high);
    hart.advance(4);
  }

  store(word: number): void {
    const { hart, memory } = this;
    if (this.refuses(word, this.memoryRefusal())) return;
    const { state } = hart;
    const [rs1, rs2] = [rs1Of(word), rs2Of(word)];
    const [valueLow, valueHigh] = [state.registerLow(rs2), state.registerHigh(rs2)];
    const address = [state.registerLow(rs1), state.registerHigh(rs1)] as const;
    if (memory.hypervisorStore(...address, sizeOf(word), valueLow, valueHigh)) hart.advance(4);
  }

  /** hfence.vvma and hinval.vvma, which TVM does not trap. */
  fenceVirtual(word: number): void {
    const { hart } = this;
    const { state, options } = hart;
    if (this.refuses(word, this.modeRefusal())) return;
    const [rs1, rs2] = [rs1Of(word), rs2Of(word)];
    const page = rs1 === 0 ? undefined : virtualPage(state.registerLow(rs1), state.registerHigh(rs1));
    const asid = rs2 === 0 ? undefined : state.registerLow(rs2) & ((1 << options.asidBits) - 1);
    hart.fenceVirtual(page, asid);
    hart.finishSystem(4);
  }

  /** hfence.gvma and hinval.gvma. */
  fenceGuest(word: number): void {
    const { hart } = this;
    const { state, options } = hart;
    const isTrapped = state.privilege === Privilege.supervisor && (state.status & Status.TVM) !== 0;
    const refusal = this.modeRefusal();
    if (this.refuses(word, refusal === Refusal.Allowed && isTrapped ? Refusal.Illegal : refusal)) return;
    const [rs1, rs2] = [rs1Of(word), rs2Of(word)];
    const [low, high] = [state.registerLow(rs1), state.registerHigh(rs1)];
    const page = (high >>> 0) * 2 ** (32 - GUEST_PAGE_SHIFT) + (low >>> GUEST_PAGE_SHIFT);
    const vmid = rs2 === 0 ? undefined : state.registerLow(rs2) & ((1 << options.vmidBits) - 1);
    hart.fenceGuest(rs1 === 0 ? undefined : page, vmid);
    hart.finishSystem(4);
  }

  private refuses(word: number, refusal: Refusal): boolean {
    if (refusal === Refusal.Allowed) return false;
    this.hart.raiseIllegal(word, refusal);
    return true;
  }

  /** Allowed in M- and HS-mode. */
  private modeRefusal(): Refusal {
    const { state, options } = this.hart;
    if (!options.hypervisor) return Refusal.Illegal;
    if (state.virtual) return Refusal.Virtual;
    return state.privilege === Privilege.user ? Refusal.Illegal : Refusal.Allowed;
  }

  /** hstatus.HU allows loads and stores in U-mode too. */
  private memoryRefusal(): Refusal {
    const { state, options } = this.hart;
    const isUsers = !state.virtual && (state.hypervisorStatus & HypervisorStatus.HU) !== 0;
    return isUsers && options.hypervisor ? Refusal.Allowed : this.modeRefusal();
  }
}
