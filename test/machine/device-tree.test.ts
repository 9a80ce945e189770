import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { extensionNamed, instructions } from '../../simulator/isa';
import { Board } from '../../simulator/machine/board';
import { boardDevices } from '../../simulator/machine/board-devices';
import { buildDeviceTree, type DeviceTreeConfiguration } from '../../simulator/machine/device-tree';
import { reg } from '../../simulator/machine/flattened-tree';
import { bareProcessor, virtualizedProcessor } from '../../simulator/machine/processor';

const goldenFolder = path.join('test', 'machine', 'golden');
/** `UPDATE_GOLDEN=1` writes what trees are now. */
const update = process.env['UPDATE_GOLDEN'] === '1';

const machine: DeviceTreeConfiguration = {
  harts: 2,
  memory: 64 * 1024 * 1024,
  firmware: 'sbi',
  isa: 'rv64imafdc_zicsr',
  mmuType: 'riscv,sv48',
  randomSeed: [1, 2, 3, 4, 5, 6, 7, 8],
  bootArguments: 'console=hvc0',
  initrd: { start: 0x82000000, end: 0x82001000 },
};

const trees: { readonly [file: string]: DeviceTreeConfiguration } = {
  'sbi.dts': machine,
  'hypervisor.dts': { ...machine, hypervisor: { vm: 3 } },
  'no-firmware.dts': { ...machine, harts: 1, firmware: 'none', bootArguments: undefined, initrd: undefined },
};

describe('the device tree', () => {
  for (const [file, configuration] of Object.entries(trees))
    it(`is as in ${file}`, () => {
      const name = path.join(goldenFolder, file);
      const text = sourceOf(buildDeviceTree(configuration));
      if (update) writeFileSync(name, text);
      assert.equal(text, readFileSync(name, 'utf8'));
    });

  it('has the window of each device where the board has it', () => {
    const line = { setLevel: () => undefined };
    const board = new Board({
      name: '',
      clock: { now: () => 0, schedule: () => undefined, cancel: () => undefined, register: () => undefined },
      memory: { read: () => undefined, write: () => false, prepare: () => true, hostPhysical: () => undefined },
      harts: [{ software: line, timer: line, machineExternal: line, supervisorExternal: line }],
      slots: [],
      startTime: 0,
      rom: true,
      clint: true,
      console: () => undefined,
      finish: () => undefined,
    });
    const site = { firmware: 'none', phandles: { plic: 1, finisher: 2 }, everyHart: () => [] } as const;
    assert.equal(board.devices.length, boardDevices.length);
    for (const [index, { name, nodes }] of boardDevices.entries()) {
      const device = board.devices[index] ?? assert.fail(name);
      for (const { properties } of nodes?.(site) ?? [])
        assert.deepEqual(properties['reg'], reg(device.base, device.size), name);
    }
  });
});

describe('the instruction sets in device trees', () => {
  /** Extensions with instructions that are letters of the base, come with it, or have no name of their own there. */
  const unnamed: ReadonlySet<string> = new Set(['i', 'm', 'a', 'f', 'd', 'c', 'h', 'zmmul', 'privileged']);
  const executed = [...new Set(instructions.map(({ extension }) => extension))].filter(
    (id) => extensionNamed(id).support === 'runs' && !unnamed.has(id),
  );

  for (const [what, processor] of Object.entries({ harts: bareProcessor(), vCPUs: virtualizedProcessor() }))
    it(`name every extension whose instructions the machine executes (${what})`, () => {
      const named = new Set(processor.isa.split('_'));
      assert.deepEqual(
        executed.filter((id) => !named.has(id)),
        [],
      );
    });
});

/** A flattened device tree as source text: numbers as cells, texts where a value is nothing else (Devicetree Specification 0.4, chapter 5). */
function sourceOf(tree: Uint8Array): string {
  const view = new DataView(tree.buffer, tree.byteOffset, tree.byteLength);
  const strings = view.getUint32(12);
  const lines: string[] = [];
  let at = view.getUint32(8);
  let depth = 0;
  const indented = (text: string): unknown => lines.push('\t'.repeat(depth) + text);
  const textAt = (offset: number): string => new TextDecoder().decode(tree.subarray(offset, tree.indexOf(0, offset)));
  const aligned = (offset: number): number => (offset + 3) & ~3;
  for (;;) {
    const token = view.getUint32(at);
    at += 4;
    if (token === 1) {
      const name = textAt(at);
      indented(`${name || '/'} {`);
      at = aligned(at + name.length + 1);
      depth += 1;
    } else if (token === 2) {
      depth -= 1;
      indented('};');
    } else if (token === 3) {
      const length = view.getUint32(at);
      const name = textAt(strings + view.getUint32(at + 4));
      const value = tree.subarray(at + 8, at + 8 + length);
      indented(length === 0 ? `${name};` : `${name} = ${valueText(value)};`);
      at = aligned(at + 8 + length);
    } else return `${lines.join('\n')}\n`;
  }
}

function valueText(value: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(value);
  if (/^([ -~]+\0)+$/.test(text))
    return text
      .split('\0')
      .slice(0, -1)
      .map((each) => JSON.stringify(each))
      .join(', ');
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const cells = Array.from({ length: value.length / 4 }, (_, index) => `0x${view.getUint32(index * 4).toString(16)}`);
  return `<${cells.join(' ')}>`;
}
