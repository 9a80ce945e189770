import { Pmp } from '../../mmu';
import { HartState } from '../hart/hart-state';
import { CsrFile, type CsrHost } from './file';

/** The CSRs, in a state of their own, of somebody who is no hart: a write changes them and nothing else. */
export function csrsApart(host: Pick<CsrHost, 'hartId' | 'options' | 'clock' | 'instructionsRetired'>): CsrFile {
  return new CsrFile({
    ...host,
    state: HartState.apart(),
    pmp: new Pmp(() => undefined),
    modesChanged: () => undefined,
    hgatpWritten: () => undefined,
    timersChanged: () => undefined,
  });
}
