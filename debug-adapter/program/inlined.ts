import type { CodeBlock, CodeScopes } from '../../simulator/object/dwarf/code-scopes';

/**
 * A compiled function may be inlined into another: at its first instruction execution stands in it as well as at the place that calls
 * it. As in gdb, a stop there shows the caller; a step into goes in without executing anything.
 */
export class InlinedCode {
  constructor(private readonly scopes: CodeScopes) {}

  /** How many of the innermost functions at an address just begin there. @param upTo one at which the user has a breakpoint: it is shown */
  hiddenAt(address: bigint, upTo?: CodeBlock): number {
    let hidden = 0;
    for (const block of this.scopes.functionsAt(address).reverse()) {
      if (block.kind !== 'inlined' || block === upTo || !this.beginsAt(block, address)) break;
      hidden++;
    }
    return hidden;
  }

  /** The functions in which execution stands at an address, outermost first, without the hidden ones. */
  visibleAt(address: bigint, hidden: number): CodeBlock[] {
    const all = this.scopes.functionsAt(address);
    return all.slice(0, Math.max(1, all.length - hidden));
  }

  /** Where the outermost hidden function is called. */
  callAt(address: bigint, hidden: number): CodeBlock['call'] {
    const all = this.scopes.functionsAt(address);
    return hidden > 0 ? all[all.length - hidden]?.call : undefined;
  }

  private beginsAt(block: CodeBlock, address: bigint): boolean {
    if (block.entry === address) return true;
    for (let before = this.scopes.blockAt(address - 1n); before; before = before.parent)
      if (before === block) return false;
    return true;
  }
}
