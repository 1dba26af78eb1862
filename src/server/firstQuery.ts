/** What the explorer opens with. */
export const firstQuery = `# Users, orgs, workspaces, groups: one graph.
#
# 1. Paste an access token above. The server
#    printed one; the mutation login gives more.
# 2. Press the play button, or Ctrl-Enter.
# 3. Open the documentation on the left.

query FirstLook {
  viewer {
    credential
    user {
      displayName
      email
    }
  }
  orgs(first: 5, orderBy: { field: NAME }) {
    totalCount
    nodes {
      name
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
