/** A page of the documentation. */
export interface Page {
  /** Where it is in the site, with a slash at its end; the first page's is empty. */
  readonly path: string;
  readonly title: string;
  /** What it stands under in the table of contents. */
  readonly group: Group;
  /** The page that stands for it in the table of contents; itself when absent. */
  readonly under?: string;
  /** The file of the repository that it is; absent of a page that is made of tables in the sources. */
  readonly source?: string;
  /** Markdown. */
  readonly text: string;
}

/** In the order of the table of contents. */
export const groups = ['Start', 'How to', 'Reference', 'Labs', 'For teachers', 'For contributors'] as const;

export type Group = (typeof groups)[number];
