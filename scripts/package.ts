import { statSync } from 'node:fs';
import { buildClassroomVsix } from './classroom-pack';
import { buildVsix } from './vsix';

for (const file of [await buildVsix(), buildClassroomVsix()])
  console.log(`${file}: ${(statSync(file).size / 1e6).toFixed(2)} MB`);
