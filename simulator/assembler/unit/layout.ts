import type { Integer } from '../../object/bytes/integer';
import * as integer from '../../object/bytes/integer';
import type { Severity } from '../source/diagnostic';
import { offsetOf, settle } from './evaluation';
import type { AssemblySymbol, ObjectSectionSource, Section, VariablePart } from './symbols-and-sections';

const branchReach = 0x2000;
const compressedBranchReach = 0x200;
const compressedJumpReach = 0x1000;
const maximumPasses = 200;
/** No section may grow beyond this many bytes. */
export const maximumSectionSize = 0x1000_0000;
/** Bytes that all sections of a source may hold, space in sections without contents apart: they are in memory more than once. */
export const maximumContents = 0x400_0000;

export const tooManyContents = `the sections of a source can hold ${maximumContents} bytes together: put space that needs no contents into .bss`;

/** Told of what is wrong with a part; an error unless it says otherwise. */
export type LayoutError = (span: { part: VariablePart }, code: string, message: string, severity?: Severity) => void;

/**
 * Gives every variable part its size: alignments, `.org`, `.space` of later values, LEB128 numbers, and branches, which
 * take the shortest form that reaches. The passes go as GNU as's do (each sees the places after it as the pass before
 * left them), so that borderline branches come out the same.
 */
export function layOut(outputs: readonly ObjectSectionSource[], report: LayoutError): void {
  for (const { subsections } of outputs)
    for (const section of subsections) section.shifts = new Float64Array(section.parts.length + 1);
  for (const { subsections } of outputs) estimate(subsections);
  let changed = true;
  for (let pass = 0; changed && pass < maximumPasses; pass++) {
    changed = false;
    for (const { subsections } of outputs) if (relax(subsections)) changed = true;
  }
  for (const { subsections } of outputs) {
    for (const section of subsections)
      section.parts.forEach((part, index) => {
        checkPart(section, part, index, report);
        if (changed && (part.kind === 'org' || part.kind === 'space'))
          report({ part }, 'layout', 'this place moves what it depends on, without an end');
      });
  }
}

/** The size of a subsection under its layout, in bytes. */
export function sizeOf(section: Section): number {
  return section.length + section.shifts[section.parts.length]!;
}

function estimate(subsections: readonly Section[]): void {
  let base = 0;
  for (const section of subsections) {
    section.base = base;
    const { parts, shifts } = section;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      part.size = sizeOfPart(section, part, i, true);
      shifts[i + 1] = shifts[i]! + part.size;
    }
    base += sizeOf(section);
  }
}

/** One pass over the subsections of a section; true when something moved. */
function relax(subsections: readonly Section[]): boolean {
  let stretch = 0;
  let changed = false;
  for (const section of subsections) {
    const { parts, shifts } = section;
    section.base += stretch;
    // From here on the shifts count from the subsection's own start.
    const before = stretch;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      shifts[i] = shifts[i]! + stretch - before;
      const size = sizeOfPart(section, part, i, false);
      if (size !== part.size) {
        stretch += size - part.size;
        part.size = size;
        changed = true;
      }
    }
    shifts[parts.length] = shifts[parts.length]! + stretch - before;
  }
  return changed;
}

function sizeOfPart(section: Section, part: VariablePart, index: number, first: boolean): number {
  const address = section.base + part.at + section.shifts[index]!;
  switch (part.kind) {
    case 'align': {
      const gap = (part.alignment - (address % part.alignment)) % part.alignment;
      return part.maximum !== 0 && gap > part.maximum ? 0 : gap;
    }
    case 'branch':
      return branchSize(section, part, address, index, first);
    case 'space': {
      const count = constantOf(part);
      return typeof count === 'number' && count > 0 && count <= maximumSectionSize ? count : 0;
    }
    case 'org': {
      const target = orgTarget(section, part);
      return target === undefined || target < address || target > maximumSectionSize ? 0 : target - address;
    }
  }
}

function constantOf(part: VariablePart & { kind: 'space' }): Integer | undefined {
  const value = settle(part.count);
  return value && !value.add && !value.subtract ? value.value : undefined;
}

/** The section offset that an `.org` asks for. */
function orgTarget(section: Section, part: VariablePart & { kind: 'org' }): number | undefined {
  const target = settle(part.target);
  if (!target || target.subtract || typeof target.value !== 'number') return undefined;
  if (!target.add) return target.value;
  const place = target.add.place;
  return place?.section.output === section.output ? offsetOf(place) + target.value : undefined;
}

/** The symbol that a branch goes to and the distance to add, with `.set` symbols followed. */
export function branchTarget(part: VariablePart & { kind: 'branch' }): {
  symbol: AssemblySymbol | undefined;
  addend: Integer;
} {
  if (!part.target?.assigned) return { symbol: part.target, addend: part.addend };
  const target = settle({ kind: 'linear', value: part.addend, add: part.target, subtract: undefined });
  return target && !target.subtract
    ? { symbol: target.add, addend: target.value }
    : { symbol: part.target, addend: part.addend };
}

function branchSize(
  section: Section,
  part: VariablePart & { kind: 'branch' },
  address: number,
  index: number,
  first: boolean,
): number {
  const { symbol, addend } = branchTarget(part);
  const place = symbol?.place;
  if (!place || symbol.binding === 'weak' || place.section.output !== section.output || typeof addend !== 'number')
    return part.jump ? 4 : 8;
  // In the first pass later places are counted from their own fragment, as GNU as does before it knows better.
  const target =
    first && (place.section === section ? place.part > index : place.section.subsection > section.subsection)
      ? place.offset - (place.section.parts[place.part - 1]?.at ?? 0)
      : offsetOf(place);
  const distance = target + addend - address;
  const reach = part.jump ? compressedJumpReach : compressedBranchReach;
  if (part.compressed && distance >= -reach / 2 && distance < reach / 2) return 2;
  if (distance >= -branchReach / 2 && distance < branchReach / 2) return 4;
  if (part.jump) return 4;
  return part.compressed ? 6 : 8;
}

function checkPart(section: Section, part: VariablePart, index: number, report: LayoutError): void {
  if (part.kind === 'org') {
    const target = orgTarget(section, part);
    if (target !== undefined && target > maximumSectionSize) {
      report({ part }, 'section-too-large', `a section cannot be ${target} bytes large here`);
    } else if (target === undefined) report({ part }, 'org-target', 'the target of .org must lie in this section');
    else {
      const address = section.base + part.at + section.shifts[index]!;
      if (target < address) {
        const message = `.org goes back: the location is already ${integer.toHex(address)}, the target ${integer.toHex(target)}`;
        report({ part }, 'org-backwards', message);
      }
    }
  } else if (part.kind === 'space') {
    const value = constantOf(part);
    if (value === undefined)
      report({ part }, 'not-constant', 'the value must be a constant or a distance within one section');
    else if (value < 0) report({ part }, 'negative-space', 'a negative number of bytes reserves nothing', 'warning');
    else if (value > maximumSectionSize) {
      report({ part }, 'section-too-large', `${value} bytes are more than a section may have here`);
    }
  }
}
