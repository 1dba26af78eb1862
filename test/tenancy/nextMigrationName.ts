/** The migration that nextMigration.ts adds; apart from it, for those who must not become the next program by naming it. */
export const nextMigration = '9999_referrals';
