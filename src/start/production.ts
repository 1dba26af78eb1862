/**
 * Imported ahead of everything else: graphql and other packages look at NODE_ENV as they are loaded, and do more checks where it does not
 * say `production`, which cost each request. Who sets it, to whatever, is heard.
 */
process.env.NODE_ENV ??= 'production';
