/** A translation through which a guest could reach what is not its own. */
export interface IsolationBreach {
  readonly where: 'shadow table' | 'second stage' | 'TLB' | 'DMA';
  readonly description: string;
}
