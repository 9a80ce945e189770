import { extended } from '../../core/index';
import { answerSbiCall } from '../../firmware/sbi/call';
import { readDevice, writeDevice } from '../../machine/board';
import { step } from '../../machine/narration';
import { Gva } from '../../mmu/address';
import { withoutFrame } from '../exits/populate';
import { refuseAccess } from '../exits/refuse';
import { RESUME } from '../runnable';
import type { HostModel } from './host-model';

const ECALL_LENGTH = 4;

/** The drivers are in the VMM, as in ESX: it emulates the devices of its VMs itself. */
export const native: HostModel = {
  *access(vcpu, wanted) {
    const { vm, cpu } = vcpu;
    const { gpa, instruction } = wanted;
    const device = vm.board.find(gpa.value);
    // Devices take no atomic operations, and none that is not aligned to its size, such as one that began in the page before.
    const isTaken = instruction !== undefined && instruction.kind !== 'atomic' && gpa.value % instruction.size === 0;
    if (!device || !isTaken) return yield* refuseAccess(vcpu, wanted);
    const { size, rd, rs2 } = instruction;
    vm.ledger.charge('deviceEmulation');
    if (instruction.kind === 'load') {
      yield step`read ${size} bytes at ${gpa} from ${device.name}`;
      const value = readDevice(device, gpa.value, size);
      if (!value) return yield* refuseAccess(vcpu, wanted);
      const { low, high } = extended(value.low, value.high, instruction);
      const loaded = new Gva(low, high);
      yield step`put ${loaded} into register x${rd} and skip the instruction`;
      cpu.setXWords(rd, low, high);
      if (instruction.reserves) vcpu.hart.clearReservation();
    } else {
      const stored = new Gva(cpu.xLow(rs2), cpu.xHigh(rs2));
      yield step`write ${size} bytes of ${stored} to ${device.name} at ${gpa} and skip the instruction`;
      if (!writeDevice(device, gpa.value, size, stored.low, stored.high)) return yield* refuseAccess(vcpu, wanted);
    }
    vcpu.advance(instruction.length);
    return RESUME;
  },
  *hypercall(vcpu) {
    const { vm } = vcpu;
    vm.ledger.charge('sbiCall');
    const result = yield* answerSbiCall(vm.sbi, vcpu.cpu, vcpu.id, vm.calls);
    if (result === 'again') return yield* withoutFrame(vcpu, vm.port.lackOfMemory);
    if (result === 'trapped') return vm.port.outcome();
    if (result === 'left') vm.machine.retireEmulated(vcpu.hart);
    else vcpu.advance(ECALL_LENGTH);
    return vm.port.outcome();
  },
};
