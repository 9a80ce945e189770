import { isMainThread } from 'node:worker_threads';
import { forwardInput } from './standard-input';

// Its second thread has the input alone, and none of the rest.
if (isMainThread) void import('./adapter-process').then(({ main }) => main());
else forwardInput();
