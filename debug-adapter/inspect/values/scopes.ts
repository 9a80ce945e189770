import type { DebugProtocol } from '@vscode/debugprotocol';
import { FLOAT_REGISTERS } from '../../../simulator/core/index';
import { floatOf, sizeInRegister } from '../../../simulator/expression/floats';
import type { CpuState } from '../../../simulator/hypervisor/cpu';
import type { ExitRecord } from '../../../simulator/hypervisor/ledger/ledger';
import {
  Csr,
  type CsrDescription,
  type CsrGroup,
  causeOf,
  csrs,
  floatRegisters,
  registers,
} from '../../../simulator/isa/index';
import type { Debuggee } from '../../debuggee';
import { hardwarePrefix } from '../../expression/machine-environment';
import { hex, hexOfWords } from '../../format';
import { exitTotals } from '../exit-counts';
import type { GuestFrame } from '../frames/guest-frames';
import { frameVariables, stepText } from '../frames/handler-frames';
import type { StackFrame } from '../frames/stack';
import { modeName, standing } from '../worlds';
import { describeChange } from './change-text';
import { viewsOf } from './number-format';
import { sharedPageScope } from './shared-page-scope';
import { realText, ValueView } from './values';
import { type Child, type Container, containerOf } from './variables';

export interface Scope {
  readonly name: string;
  readonly hint?: 'arguments' | 'locals' | 'registers';
  readonly isExpensive?: boolean;
  readonly content: Container;
}

/** CSRs of the modes that a guest kernel sees, and the counters. */
const shownGroups: ReadonlySet<CsrGroup> = new Set(['supervisor', 'machine', 'hypervisor']);
const counters: ReadonlySet<CsrDescription> = new Set([Csr.cycle, Csr.time, Csr.instret]);
/** Dozens of registers that say nothing here. */
const isTedious = /^(pmp|mhpm|hpm|t(select|data|info|control))/;

/** What there is to look at in a frame. */
export function scopesOf(debuggee: Debuggee, frame: StackFrame): Scope[] {
  const { cpu } = frame;
  const machine = machineScopes(debuggee, cpu);
  switch (frame.kind) {
    case 'vmm':
      return [{ name: 'Handler', hint: 'locals', content: handlerVariables(debuggee, frame) }, ...machine];
    case 'label':
      return frame.exit
        ? [{ name: 'VM exit', hint: 'locals', content: exitScope(debuggee, frame.exit) }, ...machine]
        : machine;
    case 'guest':
      return frame.frame.kind === 'running'
        ? machine
        : [{ name: 'Registers', hint: 'registers', content: knownRegisters(debuggee, cpu, frame.frame) }];
  }
}

export function showScope({ name, hint, isExpensive = false }: Scope, reference: number): DebugProtocol.Scope {
  return { name, variablesReference: reference, expensive: isExpensive, ...(hint ? { presentationHint: hint } : {}) };
}

function machineScopes(debuggee: Debuggee, cpu: CpuState): Scope[] {
  const { vm } = debuggee;
  const own: Scope[] = [
    { name: 'Registers', hint: 'registers', content: registerScope(debuggee, cpu) },
    { name: 'Floating point', isExpensive: true, content: floatScope(debuggee, cpu) },
    { name: vm ? 'Virtual CSRs' : 'CSRs', content: csrScope(debuggee, cpu) },
  ];
  if (!vm) return own;
  const shared = sharedPageScope(debuggee, cpu);
  return [
    ...own,
    ...(shared ? [{ name: 'Shared page', content: shared }] : []),
    { name: 'Hardware CSRs', content: hardwareScope(debuggee, cpu) },
    { name: 'VM control', content: controlScope(debuggee, cpu) },
  ];
}

function registerScope(debuggee: Debuggee, cpu: CpuState): Container {
  const view = new ValueView(debuggee, cpu);
  return containerOf(() => [
    { name: 'pc', value: view.word(cpu.pc), evaluateName: '$pc', memoryReference: hex(cpu.pc), place: { kind: 'pc' } },
    ...registers.map(({ number, abiName, name, role }): Child => {
      const value = cpu.x(number);
      return {
        name: abiName,
        value: view.word(value),
        type: `${name}: ${role}`,
        evaluateName: `$${abiName}`,
        memoryReference: hex(value),
        parts: containerOf(() => viewsOf(cpu.x(number))),
        ...(number === 0 ? {} : { place: { kind: 'register', number } }),
      };
    }),
    { name: 'privilege', value: modeName(debuggee, cpu) },
  ]);
}

/** f0 to f31: the value as a double, and as a single where it is NaN-boxed. */
function floatScope(debuggee: Debuggee, cpu: CpuState): Container {
  return containerOf(() => {
    const fcsr = debuggee.registersOf(cpu).csr(Csr.fcsr.number);
    return [
      {
        name: 'fcsr',
        value: `${hex(fcsr)}: rounding mode ${(fcsr >> 5n) & 7n}, flags ${flagsText(Number(fcsr & 31n))}`,
      },
      ...floatRegisters.map(({ number, abiName, name, role }): Child => {
        const bits = cpu.x(FLOAT_REGISTERS + number);
        return {
          name: abiName,
          value: `${hex(bits)} ${floatText(bits)}`,
          type: `${name}: ${role}`,
          evaluateName: `$${abiName}`,
          place: { kind: 'register', number: FLOAT_REGISTERS + number },
        };
      }),
    ];
  });
}

