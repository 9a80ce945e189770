import type { SeededFault } from './fault';
import { overcommit } from './tests';

/** Faults of memory that VMs get as they touch it. */
export const overcommitFaults: readonly SeededFault[] = [
  {
    id: 'memory-behind-the-end',
    mistake: 'The first address behind the memory is a hole of it.',
    consequence: 'The guest gets a frame more than it is to have.',
    file: 'memory/p2m.ts',
    find: 'return offset >= 0 && offset < this.size;',
    replace: 'return offset >= 0 && offset <= this.size;',
    foundBy: overcommit('have their memory up to its end, and nothing behind: full'),
  },
  {
    id: 'frame-not-cleared',
    mistake: 'A frame goes to its VM as it is.',
    consequence: 'A VM reads what an ended one had in its memory.',
    file: 'memory/host-memory.ts',
    find: '    this.ram.clear(taken.base, FRAME);\n',
    replace: '',
    foundBy: overcommit('get what a killed one had, and find nothing of it there'),
  },
  {
    id: 'tables-of-the-dead',
    mistake: 'The tables of an ended VM go on to map what it had.',
    consequence: "The hardware's tables lead to frames of another VM.",
    file: 'vm.ts',
    find: '    this.engine.dropped();\n',
    replace: '',
    foundBy: overcommit('get what a killed one had, and find nothing of it there'),
  },
  {
    id: 'no-word-of-free-frames',
    mistake: 'Nobody says that frames are free again.',
    consequence: 'A VM waits for ever for what is there.',
    file: 'dispatcher.ts',
    find: 'if (this.frames.flushed(pcpu.hart.id)) this.framesCame();',
    replace: 'this.frames.flushed(pcpu.hart.id);',
    foundBy: overcommit('get what a killed one had, and find nothing of it there'),
  },
  {
    id: 'device-not-served-again',
    mistake: 'Devices are not visited again when there is memory.',
    consequence: 'A guest waits for ever for its disk.',
    file: 'hypervisor.ts',
    find: '      board.memoryCame();\n',
    replace: '',
    foundBy: overcommit('have their devices wait with them: hardware'),
  },
  {
    id: 'own-time-goes-on-without-memory',
    mistake: 'The time of a VM that waits for memory passes.',
    consequence: 'A guest that lives by its own time sees that its host was short of memory.',
    file: 'dispatcher.ts',
    find: "    if (wait?.kind === 'frames') vcpu.vm.clock.stand();\n",
    replace: '',
    foundBy: overcommit('that live by their own time notice nothing of it: full'),
  },
  {
    id: 'restart-keeps-all',
    mistake: 'A VM that begins anew keeps the memory that it had.',
    consequence: 'It has what it does not need, and others wait for it.',
    file: 'memory/guest-memory.ts',
    find: '    this.source.giveBack((page) => placed.has(page) || this.held.has(page) || this.source.isUsed(page));\n',
    replace: '',
    foundBy: overcommit('begin anew with no more than they begin with: full'),
  },
];
