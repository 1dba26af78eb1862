import type { State, Told } from './told.js';
import type { Versioned } from './versioned.js';

type VersionedState = State & { readonly version: number };

function hasVersion(state: State | null): state is VersionedState {
  return typeof state?.version === 'number';
}

/** What the trail tells of one object, taken together: it grows with the number of the object's changes, and keeps the last of its states alone. */
export class Account {
  /** Entries whose states are lost. */
  readonly lost: string[] = [];
  /** Versions whose states are told of. */
  readonly versions = new Set<number>();
  /** States that have a version. */
  states = 0;
  /** Changes that keep no state. */
  silent = 0;
  /** Whether all states can be read. */
  isWhole = true;
  /** The state of the highest version. */
  last: VersionedState | undefined;

  /**
   * @param kind what the object is
   * @param isCovered whether the trail has been kept since the object was made
   */
  constructor(
    private readonly kind: Versioned,
    private readonly isCovered: boolean,
  ) {}

  /** Takes what is told next. */
  add({ entryId, action, after, isEarly, isLost, isOutOfReach }: Told): void {
    // What was told before is of another row, which had the same id.
    if (this.kind.canReturn && this.kind.creations.includes(action)) this.clear();
    if (isLost) this.lost.push(entryId);
    if (isLost || isOutOfReach) this.isWhole = false;
    if (isEarly && !this.isCovered) return;
    if (this.kind.silent?.includes(action)) this.silent += 1;
    if (!hasVersion(after)) return;
    this.states += 1;
    this.versions.add(after.version);
    if (!this.last || this.last.version < after.version) this.last = after;
  }

  private clear(): void {
    this.lost.length = 0;
    this.versions.clear();
    this.states = 0;
    this.silent = 0;
    this.isWhole = true;
    this.last = undefined;
  }

  /**
   * Changes up to a version that nobody tells of. Of an object that is older than the trail, as it is kept, what came before the first version that is told of
   * is unknown.
   */
  untold(version: number): number {
    let [known, first] = [0, Number.POSITIVE_INFINITY];
    for (const each of this.versions) {
      if (each > 1 && each <= version) known += 1;
      if (each < first) first = each;
    }
    if (this.isCovered) return version - 1 - known - this.silent;
    // The first one is the one to count from.
    return first > version ? 0 : version - first - (known - (first > 1 ? 1 : 0)) - this.silent;
  }
}
