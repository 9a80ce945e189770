import type { FinisherRequest } from '../devices/finisher';

/** How a guest ends by its finisher. `code` is 0 for success. */
export type GuestEnd = { readonly reason: 'power-off'; readonly code: number } | { readonly reason: 'reset' };

/** What a guest asks of its finisher. */
export function endOf(request: FinisherRequest): GuestEnd {
  if (request.kind === 'reset') return { reason: 'reset' };
  return { reason: 'power-off', code: request.kind === 'pass' ? 0 : request.code };
}
