import { fieldsOf, type Selection } from '../../graphql/selection.js';
import { keptFields } from './redaction.js';

/** What a service must read of an object, before and after, so that its entry is whole. */
export function snapshotSelection(resourceType: string): Selection {
  return fieldsOf(keptFields(resourceType));
}
