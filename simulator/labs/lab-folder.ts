/** A folder of a lab is called by its place in the order of difficulty and its name: `07-measure-the-degrade`. */
const LAB_FOLDER = /^(\d{1,3})-([a-z][a-z0-9-]{0,59})$/;

/** What the name of a folder says of the lab in it. @returns undefined where it is not called as those of labs are */
export function labFolder(folder: string): { readonly number: number; readonly name: string } | undefined {
  const [, number, name] = LAB_FOLDER.exec(folder) ?? [];
  return name === undefined ? undefined : { number: Number(number), name };
}
