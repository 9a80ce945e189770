import type { PanelPage } from '../page';
import { ringsPage } from './rings';

/** The pages in the order of their tabs. */
export const panelPages: readonly PanelPage[] = [ringsPage];
