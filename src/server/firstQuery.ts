/** What the explorer opens with. */
export const firstQuery = `# Welcome to Tenantry. Everything that the platform knows is one graph: users, orgs, workspaces, groups.
#
# 1. Paste an access token above: the start of the server printed one, and this gives you another:
#      mutation { login(input: { email: "…", password: "…" }) { accessToken } }
# 2. Press the play button (Ctrl-Enter).
# 3. Open the documentation on the left: every type and field says what it is.

query FirstLook {
  viewer {
    user {
      displayName
      email
    }
    permissions
  }
  orgs(first: 5, orderBy: { field: NAME }) {
    totalCount
    nodes {
      name
      slug
      status
      memberCount
      members(first: 3) {
        nodes {
          displayName
          roleHint
        }
      }
    }
  }
}
`;
