/** The database that every test file takes a copy of; see run.ts. */
export const template = 'tenantry_test_template';

export const adminEmail = 'admin@example.com';
export const adminPassword = 'correct horse battery staple';
