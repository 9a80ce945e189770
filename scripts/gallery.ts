/** `npm run gallery`: builds the gallery of the machine panel, one HTML file that a browser opens without a server. */
import { buildGallery } from './gallery-page';

console.log(`The gallery is in ${await buildGallery()}.`);
