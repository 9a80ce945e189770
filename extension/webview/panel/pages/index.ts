import type { PanelPage } from '../page';
import { addressSpacesPage } from './address-spaces';
import { controlStatePage } from './control-state';
import { exitsPage } from './exits';
import { queuesPage } from './queues';
import { ringsPage } from './rings';
import { timelinePage } from './timeline';

/** The pages in the order of their tabs. */
export const panelPages: readonly PanelPage[] = [
  ringsPage,
  addressSpacesPage,
  controlStatePage,
  exitsPage,
  timelinePage,
  queuesPage,
];
