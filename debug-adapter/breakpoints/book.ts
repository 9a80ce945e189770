import type { DebugProtocol } from '@vscode/debugprotocol';
import type { DebuggedMachine } from '../debugged-machine';
import { messageOf } from '../format';
import type { Sources } from '../program/sources';
import { Breakpoint, type BreakpointReason, type Conditions } from './breakpoint';
import { ExceptionFilters, exceptionFilters } from './exceptions';
import { type Located, unverified } from './locate';

/** A breakpoint as the client asked for it; it is bound to a machine when there is one, and again after each restart. */
export interface Wanted {
  readonly reason: BreakpointReason;
  readonly conditions: Conditions;
  /** Says the same of equal wishes: a breakpoint that is set again keeps its id and its hits. */
  readonly key: string;
  /** @throws RequestError */
  locate(machine: DebuggedMachine, sources: Sources): Located;
}

interface Entry {
  readonly id: number;
  readonly wanted: Wanted;
  bound: Breakpoint | undefined;
}

/** All breakpoints of the session, by what set them: a source file, or one of the other kinds. */
export class BreakpointBook {
  private readonly entries = new Map<string, Entry[]>();
  private nextId = 1;
  private target: { readonly machine: DebuggedMachine; readonly sources: Sources } | undefined;
  filters = ExceptionFilters.of(
    exceptionFilters.filter((each) => each.default).map(({ filter }) => filter),
    new Map(),
  );

  /** Replaces the breakpoints of a group. */
  set(group: string, wanted: readonly Wanted[]): DebugProtocol.Breakpoint[] {
    const known = [...(this.entries.get(group) ?? [])];
    const entries = wanted.map((each): Entry => {
      const same = known.findIndex((entry) => entry.wanted.key === each.key);
      const [kept] = same < 0 ? [] : known.splice(same, 1);
      const entry: Entry = kept ?? { id: this.nextId++, wanted: each, bound: undefined };
      this.bindEntry(entry);
      return entry;
    });
    this.entries.set(group, entries);
    return entries.map(show);
  }

  /** Binds everything to a new machine. @returns what became of each breakpoint */
  bind(machine: DebuggedMachine, sources: Sources): DebugProtocol.Breakpoint[] {
    this.target = { machine, sources };
    const all = [...this.entries.values()].flat();
    for (const entry of all) {
      entry.bound = undefined;
      this.bindEntry(entry);
    }
    return all.map(show);
  }

  get bound(): Breakpoint[] {
    return [...this.entries.values()].flat().flatMap(({ bound }) => bound ?? []);
  }

  private bindEntry(entry: Entry): void {
    if (!this.target || entry.bound) return;
    const { id, wanted } = entry;
    const { machine, sources } = this.target;
    let located: Located;
    try {
      located = wanted.locate(machine, sources);
    } catch (error) {
      located = unverified(undefined, messageOf(error));
    }
    entry.bound = new Breakpoint(id, wanted.reason, wanted.conditions, located.target, located.shown);
  }
}

function show({ id, bound }: Entry): DebugProtocol.Breakpoint {
  return bound?.show() ?? { id, verified: false, reason: 'pending', message: 'the guest is not loaded yet' };
}
