import { ApolloServer } from '@apollo/server';
import { defineIntegrationTestSuite } from '@apollo/server-integration-testsuite';
import { mountApollo } from '../../../src/server/graphql/endpoint.js';
import { anApp, listening } from '../appUnderTest.js';

// What is tested is our HTTP server and the way from it to Apollo: the suite makes a server of its own options for each test. No test is
// left out by us. The suite leaves out 24 itself: @defer and @stream, which need an unreleased graphql 17.
defineIntegrationTestSuite(async (options, { context = async () => ({}) } = {}) => {
  const server = new ApolloServer(options);
  await server.start();
  const { app } = await anApp({
    async register(scope) {
      mountApollo(scope, server, '/', context);
    },
  });
  const port = await listening(app);
  return { server, url: `http://localhost:${port}`, extraCleanup: () => app.close() };
});
