import { type Policy, policyTable } from './policyTable.js';

/**
 * Who is given what: every caller, every kind of object, and in each group of three the modes enabled, audit and disabled.
 * The words are those of policyTable.ts. Reviewed by eye: a change here is a change of who may do what.
 */
export const policies = {
  // A credential that does not hold is refused even here: it says who calls, and nobody does.
  anyone: policyTable(`
                   any
    anonymous    | ok  ok  ok
    expired      | 401 401 401
    revoked      | 401 401 401
    deactivated  | 401 401 401
    outsider     | ok  ok  ok
    member       | ok  ok  ok
    orgAdmin     | ok  ok  ok
    otherAdmin   | ok  ok  ok
    adminWithout | ok  ok  ok
    adminWith    | ok  ok  ok
    farWithout   | ok  ok  ok
    farWith      | ok  ok  ok
    impersonator | ok  ok  ok
    keyWithout   | ok  ok  ok
    keyWith      | ok  ok  ok`),

  signedIn: policyTable(`
                   any
    anonymous    | 401 401 401
    expired      | 401 401 401
    revoked      | 401 401 401
    deactivated  | 401 401 401
    outsider     | ok  ok  ok
    member       | ok  ok  ok
    orgAdmin     | ok  ok  ok
    otherAdmin   | ok  ok  ok
    adminWithout | ok  ok  ok
    adminWith    | ok  ok  ok
    farWithout   | ok  ok  ok
    farWith      | ok  ok  ok
    impersonator | ok  ok  ok
    keyWithout   | ok  ok  ok
    keyWith      | ok  ok  ok`),

  // What neither a key nor who acts as another may do.
  interactive: policyTable(`
                   any
    anonymous    | 401     401     401
    expired      | 401     401     401
    revoked      | 401     401     401
    deactivated  | 401     401     401
    outsider     | ok      ok      ok
    member       | ok      ok      ok
    orgAdmin     | ok      ok      ok
    otherAdmin   | ok      ok      ok
    adminWithout | ok      ok      ok
    adminWith    | ok      ok      ok
    farWithout   | ok      ok      ok
    farWith      | ok      ok      ok
    impersonator | session session session
    keyWithout   | session session session
    keyWith      | session session session`),

  // Interactive, on what is the caller's own: another's does not exist.
  interactiveOwn: policyTable(`
                   own                     | other                   | absent
    anonymous    | 401     401     401     | 401     401     401     | 401     401     401
    expired      | 401     401     401     | 401     401     401     | 401     401     401
    revoked      | 401     401     401     | 401     401     401     | 401     401     401
    deactivated  | 401     401     401     | 401     401     401     | 401     401     401
    outsider     | ok      ok      ok      | 404     404     404     | 404     404     404
    member       | ok      ok      ok      | 404     404     404     | 404     404     404
    orgAdmin     | ok      ok      ok      | 404     404     404     | 404     404     404
    otherAdmin   | ok      ok      ok      | 404     404     404     | 404     404     404
    adminWithout | ok      ok      ok      | 404     404     404     | 404     404     404
    adminWith    | ok      ok      ok      | 404     404     404     | 404     404     404
    farWithout   | ok      ok      ok      | 404     404     404     | 404     404     404
    farWith      | ok      ok      ok      | 404     404     404     | 404     404     404
    impersonator | session session session | session session session | session session session
    keyWithout   | session session session | session session session | session session session
    keyWith      | session session session | session session session | session session session`),

  // One permission, and nothing else. No mode lets an impersonation past it.
  permission: policyTable(`
                   any             | absent
    anonymous    | 401 401  401    | 401 401  401
    expired      | 401 401  401    | 401 401  401
    revoked      | 401 401  401    | 401 401  401
    deactivated  | 401 401  401    | 401 401  401
    outsider     | 403 ok!  ok     | 403 404! 404
    member       | 403 ok!  ok     | 403 404! 404
    orgAdmin     | 403 ok!  ok     | 403 404! 404
    otherAdmin   | 403 ok!  ok     | 403 404! 404
    adminWithout | 403 ok!  ok     | 403 404! 404
    adminWith    | ok  ok   ok     | 404 404  404
    farWithout   | 403 ok!  ok     | 403 404! 404
    farWith      | ok  ok   ok     | 404 404  404
    impersonator | 403 403  403    | 403 403  403
    keyWithout   | 403 ok!  ok     | 403 404! 404
    keyWith      | ok  ok   ok     | 404 404  404`),

  // As `permission`, where another one opens it as well: who holds all but the one holds the other.
  oneOfSeveralPermissions: policyTable(`
                   any
    anonymous    | 401 401  401
    expired      | 401 401  401
    revoked      | 401 401  401
    deactivated  | 401 401  401
    outsider     | 403 ok!  ok
    member       | 403 ok!  ok
    orgAdmin     | 403 ok!  ok
    otherAdmin   | 403 ok!  ok
    adminWithout | ok  ok   ok
    adminWith    | ok  ok   ok
    farWithout   | ok  ok   ok
    farWith      | ok  ok   ok
    impersonator | 403 403  403
    keyWithout   | 403 ok!  ok
    keyWith      | ok  ok   ok`),

  // A member of the org, or the permission; for who is neither member nor admin, the org does not exist.
  orgOrPermission: policyTable(`
                   own             | other           | absent
    anonymous    | 401 401  401    | 401 401  401    | 401 401  401
    expired      | 401 401  401    | 401 401  401    | 401 401  401
    revoked      | 401 401  401    | 401 401  401    | 401 401  401
    deactivated  | 401 401  401    | 401 401  401    | 401 401  401
    outsider     | 404 ok!  ok     | 404 ok!  ok     | 404 404! 404
    member       | ok  ok   ok     | 404 ok!  ok     | 404 404! 404
    orgAdmin     | ok  ok   ok     | 404 ok!  ok     | 404 404! 404
    otherAdmin   | 404 ok!  ok     | 404 ok!  ok     | 404 404! 404
    adminWithout | 403 ok!  ok     | 403 ok!  ok     | 403 404! 404
    adminWith    | ok  ok   ok     | ok  ok   ok     | 404 404  404
    farWithout   | 403 ok!  ok     | 403 ok!  ok     | 403 404! 404
    farWith      | ok  ok   ok     | ok  ok   ok     | 404 404  404
    impersonator | ok  ok   ok     | 404 404  404    | 404 404  404
    keyWithout   | 403 ok!  ok     | 403 ok!  ok     | 403 404! 404
    keyWith      | ok  ok   ok     | ok  ok   ok     | 404 404  404`),

  // As above, by an id that may be anything's: what may not be seen is nothing.
  nodeOfAnOrg: policyTable(`
                   own             | other           | absent
    anonymous    | 401  401  401   | 401  401  401   | 401  401  401
    expired      | 401  401  401   | 401  401  401   | 401  401  401
    revoked      | 401  401  401   | 401  401  401   | 401  401  401
    deactivated  | 401  401  401   | 401  401  401   | 401  401  401
    outsider     | null ok!  ok    | null ok!  ok    | null null null
    member       | ok   ok   ok    | null ok!  ok    | null null null
    orgAdmin     | ok   ok   ok    | null ok!  ok    | null null null
    otherAdmin   | null ok!  ok    | null ok!  ok    | null null null
    adminWithout | null ok!  ok    | null ok!  ok    | null null null
    adminWith    | ok   ok   ok    | ok   ok   ok    | null null null
    farWithout   | null ok!  ok    | null ok!  ok    | null null null
    farWith      | ok   ok   ok    | ok   ok   ok    | null null null
    impersonator | ok   ok   ok    | null null null  | null null null
    keyWithout   | null ok!  ok    | null ok!  ok    | null null null
    keyWith      | ok   ok   ok    | ok   ok   ok    | null null null`),

  // The user themselves, or the permission; for who is no admin, another user does not exist.
  selfOrPermission: policyTable(`
                   own             | other           | absent
    anonymous    | 401 401  401    | 401 401  401    | 401 401  401
    expired      | 401 401  401    | 401 401  401    | 401 401  401
    revoked      | 401 401  401    | 401 401  401    | 401 401  401
    deactivated  | 401 401  401    | 401 401  401    | 401 401  401
    outsider     | ok  ok   ok     | 404 ok!  ok     | 404 404! 404
    member       | ok  ok   ok     | 404 ok!  ok     | 404 404! 404
    orgAdmin     | ok  ok   ok     | 404 ok!  ok     | 404 404! 404
    otherAdmin   | ok  ok   ok     | 404 ok!  ok     | 404 404! 404
    adminWithout | ok  ok   ok     | 403 ok!  ok     | 403 404! 404
    adminWith    | ok  ok   ok     | ok  ok   ok     | 404 404  404
    farWithout   | ok  ok   ok     | 403 ok!  ok     | 403 404! 404
    farWith      | ok  ok   ok     | ok  ok   ok     | 404 404  404
    impersonator | ok  ok   ok     | 404 404  404    | 404 404  404
    keyWithout   | ok  ok   ok     | 403 ok!  ok     | 403 404! 404
    keyWith      | ok  ok   ok     | ok  ok   ok     | 404 404  404`),

  // The permission, and access to the org in every mode. An org that there is not is one to which nobody has access.
  permissionAndOrgAccess: policyTable(`
                   own             | other           | absent
    anonymous    | 401 401  401    | 401 401  401    | 401 401  401
    expired      | 401 401  401    | 401 401  401    | 401 401  401
    revoked      | 401 401  401    | 401 401  401    | 401 401  401
    deactivated  | 401 401  401    | 401 401  401    | 401 401  401
    outsider     | 403 org! org    | 403 org! org    | 403 org! org
    member       | 403 org! org    | 403 org! org    | 403 org! org
    orgAdmin     | 403 org! org    | 403 org! org    | 403 org! org
    otherAdmin   | 403 org! org    | 403 org! org    | 403 org! org
    adminWithout | 403 ok!  ok     | 403 org! org    | 403 org! org
    adminWith    | ok  ok   ok     | org org  org    | org org  org
    farWithout   | 403 org! org    | 403 org! org    | 403 org! org
    farWith      | org org  org    | org org  org    | org org  org
    impersonator | 403 403  403    | 403 403  403    | 403 403  403
    keyWithout   | 403 ok!  ok     | 403 org! org    | 403 org! org
    keyWith      | ok  ok   ok     | org org  org    | org org  org`),

  // The permission, and of what is given access of one's own in every mode; the admin or the org may be missing.
  permissionToGiveOrgAccess: policyTable(`
                   own             | other           | absent
    anonymous    | 401 401  401    | 401 401  401    | 401 401  401
    expired      | 401 401  401    | 401 401  401    | 401 401  401
    revoked      | 401 401  401    | 401 401  401    | 401 401  401
    deactivated  | 401 401  401    | 401 401  401    | 401 401  401
    outsider     | 403 org! org    | 403 org! org    | 403 404! 404
    member       | 403 org! org    | 403 org! org    | 403 404! 404
    orgAdmin     | 403 org! org    | 403 org! org    | 403 404! 404
    otherAdmin   | 403 org! org    | 403 org! org    | 403 404! 404
    adminWithout | 403 ok!  ok     | 403 org! org    | 403 404! 404
    adminWith    | ok  ok   ok     | org org  org    | 404 404  404
    farWithout   | 403 org! org    | 403 org! org    | 403 404! 404
    farWith      | org org  org    | org org  org    | 404 404  404
    impersonator | 403 403  403    | 403 403  403    | 403 403  403
    keyWithout   | 403 ok!  ok     | 403 org! org    | 403 404! 404
    keyWith      | ok  ok   ok     | org org  org    | 404 404  404`),

  // The permission, an own sign-in, and access to the org in every mode.
  startImpersonation: policyTable(`
                   own                      | other                    | absent
    anonymous    | 401     401      401     | 401     401      401     | 401     401      401
    expired      | 401     401      401     | 401     401      401     | 401     401      401
    revoked      | 401     401      401     | 401     401      401     | 401     401      401
    deactivated  | 401     401      401     | 401     401      401     | 401     401      401
    outsider     | 403     org!     org     | 403     org!     org     | 403     404!     404
    member       | 403     org!     org     | 403     org!     org     | 403     404!     404
    orgAdmin     | 403     org!     org     | 403     org!     org     | 403     404!     404
    otherAdmin   | 403     org!     org     | 403     org!     org     | 403     404!     404
    adminWithout | 403     ok!      ok      | 403     org!     org     | 403     404!     404
    adminWith    | ok      ok       ok      | org     org      org     | 404     404      404
    farWithout   | 403     org!     org     | 403     org!     org     | 403     404!     404
    farWith      | org     org      org     | org     org      org     | 404     404      404
    impersonator | 403     403      403     | 403     403      403     | 403     403      403
    keyWithout   | 403     session! session | 403     session! session | 403     session! session
    keyWith      | session session  session | session session  session | session session  session`),

  // The token of an impersonation, or the permission. Nobody else here acts as anybody.
  endImpersonation: policyTable(`
                   any
    anonymous    | 401 401  401
    expired      | 401 401  401
    revoked      | 401 401  401
    deactivated  | 401 401  401
    outsider     | 403 404! 404
    member       | 403 404! 404
    orgAdmin     | 403 404! 404
    otherAdmin   | 403 404! 404
    adminWithout | 403 404! 404
    adminWith    | 404 404  404
    farWithout   | 403 404! 404
    farWith      | 404 404  404
    impersonator | ok  ok   ok
    keyWithout   | 403 404! 404
    keyWith      | 404 404  404`),
  // As `permission`; but for who is no admin, another user does not exist.
  permissionOrHidden: policyTable(`
                   any             | absent
    anonymous    | 401 401  401    | 401 401  401
    expired      | 401 401  401    | 401 401  401
    revoked      | 401 401  401    | 401 401  401
    deactivated  | 401 401  401    | 401 401  401
    outsider     | 404 ok!  ok     | 404 404! 404
    member       | 404 ok!  ok     | 404 404! 404
    orgAdmin     | 404 ok!  ok     | 404 404! 404
    otherAdmin   | 404 ok!  ok     | 404 404! 404
    adminWithout | 403 ok!  ok     | 403 404! 404
    adminWith    | ok  ok   ok     | 404 404  404
    farWithout   | 403 ok!  ok     | 403 404! 404
    farWith      | ok  ok   ok     | 404 404  404
    impersonator | 404 404  404    | 404 404  404
    keyWithout   | 403 ok!  ok     | 403 404! 404
    keyWith      | ok  ok   ok     | 404 404  404`),

  // An admin of an org of their own, or the permission.
  adminOfAnOrgOrPermission: policyTable(`
                   any
    anonymous    | 401 401  401
    expired      | 401 401  401
    revoked      | 401 401  401
    deactivated  | 401 401  401
    outsider     | 403 ok!  ok
    member       | 403 ok!  ok
    orgAdmin     | ok  ok   ok
    otherAdmin   | ok  ok   ok
    adminWithout | 403 ok!  ok
    adminWith    | ok  ok   ok
    farWithout   | 403 ok!  ok
    farWith      | ok  ok   ok
    impersonator | 403 403  403
    keyWithout   | 403 ok!  ok
    keyWith      | ok  ok   ok`),

  // A workspace of the org, to the org's members; or the permission. For who is neither member nor admin, there is none.
  workspaceOfMyOrgOrPermission: policyTable(`
                   own             | other           | absent
    anonymous    | 401 401  401    | 401 401  401    | 401 401  401
    expired      | 401 401  401    | 401 401  401    | 401 401  401
    revoked      | 401 401  401    | 401 401  401    | 401 401  401
    deactivated  | 401 401  401    | 401 401  401    | 401 401  401
    outsider     | 404 ok!  ok     | 404 ok!  ok     | 404 404! 404
    member       | ok  ok   ok     | 404 ok!  ok     | 404 404! 404
    orgAdmin     | ok  ok   ok     | 404 ok!  ok     | 404 404! 404
    otherAdmin   | 404 ok!  ok     | 404 ok!  ok     | 404 404! 404
    adminWithout | 403 ok!  ok     | 403 ok!  ok     | 403 404! 404
    adminWith    | ok  ok   ok     | ok  ok   ok     | 404 404  404
    farWithout   | 403 ok!  ok     | 403 ok!  ok     | 403 404! 404
    farWith      | ok  ok   ok     | ok  ok   ok     | 404 404  404
    impersonator | ok  ok   ok     | 404 404  404    | 404 404  404
    keyWithout   | 403 ok!  ok     | 403 ok!  ok     | 403 404! 404
    keyWith      | ok  ok   ok     | ok  ok   ok     | 404 404  404`),

  // A role in the workspace, an admin of its org, or the permission. None of the callers has a role there.
  roleOrPermission: policyTable(`
                   own             | other           | absent
    anonymous    | 401 401  401    | 401 401  401    | 401 401  401
    expired      | 401 401  401    | 401 401  401    | 401 401  401
    revoked      | 401 401  401    | 401 401  401    | 401 401  401
    deactivated  | 401 401  401    | 401 401  401    | 401 401  401
    outsider     | 404 ok!  ok     | 404 ok!  ok     | 404 404! 404
    member       | 403 ok!  ok     | 404 ok!  ok     | 404 404! 404
    orgAdmin     | ok  ok   ok     | 404 ok!  ok     | 404 404! 404
    otherAdmin   | 404 ok!  ok     | 404 ok!  ok     | 404 404! 404
    adminWithout | 403 ok!  ok     | 403 ok!  ok     | 403 404! 404
    adminWith    | ok  ok   ok     | ok  ok   ok     | 404 404  404
    farWithout   | 403 ok!  ok     | 403 ok!  ok     | 403 404! 404
    farWith      | ok  ok   ok     | ok  ok   ok     | 404 404  404
    impersonator | 403 403  403    | 404 404  404    | 404 404  404
    keyWithout   | 403 ok!  ok     | 403 ok!  ok     | 403 404! 404
    keyWith      | ok  ok   ok     | ok  ok   ok     | 404 404  404`),

  // As above, with access to the org beside the permission in every mode.
  roleOrPermissionAndOrgAccess: policyTable(`
                   own             | other           | absent
    anonymous    | 401 401  401    | 401 401  401    | 401 401  401
    expired      | 401 401  401    | 401 401  401    | 401 401  401
    revoked      | 401 401  401    | 401 401  401    | 401 401  401
    deactivated  | 401 401  401    | 401 401  401    | 401 401  401
    outsider     | 404 404  404    | 404 404  404    | 404 404  404
    member       | 403 403  403    | 404 404  404    | 404 404  404
    orgAdmin     | ok  ok   ok     | 404 404  404    | 404 404  404
    otherAdmin   | 404 404  404    | 404 404  404    | 404 404  404
    adminWithout | 403 ok!  ok     | 403 403  403    | 403 403  403
    adminWith    | ok  ok   ok     | 403 403  403    | 403 403  403
    farWithout   | 403 403  403    | 403 403  403    | 403 403  403
    farWith      | 403 403  403    | 403 403  403    | 403 403  403
    impersonator | 403 403  403    | 404 404  404    | 404 404  404
    keyWithout   | 403 ok!  ok     | 403 403  403    | 403 403  403
    keyWith      | ok  ok   ok     | 403 403  403    | 403 403  403`),
  // The permission to read the trail, which nobody reads who acts as another.
  trail: policyTable(`
                   any                     | absent
    anonymous    | 401     401     401     | 401     401     401
    expired      | 401     401     401     | 401     401     401
    revoked      | 401     401     401     | 401     401     401
    deactivated  | 401     401     401     | 401     401     401
    outsider     | 403     ok!     ok      | 403     404!    404
    member       | 403     ok!     ok      | 403     404!    404
    orgAdmin     | 403     ok!     ok      | 403     404!    404
    otherAdmin   | 403     ok!     ok      | 403     404!    404
    adminWithout | 403     ok!     ok      | 403     404!    404
    adminWith    | ok      ok      ok      | 404     404     404
    farWithout   | 403     ok!     ok      | 403     404!    404
    farWith      | ok      ok      ok      | 404     404     404
    impersonator | session session session | session session session
    keyWithout   | 403     ok!     ok      | 403     404!    404
    keyWith      | ok      ok      ok      | 404     404     404`),

  // As above, of what only its owner changes, whom none of the callers is: in every mode.
  trailOfAnother: policyTable(`
                   any                     | absent
    anonymous    | 401     401     401     | 401     401     401
    expired      | 401     401     401     | 401     401     401
    revoked      | 401     401     401     | 401     401     401
    deactivated  | 401     401     401     | 401     401     401
    outsider     | 403     owner!  owner   | 403     404!    404
    member       | 403     owner!  owner   | 403     404!    404
    orgAdmin     | 403     owner!  owner   | 403     404!    404
    otherAdmin   | 403     owner!  owner   | 403     404!    404
    adminWithout | 403     owner!  owner   | 403     404!    404
    adminWith    | owner   owner   owner   | 404     404     404
    farWithout   | 403     owner!  owner   | 403     404!    404
    farWith      | owner   owner   owner   | 404     404     404
    impersonator | session session session | session session session
    keyWithout   | 403     owner!  owner   | 403     404!    404
    keyWith      | owner   owner   owner   | 404     404     404`),

  // An admin of the org, or the permission; for who is neither that nor a platform admin, there is nothing.
  adminOfTheOrgOrPermission: policyTable(`
                   own             | other           | absent
    anonymous    | 401 401  401    | 401 401  401    | 401 401  401
    expired      | 401 401  401    | 401 401  401    | 401 401  401
    revoked      | 401 401  401    | 401 401  401    | 401 401  401
    deactivated  | 401 401  401    | 401 401  401    | 401 401  401
    outsider     | 404 ok!  ok     | 404 ok!  ok     | 404 404! 404
    member       | 404 ok!  ok     | 404 ok!  ok     | 404 404! 404
    orgAdmin     | ok  ok   ok     | 404 ok!  ok     | 404 404! 404
    otherAdmin   | 404 ok!  ok     | 404 ok!  ok     | 404 404! 404
    adminWithout | 403 ok!  ok     | 403 ok!  ok     | 403 404! 404
    adminWith    | ok  ok   ok     | ok  ok   ok     | 404 404  404
    farWithout   | 403 ok!  ok     | 403 ok!  ok     | 403 404! 404
    farWith      | ok  ok   ok     | ok  ok   ok     | 404 404  404
    impersonator | 404 404  404    | 404 404  404    | 404 404  404
    keyWithout   | 403 ok!  ok     | 403 ok!  ok     | 403 404! 404
    keyWith      | ok  ok   ok     | ok  ok   ok     | 404 404  404`),

  // Interactive, and refused for the input: none of the callers has the password that they name.
  ownPassword: policyTable(`
                   any
    anonymous    | 401     401     401
    expired      | 401     401     401
    revoked      | 401     401     401
    deactivated  | 401     401     401
    outsider     | 422     422     422
    member       | 422     422     422
    orgAdmin     | 422     422     422
    otherAdmin   | 422     422     422
    adminWithout | 422     422     422
    adminWith    | 422     422     422
    farWithout   | 422     422     422
    farWith      | 422     422     422
    impersonator | session session session
    keyWithout   | session session session
    keyWith      | session session session`),
  // An export is its caller’s alone, and nobody’s while acting as another.
  ownExport: policyTable(`
                   own                     | other                   | absent
    anonymous    | 401     401     401     | 401     401     401     | 401     401     401
    expired      | 401     401     401     | 401     401     401     | 401     401     401
    revoked      | 401     401     401     | 401     401     401     | 401     401     401
    deactivated  | 401     401     401     | 401     401     401     | 401     401     401
    outsider     | 403     ok!     ok      | 403     404!    404     | 403     404!    404
    member       | 403     ok!     ok      | 403     404!    404     | 403     404!    404
    orgAdmin     | 403     ok!     ok      | 403     404!    404     | 403     404!    404
    otherAdmin   | 403     ok!     ok      | 403     404!    404     | 403     404!    404
    adminWithout | 403     ok!     ok      | 403     404!    404     | 403     404!    404
    adminWith    | ok      ok      ok      | 404     404     404     | 404     404     404
    farWithout   | 403     ok!     ok      | 403     404!    404     | 403     404!    404
    farWith      | ok      ok      ok      | 404     404     404     | 404     404     404
    impersonator | session session session | session session session | session session session
    keyWithout   | 403     ok!     ok      | 403     404!    404     | 403     404!    404
    keyWith      | ok      ok      ok      | 404     404     404     | 404     404     404`),

  // On REST the permission is asked for first, which nobody has while acting as another.
  ownExportOnRest: policyTable(`
                   own                     | other                   | absent
    anonymous    | 401     401     401     | 401     401     401     | 401     401     401
    expired      | 401     401     401     | 401     401     401     | 401     401     401
    revoked      | 401     401     401     | 401     401     401     | 401     401     401
    deactivated  | 401     401     401     | 401     401     401     | 401     401     401
    outsider     | 403     ok!     ok      | 403     404!    404     | 403     404!    404
    member       | 403     ok!     ok      | 403     404!    404     | 403     404!    404
    orgAdmin     | 403     ok!     ok      | 403     404!    404     | 403     404!    404
    otherAdmin   | 403     ok!     ok      | 403     404!    404     | 403     404!    404
    adminWithout | 403     ok!     ok      | 403     404!    404     | 403     404!    404
    adminWith    | ok      ok      ok      | 404     404     404     | 404     404     404
    farWithout   | 403     ok!     ok      | 403     404!    404     | 403     404!    404
    farWith      | ok      ok      ok      | 404     404     404     | 404     404     404
    impersonator | 403     403     403     | 403     403     403     | 403     403     403
    keyWithout   | 403     ok!     ok      | 403     404!    404     | 403     404!    404
    keyWith      | ok      ok      ok      | 404     404     404     | 404     404     404`),
} as const satisfies Readonly<Record<string, Policy>>;

export type PolicyName = keyof typeof policies;
