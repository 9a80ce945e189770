/** Ids that clients hold for things of one stop: frames, variables. They are void as soon as the machine moves on. */
export class Handles<Thing> {
  private readonly things = new Map<number, Thing>();
  private next: number;

  constructor(private readonly first = 1) {
    this.next = first;
  }

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
    this.next = this.first;
  }
}
