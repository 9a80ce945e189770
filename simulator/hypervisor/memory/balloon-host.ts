import type { BalloonHost } from '../../devices/virtio/balloon';
import type { Balloon } from './balloon';

/** What a VM's balloon device does with pages of its guest's. */
export function balloonHostOf(balloon: Balloon): BalloonHost {
  return {
    get wanted() {
      return Math.max(0, balloon.places - balloon.allotment.target);
    },
    inflate(pages, isTold) {
      // A guest that has its memory from the start would find none where it uses a page without a word.
      if (!isTold && !balloon.isOnDemand) return;
      balloon.give([...new Set(pages)].filter((page) => balloon.giveRefusal(page) === undefined));
    },
    deflate(pages) {
      // A touch is enough: what is not touched needs none.
      if (balloon.isOnDemand) return true;
      return pages.every((page) => balloon.take(page) !== 'host');
    },
  };
}
