import type { PanelPage } from '../page';
import { addressSpacesPage } from './address-spaces';
import { controlStatePage } from './control-state';
import { exitsPage } from './exits';
import { memoryPage } from './memory';
import { queuesPage } from './queues';
import { ringsPage } from './rings';
import { timelinePage } from './timeline';

/** The pages in the order of their tabs. */
export const panelPages: readonly PanelPage[] = [
  ringsPage,
  addressSpacesPage,
  memoryPage,
  controlStatePage,
  exitsPage,
  timelinePage,
  queuesPage,
];
