import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync } from 'fastify';
import { icon } from './explorer/icon.js';
import { assetHeaders, pageHeaders } from './explorer/pagePolicy.js';

/** An OpenAPI document and where it is served. */
export interface ApiDocument {
  /** Names the document in an address, such as `platform`. */
  readonly name: string;
  /** What the selector shows. */
  readonly title: string;
  /** Where it is served, such as `/openapi/platform.json`. */
  readonly url: string;
  /** Makes it; asked once, when somebody wants to see it. */
  readonly document: () => object;
}

export interface DocsPagesOptions {
  /** At least one; the first is shown first. */
  readonly documents: readonly ApiDocument[];
}

/**
 * Serves each OpenAPI document at its own address, and at `/docs` the pages that show them, with a selector between them. `/docs/<name>`
 * leads to one document's page. A bearer token typed into the page is forgotten when the page is closed.
 */
export const docsPages: FastifyPluginAsync<DocsPagesOptions> = async (server, { documents }) => {
  for (const { name, title, url, document } of documents) {
    // Written out once: it never changes while the process runs.
    let body: string | undefined;
    server.get(url, async (_request, reply) => {
      body ??= JSON.stringify(document());
      return reply
        .headers({ ...assetHeaders, 'cache-control': 'no-cache' })
        .type('application/json; charset=utf-8')
        .send(body);
    });
    server.get(`/docs/${name}`, async (_request, reply) => reply.redirect(`/docs?urls.primaryName=${encodeURIComponent(title)}`));
  }

  for (const [file, { type, content }] of Object.entries(ownFiles(documents))) {
    server.get(`${assetsPath}/${file}`, async (_request, reply) =>
      reply
        .headers({ ...assetHeaders, 'cache-control': 'no-cache' })
        .type(type)
        .send(content),
    );
  }

  await server.register(fastifyStatic, {
    root: interfaceFolder,
    prefix: `${assetsPath}/`,
    decorateReply: false,
    index: false,
    allowedPath: (path) => interfaceFiles.has(path),
    maxAge: '1h',
    setHeaders: (response) => {
      for (const [name, value] of Object.entries(assetHeaders)) response.setHeader(name, value);
    },
  });

  server.get('/docs', async (_request, reply) => reply.headers(headers).type('text/html; charset=utf-8').send(page));
  server.get('/docs/', async (_request, reply) => reply.redirect('/docs', 308));
};

const assetsPath = '/docs/assets';

// Of @fastify/swagger-ui only the files of the interface are used: its plugin asks for @fastify/swagger, which makes a document from
// Fastify's routes, and ours are made from the operations. swagger-ui-dist has the same files, and a script that reports each install.
const interfaceFolder = join(dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui')), 'static');
const interfaceFiles: ReadonlySet<string> = new Set(['/swagger-ui.css', '/swagger-ui-bundle.js', '/swagger-ui-standalone-preset.js']);

const headers = pageHeaders({
  inlineStyles: false,
  // The style sheet of the interface draws its arrows and its icons as `data:` images.
  dataImages: true,
  workers: false,
});

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tenantry REST</title>
<link rel="icon" type="image/svg+xml" href="${assetsPath}/favicon.svg">
<link rel="stylesheet" href="${assetsPath}/swagger-ui.css">
<link rel="stylesheet" href="${assetsPath}/page.css">
<script defer src="${assetsPath}/swagger-ui-bundle.js"></script>
<script defer src="${assetsPath}/swagger-ui-standalone-preset.js"></script>
<script defer src="${assetsPath}/start.js"></script>
</head>
<body>
<div id="swagger-ui"></div>
<noscript>These pages need JavaScript. Without it, read the OpenAPI documents themselves.</noscript>
</body>
</html>
`;

function ownFiles(documents: readonly ApiDocument[]): Readonly<Record<string, { type: string; content: string }>> {
  return {
    'favicon.svg': { type: 'image/svg+xml', content: icon },
    'page.css': { type: 'text/css; charset=utf-8', content: style },
    'start.js': { type: 'text/javascript; charset=utf-8', content: startScript(documents) },
  };
}

/**
 * Starts the interface. Its settings: https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/
 * The logo is left out: it is the one part that brings a style element with it, which the policy forbids.
 */
function startScript(documents: readonly ApiDocument[]): string {
  const settings = {
    dom_id: '#swagger-ui',
    layout: 'StandaloneLayout',
    urls: documents.map(({ title, url }) => ({ name: title, url })),
    deepLinking: true,
    docExpansion: 'list',
    tryItOutEnabled: true,
    displayRequestDuration: true,
    persistAuthorization: false,
    // The interface would send each document to a validator on another machine.
    validatorUrl: null,
  };
  return `SwaggerUIBundle({
  ...${JSON.stringify(settings)},
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  plugins: [SwaggerUIBundle.plugins.DownloadUrl, () => ({ components: { Logo: () => null } })],
});
`;
}

const style = `body { margin: 0; background: #fafafa; }
.swagger-ui .topbar { padding: 8px 0; background: #2b3a67; }
.swagger-ui .topbar .topbar-wrapper .link { display: none; }
.swagger-ui .topbar .topbar-wrapper::before { content: "Tenantry REST"; color: #fff; font: 600 18px system-ui, sans-serif; }
`;
