import { MomentError } from './saved-moment';

/** What a link to HyperStep asks for. */
export type Link =
  | { readonly kind: 'lab'; readonly name: string }
  /** @param folder the name of the workspace folder in which the guest is @param text as `readSavedMoment` reads it */
  | { readonly kind: 'moment'; readonly folder: string; readonly text: string };

/** Of a URI, without its encoding. */
export interface LinkParts {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly query: string;
}

/** Characters, as links are handed on: some programs cut longer ones. */
export const LONGEST_LINK = 2000;

/** @param extension its id: `PUBLISHER.NAME` @throws MomentError where the link is none of these */
export function readLink({ authority, path, query }: LinkParts, extension: string): Link {
  if (authority.toLowerCase() !== extension)
    throw new MomentError(`A link to HyperStep begins with SCHEME://${extension}/.`);
  if (path.length + query.length > LONGEST_LINK)
    throw new MomentError(`The link has more than ${LONGEST_LINK} characters.`);
  const [, lab] = /^\/lab\/([^/]*)\/?$/.exec(path) ?? [];
  if (lab !== undefined) return { kind: 'lab', name: labName(lab) };
  const [, folder] = /^\/moment\/([^/]+)\/?$/.exec(path) ?? [];
  if (folder !== undefined) return { kind: 'moment', folder, text: query };
  throw new MomentError('A link to HyperStep is …/lab/NAME or …/moment/FOLDER?{...}.');
}

/** @throws MomentError */
function labName(name: string): string {
  if (/^[a-z0-9-]{1,64}$/.test(name)) return name;
  throw new MomentError('The name of a lab has letters a to z, digits and hyphens only.');
}

export function labLink(scheme: string, extension: string, name: string): LinkParts {
  return { scheme, authority: extension, path: `/lab/${name}`, query: '' };
}

export function momentLink(scheme: string, extension: string, folder: string, text: string): LinkParts {
  return { scheme, authority: extension, path: `/moment/${folder}`, query: text };
}

/** @param link as it is handed on, encoded @throws MomentError where it is too long */
export function requireShort(link: string): void {
  if (link.length > LONGEST_LINK)
    throw new MomentError(
      `So much has come into this run from outside that the link would have ${link.length} characters, of ${LONGEST_LINK} at the most: save the moment in a file.`,
    );
}
