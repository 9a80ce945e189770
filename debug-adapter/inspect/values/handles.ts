/** Ids that clients hold for things of one stop: frames, variables. They are void as soon as the machine moves on. */
export class Handles<Thing> {
  private readonly things = new Map<number, Thing>();
  /** Never given twice: a late request for something of an earlier stop must not get something else. */
  private next = 1;

  add(thing: Thing): number {
    const id = this.next++;
    this.things.set(id, thing);
    return id;
  }

  get(id: number): Thing | undefined {
    return this.things.get(id);
  }

  clear(): void {
    this.things.clear();
  }
}
