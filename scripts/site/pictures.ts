/** What the UI tests have seen, by the names that they give it: the site shows these pictures, so that none tells what is no more. */
const screenshots = 'out/screenshots';

/** The name of a picture of a view. @param percent of its usual size */
export function shownAs(view: string, theme = 'light', percent = 100): string {
  return `${view}-${theme}-${percent}`;
}

/** The file of a picture of a view. */
export function viewPicture(name: string): string {
  return `${screenshots}/view-${name}.png`;
}
