import { statSync } from 'node:fs';
import { writeInstructorZip } from './instructor-zip';
import { buildVsix } from './vsix';

for (const file of [await buildVsix(), writeInstructorZip()])
  console.log(`${file}: ${(statSync(file).size / 1e6).toFixed(2)} MB`);
