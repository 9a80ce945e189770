import { isMainThread } from 'node:worker_threads';
import { forwardInput } from './transport/standard-input';

// Its second thread has the input alone, and none of the rest.
if (isMainThread) void import('./transport/adapter-process').then(({ main }) => main());
else forwardInput();
