import { statSync } from 'node:fs';
import { buildVsix } from './vsix';

const file = await buildVsix();
console.log(`${file}: ${(statSync(file).size / 1e6).toFixed(2)} MB`);
