/** `npm run docs [-- FOLDER]`: the documentation as a site, in out/site when nothing is said. */
import path from 'node:path';
import { buildSite } from './site/build-site';

const [folder = 'out/site'] = process.argv.slice(2);
const { pages, broken, missing } = await buildSite(folder);
for (const link of broken) console.error(`a link leads nowhere: ${link}`);
for (const picture of missing) console.log(`no picture yet: ${picture} (npm run test:ui makes it)`);
console.log(`${path.join(folder, 'index.html')}: ${pages.length} pages`);
process.exit(broken.length > 0 ? 1 : 0);
