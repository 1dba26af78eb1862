import { allOf, anyOf, each, field, hasPermission, isMember, mayReachOrg, type Rules, sameAudience, withParent } from '../access/rule.js';

/**
 * What a tenant keeps is its own: for its members, for who acts as one of them, and for admins who may read orgs and have access to
 * this one.
 */
const seesRecords = anyOf(isMember(field('id')), allOf(hasPermission('platform.orgs.read'), mayReachOrg(field('id'))));

export const recordRules: Rules = {
  Org: each(seesRecords, 'locations', 'providers', 'patients', 'appointments'),
  Location: {
    ...each(withParent, 'id', 'code', 'name', 'addressLine1', 'addressLine2', 'city', 'state', 'postalCode', 'country', 'phone'),
    ...each(withParent, 'timezone', 'isActive', 'createdAt', 'updatedAt'),
  },
  LocationRef: each(withParent, 'id', 'code', 'name'),
  Provider: {
    ...each(withParent, 'id', 'npi', 'firstName', 'lastName', 'title', 'specialty', 'email', 'phone', 'isActive', 'createdAt', 'updatedAt'),
    // Of the same tenant.
    location: sameAudience,
  },
  ProviderRef: each(withParent, 'id', 'npi', 'firstName', 'lastName'),
  Patient: {
    ...each(withParent, 'id', 'mrn', 'firstName', 'lastName', 'birthDate', 'sex', 'email', 'phone', 'addressLine1', 'city', 'state'),
    ...each(withParent, 'postalCode', 'country', 'coverageCategory', 'isActive', 'createdAt', 'updatedAt'),
    // Of the same tenant.
    ...each(sameAudience, 'location', 'provider'),
  },
  PatientRef: each(withParent, 'id', 'mrn', 'firstName', 'lastName'),
  Appointment: {
    ...each(withParent, 'id', 'status', 'startsAt', 'endsAt', 'type', 'code', 'codeDisplay', 'cancellationReason', 'notes'),
    ...each(withParent, 'createdAt', 'updatedAt'),
    // Of the same tenant.
    ...each(sameAudience, 'patient', 'provider', 'location'),
  },
};