function floatText(bits: bigint): string {
  const bytes = sizeInRegister(bits);
  return `${bytes === 4 ? 'single' : 'double'} ${realText(floatOf(bits, bytes))}`;
}

function flagsText(flags: number): string {
  const names = ['NX', 'UF', 'OF', 'DZ', 'NV'].filter((_, bit) => flags & (1 << bit));
  return names.length === 0 ? 'none' : names.join(', ');
}

/** What is known of the registers of a frame that does not run. */
function knownRegisters(debuggee: Debuggee, cpu: CpuState, { pc, registers: known }: GuestFrame): Container {
  const view = new ValueView(debuggee, cpu);
  return containerOf(() =>
    Object.entries({ pc, ...known }).map(([name, value]) => ({
      name,
      value: view.word(value),
      memoryReference: hex(value),
    })),
  );
}

function csrScope(debuggee: Debuggee, cpu: CpuState): Container {
  const view = new ValueView(debuggee, cpu);
  return containerOf(() =>
    shownCsrs().flatMap((csr): Child[] => {
      const value = cpu.readCsr(csr.number);
      if (value === undefined) return [];
      const parts = view.fields(csr, () => cpu.readCsr(csr.number) ?? 0n, !csr.readOnly);
      return [
        {
          name: csr.name,
          value: view.csr(csr, value),
          type: csr.summary,
          evaluateName: `$${csr.name}`,
          ...(parts ? { parts } : {}),
          ...(csr.readOnly ? {} : { place: { kind: 'csr', number: csr.number } }),
        },
      ];
    }),
  );
}

/** The machine's own CSRs, which the VMM works with. To look at: a client's write to them would be a fault of the VMM. */
function hardwareScope(debuggee: Debuggee, cpu: CpuState): Container {
  const view = new ValueView(debuggee, cpu);
  const hart = debuggee.hartOf(cpu);
  return containerOf(() =>
    shownCsrs()
      .filter(({ number }) => hart.csrs.find(number))
      .map((csr): Child => {
        const value = hart.csr(csr.number);
        const parts = view.fields(csr, () => hart.csr(csr.number), false);
        return {
          name: csr.name,
          value: view.csr(csr, value),
          type: csr.summary,
          evaluateName: `${hardwarePrefix}${csr.name}`,
          ...(parts ? { parts } : {}),
        };
      }),
  );
}

function shownCsrs(): CsrDescription[] {
  return csrs.filter((csr) => counters.has(csr) || (shownGroups.has(csr.group) && !isTedious.test(csr.name)));
}

/** What the VMM keeps of a vCPU beside its CSRs. */
function controlScope(debuggee: Debuggee, cpu: CpuState): Container {
  const ledger = debuggee.vm?.ledger;
  return containerOf(() => {
    const [last] = ledger?.last(1, (record) => debuggee.cpuOfExit(record) === standing(cpu)) ?? [];
    const { exits, cycles } = exitTotals(debuggee);
    return [
      ...(debuggee.vcpuOf(cpu)?.facts() ?? []),
      { name: 'VM exits', value: `${exits}` },
      ...(last
        ? [{ name: 'last exit', value: `#${last.number} ${last.kind.id}`, parts: exitScope(debuggee, last) }]
        : []),
      { name: 'cycles spent in exits', value: `${cycles}` },
    ];
  });
}

function exitScope(debuggee: Debuggee, exit: ExitRecord): Container {
  return containerOf(() => [
    { name: 'number', value: `${exit.number}` },
    { name: 'reason', value: exit.kind.id },
    { name: 'cause', value: causeOf(exit.cause & 0x7fffffff, exit.cause >= 0x80000000).name },
    { name: 'trap value', value: hexOfWords(exit.value) },
    { name: 'pc', value: hexOfWords({ low: exit.pcLow, high: exit.pcHigh }) },
    { name: 'virtual privilege', value: exit.user ? 'U-mode' : 'S-mode' },
    { name: 'clock', value: `${exit.clock}` },
    { name: 'cycles', value: `${exit.cycles}` },
    {
      name: 'changes',
      value: `${exit.changes.length}`,
      parts: containerOf(() =>
        exit.changes.map((change, index) => {
          const { kind, name, before, after } = describeChange(debuggee, change);
          const moved = before === undefined && after === undefined ? '' : `: ${before ?? ''} → ${after ?? ''}`;
          return { name: `${index + 1}`, value: `${kind} ${name}${moved}` };
        }),
      ),
    },
  ]);
}

function handlerVariables(debuggee: Debuggee, frame: Extract<StackFrame, { kind: 'vmm' }>): Container {
  const view = new ValueView(debuggee, frame.cpu);
  return containerOf(() => {
    const variables = [...frameVariables(frame.handler, frame.frame)].map(([name, value]) =>
      view.variable(name, value),
    );
    const step = frame.handler.trail.at(-1);
    const isTop = step?.site === frame.frame.site.id;
    return isTop && step
      ? [{ name: 'next', value: stepText(step), type: 'what the VMM does next' }, ...variables]
      : variables;
  });
}
